import type { Readable } from 'node:stream'

/** Heroku's limit of a log line, in bytes. */
const LONGEST_LINE = 10_000
const TAIL_LINES = 20
const TAIL_BYTES = 8192

/** How an instance's output reaches the dyno's. */
export interface OutputStyle {
  /** `[name:instance] `, or '' for a single app. */
  prefix: string
  /** ISO time before each line (`time`, `log_date_format`). */
  hasTime: boolean
  /** PM2's `log_type: json`. */
  isJson: boolean
  app: string
  instance: number
}

/** Whether the bytes can go as they are: then the instance inherits stdout and the supervisor has no part in it. */
export function isPlain(style: OutputStyle): boolean {
  return style.prefix === '' && !style.hasTime && !style.isJson
}

/** The last lines of stderr, kept to be repeated when the app is given up. */
export class Tail {
  #bytes: Buffer = Buffer.alloc(0)

  add(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(-TAIL_BYTES)
  }

  get lines(): string[] {
    const lines = this.#bytes.toString('utf8').split('\n')
    if (this.#bytes.length === TAIL_BYTES) lines.shift()
    return lines.filter((line) => line.trim() !== '').slice(-TAIL_LINES)
  }
}

/** Carries a stream of an instance to one of the dyno, line by line unless it is plain. */
export function carry(from: Readable, to: NodeJS.WritableStream, style: OutputStyle, kind: 'out' | 'err', tail?: Tail): void {
  let rest: Buffer = Buffer.alloc(0)
  const write = (line: Buffer) => to.write(Buffer.concat([Buffer.from(head(style)), body(style, kind, line)]))
  from.on('data', (chunk: Buffer) => {
    tail?.add(chunk)
    if (isPlain(style)) return void to.write(chunk)
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    for (let end = endOfLine(rest); end > 0; end = endOfLine(rest)) {
      write(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
  })
  from.on('end', () => {
    if (rest.length > 0) write(rest)
  })
}

/** Where the first whole line ends, its line feed included; 0 where there is none yet. */
function endOfLine(buffer: Buffer): number {
  const feed = buffer.indexOf(10)
  if (feed >= 0 && feed < LONGEST_LINE) return feed + 1
  return buffer.length >= LONGEST_LINE ? LONGEST_LINE : 0
}

function head(style: OutputStyle): string {
  return style.isJson ? '' : style.prefix + (style.hasTime ? `${new Date().toISOString()}: ` : '')
}

function body(style: OutputStyle, kind: string, line: Buffer): Buffer {
  if (!style.isJson) return line.at(-1) === 10 ? line : Buffer.concat([line, Buffer.from('\n')])
  const message = line.toString('utf8').replace(/\n$/, '')
  const entry = { message, timestamp: new Date().toISOString(), type: kind, process_id: style.instance, app_name: style.app }
  return Buffer.from(JSON.stringify(entry) + '\n')
}
