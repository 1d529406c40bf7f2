/** PM2_HOME: a folder of this runtime alone, under the dyno's temporary folder. PM2 writes there only where its dashboard is used. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const NAME = /^shipit-pm2-(\d+)-/

/** A name that tells whose it is. */
export function homeName(parent = os.tmpdir()): string {
  return path.join(parent, `shipit-pm2-${process.pid}-${randomUUID()}`)
}

/** Makes it, for nobody else to read, and removes those that a killed runtime could not remove itself. */
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
