import { typeOfDyno } from '../../lib/dyno-name.js'
import type { StoredLogEntry } from '../store/types.js'

export interface LogFilter {
  source?: string | undefined
  dyno?: string | undefined
}

/** Whether a line belongs to a session: `dyno` is a dyno (web.1) or a process type (web). */
export function passes(entry: StoredLogEntry, { source, dyno }: LogFilter): boolean {
  if (source !== undefined && entry.source !== source) return false
  return dyno === undefined || entry.dyno === dyno || typeOfDyno(entry.dyno) === dyno
}

/** `2026-11-22T20:00:00.123000+00:00 app[web.1]: message`, as Logplex writes it. */
export function formatEntry({
  time,
  source,
  dyno,
  message,
}: Pick<StoredLogEntry, 'time' | 'source' | 'dyno' | 'message'>): string {
  return `${new Date(time).toISOString().slice(0, -1)}000+00:00 ${source}[${dyno}]: ${message}`
}
