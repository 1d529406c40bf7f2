import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { diskAt } from '../../src/local/dynos/disk.js'
import { daemonInfo } from '../e2e/support/platform.js'
import type { World } from '../e2e/support/world.js'

export const VICTIMS = ['cli', 'daemon', 'dyno', 'git', 'npm'] as const
export type Victim = (typeof VICTIMS)[number]

/** A deploy that runs. `isOver` tells whether its CLI has ended. */
export interface Running {
  cli: number
  isOver: () => boolean
}

const GIT =
  /\bgit\b.*\bpush\b|git-remote-http|send-pack|http-backend|receive-pack|index-pack|unpack-objects|pre-receive/
const NPM = /^(\S*node \S*)?npm\b/

const GONE = ['ENOENT', 'ESRCH', 'EACCES']

/** Both ends of the push, or what the build runs of npm: pids of this world's processes. */
async function named(world: World, words: RegExp): Promise<number[]> {
  const found: number[] = []
  for (const pid of (await readdir('/proc')).filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  )) {
    try {
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
      if (
        words.test(command) &&
        (command + (await readFile(`/proc/${pid}/environ`, 'utf8'))).includes(world.folder)
      )
        found.push(Number(pid))
    } catch (error) {
      if (!GONE.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }
  return found
}

/** Leaders of the dynos that have a process. */
async function leaders(world: World): Promise<number[]> {
  const dynos = path.join(world.folder, 'state/local/dynos')
  const found = await Promise.all(
    (await readdir(dynos)).map((id) =>
      readFile(diskAt(path.join(dynos, id)).pidFile, 'utf8').then(Number, () => NaN),
    ),
  )
  return found.filter((pid) => pid > 0)
}

const seen = async (world: World, victim: Victim, { cli, isOver }: Running): Promise<number[]> => {
  switch (victim) {
    case 'cli':
      return isOver() ? [] : [cli]
    case 'daemon':
      return [(await daemonInfo(world)).pid]
    case 'dyno':
      return leaders(world)
    case 'git':
      return named(world, GIT)
    case 'npm':
      return named(world, NPM)
  }
}

function isKilled(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

/**
 * Kills one victim of the kind in a deploy of about `length` ms, at a moment that `random` chooses:
 * of the whole deploy, or of what is left of the kind's own short life once one is seen. Resolves
 * with the ms since the deploy's start, or undefined if none was there to kill before the deploy's
 * end.
 */
export async function killOne(
  world: World,
  victim: Victim,
  running: Running,
  length: number,
  random: () => number,
): Promise<number | undefined> {
  const start = performance.now()
  const isBrief = victim === 'git' || victim === 'npm'
  const [share, choice] = [random(), random()]
  if (isBrief)
    while (!running.isOver() && (await seen(world, victim, running)).length === 0) await delay(10)
  const moment = isBrief ? performance.now() + share ** 2 * length : start + share * length
  while (performance.now() < moment && !running.isOver())
    await delay(Math.min(5, moment - performance.now()))
  for (;;) {
    const pids = await seen(world, victim, running)
    const pid = pids[Math.floor(choice * pids.length)]
    if (pid !== undefined && isKilled(pid)) return performance.now() - start
    if (running.isOver()) return undefined
    await delay(10)
  }
}
