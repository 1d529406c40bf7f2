import type { Clock } from '../../../src/embedded/store/types.js'

interface Timer {
  at: number
  task: () => void
}

/** A clock that stands still until a test moves it. */
export class SteeredClock implements Clock {
  private readonly timers = new Set<Timer>()

  /** @param time ms since the epoch */
  constructor(private time: number) {}

  now(): number {
    return this.time
  }

  later(ms: number, task: () => void): () => void {
    const timer = { at: this.time + ms, task }
    this.timers.add(timer)
    return () => this.timers.delete(timer)
  }

  /** Timers that are set. */
  get waiting(): number {
    return this.timers.size
  }

  /** Lets so many ms pass: each timer is called at its time. */
  advance(ms: number): void {
    const end = this.time + ms
    for (let next = this.first(end); next; next = this.first(end)) {
      this.time = next.at
      this.timers.delete(next)
      next.task()
    }
    this.time = end
  }

  /**
   * Sets the time of day by so many ms, back if less than 0. Timers know nothing of it, as if the
   * machine had slept.
   */
  skip(ms: number): void {
    this.time += ms
    for (const timer of this.timers) timer.at += ms
  }

  private first(end: number): Timer | undefined {
    return [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
  }
}
