import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../../errors.js'
import { ensureLocal, holderOf, localStatus, readInfo, unusable } from './client.js'
import { beganAt, isAlive, type Holder } from '../../lib/process-lock.js'
import { acquireLock, AlreadyRunning } from './daemon-lock.js'
import { daemonLogFile } from './daemon-log.js'
import { foldersOf, removeFolder, stateHome } from './folders.js'
import { noteStop } from './supervisor.js'
import type { Folders } from '../store/types.js'

const POLL = 50
/** ms beyond the dynos' grace time that a daemon may take to end; then it is killed. */
const MARGIN = 7_000
/** ms that the kernel may take to end a process that was killed. */
const KILL_TIME = 2_000
/** How often a reset stops what a supervisor starts again. */
const MOST_STOPS = 10

/**
 * Stops the daemon and its dynos, and resolves when both are gone: whether it was running. One that
 * has not ended some seconds after its dynos' grace time is killed, and what it left is ended.
 * Throws ShipitError `local` if even that is not possible.
 */
export async function stopLocal(home: string = stateHome()): Promise<boolean> {
  const folders = foldersOf(home)
  return stop(home, folders).catch((error: unknown) => {
    throw unusable(folders, error)
  })
}

async function stop(home: string, folders: Folders): Promise<boolean> {
  const infoFile = path.join(folders.root, 'daemon.json')
  const { pid, began } = await holderOf(folders)
  const supervisor = await supervisorOf(folders)
  if (pid === undefined || began === undefined) {
    // One that was killed just now comes back while its file is there.
    const wasServing = existsSync(infoFile)
    await forget(infoFile)
    if (supervisor) await hasEnded(supervisor, KILL_TIME)
    if (wasServing) await endWhatIsLeft(folders)
    return false
  }
  // One that was stopped by SIGSTOP takes no other signal, and does not answer.
  send(pid, 'SIGCONT')
  const grace = (await localStatus(home).catch(() => undefined))?.limits.stopGrace ?? 30_000
  try {
    noteStop(folders.root, pid)
  } catch (error) {
    // The daemon removes its own file, which says as much to its supervisor.
    if (!takesNothing(error)) throw error
  }
  send(pid, 'SIGTERM')
  if (await hasEnded({ pid, began }, grace + MARGIN)) {
    // Of one that died of the signal.
    if ((await readInfo(folders))?.pid === pid) await forget(infoFile)
    if (supervisor) await hasEnded(supervisor, KILL_TIME)
    return true
  }
  await forget(infoFile)
  send(pid, 'SIGKILL')
  if (!(await hasEnded({ pid, began }, KILL_TIME))) {
    throw new ShipitError('local', {
      message: `The embedded Heroku (pid ${pid}) did not stop.`,
      why: `Its log is ${daemonLogFile(folders)}.`,
      next: `kill -9 ${pid}`,
    })
  }
  if (supervisor) await hasEnded(supervisor, KILL_TIME)
  await endWhatIsLeft(folders)
  return true
}

const takesNothing = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')

/** Of a read-only disk the file stays: nobody answers at the address that it names. */
async function forget(infoFile: string): Promise<void> {
  await rm(infoFile, { force: true }).catch((error: unknown) => {
    if (!takesNothing(error)) throw error
  })
}

/** Of the daemon that wrote daemon.json: it goes right after its daemon. */
async function supervisorOf(folders: Folders): Promise<Holder | undefined> {
  const pid = (await readInfo(folders))?.supervisor_pid
  const began = pid === undefined ? undefined : await beganAt(pid)
  return pid === undefined || began === undefined ? undefined : { pid, began }
}

/**
 * Stops the daemon and removes everything it keeps under `home`: apps, repositories, slugs, logs,
 * its token.
 */
export async function resetLocal(home: string = stateHome()): Promise<void> {
  const folders = foldersOf(home)
  const before = await supervisorOf(folders)
  // The dynos of a daemon that was killed still run; its successor is who knows how to end them.
  if ((await holderOf(folders)).isStale) await ensureLocal({ home })
  await stopLocal(home)
  // The supervisor of the one that was killed may be about to start another.
  for (let tries = 0; before && tries < MOST_STOPS; tries += 1) {
    if (await hasEnded(before, KILL_TIME)) break
    await stopLocal(home)
  }
  await removeFolder(folders.root)
}

/**
 * Under the lock: a daemon that starts meanwhile does the same, and what it starts then is not
 * touched.
 */
async function endWhatIsLeft(folders: Folders): Promise<void> {
  const lock = await acquireLock(folders).catch((error: unknown) => {
    if (error instanceof AlreadyRunning) return undefined
    throw error
  })
  if (!lock) return
  try {
    const [{ endLeftDynos }, { endLeftBuilds }, { endLeftServers }] = await Promise.all([
      import('../dynos/recover.js'),
      import('../build/recovery.js'),
      import('../addons/left-servers.js'),
    ])
    await Promise.all([
      endLeftDynos(folders.dynos, 0),
      endLeftBuilds(folders),
      endLeftServers(folders.addons),
    ])
  } finally {
    await lock.release()
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function hasEnded(holder: Holder, within: number): Promise<boolean> {
  const deadline = performance.now() + within
  while (await isAlive(holder)) {
    if (performance.now() >= deadline) return false
    await delay(POLL)
  }
  return true
}
