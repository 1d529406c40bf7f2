import { parseDuration } from './duration.js'

const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/
const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/

/**
 * A time of before as flags take it: how long ago (`20m`, `20m ago`, seconds), a time of the last 24
 * hours (`14:05`), or a date and time in ISO 8601; those without a zone are of this machine's.
 * In ms since the epoch. Undefined if it is none. @param now ms since the epoch
 */
export function parsePastTime(text: string, now: number): number | undefined {
  const words = text.trim()
  const length = parseDuration(words.replace(/\s+ago$/i, ''))
  if (length !== undefined) return now - length
  const [isClock, hours, minutes, seconds = 0] = CLOCK.exec(words) ?? []
  if (isClock !== undefined) return lastTimeOf(Number(hours), Number(minutes), +seconds, now)
  const [isIso, day, time = '00:00', zone = ''] = ISO.exec(words) ?? []
  const at = isIso === undefined ? NaN : Date.parse(`${day}T${time}${zone}`)
  return Number.isNaN(at) ? undefined : at
}

/** Of today, or of yesterday if that is still to come. */
function lastTimeOf(hours: number, minutes: number, seconds: number, now: number) {
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined
  const date = new Date(now)
  date.setHours(hours, minutes, seconds, 0)
  if (date.getTime() > now) {
    date.setDate(date.getDate() - 1)
    date.setHours(hours, minutes, seconds, 0)
  }
  return date.getTime()
}
