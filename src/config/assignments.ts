import { ShipitError } from '../errors.js'
import { isSecretValue } from '../lib/secret-values.js'

/** What was typed after `config set`: plain values, and names whose value comes from elsewhere. */
export interface Assignments {
  values: Record<string, string>
  names: string[]
}

const NAME = /^[A-Za-z_]\w*$/

const notName = () =>
  new ShipitError('usage', {
    message: 'An argument is not the name of a config var. Nothing was changed.',
    why: 'Names hold letters, digits and _, and do not begin with a digit.',
    next: 'shipit config set NAME, or NAME=value',
  })

/**
 * Refuses what each dyno gets from the platform: a config var of that name would do nothing. Throws
 * ShipitError `usage`.
 */
export function refuseOwnNames(names: readonly string[]): void {
  const own = names.find((name) => name === 'PORT' || name === 'DYNO')
  if (own === undefined) return
  throw new ShipitError('usage', {
    message: `${own} cannot be a config var. Nothing was changed.`,
    why: 'Each dyno gets its own from the platform.',
    next: `Leave it out: the app reads process.env.${own}.`,
  })
}

/** Names alone. Throws ShipitError `usage`, without repeating what may be a secret. */
export function checkNames(args: readonly string[]): string[] {
  return [...new Set(args)].map((name) => {
    if (!NAME.test(name)) throw notName()
    return name
  })
}

/**
 * NAME and NAME=value. A value that looks like a secret is refused on the command line, where every
 * user of the machine may read it and the shell keeps it, and is not repeated.
 */
export async function parseAssignments(args: readonly string[]): Promise<Assignments> {
  // Without a prototype: `constructor` is a name like any other.
  const values = Object.create(null) as Record<string, string>
  const names: string[] = []
  for (const arg of args) {
    const [, name, value] = /^([^=]*)(?:=([^]*))?$/.exec(arg)!
    if (!NAME.test(name!)) throw notName()
    if (name! in values || names.includes(name!))
      throw new ShipitError('usage', { message: `${name} is given twice. Nothing was changed.` })
    if (value === undefined) names.push(name!)
    else if (await isSecretValue(name!, value)) {
      throw new ShipitError('usage', {
        message:
          `The value of ${name} looks like a secret, and secrets are not taken from the command ` +
          'line. Nothing was changed.',
        why:
          'Arguments are seen by every user of the machine (ps) and kept in the shell’s ' +
          'history. If that was a real one, replace it.',
        next: `Type it: shipit config set ${name}   or pipe it: shipit config set ${name} < file`,
      })
    } else values[name!] = value
  }
  refuseOwnNames([...names, ...Object.keys(values)])
  return { values: { ...values }, names }
}
