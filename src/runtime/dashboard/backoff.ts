/** Pauses of 1, 2, 4 … 60 s between tries, in ms; a try that lasted a minute begins them anew. */
export class Backoff {
  #pause = 0

  /** @param lasted ms that what was tried held, 0 if it failed at once */
  next(lasted = 0): number {
    this.#pause = lasted >= LONG ? 0 : this.#pause
    this.#pause = Math.min(LONGEST, this.#pause * 2 || SHORTEST)
    return this.#pause
  }
}

const SHORTEST = 1000
const LONGEST = 60_000
const LONG = 60_000
