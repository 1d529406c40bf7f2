import { isFirName } from '../lib/dyno-name.js'
import { ShipitError } from '../errors.js'
import {
  listDynos,
  SeenLines,
  streamLogs,
  type Dyno,
  type LogFilter,
  type LogLine,
  type PlatformApi,
} from '../heroku/index.js'
import { FormationModel } from './model.js'
import type { Reading } from './reading.js'
import { withoutFigures } from './without-figures.js'

/** All that the platform keeps. */
export const RECENT_LINES = 1500
/**
 * ms that the log's recent lines may take longer than the list of dynos: they are figures, not the
 * answer.
 */
const TIMEOUT_MS = 3000
/**
 * ms in which every dyno of the runtime prints its figures: every 20 s, and some time on the way.
 */
const FIGURES_WITHIN = 22_000

export interface Snapshot {
  dynos: Dyno[]
  model: FormationModel
  /** Why figures may be missing. */
  problem: string | undefined
  /**
   * ms that the lines which were read reach back, and were followed: figures that are in none of
   * them were not printed in that time.
   */
  watched: number
}

export interface SnapshotOptions {
  /** What takes the lines; a new one where absent. */
  model?: FormationModel
  /** Called with each line, and what it says, once the model has taken it. */
  onLine?: (line: LogLine, reading: Reading) => void
  patience?: number
  /**
   * Which dynos are wanted: the log is followed for the figures of these alone. All where absent.
   */
  selection?: { type?: string | undefined; name?: string | undefined }
  /**
   * Follows a busy log, whose recent lines hold no figures, until they come. Told of which dynos,
   * and of the most ms that it may take. Never where absent.
   */
  onFollow?: ((missing: readonly Dyno[], most: number) => void) | undefined
  signal?: AbortSignal | undefined
  /** ms that it is followed at most. */
  within?: number
}

/**
 * The app's dynos, and a model of what its recent lines tell: one look, both asked for at once; two
 * calls of the API. With `onFollow` a log so busy that its recent lines hold no figures is followed
 * until all dynos have printed theirs, 22 s at most, for one more call.
 * Throws ShipitError if the dynos cannot be listed; a log that cannot be read is told in
 * `problem`.
 */
export async function takeSnapshot(
  api: PlatformApi,
  app: string,
  options: SnapshotOptions = {},
): Promise<Snapshot> {
  const recent = await lookAtRecent(api, app, options)
  const { seen, read, ...found } = recent
  // Fir keeps no lines to read: what is to be known comes from now on.
  const hasHistory = !found.dynos.some(({ name }) => isFirName(name))
  if (
    !options.onFollow ||
    found.problem !== undefined ||
    (hasHistory && read < RECENT_LINES) ||
    found.watched >= FIGURES_WITHIN
  )
    return found
  return followFigures(api, app, found, seen, options)
}

async function lookAtRecent(
  api: PlatformApi,
  app: string,
  { patience = TIMEOUT_MS, model = new FormationModel(), onLine }: SnapshotOptions,
): Promise<Snapshot & { seen: SeenLines; read: number }> {
  const stop = new AbortController()
  const seen = new SeenLines()
  let problem: string | undefined
  let read = 0
  let oldest = Infinity
  let hasEnded = false
  const take = (line: LogLine) => {
    read += 1
    oldest = Math.min(oldest, Date.parse(line.timestamp) || Infinity)
    const reading = model.add(line)
    onLine?.(line, reading)
  }
  const reading = readInto(
    streamLogs(api, app, { lines: RECENT_LINES, retries: 0, seen, signal: stop.signal }),
    take,
  )
    .catch((error: unknown) => {
      problem = unreadable(error)
    })
    .finally(() => {
      hasEnded = true
    })
  let tooLong: NodeJS.Timeout | undefined
  const listed = listDynos(api, app).then((dynos) => {
    tooLong = setTimeout(() => {
      problem = `The log took longer than ${patience / 1000} s, so figures are missing.`
      stop.abort()
    }, patience)
    return dynos
  })
  try {
    const [dynos] = await Promise.all([listed, reading])
    // A log that holds fewer lines than are kept holds all that there were.
    const watched = read < RECENT_LINES ? Infinity : Math.max(0, Date.now() - oldest)
    return { dynos, model, problem, watched, seen, read }
  } finally {
    clearTimeout(tooLong)
    // To break off what has ended would still take a millisecond.
    if (!hasEnded) stop.abort()
  }
}

/**
 * Follows the app's own lines, of the wanted dynos if the platform can choose them, so that a
 * busy router or another process type is not in the way.
 */
async function followFigures(
  api: PlatformApi,
  app: string,
  found: Snapshot,
  seen: SeenLines,
  { selection = {}, onFollow, onLine, signal, within = FIGURES_WITHIN }: SnapshotOptions,
): Promise<Snapshot> {
  const { dynos, model } = found
  const selected = dynos.filter(
    ({ name, type }) => (selection.name ?? name) === name && (selection.type ?? type) === type,
  )
  // What no dyno is called may be an app, which any of them runs.
  const wanted = selected.length > 0 ? selected : dynos
  const missing = () => withoutFigures(wanted, model)
  if (missing().length === 0) return found
  onFollow?.(missing(), within)
  const time = AbortSignal.timeout(within)
  const stop = new AbortController()
  const filter: LogFilter = {
    source: 'app',
    dyno: selected.length > 0 ? (selection.name ?? selection.type) : undefined,
  }
  const begun = performance.now()
  try {
    await readInto(
      streamLogs(api, app, {
        ...filter,
        lines: RECENT_LINES,
        tail: true,
        seen,
        retries: 2,
        signal: AbortSignal.any([time, stop.signal, ...(signal ? [signal] : [])]),
      }),
      (line) => {
        const reading = model.add(line)
        onLine?.(line, reading)
        if (reading.kind === 'sample' && missing().length === 0) stop.abort()
      },
    )
  } catch (error) {
    return { ...found, problem: unreadable(error) }
  }
  signal?.throwIfAborted()
  return { ...found, watched: found.watched + performance.now() - begun }
}

async function readInto(
  lines: AsyncIterable<LogLine>,
  take: (line: LogLine) => void,
): Promise<void> {
  for await (const line of lines) take(line)
}

/** A sentence for a log that cannot be read; any other fault is thrown again. */
export function unreadable(error: unknown): string {
  if (error instanceof ShipitError)
    return `The log could not be read, so figures are missing: ${error.message}`
  throw error
}
