import { ShipitError } from '../errors.js'

/**
 * A text with commands to type, for a user who works with --local: each that names an app is for
 * the embedded Heroku too.
 */
export function addLocal(text: string): string {
  return text.replace(
    /(?<!--local\b[^`\n]*)(?:--app|apps create) [\w-]+(?![\w-]| --local)/g,
    '$& --local',
  )
}

/**
 * The error with its suggestions as above: some stand in the message, such as how to undo a
 * rollback.
 */
export function withLocal(error: ShipitError, isLocal: boolean): ShipitError {
  const { code, message, why, next, details, exitCode } = error
  const isConcerned = isLocal && `${message}${why}${next}`.includes('--app ')
  if (!isConcerned) return error
  return new ShipitError(code, {
    message: addLocal(message),
    why: why && addLocal(why),
    next: next && addLocal(next),
    details,
    exitCode,
    cause: error,
  })
}
