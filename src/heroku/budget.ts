import type { IncomingHttpHeaders } from 'node:http'

/** Calls left of the account's hour below which polling slows down: a third of 4,500. */
const COMFORTABLE = 1500
/** Polling is never slowed down more than this. */
const SLOWEST = 10

/**
 * What the platform says is left of the account's calls: 4,500 an hour, refilled by 75 a minute
 * (https://devcenter.heroku.com/articles/platform-api-reference#rate-limits). The account shares
 * them with every other tool and person that uses it.
 */
export class Budget {
  /**
   * `RateLimit-Remaining` of the last answer; undefined before the first, and on a platform that
   * does not tell.
   */
  remaining: number | undefined

  /** Takes an answer's headers. */
  note(headers: IncomingHttpHeaders): void {
    const told = [headers['ratelimit-remaining']].flat()[0]
    if (told !== undefined && /^\d+$/.test(told)) this.remaining = Number(told)
  }

  /**
   * By how much pauses between polls are to be longer: 1 with a third of the calls left or more, up
   * to 10 with few.
   */
  get slowdown(): number {
    return this.remaining === undefined
      ? 1
      : Math.min(SLOWEST, Math.max(1, COMFORTABLE / Math.max(1, this.remaining)))
  }
}
