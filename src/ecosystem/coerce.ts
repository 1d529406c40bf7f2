import type { AppOption, OptionType } from './options.js'

type Coerced = { value: unknown } | { message: string; suggestion?: string }

const UNITS: Record<
  NonNullable<AppOption['unit']>,
  { factors: Record<string, number>; form: RegExp; example: string }
> = {
  bytes: {
    factors: { K: 1024, M: 1024 ** 2, G: 1024 ** 3 },
    form: /^(\d+)([GMK])$/,
    example: 'bytes, or 200K, 100M, 1G',
  },
  milliseconds: {
    factors: { s: 1000, m: 60_000, h: 3_600_000 },
    form: /^(\d+)([hms])$/,
    example: 'milliseconds, or 10s, 5m, 1h',
  },
}

const ARTICLES: Record<OptionType, string> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
}

export function typeOf(value: unknown): OptionType | 'nothing' {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object'
}

function expected(types: readonly OptionType[]): string {
  return types.map((type) => ARTICLES[type]).join(' or ')
}

/**
 * The value that PM2 would run with, or why PM2 would refuse to start (Config._valid of
 * lib/tools/Config.js): numbers may be written as text, sizes and times carry a unit, a line of
 * words becomes a list where PM2 keeps lists.
 */
export function coerce(option: AppOption, value: unknown): Coerced {
  if (option.name === 'instances') return coerceInstances(value)
  if (option.name === 'exec_mode') return coerceExecMode(value)
  const { types } = option
  const number = types.includes('number') ? asNumber(value) : undefined
  if (number !== undefined) return atLeast(option, number)
  const type = typeOf(value)
  if (type === 'nothing' || !types.includes(type)) return wrongType(types, value)
  if (option.unit && typeof value === 'string') return withUnit(option, option.unit, value)
  if (types[0] === 'array' && typeof value === 'string') return { value: splitWords(value) }
  return { value }
}

function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))
    ? Number.parseFloat(value)
    : undefined
}

function atLeast({ name, min }: AppOption, value: number): Coerced {
  if (min !== undefined && value < min) return { message: `must be ${min} or more, not ${value}` }
  // PM2 has no lower bound for these and hands the number to a timer, a signal or a socket.
  const mayBeNegative = name === 'uid' || name === 'gid' || name === 'stop_exit_codes'
  if (value < 0 && !mayBeNegative) return { message: `must not be negative: ${value}` }
  if (!Number.isFinite(value)) return { message: 'must be a finite number' }
  return { value }
}

function withUnit(option: AppOption, unit: NonNullable<AppOption['unit']>, text: string): Coerced {
  const { factors, form, example } = UNITS[unit]
  const [, digits, letter] = form.exec(text) ?? []
  if (letter === undefined)
    return { message: `must be ${example}, not ${quote(text)}`, ...nearUnit(text, form) }
  return atLeast(option, Number(digits) * factors[letter]!)
}

/** 100MB, 100 M, 100m and 1.5G are the usual slips. */
function nearUnit(text: string, form: RegExp): { suggestion?: string } {
  const [, digits, letter] = /^\s*(\d+)\s*([a-z])i?b?\s*$/i.exec(text) ?? []
  if (digits === undefined || letter === undefined) return {}
  const near = [letter.toUpperCase(), letter.toLowerCase()]
    .map((each) => digits + each)
    .find((each) => form.test(each))
  return near === undefined ? {} : { suggestion: `did you mean ${near}?` }
}

/**
 * PM2 takes text that is not a number for 0, which is "as many as there are CPUs": a slip such as
 * "tow" must not do that.
 */
function coerceInstances(value: unknown): Coerced {
  if (value === 'max') return { value: 'max' }
  const number = asNumber(value) ?? NaN
  if (!Number.isInteger(number)) {
    return {
      message: `must be a whole number or max, not ${quote(value)}`,
      ...(typeof value === 'string' && value.toLowerCase() === 'max'
        ? { suggestion: 'did you mean max?' }
        : {}),
    }
  }
  return { value: number === 0 ? 'max' : number }
}

function coerceExecMode(value: unknown): Coerced {
  const [, mode] = /^(cluster|fork)(_mode)?$/.exec(String(value)) ?? []
  if (mode !== undefined) return { value: mode }
  const [, near] = /^\s*(cluster|fork)/i.exec(String(value)) ?? []
  return {
    message: `must be cluster or fork, not ${quote(value)}`,
    ...(near === undefined ? {} : { suggestion: `did you mean ${near.toLowerCase()}?` }),
  }
}

function wrongType(types: readonly OptionType[], value: unknown): Coerced {
  const message = `must be ${expected(types)}, not ${quote(value)}`
  if (types.includes('boolean') && (value === 'true' || value === 'false'))
    return { message, suggestion: `write ${value} without quotes` }
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean'))
    return { message, suggestion: `put it in quotes: "${value}"` }
  return { message }
}

/**
 * Words as PM2 cuts them: quotes keep a word together and are dropped where they enclose all of it.
 */
export function splitWords(line: string): string[] {
  const words = line.match(/(?:[^\s"'=]+=)?(?:"[^"]*"|'[^']*')|\S+/g) ?? []
  return words
    .map((word) => (/^(["'])[^]*\1$/.test(word) ? word.slice(1, -1) : word))
    .filter((word) => word.trim() !== '')
}

/** A value in a message: short, on one line, and never what a map or a list holds. */
export function quote(value: unknown): string {
  const type = typeOf(value)
  if (type === 'nothing') return 'nothing'
  if (type === 'array' || type === 'object') return ARTICLES[type]
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
