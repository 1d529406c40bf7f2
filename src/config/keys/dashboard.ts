import os from 'node:os'
import { ShipitError } from '../../errors.js'
import {
  ADDRESS_VARIABLES,
  dashboardAddress,
  questionAddress,
} from '../../runtime/dashboard/address.js'
import { plain, verdictOf } from '../../runtime/dashboard/verdict.js'
import { KEY_NAMES, type KeyName, type Keys } from './keys.js'

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

/**
 * PM2 Plus issues 15 lower-case letters and digits; other lengths are let pass, in case that
 * changes.
 */
const KEY_SHAPE = /^[A-Za-z0-9]{8,128}$/
const MACHINE_SHAPE = /^\w[\w.:-]{0,63}$/

function problemOf(name: KeyName, value: string): string | undefined {
  if (value === '') return 'is empty'
  if (/\s/.test(value)) return 'has a space or a line break in it'
  if (name === 'PM2_MACHINE_NAME')
    return MACHINE_SHAPE.test(value)
      ? undefined
      : 'may hold letters, digits, `_`, `.`, `:` and `-`, 64 at most'
  if (/^\w+=/.test(value)) return 'has a name and `=` in front of the key'
  return KEY_SHAPE.test(value)
    ? undefined
    : 'is not what PM2 issues: letters and digits, at least 8'
}

/**
 * Checks the shape of keys before anything is sent. `current` are the app's config vars: a key that
 * is the app's other key was swapped.
 * Throws ShipitError `usage` that names the key and never its value.
 */
export function checkKeys(keys: Keys, current: Record<string, string> = {}): void {
  for (const name of KEY_NAMES) {
    const value = keys[name]
    if (value === undefined) continue
    const problem = problemOf(name, value)
    if (problem)
      throw new ShipitError('usage', {
        message: `${name} ${problem}. Nothing was changed.`,
        next: 'Copy it again from the bucket’s settings at https://app.pm2.io.',
      })
  }
  const { PM2_PUBLIC_KEY: publicKey, PM2_SECRET_KEY: secretKey } = keys
  const isSame = publicKey !== undefined && publicKey === secretKey
  const isSwapped =
    (publicKey !== undefined && publicKey === current.PM2_SECRET_KEY) ||
    (secretKey !== undefined && secretKey === current.PM2_PUBLIC_KEY)
  if (isSame || isSwapped) {
    throw new ShipitError('usage', {
      message: isSame
        ? 'PM2_PUBLIC_KEY and PM2_SECRET_KEY are the same. Nothing was changed.'
        : 'PM2_PUBLIC_KEY and PM2_SECRET_KEY are swapped. Nothing was changed.',
      why: isSame ? undefined : 'What was given for the one is what the app has for the other.',
      next: 'Copy both again from the bucket’s settings at https://app.pm2.io.',
    })
  }
}
