import { rm } from 'node:fs/promises'
import { recordHistory, recordOf, type Recorder } from '../../history/index.js'
import type { DynoRecord } from '../store/records.js'
import type { Folders, LogEntry } from '../store/types.js'
import type { LogReader } from './index.js'

/** Lines that wait while the record is opened; a log has no more at once. */
const MOST_WAITING = 3_000
/** ms: what is older is not kept. */
const KEPT = 24 * 60 * 60_000

interface AppRecord {
  recorder: Recorder | 'opening' | 'none'
  waiting: LogEntry[]
  dynos: readonly DynoRecord[] | undefined
  opening: Promise<void>
}

/**
 * What each app's log tells, recorded for `show --since`, `ps --at` and the dashboard: a file an
 * app under its id, which stays when the app is renamed.
 */
export class AppHistories implements LogReader {
  private readonly apps = new Map<string, AppRecord>()
  private isClosed = false

  constructor(
    private readonly folders: Pick<Folders, 'history'>,
    private readonly report: (problem: string) => void,
  ) {}

  /** What a daemon that was killed had not recorded yet. */
  begin(appId: string, entries: readonly LogEntry[]): void {
    const since = Date.now() - KEPT
    for (const entry of entries) if (entry.time > since) this.take(appId, entry)
  }

  take(appId: string, entry: LogEntry): void {
    if (this.isClosed) return
    const app = this.apps.get(appId) ?? this.open(appId)
    if (app.recorder === 'opening') {
      if (app.waiting.length < MOST_WAITING) app.waiting.push(entry)
    } else if (app.recorder !== 'none') app.recorder.take(entry)
  }

  /** The dynos of an app as they are now. */
  addDynos(appId: string, dynos: readonly DynoRecord[]): void {
    const app = this.apps.get(appId)
    if (!app) return
    app.dynos = dynos
    putDynos(app)
  }

  async forget(appId: string): Promise<void> {
    const app = this.apps.get(appId)
    this.apps.delete(appId)
    if (app) await endOf(app)
    await rm(recordOf(this.folders.history, appId), { force: true })
  }

  /** Writes what is open. */
  async close(): Promise<void> {
    this.isClosed = true
    await Promise.all([...this.apps.values()].map(endOf))
  }

  private open(appId: string): AppRecord {
    const app: AppRecord = {
      recorder: 'opening',
      waiting: [],
      dynos: undefined,
      opening: Promise.resolve(),
    }
    this.apps.set(appId, app)
    app.opening = this.begun(appId, app)
    return app
  }

  /** A disk that is full or read-only must not end what runs. */
  private async begun(appId: string, app: AppRecord): Promise<void> {
    const recorder = await recordHistory({
      id: appId,
      folder: this.folders.history,
      report: this.report,
    }).catch((error: Error) => {
      this.report(`the history of ${appId} is not recorded: ${error.message}`)
      return 'none' as const
    })
    if (!recorder) this.report(`another process records the history of ${appId}`)
    app.recorder = recorder ?? 'none'
    if (app.recorder !== 'none') for (const entry of app.waiting) app.recorder.take(entry)
    app.waiting = []
    putDynos(app)
  }
}

function putDynos({ recorder, dynos }: AppRecord): void {
  if (typeof recorder === 'string' || !dynos) return
  recorder.addDynos(
    Date.now(),
    dynos.map(({ release_id: id, release_version: version, ...dyno }) => ({
      ...dyno,
      release: { id, version },
    })),
  )
}

async function endOf(app: AppRecord): Promise<void> {
  await app.opening
  if (typeof app.recorder !== 'string') await app.recorder.close()
}
