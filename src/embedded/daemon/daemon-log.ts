import {
  appendFileSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import type { Folders } from '../store/types.js'

/** Bytes that the daemon's own log may grow to; half of it stays when it is cut. */
const MOST_BYTES = 1024 * 1024

export const daemonLogFile = (folders: Pick<Folders, 'root'>): string =>
  path.join(folders.root, 'daemon.log')

/**
 * Appends lines at once, so that the last words of a process that ends are there. Cut in place: a
 * detached daemon's stderr goes to the same file.
 */
export function openDaemonLog(folders: Pick<Folders, 'root'>): (message: string) => void {
  const file = daemonLogFile(folders)
  return (message) => {
    try {
      appendFileSync(file, `${new Date().toISOString()} [${process.pid}] ${message}\n`, {
        mode: 0o600,
      })
      shorten(file)
    } catch (error) {
      // A full disk or a folder that is gone must not end the platform for a line about it.
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    }
  }
}

function shorten(file: string): void {
  const handle = openSync(file, 'r+')
  try {
    const { size } = fstatSync(handle)
    if (size <= MOST_BYTES) return
    const kept = Buffer.alloc(MOST_BYTES / 2)
    readSync(handle, kept, 0, kept.length, size - kept.length)
    const whole = kept.subarray(kept.indexOf('\n') + 1)
    ftruncateSync(handle, 0)
    writeSync(handle, whole, 0, whole.length, 0)
  } finally {
    closeSync(handle)
  }
}
