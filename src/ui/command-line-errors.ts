/**
 * What a user mistyped, in plain words and with what was probably meant, and commands to type next.
 * What was typed may hold a secret: only names are repeated.
 */
import type { Hook } from '@oclif/core'
import { ShipitError } from '../errors.js'
import { nearest } from '../lib/nearest.js'
import { safeJson, writeOut } from '../lib/terminal.js'
import { pointerFor } from './elsewhere.js'
import { printError } from './print-error.js'

interface KnownCommand {
  id: string
  takesArguments: boolean
}

/** @param id as oclif joins the words that were typed: `keys:lst`, `ps:extra` */
export function unknownCommand(
  id: string,
  commands: readonly KnownCommand[],
  bin: string,
  isLocal = false,
): ShipitError {
  const words = id.split(':')
  const spoken = (text: string) => `${bin} ${text.replaceAll(':', ' ')}`
  const pointer = pointerFor(id)
  if (pointer !== undefined) {
    const isTopic = commands.some((command) => command.id === words[0])
    return elsewhere(pointer, words.slice(0, isTopic ? 2 : 1).join(' '), bin, isLocal)
  }
  const surplus = commands.find((command) => id.startsWith(`${command.id}:`))
  const topic = words[0]!
  const ofTopic = commands.filter((command) => command.id.startsWith(`${topic}:`))
  if (surplus) {
    // `config` is a command and a topic.
    const meant =
      surplus.id === topic
        ? nearest(
            words[1]!,
            ofTopic.map((command) => command.id.slice(topic.length + 1)),
          )
        : undefined
    // `ps:scale` is how Heroku's own CLI calls it; `ps scale` would be an argument of `ps`.
    if (surplus.takesArguments) {
      const other = nearest(
        words[1]!,
        commands.map((command) => command.id).filter((known) => !known.includes(':')),
      )
      return new ShipitError('usage', {
        message: `\`${spoken(surplus.id)}\` has no commands below it.`,
        ...(other === undefined ? {} : { why: `Did you mean \`${bin} ${other}\`?` }),
        next: `${spoken(surplus.id)} --help`,
      })
    }
    return new ShipitError('usage', {
      message: `\`${spoken(surplus.id)}\` takes no arguments.`,
      ...(meant === undefined ? {} : { why: `Did you mean \`${spoken(topic)} ${meant}\`?` }),
      next: `${spoken(surplus.id)} --help`,
    })
  }

  const typed = ofTopic.length > 0 ? `${topic}:${words[1]}` : topic
  const guess =
    ofTopic.length > 0
      ? nearest(
          words[1]!,
          ofTopic.map((command) => command.id.slice(topic.length + 1)),
        )
      : nearest(topic, [...new Set(commands.map((command) => command.id.split(':')[0]!))])
  const help = ofTopic.length > 0 ? `${bin} ${topic} --help` : `${bin} --help`
  return new ShipitError('usage', {
    message: `There is no command \`${spoken(typed)}\`.`,
    ...(guess === undefined
      ? {}
      : { why: `Did you mean \`${bin} ${ofTopic.length > 0 ? `${topic} ` : ''}${guess}\`?` }),
    next: `${help} lists the commands.`,
  })
}

function elsewhere(
  pointer: NonNullable<ReturnType<typeof pointerFor>>,
  typed: string,
  bin: string,
  isLocal: boolean,
): ShipitError {
  if (pointer.tool === 'shipit')
    return new ShipitError('usage', {
      message: `There is no command \`${bin} ${typed}\`.`,
      why: pointer.why,
      next: `${bin} ${pointer.next}${isLocal && !pointer.next.includes('--local') ? ' --local' : ''}`,
    })
  return new ShipitError('usage', {
    message: `\`${pointer.next}\` is a command of the Heroku CLI.`,
    next: `${isLocal ? `eval "$(${bin} local env)" && ` : ''}heroku ${pointer.next}`,
  })
}

/** An error of oclif's parser; `flags` are those that do not exist, where that is the fault. */
interface ParserError extends Error {
  flags?: unknown
  args?: unknown
}

