import { readdir, readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { diskAt, removeDisk } from './disk.js'
import { runningProcesses, signalProcess, type RunningProcess } from './processes.js'
import { monotonic } from '../../lib/monotonic.js'

const POLL = 50

/**
 * Ends the dynos that a killed daemon left, with SIGTERM and after `grace` ms with SIGKILL, and
 * removes their disks. A process is only ever signalled when its environment names a dyno of this
 * folder, or when it is in the group of such a one: pids are used again.
 */
export async function endLeftDynos(dynosDir: string, grace: number): Promise<void> {
  const left = await leftProcesses(dynosDir)
  for (const { pid } of left) signalProcess(pid, 'SIGTERM')
  const deadline = monotonic() + grace
  while (monotonic() < deadline && (await leftProcesses(dynosDir)).length > 0) await sleep(POLL)
  for (;;) {
    const stubborn = await leftProcesses(dynosDir)
    if (stubborn.length === 0) break
    for (const { pid } of stubborn) signalProcess(pid, 'SIGKILL')
    await sleep(POLL)
  }
  for (const dir of await dynoDirs(dynosDir)) await removeDisk(dir)
}

async function leftProcesses(dynosDir: string): Promise<RunningProcess[]> {
  const running = await runningProcesses()
  const here = await resolved(dynosDir)
  const own: RunningProcess[] = []
  for (const each of running)
    if (each.dynoDir !== undefined && (await resolved(path.dirname(each.dynoDir))) === here)
      own.push(each)
  const groups = new Set(
    (await Promise.all((await dynoDirs(dynosDir)).map(groupOf))).filter((group) =>
      own.some((each) => each.group === group),
    ),
  )
  return running.filter((each) => own.includes(each) || groups.has(each.group))
}

/** The killed daemon may have come here by another path. */
async function resolved(dir: string): Promise<string> {
  return realpath(dir).catch(() => path.resolve(dir))
}

async function dynoDirs(dynosDir: string): Promise<string[]> {
  const names = await readdir(dynosDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names.map((name) => path.join(dynosDir, name))
}

/** NaN if the daemon was killed before the dyno had a process. */
async function groupOf(dir: string): Promise<number> {
  const text = await readFile(diskAt(dir).pidFile, 'utf8').catch(() => '')
  return parseInt(text, 10)
}
