import type { IncomingHttpHeaders } from 'node:http'

/**
 * How long an answer of 429 or 503 asks to wait, in ms: Retry-After in seconds or as a date (RFC
 * 9110, 10.2.3), else RateLimit-Reset in seconds or as a time since the epoch. Undefined if the
 * headers say nothing.
 */
export function retryAfter(headers: IncomingHttpHeaders, now = Date.now()): number | undefined {
  const asked = headers['retry-after']?.trim()
  if (asked) {
    if (/^\d+(\.\d+)?$/.test(asked)) return Number(asked) * 1000
    const date = Date.parse(asked)
    if (!Number.isNaN(date)) return Math.max(0, date - now)
  }
  const reset = [headers['ratelimit-reset'] ?? headers['x-ratelimit-reset']].flat()[0]?.trim()
  if (reset && /^\d+$/.test(reset)) {
    const seconds = Number(reset)
    // More than a billion seconds can only be a time since the epoch.
    return seconds > 1e9 ? Math.max(0, seconds * 1000 - now) : seconds * 1000
  }
  return undefined
}
