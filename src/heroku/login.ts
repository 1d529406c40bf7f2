import os from 'node:os'
import { ShipitError } from '../errors.js'
import { isLoopback } from '../lib/loopback.js'
import type { ApiErrorBody } from './errors.js'
import { fetchFor } from './proxy.js'

/**
 * The ways to a token that the official CLI has, in its own words to the platform
 * (@heroku-cli/command, login).
 */
const ACCEPT = 'application/vnd.heroku+json; version=3'
const THIRTY_DAYS = 30 * 24 * 60 * 60
/** ms that somebody may take in the browser. */
const LOGIN_TIME = 10 * 60_000
const ANSWER_TIME = 30_000
const RETRIES = 3

export interface LoggedIn {
  email: string
  token: string
}
const description = () => `shipit login from ${os.hostname()}`

async function answerOf(response: Response, url: string): Promise<Record<string, unknown>> {
  const body: unknown = await response.json().catch(() => undefined)
  if (typeof body === 'object' && body !== null) return body as Record<string, unknown>
  throw new ShipitError('network', {
    message: `${new URL(url).host} gave no answer that can be read.`,
    why: `It answered ${response.status}.`,
    next: 'Try again later, or shipit login --token.',
  })
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const fetcher = await fetchFor(url)
  try {
    return await fetcher(url, {
      signal: AbortSignal.timeout(ANSWER_TIME),
      redirect: 'error',
      ...init,
    })
  } catch (error) {
    if (init.signal?.aborted) throw error
    const { cause, message } = error as Error & { cause?: Error }
    throw new ShipitError('network', {
      message: `${new URL(url).host} could not be reached.`,
      why: cause?.message || message,
      next: 'Look at the network and at HTTPS_PROXY, then try again.',
      cause: error,
    })
  }
}

/**
 * Where the browser logs in: HEROKU_LOGIN_HOST as the official CLI knows it. Throws ShipitError
 * `usage` for one that is not https.
 */
export function loginHost(env: NodeJS.ProcessEnv): string {
  const value = env.HEROKU_LOGIN_HOST || 'https://cli-auth.heroku.com'
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isSafe = url !== undefined && (url.protocol === 'https:' || isLoopback(url.hostname))
  if (!isSafe)
    throw new ShipitError('usage', {
      message: 'HEROKU_LOGIN_HOST is not an https URL.',
      next: 'unset HEROKU_LOGIN_HOST',
    })
  return url.origin
}

/**
 * The login in the browser: a page is made, `show` is given its address, and the answer comes when
 * somebody has logged in there.
 * Throws ShipitError `auth` where that was refused, `timeout` after ten minutes.
 */
export async function browserLogin(
  host: string,
  show: (url: string) => Promise<void>,
): Promise<string> {
  const made = await answerOf(
    await send(`${host}/auth`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ description: description() }),
    }),
    host,
  )
  const { browser_url: browserUrl, cli_url: cliUrl, token } = made
  if (typeof browserUrl !== 'string' || typeof cliUrl !== 'string')
    throw new ShipitError('network', {
      message: `${host} does not let anybody log in at the moment.`,
      next: 'shipit login --token',
    })
  await show(`${host}${browserUrl}`)
  const signal = AbortSignal.timeout(LOGIN_TIME)
  for (let attempt = 0; ; attempt += 1) {
    let response: Response
    try {
      response = await send(`${host}${cliUrl}`, {
        headers: { authorization: `Bearer ${String(token)}` },
        signal,
      })
    } catch (error) {
      if (signal.aborted)
        throw new ShipitError('timeout', {
          message: 'Nobody logged in within ten minutes.',
          next: 'shipit login',
          cause: error,
        })
      throw error
    }
    if (response.status > 500 && attempt < RETRIES) continue
    const answer = await answerOf(response, host)
    if (typeof answer.access_token === 'string') return answer.access_token
    throw new ShipitError('auth', {
      message: 'The login was not accepted.',
      why: String(answer.error ?? answer.message ?? `${host} answered ${response.status}.`),
      next: 'shipit login',
    })
  }
}

/**
 * A token for an e-mail address and its password, for thirty days: POST /oauth/authorizations.
 * Answers `two_factor` if a code is asked for.
 * Throws ShipitError `auth`, without the password, if they are not accepted.
 */
export async function passwordLogin(
  apiUrl: string,
  given: { email: string; password: string; code?: string | undefined },
): Promise<LoggedIn | 'two_factor'> {
  const url = `${apiUrl}/oauth/authorizations`
  const response = await send(url, {
    method: 'POST',
    headers: {
      accept: ACCEPT,
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${given.email}:${given.password}`).toString('base64')}`,
      ...(given.code === undefined ? {} : { 'heroku-two-factor-code': given.code }),
    },
    body: JSON.stringify({
      description: description(),
      expires_in: THIRTY_DAYS,
      scope: ['global'],
    }),
  })
  const answer = await answerOf(response, url)
  if (response.ok) {
    const { user, access_token: access } = answer as {
      user?: { email?: string }
      access_token?: { token?: string }
    }
    if (access?.token) return { email: user?.email ?? given.email, token: access.token }
  }
  const { id, message } = answer as ApiErrorBody
  if (id === 'two_factor' && given.code === undefined) return 'two_factor'
  const next =
    id === 'device_trust_required'
      ? 'shipit login, in the browser'
      : 'Try again, or shipit login in the browser.'
  throw new ShipitError('auth', {
    message: 'Heroku does not accept this login.',
    why: message?.replaceAll(given.password, '…') ?? `It answered ${response.status}.`,
    next,
  })
}
