import { parseDuration } from '../lib/duration.js'
import { ShipitError } from '../errors.js'

interface Patience {
  timeout?: number
  silence?: number
  retries?: number
}

/**
 * How long a platform that does not answer is waited for: SHIPIT_HTTP_TIMEOUT (90s, 2m) for a whole
 * call, SHIPIT_HTTP_RETRIES for how often what may be sent again is. Throws ShipitError `usage` for
 * what is neither.
 */
export function patience({
  SHIPIT_HTTP_TIMEOUT: timeout,
  SHIPIT_HTTP_RETRIES: retries,
}: NodeJS.ProcessEnv): Patience {
  const ms = timeout ? parseDuration(timeout) : undefined
  if (timeout && !ms)
    throw new ShipitError('usage', {
      message: `SHIPIT_HTTP_TIMEOUT is not a valid duration: ${timeout}`,
      next: 'Write 90s or 2m.',
    })
  if (retries && !/^\d{1,2}$/.test(retries))
    throw new ShipitError('usage', {
      message: `SHIPIT_HTTP_RETRIES is not a valid number: ${retries}`,
      next: 'Write 0 to 99.',
    })
  return {
    ...(ms ? { timeout: ms, silence: Math.max(1, ms / 3) } : {}),
    ...(retries ? { retries: Number(retries) } : {}),
  }
}
