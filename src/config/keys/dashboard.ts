import os from 'node:os'
import { ShipitError } from '../../errors.js'
import {
  ADDRESS_VARIABLES,
  dashboardAddress,
  questionAddress,
} from '../../runtime/dashboard/address.js'
import { plain, verdictOf } from '../../runtime/dashboard/verdict.js'

const ANSWER_TIME = 15_000

export interface DashboardAnswer {
  /** `accepted`: the agent will connect. `refused`: it will not, for the reason in `why`. */
  standing: 'accepted' | 'refused'
  host: string
  why?: string
}

/**
 * The dashboard that the app's agent speaks to, by the agent's own rules. Throws ShipitError
 * `usage` for one that a secret is not sent to in clear.
 */
export function dashboardUrl(vars: Readonly<Record<string, string>>): URL {
  const url = dashboardAddress(vars)
  if (url) return url
  throw new ShipitError('usage', {
    message:
      `${ADDRESS_VARIABLES.join(' or ')} of the app names no https address: the keys were not ` +
      'sent.',
    next: 'Set it to a host such as root.keymetrics.io, or unset it.',
  })
}

/**
 * Asks the dashboard whether it knows these keys, in the words in which the agent in a dyno asks:
 * POST /api/node/verifyPM2. The secret goes there and nowhere else.
 * @param vars the app's config vars; @param fetcher fetch, or one that knows the proxy
 * Throws ShipitError `network` if no answer comes that can be read.
 */
export async function testKeys(
  vars: Readonly<Record<string, string>>,
  machine: string,
  fetcher: typeof fetch = fetch,
): Promise<DashboardAnswer> {
  const url = dashboardUrl(vars)
  const unreachable = (why: string, cause?: unknown) =>
    new ShipitError('network', {
      message: `PM2's dashboard at ${url.host} gave no answer about the keys.`,
      why,
      next: 'Try again later. A dyno whose dashboard cannot be reached runs all the same.',
      cause,
    })
  const data = {
    MACHINE_NAME: machine,
    PUBLIC_KEY: vars.PM2_PUBLIC_KEY,
    RECYCLE: false,
    PM2_VERSION: 'shipit',
    MEMORY: os.totalmem() / 1e6,
    HOSTNAME: machine,
    CPUS: [],
  }
  let response: Response
  let body: string
  try {
    response = await fetcher(questionAddress(url), {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_TIME),
      headers: { 'content-type': 'application/json', 'user-agent': 'PM2 Agent' },
      body: JSON.stringify({
        public_id: vars.PM2_PUBLIC_KEY,
        private_id: vars.PM2_SECRET_KEY,
        data,
      }),
    })
    body = await response.text()
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error }
    throw unreachable(cause?.message || message, error)
  }
  const verdict = verdictOf(response.status, body)
  if (verdict.standing === 'accepted') return { standing: 'accepted', host: url.host }
  const why = sentence(withoutKeys(plain(verdict.why), vars))
  if (verdict.standing === 'unreachable') throw unreachable(why)
  return { standing: 'refused', host: url.host, why }
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`

/** A server may repeat what it was asked. */
function withoutKeys(text: string, vars: Readonly<Record<string, string>>): string {
  return [vars.PM2_SECRET_KEY, vars.PM2_PUBLIC_KEY].reduce<string>(
    (rest, key) => (key ? rest.replaceAll(key, '****') : rest),
    text,
  )
}
