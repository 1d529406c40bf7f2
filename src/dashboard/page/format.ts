/** Figures as people read them: few digits, always as many places, a dash for what is not known. */
export const UNKNOWN = '–'

/** Made once: each takes longer to make than a page of figures to say. */
const WHOLE = new Intl.NumberFormat('en-US')
const NAMES = new Intl.Collator('en', { numeric: true })
const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'short' })

type Figure = number | null | undefined
const known = (value: Figure): value is number =>
  value !== null && value !== undefined && !Number.isNaN(value)

/** web.2 before web.10 */
export const byName = (one: string, other: string): number => NAMES.compare(one, other)

/** 1,240 and 18,432 */
export const whole = (value: number): string => WHOLE.format(value)

/** 1,240 and 18.4k */
export function count(value: Figure): string {
  if (!known(value)) return UNKNOWN
  if (value >= 10_000) return `${(value / 1000).toFixed(value >= 100_000 ? 0 : 1)}k`
  return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : WHOLE.format(Math.round(value))
}

export const percent = (value: Figure): string => (known(value) ? `${Math.round(value)}%` : UNKNOWN)

export function megabytes(value: Figure): string {
  if (!known(value)) return UNKNOWN
  if (value >= 1000) return `${(value / 1024).toFixed(value >= 10_240 ? 0 : 1)} GB`
  return `${value.toFixed(value > 0 && value < 10 ? 1 : 0)} MB`
}

export function milliseconds(value: Figure): string {
  if (!known(value)) return UNKNOWN
  if (value >= 10_000) return `${(value / 1000).toFixed(0)} s`
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ms`
}

/** 42s, 3m, 2h, 5d */
export function duration(seconds: Figure): string {
  if (!known(seconds)) return UNKNOWN
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 86_400) {
    const minutes = Math.floor((seconds % 3600) / 60)
    return `${Math.floor(seconds / 3600)}h${minutes > 0 && seconds < 36_000 ? ` ${minutes}m` : ''}`
  }
  return `${Math.floor(seconds / 86_400)}d`
}

/** @param now ms since the epoch */
export const ago = (at: string | number, now: number): string => {
  const seconds = (now - (typeof at === 'number' ? at : Date.parse(at))) / 1000
  return seconds < 5 ? 'now' : `${duration(seconds)} ago`
}

const two = (value: number): string => String(value).padStart(2, '0')

/** 14:02:31, of this machine's zone. */
export function clock(at: string | number): string {
  const date = new Date(at)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** 27 Nov 14:02 */
export const day = (at: string | number): string => {
  const date = new Date(at)
  return `${date.getDate()} ${MONTH.format(date)} ${two(date.getHours())}:${two(date.getMinutes())}`
}

export const plural = (number: number, one: string, more = `${one}s`): string =>
  `${whole(number)} ${number === 1 ? one : more}`
