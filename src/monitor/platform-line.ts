import { eachField } from './logfmt.js'
import {
  FOREIGN,
  type DynoFigures,
  type Foreign,
  type OverQuota,
  type PlatformWord,
  type Request,
} from './reading.js'

/**
 * Reads the router's line. What the client sent (path, forwarded-for) comes before ` dyno=`, so
 * from the last of these on all is the platform's.
 */
export function readRequest(message: string): Request | Foreign {
  const own = message.lastIndexOf(' dyno=')
  if (own < 0) return FOREIGN
  const [, , level = 'info', code] = HEAD.exec(message) ?? []
  const status = Number(after(message, ' status=', own))
  if (!Number.isInteger(status)) return FOREIGN
  const service = parseFloat(after(message, ' service=', own))
  return {
    kind: 'request',
    dyno: after(message, ' dyno=', own),
    code,
    status,
    service: Number.isNaN(service) ? undefined : service,
    isError: level === 'error' || status >= 500,
  }
}

/**
 * What was asked for, by the router's line: the method, and the path as the client wrote it, its
 * query left out. Undefined if the line tells of none.
 */
export function requestedPath(message: string): { method: string; path: string } | undefined {
  const own = message.lastIndexOf(' dyno=')
  const [, method, path] = ASKED.exec(own < 0 ? '' : message.slice(0, own)) ?? []
  return method === undefined || path === undefined ? undefined : { method, path }
}

const ASKED = /^(?:sock=\w+ )?at=\w+(?: code=H\d\d desc="[^"]*")? method=([A-Z-]+) path="([^"?]*)/

const HEAD = /^(sock=\w+ )?at=(\w+)(?: code=(H\d\d))?/

function after(message: string, key: string, from: number): string {
  const at = message.indexOf(key, from)
  if (at < 0) return ''
  const end = message.indexOf(' ', at + key.length)
  return message.slice(at + key.length, end < 0 ? undefined : end)
}

/**
 * Reads a line of the platform about a dyno: https://devcenter.heroku.com/articles/error-codes and
 * log-runtime-metrics.
 */
export function readPlatformLine(
  message: string,
): PlatformWord | DynoFigures | OverQuota | Foreign {
  if (message.startsWith('source=')) return readFigures(message)
  if (message.startsWith('State changed from '))
    return word('state', /to (\w+)$/.exec(message)?.[1])
  if (message.startsWith('Starting process with command')) return word('starting', '')
  if (message.startsWith('Process exited with status '))
    return word('exited', /(\d+)$/.exec(message)?.[1])
  if (message === 'Restarting' || message === 'Cycling') return word('anew', message.toLowerCase())
  if (message.startsWith('Error ')) return word('fault', /^Error ([RL]\d\d)/.exec(message)?.[1])
  if (message.startsWith('Process running mem=')) return readOverQuota(message)
  return FOREIGN
}

/**
 * Whether a word of the platform tells of a fault. A dyno that ends by the SIGTERM (143) that every
 * orderly stop sends is none.
 */
export function isFault({ what, value }: PlatformWord): boolean {
  return (
    what === 'fault' ||
    (what === 'state' && value === 'crashed') ||
    (what === 'exited' && value !== '0' && value !== '143')
  )
}

function word(what: PlatformWord['what'], value: string | undefined): PlatformWord | Foreign {
  return value === undefined ? FOREIGN : { kind: 'platform', what, value }
}

function readOverQuota(message: string): OverQuota | Foreign {
  const memory = figure(message.slice('Process running mem='.length))
  return memory === undefined ? FOREIGN : { kind: 'over-quota', memory }
}

function readFigures(message: string): DynoFigures | Foreign {
  const figures: DynoFigures = {
    kind: 'figures',
    load: undefined,
    memory: undefined,
    quota: undefined,
    swap: undefined,
  }
  eachField(message, 0, (key, value) => {
    if (key === 'sample#load_avg_1m') figures.load = figure(value)
    else if (key === 'sample#memory_total') figures.memory = figure(value)
    else if (key === 'sample#memory_quota') figures.quota = figure(value)
    else if (key === 'sample#memory_swap') figures.swap = figure(value)
  })
  return figures.load === undefined && figures.memory === undefined ? FOREIGN : figures
}

function figure(text: string): number | undefined {
  const value = parseFloat(text)
  return Number.isNaN(value) ? undefined : value
}
