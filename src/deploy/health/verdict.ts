/** What an answer says of the app's health. Pure. */
import { readStatuses } from '../../ecosystem/health.js'
import type { HealthCheck } from './health-check.js'
import type { Answer } from './probe.js'

export type Verdict =
  | { is: 'well'; words: string; warning?: string | undefined }
  | { is: 'ill'; words: string }
  /** The app itself was not heard, or would not talk to us: nothing follows from it. */
  | { is: 'unknown'; words: string }

/**
 * Answers to `/` that an app gives which has no such route or guards it: it serves, and no more is
 * proven.
 */
const PROVES_LITTLE = new Set([401, 403, 404, 405])
/** Of Basic auth, of trusted IP ranges, of a proxy. */
const NOT_LET_IN = new Set([401, 403, 407])

/** @param url that was asked; a redirect from it to another host is `unknown` */
export function verdictOf(
  check: Pick<HealthCheck, 'path' | 'isNamed' | 'status'>,
  answer: Answer,
  url: string,
): Verdict {
  if (!answer.isAnswer)
    return { is: 'unknown', words: `it could not be asked from here: ${answer.why}` }
  const { status, reason, location } = answer
  const said = `${status} ${reason}`.trim()
  const well = (warning?: string): Verdict => ({
    is: 'well',
    words: `${status} in ${Math.round(answer.ms)} ms`,
    warning,
  })
  if (check.status !== null)
    return isIn(check.status, status)
      ? well()
      : NOT_LET_IN.has(status)
        ? notLetIn(said)
        : { is: 'ill', words: said }
  if (status >= 300 && status < 400) {
    return location !== undefined && new URL(location).host !== new URL(url).host
      ? { is: 'unknown', words: `${said}, to ${new URL(location).host}` }
      : well()
  }
  if (status >= 200 && status < 300) return well()
  if (check.isNamed) return NOT_LET_IN.has(status) ? notLetIn(said) : { is: 'ill', words: said }
  if (status >= 500) return { is: 'ill', words: said }
  return well(
    PROVES_LITTLE.has(status)
      ? `${check.path} answers ${said}, which proves only that the app serves. Name a path that ` +
          `proves more: --health /PATH, or \`health:\` in the deploy: block.`
      : undefined,
  )
}

const notLetIn = (said: string): Verdict => ({
  is: 'unknown',
  words: `${said} (--health-header can send what it asks for)`,
})

const isIn = (statuses: string, status: number): boolean =>
  readStatuses(statuses)?.some(([from, to]) => status >= from && status <= to) ?? false

/** What is healthy, for an error's reader. */
export function healthyIn({ isNamed, status }: Pick<HealthCheck, 'isNamed' | 'status'>): string {
  if (status !== null) return `Healthy is an answer of ${status}.`
  return isNamed ? 'Healthy is an answer of 2xx or 3xx.' : 'Healthy is an answer below 500.'
}
