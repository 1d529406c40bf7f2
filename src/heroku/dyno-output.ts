import { setTimeout as delay } from 'node:timers/promises'
import type { Dyno, LogLine } from './types.js'

/** npm names the package only where it has a name and a version. */
const NPM_BANNER = /^> (\S+ )?[\w:.-]+$/
const NPM_WORD = /^npm (notice|warn|error|info)\b/
/** The runtime's measurements and events. */
const RUNTIME_FIGURES = /^shipit source=\S+ (app|event)=/
/** The runtime's sentences: one line that begins so, and the indented lines that follow it. */
const RUNTIME_SENTENCE = /^shipit: /

interface DynoOutput {
  /** What the app itself printed. */
  app: string[]
  /** Why the runtime ended the dyno, where it says so. */
  reason: string[]
}

/** What a dyno printed, without npm's banner and notices and without the runtime's figures; empty lines at either end are left out. */
export function readDynoOutput(messages: readonly string[]): DynoOutput {
  const output: DynoOutput = { app: [], reason: [] }
  let isSentence = false
  for (const [i, message] of messages.entries()) {
    isSentence = RUNTIME_SENTENCE.test(message) || (isSentence && message.startsWith('  '))
    const isBanner = [i, i - 1].some((at) => NPM_BANNER.test(messages[at] ?? '') && messages[at + 1]?.startsWith('> '))
    if (isBanner || NPM_WORD.test(message) || RUNTIME_FIGURES.test(message)) continue
    if (!isSentence) output.app.push(message)
    else if (!/^shipit: \S+ × \d/.test(message)) output.reason.push(message)
  }
  return { ...output, app: trimmed(output.app) }
}

function trimmed(lines: string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '')
  return first === -1 ? [] : lines.slice(first, lines.findLastIndex((line) => line.trim() !== '') + 1)
}

const SHOWN = 20
const READ = 300
/** An app's last lines may reach the log a moment after its dyno's end. */
const LOOKS = 4
/** ms that the log may take: the crash is the news, its log the explanation. */
const PATIENCE = 10_000

type ReadLog = (options: { lines: number; tail: false; dyno: string; signal: AbortSignal }) => AsyncIterable<LogLine>

interface LastOutput {
  /** The last lines that the dyno printed, or a sentence that says why there are none: several lines of text, for an error's `why`. */
  text: string
  /** How the platform words its end: `Process exited with status 1`, `Error R10 (Boot timeout) …`. */
  ending: string | undefined
}

/** What a dyno that failed printed last. A log that cannot be read is told and not thrown. @param between ms between two looks */
export async function lastOutput(read: ReadLog, dyno: Pick<Dyno, 'name' | 'created_at'>, between = 500): Promise<LastOutput> {
  try {
    for (let look = 1; ; look++) {
      const lines = lastLife(await linesOf(read, dyno))
      const output = readDynoOutput(lines.filter(({ source }) => source === 'app').map(({ message }) => message))
      const ending = lines.findLast(({ source, message }) => source === 'heroku' && /^(Process exited|Error R\d)/.test(message))?.message
      const shown = [...output.app, ...output.reason].slice(-SHOWN).map((line) => `  ${line}`)
      if (output.app.length > 0) return { text: [`The last lines of ${dyno.name}:`, ...shown].join('\n'), ending }
      if (look === LOOKS) return { text: [`${dyno.name} printed nothing.`, ...shown].join('\n'), ending }
      await delay(between)
    }
  } catch (error) {
    return { text: `The log of ${dyno.name} could not be read: ${error instanceof Error ? error.message : String(error)}`, ending: undefined }
  }
}

async function linesOf(read: ReadLog, dyno: Pick<Dyno, 'name' | 'created_at'>): Promise<LogLine[]> {
  const since = Date.parse(dyno.created_at)
  const lines: LogLine[] = []
  for await (const line of read({ lines: READ, tail: false, dyno: dyno.name, signal: AbortSignal.timeout(PATIENCE) })) {
    if (line.dyno === dyno.name && Date.parse(line.timestamp) >= since) lines.push(line)
  }
  return lines
}

/** The lines from the last start that ended, as the platform words both; all where there is none. */
function lastLife(lines: readonly LogLine[]): readonly LogLine[] {
  const ended = lines.findLastIndex(({ source, message }) => source === 'heroku' && message.startsWith('Process exited'))
  const started = lines.slice(0, ended + 1).findLastIndex(({ source, message }) => source === 'heroku' && message.startsWith('Starting process'))
  return started < 0 ? lines : lines.slice(started)
}
