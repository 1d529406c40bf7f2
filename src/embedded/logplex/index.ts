/**
 * The logs of all apps: appended by every service, read by log sessions, kept over a restart of the
 * daemon.
 */
import path from 'node:path'
import type { Folders, Logplex } from '../store/types.js'
import { AppLog } from './app-log.js'

export interface OpenedLogplex extends Logplex {
  /** Resolves when every line that was appended before is in its file. */
  flush(): Promise<void>
}

/** `report` is told of files that cannot be written. */
export function createLogplex(
  folders: Pick<Folders, 'logs'>,
  report: (problem: string) => void = () => {},
): OpenedLogplex {
  const logs = new Map<string, AppLog>()
  /**
   * A destroyed app's last dyno may still write; that must not bring its file back. Ids are never
   * used again.
   */
  const forgotten = new Set<string>()
  const logOf = (appId: string): AppLog => {
    let log = logs.get(appId)
    if (!log) logs.set(appId, (log = new AppLog(path.join(folders.logs, `${appId}.log`), report)))
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
    },
    async flush() {
      await Promise.all([...logs.values()].map((log) => log.flush()))
    },
  }
}
