import { ApiError } from './api-error.js'

type Comparable = string | number

/**
 * The fields of a list that its Range header may name; the first is what it is sorted by without
 * one.
 */
export type RangeFields<T> = Record<string, (item: T) => Comparable>

interface Bound {
  value: string
  isExclusive: boolean
}
interface Range {
  field: string
  start: Bound | undefined
  end: Bound | undefined
  max: number
  isDescending: boolean
}

interface Page<T> {
  status: 200 | 206
  items: T[]
  headers: Record<string, string>
}

const DEFAULT_MAX = 200
const MOST = 1000

/**
 * One page of a list by the API's Range header: `version ]10..20; order=desc,max=5`
 * (devcenter.heroku.com/articles/platform-api-reference#ranges).
 * With `order=desc` the range is walked from its upper end. 206 and a Next-Range where more is
 * left.
 * Throws a 416 for a header that cannot be read or a field that the list is not sorted by.
 */
export function pageOf<T>(
  items: readonly T[],
  header: string | undefined,
  fields: RangeFields<T>,
): Page<T> {
  const names = Object.keys(fields)
  const range = parseRange(header, names)
  const valueOf = fields[range.field] as (item: T) => Comparable
  const sorted = [...items].sort((one, other) => compare(valueOf(one), valueOf(other)))
  if (range.isDescending) sorted.reverse()
  const inside = sorted.filter((item) => isInside(valueOf(item), range))
  const page = inside.slice(0, range.max)
  const headers: Record<string, string> = { 'Accept-Ranges': names.join(', ') }
  const first = page[0]
  const last = page.at(-1)
  if (first !== undefined && last !== undefined)
    headers['Content-Range'] = `${range.field} ${valueOf(first)}..${valueOf(last)}`
  if (inside.length <= page.length || last === undefined)
    return { status: 200, items: page, headers }
  const end = range.end ? `${range.end.value}${range.end.isExclusive ? '[' : ''}` : ''
  headers['Next-Range'] =
    `${range.field} ]${valueOf(last)}..${end}; ` +
    `max=${range.max}${range.isDescending ? ',order=desc' : ''}`
  return { status: 206, items: page, headers }
}

const compare = (one: Comparable, other: Comparable) => (one < other ? -1 : one > other ? 1 : 0)

function unsatisfiable(why: string): ApiError {
  return new ApiError(416, 'requested_range_not_satisfiable', why)
}

function parseRange(header: string | undefined, names: string[]): Range {
  const range: Range = {
    field: names[0] as string,
    start: undefined,
    end: undefined,
    max: DEFAULT_MAX,
    isDescending: false,
  }
  if (!header) return range
  const [interval = '', ...options] = header.split(';')
  const match = /^\s*([\w-]+)(?:\s+(\]?)([^\s.]*(?:\.[^\s.]+)*)\.\.([^\s[]*)(\[?))?\s*$/.exec(
    interval,
  )
  if (!match) throw unsatisfiable(`The Range header cannot be read: ${header}`)
  const [, field = '', exclusiveStart, start, end, exclusiveEnd] = match
  if (!names.includes(field))
    throw unsatisfiable(`This list has no range by ${field}, but by ${names.join(', ')}.`)
  range.field = field
  if (start) range.start = { value: start, isExclusive: exclusiveStart === ']' }
  if (end) range.end = { value: end, isExclusive: exclusiveEnd === '[' }
  for (const option of options.flatMap((part) => part.split(','))) {
    const [name, value = ''] = option.split('=').map((part) => part.trim())
    if (name === 'max' && /^[1-9]\d*$/.test(value)) range.max = Math.min(Number(value), MOST)
    else if (name === 'order' && (value === 'asc' || value === 'desc'))
      range.isDescending = value === 'desc'
    else if (name !== '') throw unsatisfiable(`The Range header cannot be read: ${header}`)
  }
  return range
}

function isInside(value: Comparable, { start, end, isDescending }: Range): boolean {
  const isPast = (bound: Bound, direction: 1 | -1) => {
    const limit = typeof value === 'number' ? Number(bound.value) : bound.value
    const order = compare(value, limit) * direction * (isDescending ? -1 : 1)
    return bound.isExclusive ? order > 0 : order >= 0
  }
  return (!start || isPast(start, 1)) && (!end || isPast(end, -1))
}
