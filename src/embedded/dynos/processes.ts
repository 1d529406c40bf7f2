import { execFile } from 'node:child_process'
import { closeSync, existsSync, openSync, readSync, readdirSync } from 'node:fs'
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

/**
 * What a process was marked with when it was last looked at, by its pid, and when and at which
 * address that environment was given to it: another program has another one.
 */
let known = new Map<number, { given: string; dynoDir: string | undefined }>()

/** proc(5). Read in one go, because what is read here is about to be signalled. */
function fromProc(): RunningProcess[] {
  const found: RunningProcess[] = []
  const seen: typeof known = new Map()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const stat = readIfThere(`/proc/${name}/stat`)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, , group] = fields
    if (!group || state === 'Z' || state === 'X') continue
    const given = [START_TIME, ENV_START, ENV_END]
      .map((field) => fields[field - FIRST_FIELD])
      .join(' ')
    const before = known.get(pid)
    const one =
      before?.given === given
        ? before
        : { given, dynoDir: markerIn(readIfThere(`/proc/${name}/environ`), '\0') }
    seen.set(pid, one)
    found.push({ pid, group: Number(group), dynoDir: one.dynoDir })
  }
  known = seen
  return found
}

/** Numbers of fields in /proc/PID/stat, and of the first one after the name. */
const FIRST_FIELD = 3
const START_TIME = 22
const ENV_START = 50
const ENV_END = 51

const buffer = Buffer.allocUnsafe(64 * 1024)

/**
 * A process may end between two reads, and other users' environments are closed to us: both read as
 * empty.
 */
function readIfThere(file: string): string {
  let descriptor: number | undefined
  try {
    descriptor = openSync(file, 'r')
    const parts: string[] = []
    for (let length; (length = readSync(descriptor, buffer, 0, buffer.length, null)) > 0;) {
      parts.push(buffer.toString('latin1', 0, length))
      // What the kernel could give and did not is not there.
      if (length < PAGE) break
    }
    return parts.join('')
  } catch {
    return ''
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** Bytes up to which a file of /proc comes with one read. */
const PAGE = 4096

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

/**
 * Signals a whole process group; one that is already gone is fine (where only zombies are left of
 * it, some systems say EPERM).
 */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal)
  } catch (error) {
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
