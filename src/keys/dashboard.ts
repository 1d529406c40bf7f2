import os from 'node:os'
import { ShipitError } from '../errors.js'
import { isLoopback } from '../loopback.js'

/** Where PM2's agent asks, and the names by which PM2 lets it be moved (pm2/constants.js). */
const ROOT = 'root.keymetrics.io'
const ROOT_NAMES = ['KEYMETRICS_NODE', 'PM2_APM_ADDRESS'] as const

const ANSWER_TIME = 15_000

export interface DashboardAnswer {
  /** `accepted`: the agent will connect. `refused`: it will not, for the reason in `why`. */
  standing: 'accepted' | 'refused'
  host: string
  why?: string
}

/** What the dashboard answers (pm2's agent, InteractorDaemon). */
interface Verdict { disabled?: boolean; pending?: boolean; active?: boolean; msg?: string; endpoints?: object }

/** The dashboard that the app's agent speaks to. Throws ShipitError `usage` for one that a secret is not sent to in clear. */
export function dashboardUrl(vars: Readonly<Record<string, string>>): URL {
  const value = ROOT_NAMES.map((name) => vars[name]).find(Boolean) ?? ROOT
  const whole = /^https?:\/\//.test(value) ? value : `https://${value}`
  const url = URL.canParse(whole) ? new URL(whole) : undefined
  if (url !== undefined && (url.protocol === 'https:' || isLoopback(url.hostname))) return url
  throw new ShipitError('usage', { message: `${ROOT_NAMES.join(' or ')} of the app names no https address: the keys were not sent.`, next: `Set it to a host such as ${ROOT}, or unset it.` })
}

/**
 * Asks the dashboard whether it knows these keys, in the words in which the agent in a dyno asks: POST /api/node/verifyPM2. The secret goes there and nowhere else.
 * @param vars the app's config vars; @param fetcher fetch, or one that knows the proxy
 * Throws ShipitError `network` where no answer comes that can be read.
 */
export async function testKeys(vars: Readonly<Record<string, string>>, machine: string, fetcher: typeof fetch = fetch): Promise<DashboardAnswer> {
  const url = dashboardUrl(vars)
  const unreachable = (why: string, cause?: unknown) => new ShipitError('network', {
    message: `PM2's dashboard at ${url.host} gave no answer about the keys.`, why, next: 'Try again later. A dyno whose dashboard cannot be reached runs all the same.', cause,
  })
  const data = { MACHINE_NAME: machine, PUBLIC_KEY: vars.PM2_PUBLIC_KEY, RECYCLE: true, PM2_VERSION: 'shipit', MEMORY: os.totalmem() / 1e6, HOSTNAME: machine, CPUS: [] }
  let response: Response
  try {
    response = await fetcher(new URL('/api/node/verifyPM2', url), {
      method: 'POST', redirect: 'error', signal: AbortSignal.timeout(ANSWER_TIME),
      headers: { 'content-type': 'application/json', 'user-agent': 'PM2 Agent' },
      body: JSON.stringify({ public_id: vars.PM2_PUBLIC_KEY, private_id: vars.PM2_SECRET_KEY, data }),
    })
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error }
    throw unreachable(cause?.message || message, error)
  }
  if ([400, 401, 403, 404].includes(response.status)) return { standing: 'refused', host: url.host, why: `It answered ${response.status}: it does not know this pair of keys.` }
  if (!response.ok) throw unreachable(`It answered ${response.status}.`)
  const verdict = await response.json().catch((error: unknown) => { throw unreachable('Its answer is not JSON.', error) }) as Verdict
  if (verdict.disabled || verdict.pending) return { standing: 'refused', host: url.host, why: 'The bucket is disabled, or at the limit of its servers.' }
  if (verdict.active === false) return { standing: 'refused', host: url.host, why: verdict.msg ?? 'The bucket is not active.' }
  if (verdict.endpoints === undefined) throw unreachable('Its answer does not say where the agent connects.')
  return { standing: 'accepted', host: url.host }
}
