import { readFileSync } from 'node:fs'
import path from 'node:path'

/** oclif.commands.json, as the build writes it: what each start asks of every command. */
interface Brief {
  /** What else oclif.manifest.json tells of commands; absent of what oclif made up without it. */
  late?: string[]
}

const ID = Symbol('its id in oclif.manifest.json')

interface Known {
  [ID]: string
}

type Commands = Record<string, Record<string, unknown>>

/**
 * Completes commands of oclif.commands.json: what that does not tell is read of the whole manifest
 * beside it once it is asked for, which help, completion and a mistyped flag do, and no other
 * command.
 * @param root the folder of both
 */
export function completeLater(
  root: string,
  { late = [] }: Brief,
): <T extends object>(id: string, brief: T) => T {
  let commands: Commands | undefined
  const whole = (): Commands =>
    (commands ??= (
      JSON.parse(readFileSync(path.join(root, 'oclif.manifest.json'), 'utf8')) as {
        commands: Commands
      }
    ).commands)
  const prototype = Object.defineProperties(
    {},
    Object.fromEntries(
      late.map((name) => [
        name,
        {
          get(this: Known) {
            return whole()[this[ID]]![name]
          },
        },
      ]),
    ),
  )
  return (id, brief) => Object.assign(Object.create(prototype) as object, brief, { [ID]: id })
}
