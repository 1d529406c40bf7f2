import { ShipitError } from '../errors.js'
import type { App, Formation, Release } from '../heroku/types.js'
import { unknownName } from '../lib/nearest.js'
import { pause, type Deployment } from './deployment.js'
import type { StepReport } from './events.js'
import { countInWords, grows, peakOf, shrinks, updateTo } from './formation.js'
import type { ReleaseWatch } from './health/release-watch.js'
import { holdUp, urlToAsk, waitForBoot } from './health/serving.js'

/** The process types of a release may be listed a moment after it. */
const LOOKS_FOR_TYPES = 4

/**
 * What grows does so as soon as the release is there and before it is judged: it boots on what it
 * asks for, and types that are new with it exist by now. What shrinks waits until the release is
 * known to serve, so that a failure never finds the app with less than it had.
 */
export async function scaleUp(deployment: Deployment, report: StepReport): Promise<void> {
  const { plan, platform, changed } = deployment
  const growing = plan.formation.filter(grows)
  changed.formation = await formationWith(
    deployment,
    growing.map(({ type }) => type),
  )
  await platform.updateFormation(
    plan.app,
    growing.map((change) => updateTo(change.type, peakOf(change))),
  )
  report.detail(growing.map((change) => countInWords(change.type, peakOf(change))).join(' '))
}

async function formationWith(deployment: Deployment, types: string[]): Promise<Formation[]> {
  const { plan, platform, signal } = deployment
  for (let look = 1; ; look++) {
    const formation = await platform.formation(plan.app)
    const missing = types.find((type) => !formation.some((one) => one.type === type))
    if (missing === undefined) return formation
    if (look >= LOOKS_FOR_TYPES) {
      const { message, ...rest } = unknownName(
        'process type',
        missing,
        formation.map(({ type }) => type),
      )
      throw new ShipitError('project', {
        message:
          `${plan.environment === null ? '--scale' : `deploy.${plan.environment}.formation`}: ` +
          `${message}`,
        ...rest,
      })
    }
    await pause(deployment, look, signal)
  }
}

/** Takes away what the release does not need, and waits until what is left serves. */
export async function scaleDown(
  deployment: Deployment,
  app: App,
  watch: ReleaseWatch,
  release: Release,
  deadline: number,
  report: StepReport,
): Promise<void> {
  const { plan, platform, changed } = deployment
  const shrinking = plan.formation.filter(shrinks)
  changed.formation ??= await platform.formation(plan.app)
  await platform.updateFormation(
    plan.app,
    shrinking.map(({ type, after }) => updateTo(type, after)),
  )
  await waitForBoot(deployment, watch, release, deadline, report)
  const url = urlToAsk(plan.health, watch, app)
  if (watch.dynos.length > 0)
    await holdUp(
      deployment,
      watch,
      { release, url, check: plan.health, deadline, giveUp: deadline },
      report,
    )
  report.detail(shrinking.map(({ type, after }) => countInWords(type, after)).join(' '))
}

/**
 * The dynos as they were before this deploy scaled them, types that came with it aside. Answers
 * with what was done, as a sentence.
 */
export async function scaleBack({
  plan,
  platform,
  changed,
}: Deployment): Promise<string | undefined> {
  const before = changed.formation
  const known = plan.formation.filter((change) => change.before !== null)
  if (!before || known.length === 0) return undefined
  const updates = before.filter(({ type }) => known.some((change) => change.type === type))
  await platform.updateFormation(
    plan.app,
    updates.map(({ type, quantity, size }) => updateTo(type, { quantity, size })),
  )
  changed.formation = undefined
  return `Scaled back to ${updates.map((one) => countInWords(one.type, one)).join(' ')}.`
}
