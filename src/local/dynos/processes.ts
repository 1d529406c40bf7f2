import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'

/**
 * In the environment of every process of a dyno, and so of all that they start: the dyno's folder.
 * It is what a process is known by.
 */
export const MARKER = 'SHIPIT_DYNO_DIR'

export interface RunningProcess {
  pid: number
  group: number
  /** The folder of the dyno that it belongs to, as far as its environment can be read. */
  dynoDir: string | undefined
}

/**
 * All processes of this machine that have not ended (a zombie has). From /proc, elsewhere from ps.
 */
export async function runningProcesses(): Promise<RunningProcess[]> {
  return existsSync('/proc/self/stat') ? fromProc() : fromPs()
}

/**
 * The processes of one dyno: of its group, or marked as its own when they left the group (a daemon
 * that an app starts).
 */
export async function dynoProcesses(dynoDir: string, group: number): Promise<number[]> {
  return (await runningProcesses())
    .filter((each) => each.group === group || each.dynoDir === dynoDir)
    .map(({ pid }) => pid)
}

/** Sends a signal; a process that has just ended is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** proc(5). Read in one go, because what is read here is about to be signalled. */
function fromProc(): RunningProcess[] {
  const found: RunningProcess[] = []
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const stat = readIfThere(`/proc/${name}/stat`)
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (!group || state === 'Z' || state === 'X') continue
    found.push({
      pid,
      group: Number(group),
      dynoDir: markerIn(readIfThere(`/proc/${name}/environ`), '\0'),
    })
  }
  return found
}

/**
 * A process may end between two reads, and other users' environments are closed to us: both read as
 * empty.
 */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

async function fromPs(): Promise<RunningProcess[]> {
  const environment = process.platform === 'darwin' ? ['-A', '-E', '-ww'] : ['axeww']
  const { stdout } = await promisify(execFile)(
    'ps',
    [...environment, '-o', 'pid=,pgid=,stat=,command='],
    { maxBuffer: 64 * 1024 * 1024 },
  )
  return stdout.split('\n').flatMap((line) => {
    const [, pid, group, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
    if (!pid || state?.startsWith('Z')) return []
    return [{ pid: Number(pid), group: Number(group), dynoDir: markerIn(command ?? '', ' ') }]
  })
}

function markerIn(environment: string, separator: string): string | undefined {
  const start = `${separator}${environment}`.indexOf(`${separator}${MARKER}=`)
  if (start === -1) return undefined
  const value = environment.slice(start + MARKER.length + 1)
  const end = value.indexOf(separator)
  return end === -1 ? value : value.slice(0, end)
}
