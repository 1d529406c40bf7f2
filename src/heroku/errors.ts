import { ShipitError } from '../errors.js'
import type { Endpoint } from './endpoint.js'

/** What the API says with a status of 400 and above: {id, message, url, resource}. */
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

/**
 * An answer of 400 and above as the error that a user reads. Holds the platform's own words and
 * request id, never the token.
 */
export function answerError(answer: FailedAnswer, endpoint: Endpoint): ShipitError {
  const { status, path } = answer
  const body = errorBody(answer.body)
  const said = body.message?.trim() || undefined
  const seen = body.url ? `See ${body.url}` : undefined
  const details = {
    status,
    ...(body.id ? { id: body.id } : {}),
    ...(answer.requestId ? { request_id: answer.requestId } : {}),
  }
  const app = appIn(path)

  // Before 401 and 403: with either the header says what is missing.
  if (status === 401 && !answer.asksSecondFactor) {
    return new ShipitError('auth', {
      message: `${headOf(endpoint)} does not accept the token from ${endpoint.tokenSource}.`,
      why: said,
      next: howToLogIn(endpoint.tokenSource),
      details,
    })
  }
  if (answer.asksSecondFactor || (status === 403 && body.id === 'two_factor')) {
    return new ShipitError('auth', {
      message: `${headOf(endpoint)} asks for a second factor.`,
      why: said,
      next:
        'Run `shipit login --interactive`, which asks for it, or set HEROKU_API_KEY to a token ' +
        'of `heroku authorizations:create`, which needs none.',
      details,
    })
  }
  if (status === 402 || body.id === 'suspended') {
    return new ShipitError('refused', {
      message:
        body.id === 'suspended'
          ? `${headOf(endpoint)} has suspended this account or app.`
          : said
            ? `${headOf(endpoint)} refused: ${said}`
            : `${headOf(endpoint)} wants the account's billing settled first.`,
      ...(body.id === 'suspended' ? { why: said } : {}),
      next:
        seen ??
        'https://dashboard.heroku.com/account/billing shows what is open; ' +
          'https://help.heroku.com answers for a suspension.',
      details: app ? { ...details, app } : details,
    })
  }
  if (status === 403 && app !== undefined && answer.method === 'GET') {
    return new ShipitError('not_found', {
      message: `Your account has no access to ${app} on ${endpoint.label}.`,
      why: said,
      next: 'Have its owner run `heroku access:add`, or check whose token it is: heroku auth:whoami',
      details: { ...details, app },
    })
  }
  if (status === 404) {
    const isApp =
      app !== undefined &&
      (body.resource === 'app' ||
        /\bfind that app\b/i.test(said ?? '') ||
        /^\/apps\/[^/?]+$/.test(path))
    return new ShipitError(
      'not_found',
      isApp
        ? {
            message:
              `There is no app called ${app} on ${endpoint.label}, or your account has no ` +
              'access to it.',
            next: 'Check the name given by --app, HEROKU_APP or the git remote `heroku`.',
            details: { ...details, app },
          }
        : {
            message: `${headOf(endpoint)} does not know ${path}.`,
            why: said,
            next: seen,
            details: app ? { ...details, app } : details,
          },
    )
  }
  if (status === 429) {
    const seconds =
      answer.retryAfter === undefined ? undefined : Math.ceil(answer.retryAfter / 1000)
    return new ShipitError('network', {
      message: `${headOf(endpoint)}: rate limit reached for this account.`,
      why: said,
      next: seconds === undefined ? 'Try again in a few minutes.' : `Try again in ${seconds} s.`,
      details: { ...details, ...(seconds === undefined ? {} : { retry_after_seconds: seconds }) },
    })
  }
  if (status === 507 && said) {
    return new ShipitError('refused', {
      message: `${headOf(endpoint)} could not store the change: ${said}`,
      next: 'Make room or rights there, then run the command again.',
      details,
    })
  }
  if (status >= 500) {
    const incidents = incidentsOf(endpoint)
    const seconds =
      answer.retryAfter === undefined ? undefined : Math.ceil(answer.retryAfter / 1000)
    return new ShipitError('network', {
      message:
        body.id === 'maintenance'
          ? `${headOf(endpoint)} (${hostOf(endpoint)}) is under maintenance itself.`
          : `${headOf(endpoint)} (${hostOf(endpoint)}) answered ${answer.method} ${path} with ` +
            `status ${status}.`,
      why: said,
      next:
        answer.method === 'GET'
          ? 'Try ' +
            `again${seconds === undefined ? '' : ` in ${seconds} s`}${incidents ? `; ${incidents}` : '.'}`
          : 'It is not known whether the change was made: look before you try again.' +
            (incidents ? ` ${incidents}` : ''),
      details,
    })
  }
  return new ShipitError('refused', {
    message: said
      ? `${headOf(endpoint)} refused: ${said}`
      : `${headOf(endpoint)} refused ${answer.method} ${path} with status ${status}.`,
    next: seen,
    details: app ? { ...details, app } : details,
  })
}
