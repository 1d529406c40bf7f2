import { fstatSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'

/** Bytes that wait for the reader; beyond them the apps wait too. */
const FULL = 65_536
/**
 * Bytes beyond which even our own lines are left out: at some hundred bytes an event, days of
 * restarts.
 */
const OVERFULL = 1_048_576
/**
 * ms without a byte taken, after which a reader is given up where the dyno ends. Heroku gives 30 s
 * in all, the instances take 25.
 */
const TIMEOUT_MS = 2000
/**
 * Streams of instances that have ended which wait for a reader: beyond them the oldest are closed,
 * unread.
 */
const ABANDONED = 16

/**
 * The dyno's stdout or stderr. Its reader may be slow or stalled: what instances write then waits
 * in their own pipes, and the supervisor, which never blocks, goes on with restarts, metrics and
 * signals. (Node.js writes to a pipe without blocking and keeps what it does not take.)
 */
export class Outlet {
  readonly #stream: Writable
  readonly #held = new Set<Readable>()
  readonly #abandoned = new Set<Readable>()
  #waiting: Array<() => void> = []
  #leftOut = 0
  #isInHurry = false
  #isGivenUp = false
  #stalled: NodeJS.Timeout | undefined
  /**
   * Called once when nothing can be written any more: its reader has gone (EPIPE), or the file's
   * disk is full.
   */
  onBroken: ((error: NodeJS.ErrnoException) => void) | undefined
  /** Told of each line of our own. */
  onLine: ((text: string) => void) | undefined

  constructor(stream: Writable) {
    this.#stream = stream
    stream.on('error', (error) => {
      if (this.#isGivenUp) return
      this.#giveUp()
      this.onBroken?.(error)
    })
  }

  /**
   * A line of our own. It overtakes what instances have not got rid of, and is left out only if
   * nobody has read for very long.
   */
  write(line: string): void {
    this.onLine?.(line)
    if (this.#stream.writableLength > OVERFULL) this.#leftOut += 1
    else this.#put(line)
  }

  /**
   * Output of an instance, in whole lines. Stops `from` if the reader is behind, until it has
   * caught up.
   */
  pour(bytes: Buffer, from: Readable): void {
    if (this.#isGivenUp) return
    this.#put(bytes)
    if (this.isFull) this.#hold(from)
  }

  /** Lets a stream that was paused flow again, as soon as there is room. */
  resume(from: Readable): void {
    if (this.isFull) this.#hold(from)
    else from.resume()
  }

  get isFull(): boolean {
    return !this.#isGivenUp && this.#stream.writableLength > FULL
  }

  isHolding(from: Readable): boolean {
    return this.#held.has(from)
  }

  /**
   * The instance of a held stream has ended: what it left is worth keeping for a while, yet each
   * crash leaves some.
   */
  abandon(from: Readable): void {
    if (this.#abandoned.has(from)) return
    this.#abandoned.add(from)
    from.once('close', () => this.#abandoned.delete(from))
    const [oldest] = this.#abandoned
    if (this.#abandoned.size > ABANDONED && oldest) {
      this.#held.delete(oldest)
      this.#abandoned.delete(oldest)
      oldest.destroy()
    }
  }

  /**
   * From now on a reader that takes nothing for 2 s is given up: instances that wait for it could
   * not end.
   */
  hurry(): void {
    this.#isInHurry = true
    this.#stalled ??= this.#timer()
  }

  /** Resolves when all is taken, or its reader given up. */
  emptied(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#settle()
    })
  }

  #put(bytes: string | Buffer): void {
    if (this.#isGivenUp) return
    this.#stream.write(bytes, () => this.#onTaken())
    if (this.#isInHurry) this.#stalled ??= this.#timer()
  }

  #hold(from: Readable): void {
    from.pause()
    this.#held.add(from)
  }

  #onTaken(): void {
    clearTimeout(this.#stalled)
    this.#stalled = this.#isInHurry ? this.#timer() : undefined
    this.#settle()
  }

  #settle(): void {
    if (!this.isFull) this.#release()
    if (!this.#isGivenUp && this.#stream.writableLength > 0) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #release(): void {
    if (this.#leftOut > 0 && !this.#isGivenUp) {
      const text =
        `shipit: warning: nobody read the log for a while; ${this.#leftOut} lines of shipit's ` +
        'own were left out\n'
      this.#leftOut = 0
      this.#put(text)
    }
    for (const from of this.#held) from.resume()
    this.#held.clear()
  }

  #timer(): NodeJS.Timeout {
    return setTimeout(() => {
      if (this.#stream.writableLength > 0) this.#giveUp()
      this.#stalled = undefined
    }, TIMEOUT_MS)
  }

  #giveUp(): void {
    this.#isGivenUp = true
    this.#settle()
  }
}

/**
 * The dyno's own. Where both are one pipe (`2>&1`) they are one outlet: a line that was taken in
 * part must go on before another begins.
 */
export const dynoOutput = openBoth()

function openBoth(): { out: Outlet; err: Outlet } {
  const [one, two] = [fstatSync(1), fstatSync(2)]
  const out = new Outlet(process.stdout)
  return { out, err: one.dev === two.dev && one.ino === two.ino ? out : new Outlet(process.stderr) }
}
