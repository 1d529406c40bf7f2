/**
 * PM2_HOME: a folder of this runtime alone, under the dyno's temporary folder. PM2 writes there
 * only if its dashboard is used.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const NAME = /^shipit-pm2-(\d+)-/

/** Where folders have the shortest names. */
const SHORT = '/tmp'

/**
 * Bytes of the longest path that a socket can have everywhere (macOS: 104 with a zero at the end).
 * Older Node.js cuts a longer one off in silence, so that two sockets become one; newer refuses it,
 * and PM2 tries again forever.
 */
const LONGEST_SOCKET = 103

/** A name that tells whose it is, short enough for PM2's sockets wherever there is such a place. */
export function homeName(parent = os.tmpdir()): string {
  const name = `shipit-pm2-${process.pid}-${digits(16)}`
  const home = path.join(parent, name)
  return holdsSockets(home) || !existsSync(SHORT) ? home : path.join(SHORT, name)
}

/**
 * Hexadecimal. Not of node:crypto, which would cost each boot a megabyte: a name that is taken is
 * refused when the folder is made.
 */
export function digits(count: number): string {
  return Array.from({ length: count }, () => Math.floor(16 * Math.random()).toString(16)).join('')
}

/**
 * PM2's sockets there are `pub.sock` and `rpc.sock`; Windows has pipes instead, which lie in no
 * folder.
 */
export function holdsSockets(home: string): boolean {
  return (
    process.platform === 'win32' || Buffer.byteLength(path.join(home, 'pub.sock')) <= LONGEST_SOCKET
  )
}

/**
 * Makes it, for nobody else to read, and removes those that a killed runtime could not remove
 * itself.
 */
export function makeHome(home: string): void {
  const parent = path.dirname(home)
  for (const name of readdirSync(parent)) {
    const owner = Number(NAME.exec(name)?.[1])
    if (owner > 0 && hasEnded(owner)) removeIfOurs(path.join(parent, name))
  }
  mkdirSync(home, { mode: 0o700 })
}

function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

function removeIfOurs(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch (error) {
    // Another user's: theirs to remove.
    if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
