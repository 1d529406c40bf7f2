import { numberOfDyno } from '../lib/dyno-name.js'
import { ShipitError } from '../errors.js'
import {
  byTypeAndNumber,
  lastOutput,
  listDynos,
  streamLogs,
  type Dyno,
  type PlatformApi,
} from '../heroku/index.js'
import { untilFound } from './cadence.js'
import { DynoNews } from './dyno-news.js'
import type { TypeCount } from '../lib/dyno-count.js'
import { duration } from '../lib/duration.js'

export interface WaitOptions {
  /** ms until the wait times out. */
  timeout: number
  /** Dynos must be of this release or a later one. */
  release?: number
  /** ms between two polls if the log does not say when one is due; default 1000. */
  poll?: number
  /** What several waits in a row share; one of its own where absent. */
  news?: DynoNews
  signal?: AbortSignal
  /** See Cadence. */
  isJustAsked?: boolean
  /** Called after each poll with how many are up. */
  onProgress?: (up: number, wanted: number) => void
}

/**
 * What is asked of one process type against what runs. Dynos of an earlier size or release are on
 * their way out and count for nothing, crashed or not.
 */
function stateOf(
  dynos: readonly Dyno[],
  wanted: TypeCount,
  release = 0,
): { up: number; rest: number; isDone: boolean; crashed: Dyno | undefined } {
  const ofType = dynos.filter(({ type }) => type === wanted.type)
  const fitting = ofType.filter(
    (dyno) =>
      dyno.size.toLowerCase() === wanted.size.toLowerCase() && dyno.release.version >= release,
  )
  // Without numbers, as on Fir, any of them may be the one to go.
  const kept = fitting.every(({ name }) => numberOfDyno(name) === undefined)
    ? fitting.slice(0, wanted.quantity)
    : fitting.filter(({ name }) => (numberOfDyno(name) ?? 0) <= wanted.quantity)
  // An Eco dyno that sleeps is as it should be.
  const up = kept.filter(({ state }) => state === 'up' || state === 'idle').length
  const rest = wanted.quantity === 0 ? ofType.length : fitting.length - kept.length
  return {
    up,
    rest,
    isDone: up === wanted.quantity && kept.length === wanted.quantity && rest === 0,
    crashed: kept.find(({ state }) => state === 'crashed'),
  }
}

/**
 * A process that dies as it starts is up for a moment: only the second poll in a row that
 * finds the same dynos counts.
 */
const POLLS_IN_A_ROW = 2

/**
 * Waits until each process type has the dynos that were asked for, of the size asked for, and all
 * stay up. Answers them by name.
 * Throws ShipitError `boot` at once when one of them crashes, with its last output, and `timeout`
 * when the time is over.
 */
export async function waitForDynos(
  api: PlatformApi,
  app: string,
  wanted: readonly TypeCount[],
  options: WaitOptions,
): Promise<Dyno[]> {
  const { timeout, poll, signal, isJustAsked = false, news = new DynoNews(api, app) } = options
  let lasting = 0
  let idsBefore = ''
  let up = 0
  const total = wanted.reduce((sum, { quantity }) => sum + quantity, 0)
  const done = await untilFound<Dyno[]>(
    api,
    news,
    async () => {
      const dynos = await listDynos(api, app)
      const states = wanted.map((one) => stateOf(dynos, one, options.release))
      const crashed = states.find((one) => one.crashed)?.crashed
      if (crashed) throw await crashOf(api, app, crashed, poll)
      up = states.reduce((sum, one) => sum + one.up, 0)
      options.onProgress?.(up, total)
      const awaited = dynos
        .filter(({ type }) => wanted.some((one) => one.type === type))
        .sort(byTypeAndNumber)
      const ids = awaited.map(({ id, updated_at }) => `${id} ${updated_at}`).join()
      const isDone = states.every((one) => one.isDone)
      lasting = !isDone ? 0 : ids === idsBefore ? lasting + 1 : 1
      idsBefore = ids
      if (lasting >= POLLS_IN_A_ROW || (lasting > 0 && total === 0)) return { answer: awaited }
      return {
        pending: isDone
          ? { up: 0, gone: 0 }
          : { up: total - up, gone: states.reduce((sum, { rest }) => sum + rest, 0) },
      }
    },
    { timeout, poll, signal, isJustAsked },
  ).finally(() => {
    if (!options.news) news.stop()
  })
  if (done) return done
  throw new ShipitError('timeout', {
    message:
      `After ${duration(timeout)} ${up} of ${total} dynos are up. The change was ` +
      `made and ${api.endpoint.label} may still be at work.`,
    next: `shipit ps --app ${app}`,
    details: { app, up, wanted: total },
  })
}

async function crashOf(
  api: PlatformApi,
  app: string,
  crashed: Dyno,
  poll: number | undefined,
): Promise<ShipitError> {
  const { text, ending } = await lastOutput(
    (options) => streamLogs(api, app, { ...options, retries: 1 }),
    crashed,
    poll,
  )
  return new ShipitError('boot', {
    message: `${crashed.name} has crashed.`,
    why: [text, ending].filter(Boolean).join('\n'),
    next: `shipit logs --app ${app} --dyno ${crashed.name}`,
    details: { app, dyno: crashed.name },
  })
}
