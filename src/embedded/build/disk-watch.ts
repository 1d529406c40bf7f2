import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import { BuildFailure } from './failure.js'

const exec = promisify(execFile)

/**
 * What one build may write, in bytes and files: several times the largest slug with all that went
 * into it.
 */
export interface BuildRoom {
  bytes: number
  files: number
}

const BUILD_ROOM: BuildRoom = { bytes: 8 * 1024 ** 3, files: 2_000_000 }

const EVERY = 1000
/** ms until the next look if the folder was not there yet. */
const SOON = 20
/** Bytes that a build leaves to the rest of the machine. */
const FLOOR = 16 * 1024 * 1024

/**
 * Looks at the room that the disk has while a build runs, which costs next to nothing, and measures
 * the build's own folders once so much has gone that it may be theirs. `onFull` is called once,
 * with what the build then fails of. @returns what ends it
 */
export function watchDisk(
  dirs: readonly [string, ...string[]],
  onFull: (failure: BuildFailure) => void,
  room: BuildRoom = BUILD_ROOM,
  every = EVERY,
): () => void {
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  let most: { bytes: number; files: number } | undefined

  const look = async (): Promise<BuildFailure | undefined> => {
    const { bavail, bsize, blocks, ffree } = await statfs(dirs[0])
    const free = { bytes: bavail * bsize, files: ffree }
    if (blocks > 0 && free.bytes < FLOOR) return BuildFailure.diskFull()
    most = {
      bytes: Math.max(free.bytes, most?.bytes ?? 0),
      files: Math.max(free.files, most?.files ?? 0),
    }
    if (most.bytes - free.bytes > room.bytes && (await bytesOf(dirs)) > room.bytes)
      return tooMuch(`${room.bytes / 1024 ** 3} GB`)
    if (most.files - free.files > room.files && (await filesOf(dirs)) > room.files)
      return tooMuch(`${room.files} files`)
    // Measured, and another's: the next comparison begins here.
    if (most.bytes - free.bytes > room.bytes || most.files - free.files > room.files) most = free
    return undefined
  }
  const next = (after: number): void => {
    timer = setTimeout(() => {
      void look()
        .catch(() => undefined)
        .then((failure) => {
          if (isOver) return
          if (failure) onFull(failure)
          else next(most ? every : SOON)
        })
    }, after).unref()
  }
  // At once: what a script writes in the first second counts, too.
  next(0)
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}

const tooMuch = (amount: string): BuildFailure =>
  new BuildFailure(`The build wrote more than ${amount} and was stopped.`, [
    'Look for a script that fills the disk.',
  ])

/**
 * A folder that is not there yet is none of the sum; what goes while it is counted makes du and
 * find complain, not count less.
 */
async function bytesOf(dirs: readonly string[]): Promise<number> {
  const { stdout } = await exec('du', ['-sk', ...dirs]).catch((error: { stdout?: string }) => ({
    stdout: error.stdout ?? '',
  }))
  return stdout.split('\n').reduce((sum, line) => sum + (Number.parseInt(line, 10) || 0) * 1024, 0)
}

async function filesOf(dirs: readonly string[]): Promise<number> {
  const { stdout } = await exec('sh', ['-c', 'find "$@" 2>/dev/null | wc -l', 'sh', ...dirs])
  return Number.parseInt(stdout, 10)
}
