import { setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../errors.js'
import {
  getRelease,
  listReleases,
  rollbackTo,
  type PlatformApi,
  type Release,
} from '../heroku/index.js'
import { monotonic } from '../lib/monotonic.js'
import { duration } from '../lib/duration.js'
import { endOfReleasePhase } from './release-phase.js'

/** The platform's description of a rollback, with the version that it brought back. */
export const ROLLBACK = /^Rollback to v(\d+)/

/**
 * Versions that somebody went back behind, by the descriptions that the platform gives to
 * rollbacks.
 */
function rolledBackFrom(releases: readonly Release[]): Set<number> {
  const left = new Set<number>()
  for (const { version, description } of releases) {
    const to = Number(ROLLBACK.exec(description)?.[1] ?? NaN)
    for (let between = to + 1; between < version; between++) left.add(between)
  }
  return left
}

/** The release whose code a rollback brought back; else the release itself. */
function originOf(release: Release, releases: readonly Release[]): Release {
  const to = Number(ROLLBACK.exec(release.description)?.[1] ?? NaN)
  const origin = releases.find(({ version }) => version === to && version < release.version)
  return origin ? originOf(origin, releases) : release
}

/**
 * The release to go back to: the one named (`v3` or `3`), else the newest before the current one
 * that succeeded with another slug and that nobody has rolled back from. After a rollback to v3 it
 * is sought before v3.
 * Throws ShipitError `usage` or `not_found` if there is none that can serve.
 */
function chooseRollback(
  app: string,
  releases: readonly Release[],
  wanted?: string,
): { from: Release; to: Release } {
  const next = `shipit releases --app ${app}`
  const from = releases.find(({ current }) => current)
  if (!from)
    throw new ShipitError('not_found', {
      message: 'The app has no release that serves, so there is nothing to roll back.',
      next,
    })
  if (wanted === undefined) {
    const left = rolledBackFrom(releases)
    const origin = originOf(from, releases)
    const to = releases
      .filter(({ version }) => version < origin.version && !left.has(version))
      .sort((one, other) => other.version - one.version)
      .find(
        ({ status, slug }) => status === 'succeeded' && slug !== null && slug.id !== from.slug?.id,
      )
    if (!to) {
      const passed = releases.find(
        ({ version, status, slug }) =>
          left.has(version) && status === 'succeeded' && slug !== null && slug.id !== from.slug?.id,
      )
      throw new ShipitError('not_found', {
        message: `Before v${origin.version} no release succeeded with other code.`,
        ...(passed
          ? { why: `v${passed.version} was rolled back from, so it has to be named.` }
          : {}),
        next: passed ? `shipit rollback v${passed.version} --app ${app}` : next,
      })
    }
    return { from, to }
  }
  const number = /^v?(\d+)$/.exec(wanted)?.[1]
  if (number === undefined)
    throw new ShipitError('usage', {
      message: `${wanted} is not a release.`,
      next: `Write v3 or 3; \`${next}\` lists them.`,
    })
  const to = releases.find(({ version }) => version === Number(number))
  if (!to) throw new ShipitError('not_found', { message: `There is no release v${number}.`, next })
  if (to.current)
    throw new ShipitError('usage', { message: `v${number} is the release that serves.`, next })
  if (to.status !== 'succeeded')
    throw new ShipitError('usage', {
      message: `v${number} cannot serve: its status is ${to.status}.`,
      next,
    })
  if (!to.slug)
    throw new ShipitError('usage', {
      message: `v${number} has no code: it was made before the first deploy.`,
      next,
    })
  return { from, to }
}

/** Whether a release can be gone back to. */
export const isRollbackTarget = ({ current, status, slug }: Release): boolean =>
  !current && status === 'succeeded' && slug !== null

/** What a rollback would go back to; nothing is changed. Throws as chooseRollback. */
export const planRollback = async (
  api: PlatformApi,
  app: string,
  wanted?: string,
): Promise<{ from: Release; to: Release }> =>
  chooseRollback(app, await listReleases(api, app), wanted)

export interface RollbackOptions {
  /**
   * `v3` or `3`; without it the newest release before the current one that succeeded with another
   * slug.
   */
  to?: string | undefined
  /** ms that the release phase may take. */
  timeout: number
  /**
   * ms before the second poll of a release phase; half as long again each time, up to 15 of it.
   * Default 1000.
   */
  poll?: number
  signal?: AbortSignal
  /** Called once the platform has made the release, pending or not. */
  onMade?: (release: Release, from: Release) => void
}

/**
 * Rolls an app back and waits for the outcome. Answers what served, what it went back to and the
 * new release.
 * Throws ShipitError `release` where the release phase failed (the release before still serves) and
 * `timeout`.
 */
export async function rollBack(
  api: PlatformApi,
  app: string,
  { to: wanted, timeout, poll = 1000, signal, onMade }: RollbackOptions,
): Promise<{ from: Release; to: Release; release: Release }> {
  const { from, to } = await planRollback(api, app, wanted)
  const deadline = monotonic() + timeout
  signal?.throwIfAborted()
  const made = await rollbackTo(api, app, to.id)
  onMade?.(made, from)
  const release = await endOfReleasePhase(made, {
    read: () => getRelease(api, app, made.id),
    pause: (polls) =>
      delay(poll * Math.min(15, 1.5 ** polls) * api.budget.slowdown, undefined, { signal }),
    deadline,
  })
  if (!release)
    throw new ShipitError('timeout', {
      message: `The release phase of v${made.version} has not ended after ${duration(timeout)}.`,
      why: `v${from.version} serves until it has.`,
      next: `shipit releases --app ${app}`,
      details: { app, release: idAndVersion(made), serving: idAndVersion(from) },
    })
  if (release.status !== 'succeeded') {
    throw new ShipitError('release', {
      message:
        `The rollback to v${to.version} failed: the release phase of v${release.version} ended ` +
        `with ${release.status}.`,
      why: `v${from.version} still serves.`,
      next: `shipit logs --app ${app} --dyno release.${release.version}`,
      details: { app, release: idAndVersion(release), serving: idAndVersion(from) },
    })
  }
  return { from, to, release }
}

const idAndVersion = ({ id, version }: Release) => ({ id, version })
