import { StringDecoder } from 'node:string_decoder'

/**
 * Turns a stream's bytes into lines. UTF-8 split across chunks stays whole, and of a progress line,
 * which is rewritten in place by carriage returns, only its last state becomes a line.
 */
export class OutputLines {
  private readonly decoder = new StringDecoder('utf8')
  private partial = ''

  constructor(private readonly onLine: (line: string) => void) {}

  write(chunk: Buffer): void {
    const lines = (this.partial + this.decoder.write(chunk)).split('\n')
    this.partial = lines.pop() ?? ''
    for (const line of lines) this.onLine(lastState(line))
    // A long progress line need not be kept: what a carriage return has overwritten is gone.
    this.partial = this.partial.slice(this.partial.lastIndexOf('\r', this.partial.length - 2) + 1)
  }

  end(): void {
    const rest = this.partial + this.decoder.end()
    this.partial = ''
    if (rest) this.onLine(lastState(rest))
  }
}

function lastState(line: string): string {
  const whole = line.replace(/\r+$/, '')
  return whole.slice(whole.lastIndexOf('\r') + 1)
}

/**
 * What the platform wrote, of a line that git printed on stderr; undefined if the line is git's
 * own. git puts `remote: ` before each line of the other side and pads it with eight spaces or an
 * escape sequence, to wipe what stood there.
 */
export function remoteLine(line: string): string | undefined {
  const written = /^remote: ?(.*)$/s.exec(line)?.[1]
  // eslint-disable-next-line no-control-regex -- the escape sequence that git appends
  return written?.replace(/(?: {8}|\x1b\[K)$/, '').trimEnd()
}
