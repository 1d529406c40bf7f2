import type { Readable } from 'node:stream'
import { cutBlocks, cutLines, LONGEST_LINE } from './lines.js'
import type { Outlet } from './outlet.js'
import { requireFromPm2 } from './pm2-package.js'

const TAIL_LINES = 20
const TAIL_BYTES = 8192
/**
 * Frames inside Node's own binary, which crowd out what V8 says when it ends for want of memory.
 */
const NATIVE_FRAME = /^\s*\d+: 0x[0-9a-f]+ |^-+ Native stack trace -+$/
/** A read of this size means that more is waiting. */
const FULL_READ = 32_768
/**
 * ms between two reads of a stream that has just been emptied: a burst then comes in few large
 * reads, not in one a line.
 */
const BREATH = 2

/** How an instance's output reaches the dyno's. */
export interface OutputStyle {
  /** `[name:instance] `, or '' for a single app. */
  prefix: string
  /** PM2's `log_date_format`, which `time` sets too: a time in this form before each line. */
  dateFormat: string | undefined
  /** PM2's `log_type: json`. */
  isJson: boolean
  /** pm2-runtime's --format: each line as `timestamp=… app=… id=… type=… message=…`. */
  isKeyValue?: boolean
  /** PM2's `disable_logs`. */
  isSilent: boolean
  app: string
  pmId: number
}

/** Whether the lines can go as they are. */
export function isPlain(style: OutputStyle): boolean {
  return (
    style.prefix === '' &&
    style.dateFormat === undefined &&
    !style.isJson &&
    !style.isKeyValue &&
    !style.isSilent
  )
}

/** The last lines of stderr, kept to be repeated when the app is given up. */
export class Tail {
  #bytes: Buffer = Buffer.alloc(0)

  add(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES)
  }

  get lines(): string[] {
    const lines = this.#bytes.toString('utf8').split('\n')
    if (this.#bytes.length === TAIL_BYTES) lines.shift()
    return lines.filter((line) => line.trim() !== '' && !NATIVE_FRAME.test(line)).slice(-TAIL_LINES)
  }
}

/**
 * Carries a stream of an instance to one of the dyno in whole lines: instances that wrote there
 * themselves would mix inside lines of more than
 * 4,096 bytes (pipe(7)), and with the supervisor's own. A slow reader slows the app, and nothing
 * piles up here.
 * A last line without a line feed gets one.
 */
export function carry(
  from: Readable,
  to: Outlet,
  style: OutputStyle,
  kind: 'out' | 'err',
  tail?: Tail,
): void {
  const dress = isPlain(style) ? undefined : dresser(style, kind)
  let rest: Buffer = Buffer.alloc(0)
  from.on('data', (chunk: Buffer) => {
    tail?.add(chunk)
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const { complete, rest: left } = dress ? cutLines(bytes, dress.longest) : cutBlocks(bytes)
    // A copy, lest a few bytes keep a whole read in memory.
    rest = Buffer.from(left)
    if (complete.length > 0 && !style.isSilent)
      to.pour(
        dress
          ? dress.lines(complete)
          : complete.length === 1
            ? (complete[0] as Buffer)
            : Buffer.concat(complete),
        from,
      )
    if (chunk.length < FULL_READ && !to.isHolding(from)) breathe(from, to)
  })
  from.on('end', () => {
    if (rest.length > 0 && !style.isSilent)
      to.pour(dress ? dress.lines([rest]) : Buffer.concat([rest, Buffer.from('\n')]), from)
  })
}

function breathe(from: Readable, to: Outlet): void {
  from.pause()
  setTimeout(() => to.resume(from), BREATH)
}

export interface Dresser {
  /** Bytes of a line that leave room for what is put before it. */
  longest: number
  lines(lines: Buffer[]): Buffer
}

export function dresser(style: OutputStyle, kind: 'out' | 'err'): Dresser {
  const format = style.dateFormat === undefined ? undefined : clock(style.dateFormat)
  if (style.isJson) {
    const entry = (message: string): string =>
      JSON.stringify({
        message,
        timestamp: format?.() ?? new Date().toISOString(),
        type: kind,
        process_id: style.pmId,
        app_name: style.app,
      }) + '\n'
    return {
      longest: LONGEST_LINE,
      lines: (lines) =>
        Buffer.from(lines.flatMap((line) => fitting(line.toString('utf8'), entry)).join('')),
    }
  }
  const head = style.isKeyValue
    ? keyValueHead(style, kind)
    : () => style.prefix + (format ? `${format()}: ` : '')
  const lines = (all: Buffer[]): Buffer => {
    const first = Buffer.from(head())
    const feed = Buffer.from('\n')
    return Buffer.concat(all.flatMap((line) => [first, line, feed]))
  }
  return { longest: LONGEST_LINE - Buffer.byteLength(head()), lines }
}

/** As PM2 prints them (lib/API/Log.js, formatStream), in its form of a time. */
function keyValueHead({ app, pmId }: OutputStyle, kind: 'out' | 'err'): () => string {
  const now = clock('YYYY-MM-DD-HH:mm:ssZZ')
  return () =>
    `timestamp=${now()} app=${app} id=${pmId} type=${kind === 'out' ? 'out' : 'error'} message=`
}

/**
 * Entries of at most the longest line; a message that JSON's quoting makes longer is told in two.
 */
function fitting(message: string, entry: (message: string) => string): string[] {
  const whole = entry(message)
  if (Buffer.byteLength(whole) <= LONGEST_LINE || message.length < 2) return [whole]
  const characters = [...message]
  const half = Math.ceil(characters.length / 2)
  return [characters.slice(0, half), characters.slice(half)].flatMap((part) =>
    fitting(part.join(''), entry),
  )
}

/** PM2's own library for dates, so that a format means the same. */
function clock(format: string): () => string {
  const dayjs = requireFromPm2<() => { format(form: string): string }>('dayjs')
  return () => dayjs().format(format)
}
