/** When a release counts as serving: its dynos are up and stay up, and its URL answers. */
import { ShipitError } from '../../errors.js'
import { byTypeAndNumber } from '../../heroku/index.js'
import type { Release } from '../../heroku/types.js'
import { duration, type Deployment } from '../deployment.js'
import type { StepReport } from '../events.js'
import { probe, type ProbeResult } from './probe.js'
import { crashError, type ReleaseWatch } from './release-watch.js'
import { watchTime } from './stability.js'

/** The first release of an app makes its formation, which may be listed a moment later. */
const LOOKS_FOR_FORMATION = 4

/** Waits until the release runs on every dyno of the formation and no older one is left. */
export async function waitForBoot(deployment: Deployment, watch: ReleaseWatch, release: Release, deadline: number, report: StepReport): Promise<void> {
  const { plan } = deployment
  let said = ''
  for (let look = 0; ; look++) {
    const state = await watch.look()
    if (state.crash) throw crashError(state.crash, release)
    const isFormationLate = state.dynos.length === 0 && plan.current === null && look < LOOKS_FOR_FORMATION
    if (state.state === 'up' && !isFormationLate) return report.detail(state.dynos.length === 0 ? 'no dynos: the formation is scaled to zero' : state.dynos.toSorted(byTypeAndNumber).map(({ name }) => name).join(', '))
    const waiting = state.state === 'waiting' ? state.waitingFor.join('; ') : ''
    if (waiting !== said) report.line(waiting)
    said = waiting
    if (Date.now() > deadline) {
      throw new ShipitError('boot', { message: `v${release.version} had not come up after ${duration(plan.waitTimeout)}: ${waiting}.` })
    }
    await watch.pause(deployment, look)
  }
}

export interface HoldRequest {
  release: Release
  /** Asked at every look; absent where no dyno answers HTTP. */
  url?: string | undefined
  /** Whether one look at which all is well will do: of a release that has served for long. */
  isOneLookEnough?: boolean
  deadline: number
}

/** ms between two questions to the URL, at most: they cost no call of the API. */
const PROBE_EVERY = 1000

/** Waits until the dynos have stayed up, and the URL has answered as it should, without a break for as long as {@link watchTime} says. */
export async function holdUp(deployment: Deployment, watch: ReleaseWatch, { release, url, isOneLookEnough, deadline }: HoldRequest, report: StepReport): Promise<void> {
  const { signal, timing } = deployment
  let since: number | undefined
  let exits = watch.signs.exits.length
  let said = ''
  for (let look = 0; ; look++) {
    const answer = url === undefined ? undefined : await probe(url, signal)
    const isOver = since !== undefined && Date.now() >= since + watchTime(watch, timing)
    // Between the first look and the last the log tells of a crash; the URL alone is asked again.
    const state = await watch.look({ mayBeRecent: !isOver })
    if (state.crash) throw crashError(state.crash, release)
    const isWell = state.state === 'up' && (answer?.isHealthy ?? true)
    const isUnbroken = isWell && watch.signs.exits.length === exits
    exits = watch.signs.exits.length
    since = isWell ? (isUnbroken ? since : undefined) ?? Date.now() : undefined
    const stable = isOneLookEnough ? 0 : watchTime(watch, timing)
    const left = since === undefined ? Infinity : since + stable - Date.now()
    if (left <= 0 && !state.isRecent) return report.detail(answer?.answer ?? `up for ${duration(stable)}`)
    const trouble = isWell ? '' : answer?.isHealthy === false ? `${url}: ${answer.answer}` : 'a dyno is not up'
    if (trouble && trouble !== said) report.line(trouble)
    said = trouble
    if (Date.now() > deadline && since === undefined) throw unhealthy(release, url, answer, trouble)
    await watch.pause(deployment, look, Math.min(left, url === undefined ? Infinity : PROBE_EVERY))
  }
}

function unhealthy(release: Release, url: string | undefined, answer: ProbeResult | undefined, trouble: string): ShipitError {
  if (answer?.isHealthy !== false) return new ShipitError('boot', { message: `v${release.version} did not stay up: ${trouble}.` })
  return new ShipitError('health', {
    message: `v${release.version} is up, but ${url} does not answer as it should: ${answer.answer}.`,
    why: 'Health is an answer of 2xx or 3xx.',
    next: 'If another path tells the app\'s health, name it: --health /path, or `health:` in the deploy: block.',
  })
}
