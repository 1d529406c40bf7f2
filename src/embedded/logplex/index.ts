/**
 * The logs of all apps: appended by every service, read by log sessions, kept over a restart of the
 * daemon.
 */
import path from 'node:path'
import type { Folders, LogEntry, Logplex } from '../store/types.js'
import { AppLog } from './app-log.js'

export interface OpenedLogplex extends Logplex {
  /** Resolves when every line that was appended before is in its file. */
  flush(): Promise<void>
}

/** Who is told of every line of every app. */
export interface LogReader {
  /** An app's log is opened: the lines that it has. */
  begin(appId: string, entries: readonly LogEntry[]): void
  take(appId: string, entry: LogEntry): void
  /** An app is gone. Resolves when nothing of it is left. */
  forget(appId: string): Promise<void>
}

/** `report` is told of files that cannot be written. */
export function createLogplex(
  folders: Pick<Folders, 'logs'>,
  report: (problem: string) => void = () => {},
  reader?: LogReader,
): OpenedLogplex {
  const logs = new Map<string, AppLog>()
  /**
   * A destroyed app's last dyno may still write; that must not bring its file back. Ids are never
   * used again.
   */
  const forgotten = new Set<string>()
  const logOf = (appId: string): AppLog => {
    const known = logs.get(appId)
    if (known) return known
    const log = new AppLog(path.join(folders.logs, `${appId}.log`), report)
    logs.set(appId, log)
    if (reader) {
      reader.begin(appId, log.recent())
      log.listeners.add((entry) => reader.take(appId, entry))
    }
    return log
  }
  return {
    append: (appId, entry) => {
      if (!forgotten.has(appId)) logOf(appId).append(entry)
    },
    recent: (appId) => (forgotten.has(appId) ? [] : logOf(appId).recent()),
    subscribe(appId, listener) {
      const { listeners } = logOf(appId)
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    async forget(appId) {
      const log = logOf(appId)
      forgotten.add(appId)
      logs.delete(appId)
      await log.forget()
      await reader?.forget(appId)
    },
    async flush() {
      await Promise.all([...logs.values()].map((log) => log.flush()))
    },
  }
}
