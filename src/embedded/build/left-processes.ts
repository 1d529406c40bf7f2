import { execFile } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { signalGroup } from '../dynos/processes.js'

const exec = promisify(execFile)

const POLL = 10

/** Notes a process group that a build started, before anything else is done with it. */
export function noteProcessGroup(file: string, group: number): void {
  appendFileSync(file, `${group}\n`)
}

/**
 * Ends what a build has left running, as the end of Heroku's build dyno does: also what has left
 * its process group. Resolves when none of it is there any more, so that nothing writes into the
 * build's folders after this.
 * A process is the build's if its environment names the build's own folder (`marker`), never by
 * a number alone, which may be another's by now.
 * Where there is no /proc, that is asked of the leaders of the groups noted in `file`.
 */
export async function killLeftProcesses(file: string, marker: string): Promise<void> {
  if (process.platform === 'linux') {
    // Once more after each that was met: a signal takes its time, and what was being started
    // meanwhile has another process's environment yet.
    for (
      let left = await markedProcesses(marker);
      left.length > 0;
      left = await markedProcesses(marker)
    ) {
      for (const pid of left) kill(pid)
      await sleep(POLL)
    }
    return
  }
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  for (const group of text
    .split('\n')
    .map(Number)
    .filter((id) => id > 1)) {
    const { stdout } = await exec('ps', ['-E', '-ww', '-o', 'command=', '-p', String(group)]).catch(
      () => ({ stdout: '' }),
    )
    if (stdout.includes(marker)) signalGroup(group, 'SIGKILL')
  }
}

/**
 * Those of this machine that have not ended: of one that has, even if it is not yet waited for,
 * there is no environment.
 */
async function markedProcesses(marker: string): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 1 && pid !== process.pid)
  // No condition chooses here, as the mutation job turns each one: what lets all of them through
  // would end every process of the machine.
  const named = await Promise.all(
    pids.map(async (pid) => {
      const [, ...mentions] = (await environmentOf(pid)).split(marker)
      return mentions.map(() => pid)
    }),
  )
  return [...new Set(named.flat())]
}

async function environmentOf(pid: number): Promise<string> {
  return await readFile(`/proc/${pid}/environ`, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // It has ended, or is another user's.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code ?? '')) return ''
    throw error
  })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
