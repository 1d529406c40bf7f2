import type { ErrorRequestHandler } from 'express'
import { ShipitError, type ErrorCode } from '../errors.js'

/** What the server itself does not do, with its HTTP status. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly next: string | null = null,
  ) {
    super(message)
  }
}

/**
 * The platform's refusals, as HTTP has them. 401 and 403 are the dashboard's own: what the platform
 * does not accept is 502, whoever's login it is.
 */
const STATUS: Partial<Record<ErrorCode, number>> = {
  usage: 400,
  not_found: 404,
  refused: 409,
  auth: 502,
  network: 502,
  local: 502,
  timeout: 504,
}

/** Every error as {"error": {code, message, why, next}}, and never with a stack. */
export const answerError: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (response.headersSent) return next(error)
  const { status, body } = described(error)
  response.status(status)
  if (request.path.startsWith('/api/')) response.json({ error: body })
  else response.type('text/plain').send(`${body.message}\n${body.next ? `${body.next}\n` : ''}`)
}

function described(error: unknown) {
  if (error instanceof Refusal) {
    const { status, message, next } = error
    return { status, body: { code: 'usage', message, why: null, next } }
  }
  // The parser of bodies: no JSON, too large, cut off.
  const { status, expose } = error as { status?: number; expose?: boolean }
  if (error instanceof Error && expose === true && status !== undefined && status < 500) {
    const message = `The request cannot be read: ${error.message}`
    return { status, body: { code: 'usage', message, why: null, next: null } }
  }
  if (error instanceof URIError)
    return {
      status: 400,
      body: { code: 'usage', message: 'The path cannot be decoded.', why: null, next: null },
    }
  const { code, message, why = null, next = null } = ShipitError.from(error)
  return { status: STATUS[code] ?? 500, body: { code, message, why, next } }
}
