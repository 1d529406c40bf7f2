import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { removeFolder } from '../daemon/folders.js'
import type { SlugRecord } from '../store/records.js'

const run = promisify(execFile)

/**
 * A dyno's folder under folders.dynos: its copy of the slug, its TMPDIR, and the file that names
 * its process group.
 */
export interface Disk {
  dir: string
  app: string
  tmp: string
  pidFile: string
}

export function diskAt(dir: string): Disk {
  return {
    dir,
    app: path.join(dir, 'app'),
    tmp: path.join(dir, 'tmp'),
    pidFile: path.join(dir, 'pid'),
  }
}

/**
 * Makes a dyno's ephemeral disk of a slug. node_modules is hard-linked, which is quick and takes no
 * room; the rest is copied, because apps write there. `cp` does it: tens of thousands of links
 * would keep the daemon from its requests.
 * @param spare the slug's node_modules, linked ahead by {@link SpareModules}: it is moved
 */
export async function makeDisk(
  dir: string,
  slug: Pick<SlugRecord, 'dir' | 'modules'>,
  spare?: string,
): Promise<Disk> {
  const disk = diskAt(dir)
  await mkdir(disk.app, { recursive: true, mode: 0o700 })
  await mkdir(disk.tmp, { mode: 0o700 })
  const names = await readdir(slug.dir)
  const copied = names
    .filter((name) => name !== 'node_modules')
    .map((name) => path.join(slug.dir, name))
  const modules = slug.modules ?? path.join(slug.dir, 'node_modules')
  // Both to their ends, so that nothing writes into a disk that is given up.
  const made = await Promise.allSettled([
    copied.length > 0 && run('cp', ['-RPp', ...copied, disk.app]),
    spare === undefined
      ? existsSync(modules) && linkOrCopy(modules, disk.app)
      : takeSpare(spare, disk.app),
  ])
  for (const part of made) if (part.status === 'rejected') throw part.reason
  return disk
}

async function takeSpare(spare: string, into: string): Promise<void> {
  await rename(spare, path.join(into, 'node_modules'))
  await rmdir(path.dirname(spare))
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

/** At a low priority, because the dyno that comes after it boots at that time. */
export async function removeDisk(dir: string): Promise<void> {
  await run('nice', ['rm', '-rf', dir]).catch(() => removeFolder(dir))
}
