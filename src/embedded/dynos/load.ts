/**
 * How many threads of a dyno run or wait for a CPU, on average, and what they read and write:
 * log-runtime-metrics without the kernel's word for a container.
 */
import { readdir } from 'node:fs/promises'
import { readIfOpen } from './memory.js'

/** Averages over 1, 5 and 15 minutes. */
export type Loads = readonly [number, number, number]

const SPANS = [60_000, 300_000, 900_000] as const
const PAGE = 4096

/**
 * The averages after `ms` in which `runnable` threads ran or waited, as the kernel smooths its own.
 */
export function nextLoads(before: Loads, runnable: number, ms: number): Loads {
  const next = (load: number, span: number) => runnable + (load - runnable) * Math.exp(-ms / span)
  return [next(before[0], SPANS[0]), next(before[1], SPANS[1]), next(before[2], SPANS[2])]
}

/**
 * ns that a thread has run and has waited for a CPU, of /proc/PID/task/TID/schedstat; undefined
 * if the kernel does not count them.
 */
export function runnableTime(schedstat: string): number | undefined {
  const [, ran, waited] = /^(\d+) (\d+) \d+/.exec(schedstat) ?? []
  return ran === undefined ? undefined : Number(ran) + Number(waited)
}

/** Pages that a process has read from the disk and written to it, of /proc/PID/io. */
export function pagesOf(io: string): { in: number; out: number } | undefined {
  const bytes = (name: string) => new RegExp(`^${name}: (\\d+)$`, 'm').exec(io)?.[1]
  const [read, written] = [bytes('read_bytes'), bytes('write_bytes')]
  return read === undefined || written === undefined
    ? undefined
    : { in: Math.round(Number(read) / PAGE), out: Math.round(Number(written) / PAGE) }
}

/**
 * Sums counters of things that come and go: what each grew by since the last look. One that is new
 * counts whole, but at the first look.
 */
export class Growth {
  private last: ReadonlyMap<string, number> | undefined

  of(counters: ReadonlyMap<string, number>): number {
    const { last } = this
    this.last = counters
    if (last === undefined) return 0
    return [...counters].reduce(
      (sum, [key, value]) => sum + Math.max(0, value - (last.get(key) ?? 0)),
      0,
    )
  }
}

/** The load of one dyno, look by look. */
export class LoadMeter {
  private loads: Loads = [0, 0, 0]
  private readonly time = new Growth()
  private readonly reads = new Growth()
  private readonly writes = new Growth()
  private pages = { in: 0, out: 0 }
  private lookedAt: number | undefined

  /**
   * Undefined if the system counts neither; pages are those since the first look. @param now ms
   * of any clock that only goes on
   */
  async look(
    pids: readonly number[],
    now: number,
  ): Promise<{ loads: Loads | undefined; pages: { in: number; out: number } | undefined }> {
    const times = new Map<string, number>()
    const [reads, writes] = [new Map<string, number>(), new Map<string, number>()]
    await Promise.all(
      pids.map(async (pid) => {
        const io = pagesOf(await readIfOpen(`/proc/${pid}/io`))
        if (io) {
          reads.set(String(pid), io.in)
          writes.set(String(pid), io.out)
        }
        for (const thread of await threadsOf(pid)) {
          const time = runnableTime(await readIfOpen(`/proc/${pid}/task/${thread}/schedstat`))
          if (time !== undefined) times.set(`${pid}/${thread}`, time)
        }
      }),
    )
    const grown = this.time.of(times)
    this.pages = {
      in: this.pages.in + this.reads.of(reads),
      out: this.pages.out + this.writes.of(writes),
    }
    const ms = this.lookedAt === undefined ? 0 : now - this.lookedAt
    this.lookedAt = now
    if (ms > 0) this.loads = nextLoads(this.loads, grown / 1e6 / ms, ms)
    return {
      loads: times.size > 0 ? this.loads : undefined,
      pages: reads.size > 0 ? { ...this.pages } : undefined,
    }
  }
}

async function threadsOf(pid: number): Promise<string[]> {
  return readdir(`/proc/${pid}/task`).catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code ?? '')) return []
    throw error
  })
}
