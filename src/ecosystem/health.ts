import { quote, typeOf } from './coerce.js'
import type { HealthTarget } from './types.js'

/** `health: none`: dynos that stay up are proof enough. */
export const NO_HEALTH_CHECK = 'none'

const PATH = /^\/\S*$/
/**
 * https://www.rfc-editor.org/rfc/rfc9110#name-field-names and -field-values, without control
 * characters.
 */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/
const HEADER_VALUE = /^[\t\x20-\x7e]*$/
const TIME = /^\d+(\.\d+)?[smh]?$/

/** `200-399,401` as ranges; undefined if it is none. */
export function readStatuses(text: string): [from: number, to: number][] | undefined {
  const ranges = text.split(',').map((part): [number, number] | undefined => {
    const [, from, to = from] = /^\s*([1-5]\d\d)(?:-([1-5]\d\d))?\s*$/.exec(part) ?? []
    return from === undefined || Number(to) < Number(from) ? undefined : [Number(from), Number(to)]
  })
  return ranges.every((range) => range !== undefined) ? ranges : undefined
}

export const isHeader = (name: string, value: string): boolean =>
  HEADER_NAME.test(name) && HEADER_VALUE.test(value)

type Read = { value: unknown } | { message: string }

/** `health:` of a deploy target: a path, `none`, or a map of {path, status, header, timeout}. */
export function readHealth(value: unknown): Read {
  if (typeof value === 'string')
    return PATH.test(value) || value === NO_HEALTH_CHECK ? { value } : wrong(value)
  if (typeOf(value) !== 'object') return wrong(value)
  const health: HealthTarget = {}
  for (const [key, each] of Object.entries(value as Record<string, unknown>)) {
    if (typeOf(each) === 'nothing') continue
    const read = KEYS[key as keyof HealthTarget]?.(each) ?? {
      message: `has an unknown key ${quote(key)}; it takes ${Object.keys(KEYS).join(', ')}`,
    }
    if ('message' in read) return read
    Object.assign(health, { [key]: read.value })
  }
  return { value: health }
}

const wrong = (value: unknown): Read => ({
  message:
    'must be a path that begins with /, none, or a map of path, status, header and timeout, not ' +
    `${quote(value)}`,
})

const KEYS: Record<keyof HealthTarget, (value: unknown) => Read> = {
  path: (value) =>
    typeof value === 'string' && PATH.test(value)
      ? { value }
      : { message: `path must begin with /, not ${quote(value)}` },
  status: (value) => {
    const text = String(value)
    return readStatuses(text)
      ? { value: text }
      : { message: `status must be such as 200-399,401, not ${quote(value)}` }
  },
  header: readHeaders,
  timeout: (value) =>
    TIME.test(String(value))
      ? { value: String(value) }
      : { message: `timeout must be a time such as 90s, not ${quote(value)}` },
}

/** A value may be a secret, so it is not repeated in the message. */
function readHeaders(value: unknown): Read {
  if (typeOf(value) !== 'object') return { message: 'header must map names to values' }
  const entries = Object.entries(value as Record<string, unknown>).map(
    ([name, each]) => [name, String(each)] as const,
  )
  const odd = entries.find(([name, each]) => !isHeader(name, each))
  return odd
    ? { message: `header ${quote(odd[0])} cannot be sent` }
    : { value: Object.fromEntries(entries) }
}
