import { LoadMeter, type Loads } from './load.js'
import { memoryOf, type Memory } from './memory.js'
import { runningProcesses } from './processes.js'

/** One look at one dyno. */
export interface Measured {
  memory: Memory
  /** Only if it was asked for, and only if the system tells it. */
  loads: Loads | undefined
  pages: { in: number; out: number } | undefined
}

interface Watched {
  /** The dyno's folder and process group, as `dynoProcesses` knows its processes. */
  dir: string
  group: number
  load: LoadMeter | undefined
  take: (measured: Measured) => void
  failed: (error: Error) => void
}

/** Looks at all dynos every so often, with one reading of the process table. */
export class Meter {
  private readonly watched = new Set<Watched>()
  private timer: NodeJS.Timeout | undefined

  /** @param every ms between two polls */
  constructor(private readonly every: number) {}

  /**
   * Measures a dyno until what it returns is called; memory alone, unless the load is wanted too.
   */
  watch(dyno: Omit<Watched, 'load'> & { hasLoad: boolean }): () => void {
    const { hasLoad, ...rest } = dyno
    const watched: Watched = { ...rest, load: hasLoad ? new LoadMeter() : undefined }
    this.watched.add(watched)
    this.plan()
    return () => {
      this.watched.delete(watched)
      if (this.watched.size > 0) return
      clearTimeout(this.timer)
      this.timer = undefined
    }
  }

  private plan(): void {
    this.timer ??= setTimeout(() => {
      void this.look().finally(() => {
        this.timer = undefined
        if (this.watched.size > 0) this.plan()
      })
    }, this.every)
  }

  private async look(): Promise<void> {
    const all = [...this.watched]
    const running = await runningProcesses().catch((error: Error) => error)
    await Promise.all(
      all.map(async (one) => {
        try {
          if (running instanceof Error) throw running
          const pids = running
            .filter(({ group, dynoDir }) => group === one.group || dynoDir === one.dir)
            .map(({ pid }) => pid)
          if (pids.length === 0) return
          const [memory, load] = await Promise.all([
            memoryOf(pids),
            one.load?.look(pids, performance.now()),
          ])
          if (this.watched.has(one)) one.take({ memory, loads: load?.loads, pages: load?.pages })
        } catch (error) {
          if (this.watched.has(one)) one.failed(error as Error)
        }
      }),
    )
  }
}
