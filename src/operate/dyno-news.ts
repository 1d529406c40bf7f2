import { ShipitError } from '../errors.js'
import { streamLogs, type LogLine, type PlatformApi } from '../heroku/index.js'

/**
 * Recent lines to begin with: what the platform says between the request for the log and its first
 * line is among them.
 */
const BEGINNING = 50

const UP = /^State changed from [\w-]+ to up\b/
const CRASHED = /^State changed from [\w-]+ to crashed\b/
const GONE = /^Process exited with status \d+/

export type DynoWord = 'up' | 'crashed' | 'gone'

/**
 * What a line of the platform says has become of a dyno
 * (https://devcenter.heroku.com/articles/logging); undefined for any other line.
 */
export function dynoWord({ source, message }: LogLine): DynoWord | undefined {
  if (source !== 'heroku') return undefined
  return UP.test(message)
    ? 'up'
    : CRASHED.test(message)
      ? 'crashed'
      : GONE.test(message)
        ? 'gone'
        : undefined
}

/** How many dynos are still to come up, and to go for good. */
export interface Pending {
  up: number
  gone: number
}

/** Counts what the log has told of dynos since the last poll of them, by name. */
export class WordCount {
  private readonly names: Record<DynoWord, Set<string>> = {
    up: new Set(),
    crashed: new Set(),
    gone: new Set(),
  }

  add(word: DynoWord, dyno: string): void {
    this.names[word].add(dyno)
  }

  clear(): void {
    for (const names of Object.values(this.names)) names.clear()
  }

  /**
   * Whether another poll may find what is waited for: as many dynos have come up and gone as were
   * still to do so, or one has crashed.
   */
  isWorthAPoll({ up, gone }: Pending): boolean {
    return (
      this.names.crashed.size > 0 ||
      (up + gone > 0 && this.names.up.size >= up && this.names.gone.size >= gone)
    )
  }
}

/**
 * The platform's own lines on an app's dynos, followed: they say when a poll of the dynos is worth
 * a call of the API, and never replace it. One call for the log session, and one an hour. A log
 * that cannot be read ends nothing.
 */
export class DynoNews {
  private readonly words = new WordCount()
  private readonly left = new AbortController()
  private pending: Pending = { up: 0, gone: 0 }
  private wake: (() => void) | undefined
  private hasLines = false
  private hasFailed = false

  constructor(api: PlatformApi, app: string) {
    void this.follow(api, app)
  }

  /** Whether the log is known to tell. */
  get isTelling(): boolean {
    return this.hasLines && !this.hasFailed
  }

  /** To be called before each poll: what is told from here on is news to it. */
  begin(): void {
    this.words.clear()
  }

  /**
   * Waits until the log makes another poll worthwhile, `ms` at most. Whether it was the log.
   * Rejects with the signal's reason.
   */
  async wait(pending: Pending, ms: number, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted()
    this.pending = pending
    if (this.words.isWorthAPoll(pending)) return true
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        this.wake = undefined
        settle()
      }
      const abort = () => end(() => reject(signal!.reason as Error))
      const timer = setTimeout(() => end(() => resolve(false)), ms)
      signal?.addEventListener('abort', abort, { once: true })
      this.wake = () => end(() => resolve(true))
    })
  }

  stop(): void {
    this.left.abort()
  }

  private async follow(api: PlatformApi, app: string): Promise<void> {
    try {
      for await (const line of streamLogs(api, app, {
        source: 'heroku',
        lines: BEGINNING,
        tail: true,
        signal: this.left.signal,
      })) {
        this.hasLines = true
        const word = dynoWord(line)
        if (word === undefined) continue
        this.words.add(word, line.dyno)
        if (this.words.isWorthAPoll(this.pending)) this.wake?.()
      }
    } catch (error) {
      if (!(error instanceof ShipitError)) throw error
      this.hasFailed = true
    }
  }
}
