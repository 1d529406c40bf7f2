import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { removeFolder } from '../daemon/folders.js'

const run = promisify(execFile)

/** ms after which what starts beside a dyno has started too, and the machine has time. */
const IDLE = 500

interface Spare {
  of: string
  /** Its node_modules; undefined if it could not be made. */
  ready: Promise<string | undefined>
  isReady: boolean
  stop: AbortController
}

/**
 * One hard-linked node_modules an app, made ahead while nothing is asked for, so that the next
 * release with the same dependencies starts its first dyno without linking tens of thousands of
 * files. They lie among the dynos' folders, where the next start of the platform removes what was
 * left.
 */
export class SpareModules {
  private readonly spares = new Map<string, Spare>()

  constructor(private readonly dynosDir: string) {}

  /** Hands one out where one is there. */
  async take(appId: string, modules: string | undefined): Promise<string | undefined> {
    const spare = this.spares.get(appId)
    if (!spare?.isReady || spare.of !== modules) return undefined
    this.spares.delete(appId)
    return spare.ready
  }

  /** Has one ready soon, in place of one of other dependencies. */
  prepare(appId: string, modules: string | undefined): void {
    if (modules === undefined || this.spares.get(appId)?.of === modules) return
    const old = this.drop(appId)
    const stop = new AbortController()
    const spare: Spare = {
      of: modules,
      isReady: false,
      stop,
      ready: old.then(() => this.make(modules, stop.signal)),
    }
    this.spares.set(appId, spare)
    void spare.ready.then((made) => {
      spare.isReady = true
      // One that cannot be made now may be made after the next start.
      if (made === undefined && this.spares.get(appId) === spare) this.spares.delete(appId)
    })
  }

  /** Resolves when nothing of it is left; of all apps without an id. */
  async drop(appId?: string): Promise<void> {
    const dropped = [...this.spares].filter(([id]) => appId === undefined || id === appId)
    await Promise.all(
      dropped.map(async ([id, { stop, ready }]) => {
        this.spares.delete(id)
        stop.abort()
        const made = await ready
        if (made !== undefined) await removeFolder(path.dirname(made))
      }),
    )
  }

  private async make(modules: string, signal: AbortSignal): Promise<string | undefined> {
    const dir = path.join(this.dynosDir, `spare-${randomUUID()}`)
    try {
      await sleep(IDLE, undefined, { signal })
      await mkdir(dir)
      await run('nice', ['cp', '-RPpl', modules, dir], { signal })
      return path.join(dir, 'node_modules')
    } catch {
      // A dyno without a spare makes its links itself, and says why if it cannot.
      await removeFolder(dir)
      return undefined
    }
  }
}
