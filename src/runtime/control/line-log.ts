/**
 * The last lines that a `shipit dev` has printed, and its last figures, for those who ask from
 * another terminal.
 */
import type { Readable } from 'node:stream'
import type { DevLine } from '../dev-protocol.js'
import { cutLines, LONGEST_LINE } from '../lines.js'
import type { Outlet } from '../outlet.js'
import { dresser, isPlain, type OutputStyle } from '../output.js'

/**
 * As many as Heroku keeps (devcenter.heroku.com/articles/log-sessions), in at most so many
 * characters; and lines of figures, for ten minutes of charts.
 * Events have a place of their own: an app that prints a line a request would push them out within
 * a second.
 */
const MOST_LINES = 1500
const MOST_CHARACTERS = 2 ** 21
const MOST_FIGURES = 300
const MOST_EVENTS = 300

type Listener = (line: DevLine) => void

export class LineLog {
  readonly #lines: Numbered[] = []
  readonly #figures: Numbered[] = []
  readonly #events: Numbered[] = []
  readonly #listeners = new Set<Listener>()
  #characters = 0
  #count = 0

  /**
   * Of what the runtime itself says there, without its lines of figures, which come another way;
   * `follow` adds what instances print.
   */
  static of({ out, err }: { out: Outlet; err: Outlet }): LineLog {
    const log = new LineLog()
    log.#tap(err, 'err')
    // Where both are one.
    log.#tap(out, 'out')
    return log
  }

  #tap(outlet: Outlet, stream: 'out' | 'err'): void {
    outlet.onLine = (text) => {
      for (const line of text.split('\n'))
        if (line !== '' && !FIGURES.test(line)) this.#own({ at: Date.now(), stream, text: line })
    }
  }

  /** Keeps what an instance prints, as it is printed. `of`: `api:0` */
  follow(from: Readable, style: OutputStyle, stream: 'out' | 'err', of: string): void {
    if (style.isSilent) return
    const dress = isPlain(style) ? undefined : dresser(style, stream)
    let rest: Buffer = Buffer.alloc(0)
    const take = (lines: Buffer[]) => {
      for (const line of lines)
        this.#add({
          at: Date.now(),
          stream,
          text: (dress ? dress.lines([line]) : line).toString('utf8').replace(/\n$/, ''),
          of,
        })
    }
    from.on('data', (chunk: Buffer) => {
      const { complete, rest: left } = cutLines(
        rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk,
        dress?.longest ?? LONGEST_LINE,
      )
      rest = Buffer.from(left)
      take(complete)
    })
    from.on('end', () => rest.length > 0 && take([rest]))
  }

  figures(text: string): void {
    const line: DevLine = { at: Date.now(), stream: 'figures', text: text.trimEnd() }
    this.#keep(this.#figures, line, MOST_FIGURES)
  }

  /** Oldest first. */
  get lines(): DevLine[] {
    return [...this.#lines, ...this.#figures, ...this.#events]
      .sort((one, other) => one.number - other.number)
      .map(({ line }) => line)
  }

  /** Calls `listener` with each line from now on, until the returned function is called. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #own(line: DevLine): void {
    if (EVENT.test(line.text)) this.#keep(this.#events, line, MOST_EVENTS)
    else this.#add(line)
  }

  #keep(lines: Numbered[], line: DevLine, most: number): void {
    lines.push({ line, number: (this.#count += 1) })
    if (lines.length > most) lines.shift()
    for (const listener of this.#listeners) listener(line)
  }

  #add(line: DevLine): void {
    this.#lines.push({ line, number: (this.#count += 1) })
    this.#characters += line.text.length
    while (this.#lines.length > MOST_LINES || this.#characters > MOST_CHARACTERS)
      this.#characters -= this.#lines.shift()?.line.text.length ?? 0
    for (const listener of this.#listeners) listener(line)
  }
}

interface Numbered {
  line: DevLine
  number: number
}

/** How event-line.ts writes them. */
const EVENT = /^shipit source=\S+ app=/
const FIGURES = /^shipit source=\S+ app=\S+ instance=\d+ of=/
