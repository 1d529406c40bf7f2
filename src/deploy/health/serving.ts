/** When a release counts as serving: its dynos are up and stay up, and its URL answers. */
import { ShipitError } from '../../errors.js'
import { byTypeAndNumber, type App, type Release } from '../../heroku/index.js'
import { duration } from '../../lib/duration.js'
import type { Deployment } from '../deployment.js'
import type { StepReport } from '../events.js'
import { keepAsking, unverified } from '../unverified.js'
import { healthyIn, type Verdict } from './verdict.js'
import { Health, type HealthResult } from './health.js'
import type { HealthCheck } from './health-check.js'
import { healthUrl } from './probe.js'
import { crashError, type ReleaseWatch } from './release-watch.js'
import { watchTime } from './stability.js'
import { monotonic } from '../../lib/monotonic.js'

/** The first release of an app makes its formation, which may be listed a moment later. */
const POLLS_FOR_FORMATION = 4

/** Waits until the release runs on every dyno of the formation and no older one is left. */
export async function waitForBoot(
  deployment: Deployment,
  watch: ReleaseWatch,
  release: Release,
  deadline: number,
  report: StepReport,
): Promise<void> {
  const { plan } = deployment
  let said = ''
  for (let poll = 0; ; poll++) {
    const state = await keepAsking(deployment, deadline, report, () => watch.poll())
    if (state.crash) throw crashError(state.crash, release)
    const isFormationLate =
      state.dynos.length === 0 && plan.current === null && poll < POLLS_FOR_FORMATION
    if (state.state === 'up' && !isFormationLate)
      return report.detail(
        state.dynos.length === 0
          ? 'no dynos: the formation is scaled to zero'
          : state.dynos
              .toSorted(byTypeAndNumber)
              .map(({ name }) => name)
              .join(', '),
      )
    const waiting = state.state === 'waiting' ? state.waitingFor.join('; ') : ''
    if (waiting !== said) report.line(waiting)
    said = waiting
    const left = deadline - monotonic()
    if (left <= 0) {
      throw new ShipitError('boot', {
        message: `v${release.version} had not come up after ${duration(plan.waitTimeout)}: ${waiting}.`,
      })
    }
    await watch.pause(deployment, poll, left)
  }
}

/**
 * The app's URL with the health path; undefined if nothing is to be asked, or nothing can
 * answer.
 */
export function urlToAsk(
  { path }: HealthCheck,
  watch: ReleaseWatch,
  app: Pick<App, 'web_url' | 'maintenance'> | undefined,
): string | undefined {
  return path !== null && watch.hasWeb && app?.web_url && !app.maintenance
    ? healthUrl(app.web_url, path)
    : undefined
}

export interface StableRequest {
  release: Release
  /** Asked at every poll; absent if no dyno answers HTTP. */
  url?: string | undefined
  check: HealthCheck
  /** Whether one look at which all is well will do: of a release that has served for long. */
  isOnePollEnough?: boolean
  /** Until when the app may fail to answer as it should, ms since the epoch. */
  deadline: number
  /** Until when the platform may not be asked. */
  giveUp: number
}

/** ms between two questions to the URL, at most: they cost no call of the API. */
const PROBE_EVERY = 1000

/**
 * Waits until the dynos have stayed up, and the URL has answered as it should, without a break for
 * as long as {@link watchTime} says.
 */
export async function waitUntilStable(
  deployment: Deployment,
  watch: ReleaseWatch,
  { release, url, check, isOnePollEnough, deadline, giveUp }: StableRequest,
  report: StepReport,
): Promise<void> {
  const { timing } = deployment
  const health = url === undefined ? undefined : new Health(deployment, watch, url, check)
  let since: number | undefined
  let ends: number | undefined
  let said = ''
  for (let poll = 0; ; poll++) {
    const result = await health?.poll()
    const isOver = since !== undefined && monotonic() >= since + watchTime(watch, timing)
    // Between the first poll and the last the log tells of a crash; the URL alone is asked again.
    const state = await keepAsking(deployment, giveUp, report, () =>
      watch.poll({ mayBeRecent: !isOver }),
    )
    if (state.crash) throw crashError(state.crash, release)
    const isWell = state.state === 'up' && (result?.is ?? 'well') === 'well'
    const before = ends
    ends = watch.signs.exits.length + watch.lives
    const isUnbroken = isWell && ends === before
    since = isWell ? ((isUnbroken ? since : undefined) ?? monotonic()) : undefined
    const stable = isOnePollEnough ? 0 : watchTime(watch, timing)
    const left = since === undefined ? Infinity : since + stable - monotonic()
    if (left <= 0 && !state.isRecent) return wellUp(deployment, result, stable, report)
    const trouble = isWell
      ? ''
      : result && result.is !== 'well'
        ? `${url}: ${result.words}`
        : 'a dyno is not up'
    if (trouble && trouble !== said) report.line(trouble)
    said = trouble
    if (monotonic() > deadline && since === undefined)
      throw notServing({ release, url, check }, result, trouble)
    await watch.pause(deployment, poll, Math.min(left, url === undefined ? Infinity : PROBE_EVERY))
  }
}

function wellUp(
  { warnings }: Deployment,
  result: HealthResult | undefined,
  stable: number,
  report: StepReport,
): void {
  const { words = `up for ${duration(stable)}`, warning } = (result ?? {}) as Partial<
    Extract<Verdict, { is: 'well' }>
  >
  if (warning !== undefined) warnings.add(warning)
  report.detail(words)
}

function notServing(
  { release, url, check }: Pick<StableRequest, 'release' | 'url' | 'check'>,
  result: HealthResult | undefined,
  trouble: string,
): ShipitError {
  if (result === undefined || result.is === 'well')
    return new ShipitError('boot', { message: `v${release.version} did not stay up: ${trouble}.` })
  if (result.is !== 'ill') {
    const { message, details } = unverified(
      `v${release.version} is up, and its health is not known: ${url}: ${result.words}.`,
    )
    return new ShipitError('timeout', {
      message,
      details: details!,
      next:
        'If dynos that stay up are proof enough, deploy with --health none, or `health: none` ' +
        'in the deploy: block.',
    })
  }
  return new ShipitError('health', {
    message: `v${release.version} is up, but ${url} does not answer as it should: ${result.words}.`,
    why: healthyIn(check),
    next:
      "If another path tells the app's health, name it: --health /path, or `health:` in the " +
      'deploy: block.',
  })
}
