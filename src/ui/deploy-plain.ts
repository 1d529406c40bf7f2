import type { DeployEvent, DeployEvents } from '../deploy/index.js'
import type { LineSink } from '../lib/terminal.js'
import { elapsed } from '../lib/duration.js'
import { END_GROUP, beginGroup, printable } from './printable.js'

const INDENT = '       '

export interface PlainOptions {
  /** The time before each line, in UTC. */
  timestamps?: boolean
  /** A group a step, as GitHub Actions folds them. */
  groups?: boolean
}

/**
 * A deploy's events as plain lines in the style of a Heroku build: for pipes, CI and `--json` (then
 * on stderr).
 */
export function plainDeploy(
  stream: LineSink,
  { timestamps = false, groups = false }: PlainOptions = {},
): DeployEvents {
  const say = (text: string) => stream.write(timestamps ? stamped(text) : text)
  let isOpen = false
  const close = () => {
    if (isOpen) stream.write(END_GROUP)
    isOpen = false
  }
  return (event) => {
    if (!groups) return void say(lineOf(event))
    // What failed stands below its group: a folded line is not read.
    if (event.type !== 'line' && event.type !== 'finished') close()
    if (event.type === 'started') {
      stream.write(beginGroup(printable(event.title)))
      isOpen = true
    } else say(lineOf(event))
    if (event.type === 'finished') close()
  }
}

/** Each line of a text with the time before it: 2026-11-22T20:00:00.000Z. */
export function stamped(text: string, now = new Date()): string {
  return text.replace(/^(?!$)|^(?=\n)/gm, `${now.toISOString()} `)
}

function lineOf(event: DeployEvent): string {
  switch (event.type) {
    case 'started':
      return `-----> ${printable(event.title)}\n`
    case 'line':
      return `${INDENT}${printable(event.text)}`.trimEnd() + '\n'
    case 'finished':
      return (
        `${INDENT}Done in ` +
        `${elapsed(event.ms)}${event.detail ? `: ${printable(event.detail)}` : ''}\n`
      )
    case 'failed':
      return (
        ` !     ${printable(event.title)} failed after ${elapsed(event.ms)}: ` +
        `${printable(event.message)}\n`
      )
    case 'skipped':
      return `-----> Skipping ${event.step}: ${printable(event.reason)}\n`
  }
}
