import { setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../errors.js'
import type { PlatformApi } from './client.js'
import { streamLogs } from './log-stream.js'
import type { LogLine } from './logs.js'
import type { Dyno } from './shapes.js'
import { anyOf } from '../lib/any-of.js'

/** What the embedded Heroku says of ports beside R10 (embedded/dynos/messages.ts). */
const PORT_HINT = /^(?:The app listens on|No process of this dyno listens)/
/** npm names the package only if it has a name and a version. */
const NPM_BANNER = /^> (\S+ )?[\w:.-]+$/
const NPM_WORD = /^npm (notice|warn|error|info)\b/
/** The runtime's measurements and events. */
const RUNTIME_FIGURES = /^shipit source=\S+ (app|event)=/
/** The runtime's sentences: one line that begins so, and the indented lines that follow it. */
const RUNTIME_SENTENCE = /^shipit: /

interface DynoOutput {
  /** What the app itself printed. */
  app: string[]
  /** Why the runtime ended the dyno, if it says so. */
  reason: string[]
}

/**
 * What a dyno printed, without npm's banner and notices and without the runtime's figures; empty
 * lines at either end are left out.
 */
export function readDynoOutput(messages: readonly string[]): DynoOutput {
  const output: DynoOutput = { app: [], reason: [] }
  let isSentence = false
  for (const [i, message] of messages.entries()) {
    isSentence = RUNTIME_SENTENCE.test(message) || (isSentence && message.startsWith('  '))
    const isBanner = [i, i - 1].some(
      (at) => NPM_BANNER.test(messages[at] ?? '') && messages[at + 1]?.startsWith('> '),
    )
    if (isBanner || NPM_WORD.test(message) || RUNTIME_FIGURES.test(message)) continue
    if (!isSentence) output.app.push(message)
    else if (!/^shipit: \S+ × \d/.test(message)) output.reason.push(message)
  }
  return { ...output, app: trimmed(output.app) }
}

function trimmed(lines: string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '')
  return first === -1
    ? []
    : lines.slice(first, lines.findLastIndex((line) => line.trim() !== '') + 1)
}

const SHOWN = 20
/** Frames of a stack that are shown; the rest is counted. */
const FRAMES = 6
const FRAME = /^\s+at .+/
/**
 * "TypeError: …", "Uncaught MongoParseError [CODE]: …", "error: …" of a database's client: the line
 * that a stack hangs on.
 */
const ERROR_HEAD = anyOf([
  /^(?:\[[\w.-]+:\d+\] )?(?:Uncaught |Unhandled )?[\w.$]*(?:Error|Exception|Rejection)\b[^\n]{0,40}?:/,
  /^(?:error: |throw |panic:)/,
])
/** Lines after the error's first that still belong to what it says. */
const WITH_HEAD = 4

/**
 * The lines of an app that are worth showing: the last ones, and before them the first line of the
 * last error among what it printed, which a deep stack or much output after it would push out. Long
 * stacks are cut to their first frames.
 */
export function worthShowing(printed: readonly string[], most = SHOWN): string[] {
  const lines = withoutDeepStacks(printed)
  if (lines.length <= most) return lines
  const head = lines.findLastIndex((line) => ERROR_HEAD.test(line))
  if (head < 0 || head >= lines.length - most) return lines.slice(-most)
  const end = lines.slice(-(most - WITH_HEAD - 1))
  const after = lines.slice(head, head + WITH_HEAD)
  return [...after, `… ${lines.length - end.length - head - after.length} more lines`, ...end]
}

function withoutDeepStacks(lines: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < lines.length;) {
    const length = lines.slice(at).findIndex((line) => !FRAME.test(line))
    const frames = length < 0 ? lines.length - at : length
    if (frames === 0) kept.push(lines[at++]!)
    else {
      const isDeep = frames > FRAMES + 1
      kept.push(...lines.slice(at, at + (isDeep ? FRAMES : frames)))
      if (isDeep) kept.push(`    … ${frames - FRAMES} more frames`)
      at += frames
    }
  }
  return kept
}
const READ = 300
/** An app's last lines may reach the log a moment after its dyno's end. */
const POLLS = 4
/** ms that the log may take: the crash is the news, its log the explanation. */
const TIMEOUT_MS = 10_000

type ReadLog = (options: {
  lines: number
  tail: false
  dyno: string
  signal: AbortSignal
}) => AsyncIterable<LogLine>

