import { readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'

/** What the kernel says of a process. */
interface Usage {
  /** Resident memory, MB. */
  rss: number
  /** User and system time since its start, in seconds. */
  cpuSeconds: number
}

const PAGE = 4096
/** USER_HZ: 100 on every Linux that a dyno or a laptop runs. */
const TICKS = 100

/** undefined for a process that is gone. Reads /proc; `ps` where there is none (macOS). */
export function usageOf(pid: number): Usage | undefined {
  if (process.platform !== 'linux') return usageFromPs(pid)
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold spaces; fields are counted from behind it (proc(5): utime is 14, stime 15, rss 24).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { rss: (Number(fields[21]) * PAGE) / 2 ** 20, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS }
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

function usageFromPs(pid: number): Usage | undefined {
  try {
    const [rss, time] = execFileSync('ps', ['-o', 'rss=,time=', '-p', String(pid)], { encoding: 'utf8' }).trim().split(/\s+/)
    const cpuSeconds = (time ?? '0').split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
    return { rss: Number(rss) / 1024, cpuSeconds }
  } catch (error) {
    if ((error as { status?: number }).status === 1) return undefined
    throw error
  }
}

/** Whether an error says that the process or its files are no more. */
function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/** Sends a signal; false where the process is gone. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch (error) {
    if (isGone(error)) return false
    throw error
  }
}

/** The processes that a process has started, and theirs. None where the kernel does not tell (macOS). */
export function descendantsOf(pid: number): number[] {
  const children = readIfThere(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
  return children.flatMap((child) => [child, ...descendantsOf(child)])
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1').trim()
  } catch (error) {
    if (isGone(error)) return ''
    throw error
  }
}
