import { ShipitError } from '../errors.js'
import type { StreamEvents } from './wire.js'

/** Why what is shown may be old, and what to do about it. */
export type Problem = NonNullable<StreamEvents['problem']>

/** Any error of a watch, as the page is told of it. Never holds a secret: errors have none. */
export function problemOf(error: unknown): Problem {
  const { code, message, why, next } = ShipitError.from(error)
  const text = [message, why?.split('\n')[0]].filter(Boolean).join(' ')
  const kind = code === 'auth' ? 'login' : code === 'network' ? 'network' : 'other'
  return { text, next: next ?? null, kind }
}
