/**
 * Calls that Heroku allows an account in an hour
 * (devcenter.heroku.com/articles/platform-api-reference#rate-limits).
 */
import { monotonic } from '../../lib/monotonic.js'
const CALLS_AN_HOUR = 4_500

/**
 * What RateLimit-Remaining would say on Heroku: a bucket that refills by 75 a minute. A rehearsal
 * is never refused for it, so that a user sees how near a script comes to the limit without being
 * stopped by it.
 */
export class RateLimit {
  private tokens = CALLS_AN_HOUR
  private countedAt = monotonic()

  /** Calls left now; asking costs none. */
  get remaining(): number {
    const now = monotonic()
    this.tokens = Math.min(
      CALLS_AN_HOUR,
      this.tokens + ((now - this.countedAt) * CALLS_AN_HOUR) / 3_600_000,
    )
    this.countedAt = now
    return Math.floor(this.tokens)
  }

  take(): number {
    const left = Math.max(0, this.remaining - 1)
    this.tokens = Math.max(0, this.tokens - 1)
    return left
  }
}
