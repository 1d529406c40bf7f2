import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { diskAt } from '../../src/embedded/dynos/disk.js'
import { daemonInfo } from '../e2e/support/platform.js'
import type { World } from '../e2e/support/world.js'

export const VICTIMS = ['cli', 'daemon', 'dyno', 'git', 'npm'] as const
export type Victim = (typeof VICTIMS)[number]

/** A deploy that runs. `isOver` tells whether its CLI has ended, `output` what it has printed. */
export interface Running {
  cli: number
  isOver: () => boolean
  output: () => string
}

const GIT =
  /\bgit\b.*\bpush\b|git-remote-http|send-pack|http-backend|receive-pack|index-pack|unpack-objects|pre-receive/
/** Not what is only asked for its version. */
const NPM = /^(\S*node \S*)?npm\b(?!.* --version)/

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

/** What a deploy prints as it goes on, before the step that the words name. */
const STEPS =
  /Checking|Pushing|Building source|Installing binaries|Installing dep|Launching|Released v|Starting dynos|Asking/g
/**
 * Where a victim of a short life is to be looked for from: the line before its own, which a busy
 * machine may print when it has ended.
 */
const FROM: Partial<Record<Victim, RegExp>> = { git: /Checking/, npm: /Building source/ }
/** ms within which a step is left, or a victim of a short life has ended. */
const [STEP_TIME, SHORT_LIFE] = [300, 800]
const EVERY = 25

interface Shot {
  victim: Victim
  /** ms that a whole deploy takes. */
  length: number
  random: () => number
  /** How often a victim of this kind had ended before its moment: the next is aimed at earlier. */
  misses: number
  /** What is to be over before. */
  after?: Promise<unknown>
}

/**
 * Kills one victim of the kind in a deploy at a moment that `random` chooses: of the whole deploy,
 * or just within one of its steps, or in the victim's own short life. Resolves with the ms since
 * the deploy's start, or undefined if none was there to kill before the deploy's end.
 */
export async function killOne(
  world: World,
  running: Running,
  shot: Shot,
): Promise<number | undefined> {
  const { victim, length, random, misses } = shot
  const start = performance.now()
  const [share, choice, step] = [random(), random(), Math.floor(random() * 18)]
  const wait = async (isDue: () => boolean) => {
    while (!isDue() && !running.isOver()) await delay(EVERY)
  }
  await shot.after
  const from = FROM[victim]
  if (from) {
    await wait(() => from.test(running.output()))
    while (!running.isOver() && (await seen(world, victim, running)).length === 0)
      await delay(EVERY)
    const due = performance.now() + (share ** 2 * SHORT_LIFE) / 2 ** Math.min(misses, 3)
    await wait(() => performance.now() >= due)
  } else if (step < 9) {
    // As far into the deploy as that many steps.
    await wait(() => (running.output().match(STEPS)?.length ?? 0) > step)
    const due = performance.now() + share * STEP_TIME
    await wait(() => performance.now() >= due)
  } else {
    await wait(() => performance.now() - start >= share * length)
  }
  for (;;) {
    const isOver = running.isOver()
    const pids = await seen(world, victim, running)
    const pid = pids[Math.floor(choice * pids.length)]
    if (pid !== undefined && isKilled(pid)) return performance.now() - start
    if (isOver) return undefined
    await delay(EVERY)
  }
}
