import { setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../errors.js'
import { byTypeAndNumber, lastOutput, listDynos, streamLogs, type Dyno, type PlatformApi } from '../heroku/index.js'
import type { Scale } from './plan.js'

export interface Wanted extends Scale { type: string }

export interface WaitOptions {
  /** ms until the wait is given up. */
  timeout: number
  /** Dynos must be of this release or a later one. */
  release?: number
  /** ms between looks; default 1000. */
  poll?: number
  signal?: AbortSignal
  /** Called after each look with how many are up. */
  onProgress?: (up: number, wanted: number) => void
}

const numberOf = ({ name }: Dyno) => Number(name.split('.')[1])

/**
 * What is asked of one process type against what runs. Dynos of an earlier size or release are on their way out and count for nothing,
 * crashed or not.
 */
function look(dynos: readonly Dyno[], wanted: Wanted, release = 0): { up: number; isDone: boolean; crashed: Dyno | undefined } {
  const ofType = dynos.filter(({ type }) => type === wanted.type)
  const fitting = ofType.filter((dyno) => dyno.size.toLowerCase() === wanted.size.toLowerCase() && dyno.release.version >= release)
  const kept = fitting.filter((dyno) => numberOf(dyno) <= wanted.quantity)
  // An Eco dyno that sleeps is as it should be.
  const up = kept.filter(({ state }) => state === 'up' || state === 'idle').length
  const rest = wanted.quantity === 0 ? ofType.length : fitting.length - kept.length
  return { up, isDone: up === wanted.quantity && kept.length === wanted.quantity && rest === 0, crashed: kept.find(({ state }) => state === 'crashed') }
}

/** A process that dies as it starts is up for a moment: only the second look in a row at the same dynos counts. */
const LOOKS = 2

/**
 * Waits until each process type has the dynos that were asked for, of the size asked for, and all stay up. Answers them by name.
 * Throws ShipitError `boot` at once when one of them crashes, with its last output, and `timeout` when the time is over.
 */
export async function waitForDynos(api: PlatformApi, app: string, wanted: readonly Wanted[], options: WaitOptions): Promise<Dyno[]> {
  const { timeout, poll = 1000, signal } = options
  const deadline = performance.now() + timeout
  let lasting = 0
  let lookedAt = ''
  const total = wanted.reduce((sum, { quantity }) => sum + quantity, 0)
  for (;;) {
    const dynos = await listDynos(api, app)
    const looks = wanted.map((one) => look(dynos, one, options.release))
    const crashed = looks.find((one) => one.crashed)?.crashed
    if (crashed) {
      const { text, ending } = await lastOutput((options) => streamLogs(api, app, { ...options, retries: 1 }), crashed, poll)
      throw new ShipitError('boot', {
        message: `${crashed.name} has crashed.`, why: [text, ending].filter(Boolean).join('\n'),
        next: `shipit logs --app ${app} --dyno ${crashed.name}`, details: { app, dyno: crashed.name },
      })
    }
    const up = looks.reduce((sum, one) => sum + one.up, 0)
    options.onProgress?.(up, total)
    const awaited = dynos.filter(({ type }) => wanted.some((one) => one.type === type)).sort(byTypeAndNumber)
    const ids = awaited.map(({ id, updated_at }) => `${id} ${updated_at}`).join()
    lasting = !looks.every(({ isDone }) => isDone) ? 0 : ids === lookedAt ? lasting + 1 : 1
    lookedAt = ids
    if (lasting >= LOOKS || (lasting > 0 && total === 0)) return awaited
    if (performance.now() >= deadline) {
      throw new ShipitError('timeout', {
        message: `After ${Math.round(timeout / 1000)} s ${up} of ${total} dynos are up. The change was made and ${api.endpoint.label} may still be at work.`,
        next: `shipit ps --app ${app}`, details: { app, up, wanted: total },
      })
    }
    await delay(poll, undefined, { signal })
  }
}
