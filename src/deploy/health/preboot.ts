/**
 * Preboot, for commands that make a release or start dynos anew without judging what comes of it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { dynoSize } from '../../lib/dyno-sizes.js'
import { ShipitError } from '../../errors.js'
import {
  getAppFeature,
  listFormation,
  streamLogs,
  type PlatformApi,
  type Release,
} from '../../heroku/index.js'
import { duration } from '../../lib/duration.js'
import { PREBOOT_SWITCH } from '../heroku-platform.js'
import { Switchover } from './switchover.js'

export interface Preboot {
  /** ms from a release until requests switch to it. */
  switchesAfter: number
  /** Web dynos that go on serving until then. */
  dynos: number
}

/**
 * Undefined if a release takes over at once: without preboot, without web dynos, and of sizes
 * that do not have it.
 */
export async function prebootOf(api: PlatformApi, app: string): Promise<Preboot | undefined> {
  if (!(await isEnabled(api, app))) return undefined
  const web = (await listFormation(api, app)).find(({ type }) => type === 'web')
  if (!web || web.quantity === 0 || dynoSize(web.size)?.preboot === false) return undefined
  return { switchesAfter: api.endpoint.prebootSwitch ?? PREBOOT_SWITCH, dynos: web.quantity }
}

async function isEnabled(api: PlatformApi, app: string): Promise<boolean> {
  try {
    return (await getAppFeature(api, app, 'preboot')).enabled
  } catch (error) {
    if (error instanceof ShipitError && error.code === 'not_found') return false
    throw error
  }
}

/** What to tell of a release that was made: "Preboot is on: …" */
export const prebootNote = ({ switchesAfter }: Preboot, version: number): string =>
  `Preboot is on: what served before goes on answering until requests switch to v${version}, ` +
  `about ${duration(switchesAfter)} after the release.`

/**
 * Waits until requests go to a release: until the log tells that all web dynos before it were
 * stopped, else for the documented time.
 * @throws ShipitError `timeout`: the release was made and stays; the signal's reason
 */
export async function waitForPreboot(
  api: PlatformApi,
  app: string,
  { dynos, switchesAfter }: Preboot,
  release: Pick<Release, 'id' | 'version' | 'created_at'>,
  { timeout, signal }: { timeout: number; signal: AbortSignal },
): Promise<void> {
  const switchover = new Switchover(Date.parse(release.created_at), switchesAfter, dynos)
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  const told = readUntilOver(api, app, switchover, either)
  const wait = Math.min(timeout, Math.max(0, switchover.left))
  await Promise.race([told, delay(wait, undefined, { signal: either }).catch(() => undefined)])
  over.abort()
  signal.throwIfAborted()
  if (switchover.isOver) return
  throw new ShipitError('timeout', {
    message:
      `v${release.version} was released, and preboot had not switched requests to it after ` +
      `${duration(timeout)}.`,
    why: 'It does so by itself.',
    next: `shipit ps --app ${app}`,
    details: { app, release: { id: release.id, version: release.version } },
  })
}

/** Resolves once the switch is over. A log that cannot be read leaves it to the clock. */
async function readUntilOver(
  api: PlatformApi,
  app: string,
  switchover: Switchover,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const line of streamLogs(api, app, {
      lines: 100,
      tail: true,
      source: 'heroku',
      signal,
    })) {
      switchover.read(line)
      if (switchover.isOver) return
    }
  } catch (error) {
    if (!(error instanceof ShipitError) && !signal.aborted) throw error
  }
  await delay(Math.max(0, switchover.left), undefined, { signal }).catch(() => undefined)
}
