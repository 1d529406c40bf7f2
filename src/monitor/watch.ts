import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../errors.js'
import {
  listDynos,
  Pace,
  SeenLines,
  streamLogBatches,
  type Dyno,
  type LogLine,
  type PlatformApi,
} from '../heroku/index.js'
import { RECENT_LINES, unreadable, type Snapshot } from './snapshot.js'
import { FormationModel } from './model.js'
import type { Reading } from './reading.js'

export interface WatchOptions {
  /** ms between two polls that are passed on. */
  every: number
  /** ms between two lists of dynos, unless the log tells of a change. Default 20000. */
  poll?: number
  /** Called with each line of the log, and what it says, once the model has taken it. */
  onLine?: (line: LogLine, reading: Reading) => void
  /** What an earlier watch of the app has learned: this one goes on with it. */
  known?: Known
  signal: AbortSignal
}

/** What watches of one app, one after the other, have in common. */
interface Known {
  model: FormationModel
  /** No line of these is passed on again. */
  seen: SeenLines
}

/** At most so often, however much the log tells of dynos that come and go. */
const QUICKEST_POLL = 1000
/** Of changes that the log tells of, so many lists at once, and then one every so many ms. */
const CHANGES = { burst: 10, every: 20_000 }

/**
 * ms of reading after which keys, timers and the network have their turn, however much log has
 * piled up.
 */
const SLICE = 8

/**
 * Looks at the formation again and again, its log followed meanwhile, until `signal` is aborted.
 * The first poll may hold no figures yet.
 * Costs a call for the log session and 3 a minute; 10 more at most while dynos come and go, and
 * then 3 more a minute.
 * A platform that cannot be reached for a while is told in `problem`, with what was known before;
 * other errors are thrown.
 */
export async function* watchFormation(
  api: PlatformApi,
  app: string,
  { every, poll = 20_000, onLine, known, signal }: WatchOptions,
): AsyncGenerator<Snapshot, void, undefined> {
  const { model, seen } = known ?? { model: new FormationModel(), seen: new SeenLines() }
  const left = new AbortController()
  const either = AbortSignal.any([signal, left.signal])
  let fault: unknown
  let logProblem: string | undefined
  let isChanged = true
  const changes = new Pace(CHANGES.burst, CHANGES.every)
  const began = Date.now()
  let oldest = began
  let read = 0
  const follow = async () => {
    let begun = performance.now()
    for await (const lines of streamLogBatches(api, app, {
      lines: RECENT_LINES,
      tail: true,
      seen,
      signal: either,
    })) {
      logProblem = undefined
      for (const line of lines) {
        const reading = model.add(line)
        read += 1
        oldest = Math.min(oldest, model.now || oldest)
        if (reading.kind === 'platform') isChanged = true
        onLine?.(line, reading)
        if (performance.now() - begun < SLICE) continue
        await turn()
        if (either.aborted) return
        begun = performance.now()
      }
    }
  }
  /** However long the log cannot be had: a screen is left open over a night. */
  const followOn = async () => {
    while (!either.aborted) {
      try {
        return await follow()
      } catch (error) {
        logProblem = unreadable(error)
        await delay(poll, undefined, { signal: either }).catch((aborted: unknown) => {
          if (!either.aborted) throw aborted
        })
      }
    }
  }
  const following = followOn().catch((error: unknown) => {
    fault = error
  })
  let dynos: Dyno[] | undefined
  let listProblem: string | undefined
  let listedAt = -Infinity
  try {
    while (!signal.aborted) {
      if (fault !== undefined) throw fault
      const age = performance.now() - listedAt
      if (
        age >= poll * api.budget.slowdown ||
        (isChanged && age >= QUICKEST_POLL && changes.take())
      ) {
        isChanged = false
        listedAt = performance.now()
        try {
          dynos = await listDynos(api, app)
          listProblem = undefined
        } catch (error) {
          if (!(error instanceof ShipitError) || error.code !== 'network' || dynos === undefined)
            throw error
          listProblem = error.message
        }
      }
      yield {
        dynos: dynos!,
        model,
        problem: listProblem ?? logProblem,
        watched: read > 0 && read < RECENT_LINES ? Infinity : Date.now() - oldest,
      }
      await delay(every, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  } finally {
    left.abort()
    await following
  }
}
