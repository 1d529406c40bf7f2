import { ShipitError } from '../../errors.js'
import { nearest } from '../../lib/nearest.js'
import { shellWord } from '../../lib/shell-word.js'

/**
 * The command line for the dyno's shell. One word is a shell's line as it is, as with `ssh` and
 * Heroku's own CLI; several are a command and its arguments, and reach it unchanged. Throws
 * ShipitError `usage` if there is none.
 */
export function commandLine(words: readonly string[]): string {
  const line = words.length === 1 ? words[0]! : words.map(shellWord).join(' ')
  if (line.trim() === '')
    throw new ShipitError('usage', {
      message: 'Which command?',
      why: 'There is none after the flags.',
      next: 'shipit run --app NAME -- COMMAND',
    })
  return line
}

/** A command does not begin with a flag: that one was meant for us. Throws ShipitError `usage`. */
export function refuseUnknownFlag(first: string | undefined, known: readonly string[]): void {
  if (!first?.startsWith('-')) return
  const [flag] = first.split('=')
  const guess = nearest(flag!.replace(/^-+/, ''), known)
  throw new ShipitError('usage', {
    message: `There is no flag ${flag}.`,
    ...(guess === undefined ? {} : { why: `Did you mean --${guess}?` }),
    next: 'shipit run --help',
  })
}

/** Variables for one run, of KEY=VALUE. Throws ShipitError `usage`, without repeating a value. */
export function runVariables(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((pair) => {
      const [, name, value] = /^(\w+)=([^]*)$/.exec(pair) ?? []
      if (name === undefined || value === undefined) {
        throw new ShipitError('usage', {
          message: '--env (-e) takes KEY=VALUE.',
          why:
            'A key is made of letters, digits and underscores. Flags of the command itself go ' +
            'after --.',
          next: 'shipit run -e KEY=VALUE --app NAME -- COMMAND',
        })
      }
      return [name, value]
    }),
  )
}