/** Flags that the Heroku CLI, PM2, flyctl, Kamal and Wrangler call otherwise. */
const FLAGS_ELSEWHERE: Record<string, string[]> = {
  f: ['tail', 'force', 'file'],
  follow: ['tail'],
  lines: ['num'],
  nostream: ['num'],
  err: ['errors'],
  machine: ['dyno'],
  'process-type': ['dyno'],
  p: ['dyno'],
  process: ['type'],
  confirm: ['yes'],
  c: ['confirm', 'yes'],
  'skip-confirmation': ['yes'],
  'no-wait': ['wait-timeout'],
  j: ['json'],
  version: ['ref'],
  branch: ['ref'],
  commit: ['ref'],
}

/** @param known the command's flags, by name */
export function misusedCommand(
  error: ParserError,
  known: readonly string[],
  command: string,
): ShipitError {
  const next = `${command} --help`
  const unknown = Array.isArray(error.flags)
    ? error.flags.filter((flag): flag is string => typeof flag === 'string')
    : []
  if (unknown.length > 0) {
    const names = unknown.map((flag) => flag.split('=')[0]!)
    const guesses = [
      ...new Set(
        names.flatMap((name) => {
          const bare = name.replace(/^-+/, '')
          const elsewhere = Object.hasOwn(FLAGS_ELSEWHERE, bare) ? FLAGS_ELSEWHERE[bare]! : []
          return elsewhere.find((flag) => known.includes(flag)) ?? nearest(bare, known) ?? []
        }),
      ),
    ]
    return new ShipitError('usage', {
      message:
        names.length === 1
          ? `There is no flag ${names[0]}.`
          : `There are no flags ${names.join(', ')}.`,
      ...(guesses.length === 0
        ? {}
        : { why: `Did you mean ${guesses.map((guess) => `--${guess}`).join(', ')}?` }),
      next,
      cause: error,
    })
  }
  const said = error.message
    .replace(/\n?See more help with --help\s*$/, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/^The following errors? occurred:/, '')
    .replace(/(Missing required flag )(?=\w)/, '$1--')
    .trim()
  const [, flag, complaint] = /^Parsing (--[\w-]+) (.*)$/s.exec(said) ?? []
  const text =
    flag === undefined
      ? said
      : `${flag}: ${complaint!.charAt(0).toLowerCase()}${complaint!.slice(1)}`
  return new ShipitError('usage', {
    message: /[.?!]$/.test(text) ? text : `${text}.`,
    next,
    cause: error,
  })
}

/**
 * A text with commands to type, for a user who works with --local: each that names an app or
 * a pipeline is for the embedded Heroku too.
 */
export function addLocal(text: string): string {
  return text.replace(
    /(?<!--local\b[^`\n]*)(?:--app|--pipeline|apps create|pipelines (?:info|destroy)) [\w-]+(?![\w-]| --local)/g,
    '$& --local',
  )
}

/**
 * The error with its suggestions as above: some stand in the message, such as how to undo a
 * rollback.
 */
export function withLocal(error: ShipitError, isLocal: boolean): ShipitError {
  const { code, message, why, next, details, exitCode } = error
  if (!isLocal) return error
  return new ShipitError(code, {
    message: addLocal(message),
    why: why && addLocal(why),
    next: next && addLocal(next),
    details,
    exitCode,
    cause: error,
  })
}

/** Typed commands that do not exist, in the words and with the exit status of every other error. */
export const commandNotFound: Hook<'command_not_found'> = async function ({ id, argv, config }) {
  const visible = config.commands
    .filter(({ hidden }) => !hidden)
    .map((command) => ({
      id: command.id,
      takesArguments: command.strict === false || Object.keys(command.args).length > 0,
    }))
  const error = unknownCommand(id, visible, config.bin, argv?.includes('--local'))
  if (argv?.some((word) => word === '--json' || word === '-j')) {
    const { errorDocument } = await import('../json/error.js')
    writeOut(safeJson({ error: errorDocument(error) }, 2) + '\n')
  }
  printError(error)
  this.exit(error.exitCode)
}