interface LastOutput {
  /**
   * The last lines that the dyno printed, or a sentence that says why there are none: several lines
   * of text, for an error's `why`.
   */
  text: string
  /**
   * How the platform words its end: `Process exited with status 1`, `Error R10 (Boot timeout) …`.
   */
  ending: string | undefined
}

/**
 * What a dyno that failed printed last. A log that cannot be read is told and not thrown. @param
 * between ms between two polls
 */
export async function lastOutput(
  read: ReadLog,
  dyno: Pick<Dyno, 'name' | 'created_at'>,
  between = 500,
): Promise<LastOutput> {
  try {
    for (let poll = 1; ; poll++) {
      const lines = lastLife(await linesOf(read, dyno))
      const output = readDynoOutput(
        lines.filter(({ source }) => source === 'app').map(({ message }) => message),
      )
      const endings = lines
        .filter(
          ({ source, message }) =>
            source === 'heroku' && /^(Process exited|Error R\d)/.test(message),
        )
        .map(({ message }) => message)
      // The status of a process that the platform killed says nothing; why it was killed does.
      const ending = endings.findLast((message) => message.startsWith('Error')) ?? endings.at(-1)
      const reason = [
        ...output.reason,
        ...lines
          .filter(({ source, message }) => source === 'heroku' && PORT_HINT.test(message))
          .map(({ message }) => message),
      ]
      const shown = [...worthShowing(output.app, SHOWN - reason.length), ...reason].map(
        (line) => `  ${line}`,
      )
      if (output.app.length > 0)
        return { text: [`The last lines of ${dyno.name}:`, ...shown].join('\n'), ending }
      if (poll === POLLS)
        return {
          text: [
            reason.length > 0
              ? `The app of ${dyno.name} printed nothing; its dyno did:`
              : `${dyno.name} printed nothing.`,
            ...shown,
          ].join('\n'),
          ending,
        }
      await delay(between)
    }
  } catch (error) {
    return {
      text:
        `The log of ${dyno.name} could not be read: ` +
        `${error instanceof Error ? error.message : String(error)}`,
      ending: undefined,
    }
  }
}

async function linesOf(read: ReadLog, dyno: Pick<Dyno, 'name' | 'created_at'>): Promise<LogLine[]> {
  const since = Date.parse(dyno.created_at)
  const lines: LogLine[] = []
  for await (const line of read({
    lines: READ,
    tail: false,
    dyno: dyno.name,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })) {
    if (line.dyno === dyno.name && Date.parse(line.timestamp) >= since) lines.push(line)
  }
  return lines
}

/**
 * The lines of the last life that ended, as the platform words start and end; all if there is
 * none.
 */
function lastLife(lines: readonly LogLine[]): readonly LogLine[] {
  const ended = lines.findLastIndex(
    ({ source, message }) => source === 'heroku' && message.startsWith('Process exited'),
  )
  const started = lines
    .slice(0, ended + 1)
    .findLastIndex(
      ({ source, message }) => source === 'heroku' && message.startsWith('Starting process'),
    )
  if (started < 0) return lines
  const next = lines
    .slice(ended)
    .findIndex(
      ({ source, message }) => source === 'heroku' && message.startsWith('Starting process'),
    )
  return lines.slice(started, next < 0 ? undefined : ended + next)
}

/** ms that the platform's last word on a dyno may take to its log. */
const STATUS_TIMEOUT_MS = 15_000

/**
 * The status that a one-off dyno has ended with, as the platform logs it; waits for it. Undefined
 * if the log does not tell within `timeout` ms, or cannot be read.
 */
export async function exitStatusFromLog(
  api: PlatformApi,
  app: string,
  { name, created_at }: Pick<Dyno, 'name' | 'created_at'>,
  timeout = STATUS_TIMEOUT_MS,
): Promise<number | undefined> {
  const since = Math.floor(Date.parse(created_at) / 1000) * 1000
  try {
    for await (const { dyno, timestamp, message } of streamLogs(api, app, {
      lines: 100,
      tail: true,
      dyno: name,
      source: 'heroku',
      signal: AbortSignal.timeout(timeout),
    })) {
      const [, status] = /^Process exited with status (\d+)$/.exec(message) ?? []
      // A dyno before it may have had its name.
      if (status !== undefined && dyno === name && Date.parse(timestamp) >= since)
        return Number(status)
    }
  } catch (error) {
    if (!(error instanceof ShipitError)) throw error
  }
  return undefined
}
