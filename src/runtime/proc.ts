import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { monotonic } from '../lib/monotonic.js'
import { readKernelFile, readStatField, readStatState } from './kernel-file.js'

/** What the kernel says of a process. Processes that have ended and wait to be reaped are none. */
export interface Process {
  pid: number
  parent: number
  session: number
  /** Resident memory, MB. */
  rss: number
  /**
   * User and system time since its start, in seconds, with that of its children that have ended.
   */
  cpuSeconds: number
  /**
   * SHIPIT_TREE of the environment that it was started with, which all that an instance starts
   * inherits.
   */
  mark: string | undefined
}

/** The variable that marks every process of an instance, whatever has become of those between. */
export const MARK = 'SHIPIT_TREE'

const PAGE = 4096
/** USER_HZ: 100 on every Linux that a dyno or a laptop runs. */
const TICKS = 100
/** ms for which a table is good enough to measure by. */
const FRESH = 250

let latest: { at: number; table: Process[] } | undefined

/**
 * All processes that this one may have started, itself included, in no order. From /proc; from `ps`
 * on macOS.
 */
export function processes(): Process[] {
  const table = process.platform === 'linux' ? fromProc() : fromPs()
  latest = { at: monotonic(), table }
  return table
}

/** As `processes`, at most 250 ms old. A time to come is of a clock that was another: not fresh. */
export function recentProcesses(): Process[] {
  return latest && Math.abs(monotonic() - latest.at) < FRESH ? latest.table : processes()
}

function fromProc(): Process[] {
  const own = startOf(process.pid) ?? 0
  const young: Process[] = []
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    // What is older than this process is none of its descendants.
    if (!(pid > 0) || !((startOf(pid) ?? -1) >= own)) continue
    const one = readStat(pid)
    if (one && one.state !== 'Z' && one.state !== 'X') young.push(withMark(one))
  }
  return young
}

/**
 * When a process was started, in clock ticks since the machine's boot (proc(5), field 22);
 * undefined if it is gone.
 */
function startOf(pid: number): number | undefined {
  return ifThere(() => readStatField(pid, 22))
}

/** A letter as proc(5) has it; '' if the process is gone. */
function stateOf(pid: number): string {
  return ifThere(() => readStatState(pid)) ?? ''
}

/** What is read of a process; undefined if it is gone. */
function ifThere<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

function readStat(
  pid: number,
): (Omit<Process, 'mark'> & { state: string; group: number }) | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`)
  if (stat === '') return undefined
  // The name in parentheses may hold spaces; fields are counted from behind it (proc(5): state is
  // the third).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3])
  const cpuSeconds = (field(14) + field(15) + field(16) + field(17)) / TICKS
  return {
    pid,
    state: fields[0] as string,
    parent: field(4),
    group: field(5),
    session: field(6),
    rss: (field(24) * PAGE) / 2 ** 20,
    cpuSeconds,
  }
}

/**
 * Most tables are read for a few processes' sake, so an environment is read when it is asked for.
 */
function withMark(one: Omit<Process, 'mark'>): Process {
  let mark: string | undefined
  let isRead = false
  return {
    ...one,
    get mark() {
      if (!isRead)
        mark = /(?:^|\0)SHIPIT_TREE=([^\0]*)/.exec(readIfThere(`/proc/${one.pid}/environ`))?.[1]
      isRead = true
      return mark
    },
  }
}

/** `-E` adds the environment behind the command, as far as macOS shows it. */
function fromPs(): Process[] {
  const text = execFileSync('ps', ['-axEww', '-o', 'pid=,ppid=,stat=,rss=,time=,command='], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, state, rss, time, command] =
      /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(\S+)\s(.*)$/.exec(line) ?? []
    if (pid === undefined || state?.startsWith('Z')) return []
    const cpuSeconds = (time ?? '0').split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
    return {
      pid: Number(pid),
      parent: Number(parent),
      session: 0,
      rss: Number(rss) / 1024,
      cpuSeconds,
      mark: /\sSHIPIT_TREE=(\S*)/.exec(command ?? '')?.[1],
    }
  })
}

/** Whether an error says that the process or its files are no more, or are another user's. */
function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  )
}

/** A process's parent and process group; undefined if it has ended, or nothing tells (macOS). */
export function placeOf(pid: number): { parent: number; group: number } | undefined {
  return process.platform === 'linux' ? readStat(pid) : undefined
}

/**
 * Whether a process runs: one that has ended, and that nobody has reaped, can still be signalled.
 */
export function isRunning(pid: number): boolean {
  if (process.platform !== 'linux') return signal(pid, 0)
  const state = stateOf(pid)
  return state !== '' && state !== 'Z' && state !== 'X'
}

/** Whether a process runs, waits for a CPU, or for a disk. Not known outside Linux. */
export function isBusy(pid: number): boolean {
  const state = stateOf(pid)
  return state === 'R' || state === 'D'
}

/** Sends a signal; false if the process is gone or another user's. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch (error) {
    if (isGone(error)) return false
    throw error
  }
}

function readIfThere(file: string): string {
  return ifThere(() => readKernelFile(file)) ?? ''
}
