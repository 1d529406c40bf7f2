import { execFile } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { removeFolder } from '../remove.js'

const run = promisify(execFile)

/** A dyno's folder under folders.dynos: its copy of the slug, its TMPDIR, and the file that names its process group. */
export interface Disk { dir: string; app: string; tmp: string; pidFile: string }

export function diskAt(dir: string): Disk {
  return { dir, app: path.join(dir, 'app'), tmp: path.join(dir, 'tmp'), pidFile: path.join(dir, 'pid') }
}

/**
 * Makes a dyno's ephemeral disk of a slug. node_modules is hard-linked, which is quick and takes no room; the rest is copied, because apps
 * write there. `cp` does it: tens of thousands of links would keep the daemon from its requests.
 */
export async function makeDisk(dir: string, slugDir: string): Promise<Disk> {
  const disk = diskAt(dir)
  await mkdir(disk.app, { recursive: true, mode: 0o700 })
  await mkdir(disk.tmp, { mode: 0o700 })
  const names = await readdir(slugDir)
  const copied = names.filter((name) => name !== 'node_modules').map((name) => path.join(slugDir, name))
  // Both to their ends, so that nothing writes into a disk that is given up.
  const made = await Promise.allSettled([
    copied.length > 0 && run('cp', ['-RPp', ...copied, disk.app]),
    names.includes('node_modules') && linkOrCopy(path.join(slugDir, 'node_modules'), disk.app),
  ])
  for (const part of made) if (part.status === 'rejected') throw part.reason
  return disk
}

/** Links fail across file systems and where the file system knows none. */
async function linkOrCopy(source: string, into: string): Promise<void> {
  try {
    await run('cp', ['-RPpl', source, into])
  } catch {
    await removeFolder(path.join(into, path.basename(source)))
    await run('cp', ['-RPp', source, into])
  }
}

export async function removeDisk(dir: string): Promise<void> {
  await removeFolder(dir)
}
