/**
 * What an app tells through PM2's packages (@pm2/io, tx2, pmx): they send messages to their parent,
 * with keys of PM2's dashboard or without. An app may send anything, so all of it is bounded.
 */

/** Of one instance. */
export interface AppMetrics {
  /** Name → value with its unit, as the log has it. */
  values: Map<string, string>
  actions: Set<string>
  /** Metrics that had no place. */
  left: Set<string>
}

const MOST_METRICS = 20
const MOST_ACTIONS = 20
/**
 * Of a name, a text, a unit; and of all that a line may hold of them: Heroku cuts lines at 10,000
 * bytes.
 */
const LONGEST = { name: 60, text: 60, unit: 16, all: 4000 }

/**
 * Figures of Node.js that the packages add by themselves: by their type, or in pmx by their name.
 * Our own line has those.
 */
const INTERNAL = /^(?:internal|libuv|v8)\//
const INTERNAL_NAMES = new Set([
  'Active requests',
  'Active handles',
  'Loop delay',
  'HTTP',
  'pmx:http:latency',
])

/**
 * Takes a message of an instance; gives what is known of it after, or undefined if the message is
 * none of these.
 */
export function takeAppMessage(
  before: AppMetrics | undefined,
  message: unknown,
): AppMetrics | undefined {
  const { type, data } = (message ?? {}) as { type?: unknown; data?: unknown }
  if (typeof data !== 'object' || data === null) return undefined
  if (type === 'axm:monitor') return takeMetrics(before, data as Record<string, unknown>)
  if (type !== 'axm:action') return undefined
  const { action_name: name, action_type: kind } = data as {
    action_name?: unknown
    action_type?: unknown
  }
  if (typeof name !== 'string' || name === '' || kind === 'internal' || name.startsWith('km:'))
    return undefined
  const known = before ?? nothing()
  if (known.actions.size < MOST_ACTIONS) known.actions.add(name.slice(0, LONGEST.name))
  return known
}

function takeMetrics(
  before: AppMetrics | undefined,
  data: Record<string, unknown>,
): AppMetrics | undefined {
  let known = before
  for (const name in data) {
    const { value, unit, type } = (data[name] ?? {}) as {
      value?: unknown
      unit?: unknown
      type?: unknown
    }
    if (INTERNAL_NAMES.has(name) || (typeof type === 'string' && INTERNAL.test(type))) continue
    const text = valueText(value, unit)
    if (text === undefined) continue
    known ??= nothing()
    const key = name.slice(0, LONGEST.name)
    if (known.values.has(key) || known.values.size < MOST_METRICS) known.values.set(key, text)
    else if (known.left.size < 1000) known.left.add(key)
  }
  return known
}

const nothing = (): AppMetrics => ({ values: new Map(), actions: new Set(), left: new Set() })

/** `23users`, `12.5ms`, `idle`; undefined for what is no value. */
function valueText(value: unknown, unit: unknown): string | undefined {
  const suffix = typeof unit === 'string' ? unit.trim().slice(0, LONGEST.unit) : ''
  if (typeof value === 'number')
    return Number.isFinite(value)
      ? withUnit(String(Number(value.toPrecision(10))), suffix)
      : undefined
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return undefined
  const text = value.slice(0, LONGEST.text)
  // Some give the unit twice: in the value, and beside it.
  return suffix !== '' && text !== '' && !Number.isNaN(Number(text)) ? withUnit(text, suffix) : text
}

/** A unit that could be taken for a part of the number stands apart. */
function withUnit(number: string, unit: string): string {
  return unit === ''
    ? number
    : /^(?!e[-+\d])[\p{L}%°]/iu.test(unit)
      ? `${number}${unit}`
      : `${number} ${unit}`
}

/**
 * The fields of a line of figures: `metric#NAME`, the name percent-encoded; `metrics_left_out`;
 * `actions`.
 */
export function metricFields({ values, actions, left }: AppMetrics): Record<string, string> {
  const fields: Record<string, string> = {}
  let room = LONGEST.all
  let leftOut = left.size
  for (const [name, value] of values) {
    const key = `metric#${encodedName(name)}`
    room -= key.length + 6 * value.length
    if (room < 0) leftOut += 1
    else fields[key] = value
  }
  if (leftOut > 0) fields['metrics_left_out'] = String(leftOut)
  if (actions.size > 0) fields['actions'] = [...actions].map(encodedName).join(',').slice(0, 1000)
  return fields
}

/** No space, quote, comma or = in it, and nothing that a terminal obeys. */
function encodedName(name: string): string {
  return name.replaceAll(/[^\w./:@+~-]+/g, (part) =>
    encodeURIComponent(part.replaceAll(/\p{Surrogate}/gu, '\uFFFD')).replaceAll(
      /[!'()*]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
  )
}
