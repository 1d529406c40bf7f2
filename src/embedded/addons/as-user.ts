import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** In the place of root, where a server refuses that: nobody, on every Linux and BSD. */
const NOBODY = 65_534

/** Who runs a server that refuses to run as root. */
export interface ServerUser {
  /** Of what it writes; undefined: the user of this process. */
  id: number | undefined
  as(program: string, args: string[]): { program: string; args: string[] }
}

const SELF: ServerUser = { id: undefined, as: (program, args) => ({ program, args }) }

/**
 * This process's user, unless that is root. For root it is `nobody`, who may pass through folders
 * that are root's alone (util-linux's setpriv, capabilities(7)), since the state folder is one.
 * Throws an Error that says so if this machine cannot do that.
 */
export async function serverUser(name: string): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return SELF
  const user: ServerUser = {
    id: NOBODY,
    as: (program, args) => ({
      program: 'setpriv',
      args: [
        `--reuid=${NOBODY}`,
        `--regid=${NOBODY}`,
        '--clear-groups',
        '--inh-caps=+dac_override',
        '--ambient-caps=+dac_override',
        // Else access(2), by which initdb looks for postgres, does not count the capability.
        '--securebits=+no_setuid_fixup',
        '--',
        program,
        ...args,
      ],
    }),
  }
  const { program, args } = user.as('true', [])
  await promisify(execFile)(program, args).catch((error: Error) => {
    throw new Error(
      `${name} refuses to run as root, and this machine's setpriv cannot run it as another user ` +
        `(${error.message.trim().split('\n').at(-1)}). Use shipit as a user other than root.`,
    )
  })
  return user
}
