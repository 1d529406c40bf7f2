/** Pieces of sentences that commands share. */
import { shortDuration } from '../lib/duration.js'

/** How long ago, in Heroku's short form: `2m ago`. */
export function ago(date: string | Date, now = Date.now()): string {
  return `${shortDuration(Math.max(0, Math.floor((now - new Date(date).getTime()) / 1000)))} ago`
}

const two = (n: number) => String(Math.floor(n)).padStart(2, '0')

/**
 * `2026/11/22 20:00:00 +0000 (~ 2m ago)`: a time as Heroku's CLI writes it, in the reader's own
 * zone.
 */
export function timeAndAge(text: string, now = Date.now()): string {
  const date = new Date(text)
  const offset = -date.getTimezoneOffset()
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}${two(Math.abs(offset) % 60)}`
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('/')
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${day} ${time} ${zone} (~ ${ago(date, now)})`
}

/** `12:00:05`, in the reader's own zone. */
export function clock(time: number | string): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime())
    ? '        '
    : [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
}

/** The end of a sentence on what was changed: the release that it made, if one is known. */
export const andReleased = (release: { version: number } | null): string =>
  release === null ? '' : ` and released v${release.version}`
