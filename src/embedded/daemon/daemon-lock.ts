import path from 'node:path'
import * as locks from '../../lib/process-lock.js'
import type { Folders } from '../store/types.js'

export class AlreadyRunning extends Error {
  constructor(readonly pid: number) {
    super(`the embedded Heroku of this folder runs already (pid ${pid})`)
    this.name = 'AlreadyRunning'
  }
}

const lockFile = (folders: Pick<Folders, 'root'>) => path.join(folders.root, 'daemon.lock')

/**
 * The daemon that has these folders, if it lives. `isStale` is true if one had them and was
 * killed.
 */
export const lockHolder = (folders: Pick<Folders, 'root'>) => locks.holderOf(lockFile(folders))

/**
 * Takes the folders for this process. Throws {@link AlreadyRunning} where a live process has them;
 * a dead one's lock is taken over.
 */
export const acquireLock = (folders: Pick<Folders, 'root'>): Promise<locks.ProcessLock> =>
  locks.acquireLock(lockFile(folders), (pid) => new AlreadyRunning(pid))

/** ms between two polls at the lock. */
const LOCK_POLL = 2_000

/** Twice, because one that takes a dead process's lock over moves this one aside for a moment. */
export function watchLock(lock: locks.ProcessLock, onLost: () => void): NodeJS.Timeout {
  let missed = 0
  const watch = setInterval(() => {
    // What cannot be read now, as with too many open files, is no proof.
    void lock
      .isMine()
      .catch(() => true)
      .then((isMine) => {
        missed = isMine ? 0 : missed + 1
        if (missed === 2) onLost()
      })
  }, LOCK_POLL)
  return watch.unref()
}
