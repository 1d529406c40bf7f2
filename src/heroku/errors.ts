import { ShipitError } from '../errors.js'
import type { Endpoint } from './endpoint.js'

/** What the Platform API answers an error with. */
export interface ApiErrorBody {
  id?: string
  message?: string
  url?: string
  resource?: string
}

const BODY_FIELDS = new Set(['id', 'message', 'url', 'resource'])

interface FailedAnswer {
  status: number
  /** The body as it came: JSON from the API, HTML from a proxy, nothing. */
  body: string
  method: string
  path: string
  requestId?: string | undefined
  /** The header Heroku-Two-Factor-Required is there. */
  asksSecondFactor?: boolean
  /** ms that the headers ask to wait. */
  retryAfter?: number | undefined
}

function errorBody(body: string): ApiErrorBody {
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed !== 'object' || parsed === null) return {}
    // An error of any other kind than the API documents is no reason to fail on top of it.
    return Object.fromEntries(
      Object.entries(parsed).filter(
        ([name, value]) => BODY_FIELDS.has(name) && typeof value === 'string',
      ),
    )
  } catch (error) {
    // A proxy's HTML page: nothing in it is worth showing.
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

/** Heroku's status page knows nothing of another platform. */
const incidentsOf = (endpoint: Pick<Endpoint, 'apiUrl'>) =>
  /(^|\.)heroku\.com$/.test(new URL(endpoint.apiUrl).hostname)
    ? 'https://status.heroku.com shows incidents.'
    : ''

export const hostOf = (endpoint: Pick<Endpoint, 'apiUrl'>) => new URL(endpoint.apiUrl).host

/** A label at the head of a sentence: `The embedded Heroku`. */
export const headOf = ({ label }: Pick<Endpoint, 'label'>) =>
  label.charAt(0).toUpperCase() + label.slice(1)

/** As it was typed: the path holds it encoded. */
function appIn(path: string): string | undefined {
  const name = /^\/apps\/([^/?]+)/.exec(path)?.[1]
  return name && decodeURIComponent(name)
}

/** What to type when a token is missing or refused, by where it came from. */
function howToLogIn(tokenSource?: string): string {
  if (tokenSource === 'HEROKU_API_KEY')
    return (
      'Set HEROKU_API_KEY to a valid token (`heroku authorizations:create` makes one), or unset ' +
      'it and run `shipit login`.'
    )
  if (tokenSource === 'the embedded Heroku') return 'shipit local stop && shipit local start'
  return (
    'Run `shipit login`, or set HEROKU_API_KEY to a token (`heroku authorizations:create` makes ' +
    'one).'
  )
}

/** An answer of 400 and above, with what its errors are told by. */
interface Refused extends FailedAnswer {
  endpoint: Endpoint
  /** The platform, at the head of a sentence. */
  head: string
  id: string | undefined
  resource: string | undefined
  /** The platform's own words, and where it says more. */
  said: string | undefined
  seen: string | undefined
  /** That the path is about. */
  app: string | undefined
  details: Record<string, unknown>
}

/**
 * An answer of 400 and above as the error that a user reads. Holds the platform's own words and
 * request id, never the token.
 */
export function answerError(answer: FailedAnswer, endpoint: Endpoint): ShipitError {
  const { status, method, path, asksSecondFactor } = answer
  const body = errorBody(answer.body)
  const details = {
    status,
    ...(body.id ? { id: body.id } : {}),
    ...(answer.requestId ? { request_id: answer.requestId } : {}),
  }
  const refused: Refused = {
    ...answer,
    endpoint,
    head: headOf(endpoint),
    id: body.id,
    resource: body.resource,
    said: body.message?.trim() || undefined,
    seen: body.url ? `See ${body.url}` : undefined,
    app: appIn(path),
    details,
  }
  // Before 401 and 403: with either the header says what is missing.
  if (asksSecondFactor || (status === 403 && body.id === 'two_factor'))
    return wantsSecondFactor(refused)
  if (status === 401) return refusesToken(refused)
  if (status === 402 || body.id === 'suspended') return wantsBilling(refused)
  if (status === 403 && refused.app !== undefined && method === 'GET') return noAccess(refused)
  if (status === 404) return notThere(refused)
  if (status === 429) return rateLimited(refused)
  if (status === 507 && refused.said) return notStored(refused)
  return status >= 500 ? unwell(refused) : refusal(refused)
}

const refusesToken = ({ head, endpoint, said, details }: Refused) =>
  new ShipitError('auth', {
    message: `${head} does not accept the token from ${endpoint.tokenSource}.`,
    why: said,
    next: howToLogIn(endpoint.tokenSource),
    details,
  })

const wantsSecondFactor = ({ head, said, details }: Refused) =>
  new ShipitError('auth', {
    message: `${head} asks for a second factor.`,
    why: said,
    next:
      'Run `shipit login --interactive`, which asks for it, or set HEROKU_API_KEY to a token ' +
      'of `heroku authorizations:create`, which needs none.',
    details,
  })

function wantsBilling({ head, id, said, seen, app, details }: Refused): ShipitError {
  const isSuspended = id === 'suspended'
  return new ShipitError('refused', {
    message: isSuspended
      ? `${head} has suspended this account or app.`
      : said
        ? `${head} refused: ${said}`
        : `${head} wants the account's billing settled first.`,
    ...(isSuspended ? { why: said } : {}),
    next:
      seen ??
      'https://dashboard.heroku.com/account/billing shows what is open; ' +
        'https://help.heroku.com answers for a suspension.',
    details: withApp(details, app),
  })
}

const noAccess = ({ endpoint, said, app, details }: Refused) =>
  new ShipitError('not_found', {
    message: `Your account has no access to ${app} on ${endpoint.label}.`,
    why: said,
    next: 'Have its owner run `heroku access:add`, or check whose token it is: heroku auth:whoami',
    details: withApp(details, app),
  })

function notThere({ head, endpoint, resource, path, said, seen, app, details }: Refused) {
  const isApp =
    app !== undefined &&
    (resource === 'app' || /\bfind that app\b/i.test(said ?? '') || /^\/apps\/[^/?]+$/.test(path))
  if (isApp)
    return new ShipitError('not_found', {
      message:
        `There is no app called ${app} on ${endpoint.label}, or your account has no ` +
        'access to it.',
      next: 'Check the name given by --app, HEROKU_APP or the git remote `heroku`.',
      details: withApp(details, app),
    })
  return new ShipitError('not_found', {
    message: `${head} does not know ${path}.`,
    why: said,
    next: seen,
    details: withApp(details, app),
  })
}

function rateLimited({ head, said, details, retryAfter }: Refused): ShipitError {
  const seconds = inSeconds(retryAfter)
  return new ShipitError('network', {
    message: `${head}: rate limit reached for this account.`,
    why: said,
    next: seconds === undefined ? 'Try again in a few minutes.' : `Try again in ${seconds} s.`,
    details: { ...details, ...(seconds === undefined ? {} : { retry_after_seconds: seconds }) },
  })
}

const notStored = ({ head, said, details }: Refused) =>
  new ShipitError('refused', {
    message: `${head} could not store the change: ${said}`,
    next: 'Make room or rights there, then run the command again.',
    details,
  })

function unwell(refused: Refused): ShipitError {
  const { head, endpoint, status, id, method, path, said, details, retryAfter } = refused
  const incidents = incidentsOf(endpoint)
  const seconds = inSeconds(retryAfter)
  return new ShipitError('network', {
    message:
      id === 'maintenance'
        ? `${head} (${hostOf(endpoint)}) is under maintenance itself.`
        : `${head} (${hostOf(endpoint)}) answered ${method} ${path} with status ${status}.`,
    why: said,
    next:
      method === 'GET'
        ? 'Try ' +
          `again${seconds === undefined ? '' : ` in ${seconds} s`}${incidents ? `; ${incidents}` : '.'}`
        : 'It is not known whether the change was made: look before you try again.' +
          (incidents ? ` ${incidents}` : ''),
    details,
  })
}

const refusal = ({ head, status, method, path, said, seen, app, details }: Refused) =>
  new ShipitError('refused', {
    message: said
      ? `${head} refused: ${said}`
      : `${head} refused ${method} ${path} with status ${status}.`,
    next: seen,
    details: withApp(details, app),
  })

const withApp = (details: Record<string, unknown>, app: string | undefined) =>
  app ? { ...details, app } : details

const inSeconds = (ms: number | undefined) => (ms === undefined ? undefined : Math.ceil(ms / 1000))
