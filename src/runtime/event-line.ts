/**
 * The lines that `ps`, `monit` and the dashboard read from the app's log: logfmt, in the style of
 * Heroku's log-runtime-metrics.
 */

import { figureFields, type Figures } from '../lib/figures.js'

interface InstanceName {
  source: string
  app: string
  instance: number
}

export type EventName =
  'start' | 'online' | 'listening' | 'exit' | 'stop' | 'crash' | 'exception' | 'scale'

export interface Sample extends Partial<Figures> {
  memoryMb: number
  cpuPercent: number
  pid: number
  status: string
  restarts: number
  /** Seconds. */
  uptime: number
  /** Of the app's package.json. */
  version?: string | undefined
  /** What the app tells of itself, such as `metric#users`: keys that need no escape. */
  told?: Record<string, string> | undefined
}

export function eventLine(
  name: InstanceName,
  event: EventName,
  fields: Record<string, string | number | undefined> = {},
): string {
  return logfmt({ source: name.source, app: name.app, instance: name.instance, event, ...fields })
}

/** One instance's figures in a line of their own. */
export const sampleLine = ({ source, app, instance }: InstanceName, sample: Sample): string =>
  logfmt({ source, app, instance, ...figuresOf(sample) })

/**
 * Bytes of a line: Heroku splits what is longer than 10,000 (devcenter.heroku.com/articles/limits).
 */
const LONGEST = 9_000

/**
 * A dyno's figures: one line with all its instances, each beginning with its `app=`, and `of=` how
 * many there are; so many instances that they do not go into one line have several. 100 dynos print
 * 5 lines a second so, whatever runs in them.
 */
export function sampleLines(
  source: string,
  samples: readonly (Omit<InstanceName, 'source'> & { sample: Sample })[],
): string[] {
  const head = `shipit source=${quoted(source)}`
  const lines: string[] = []
  let line = ''
  for (const { app, instance, sample } of samples) {
    const group = ` ${pairs({ app, instance, of: samples.length, ...figuresOf(sample) })}`
    if (line !== '' && Buffer.byteLength(line) + Buffer.byteLength(group) > LONGEST) {
      lines.push(`${line}\n`)
      line = ''
    }
    line = (line === '' ? head : line) + group
  }
  return line === '' ? lines : [...lines, `${line}\n`]
}

function figuresOf(sample: Sample): EventFields {
  return {
    pid: sample.pid,
    status: sample.status,
    restarts: sample.restarts,
    uptime: `${Math.round(sample.uptime)}s`,
    version: sample.version,
    ...figureFields(sample),
    ...sample.told,
  }
}

/** Of a line in logfmt; what is undefined is left out. */
export type EventFields = Record<string, string | number | undefined>

const logfmt = (fields: EventFields): string => `shipit ${pairs(fields)}\n`

const pairs = (fields: EventFields): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${quoted(String(value))}`)
    .join(' ')

/** What a terminal or a reader of lines could take amiss is escaped as JSON has it. */
function quoted(value: string): string {
  if (!/[\s"=\\\p{Cc}]/u.test(value) && value !== '') return value
  return JSON.stringify(value).replaceAll(
    /[\u007F-\u009F\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
