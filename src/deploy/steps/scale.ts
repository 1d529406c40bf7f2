import { ShipitError } from '../../errors.js'
import type { Formation } from '../../heroku/index.js'
import { unknownName } from '../../lib/nearest.js'
import type { Deployment } from '../deployment.js'
import type { StepReport } from '../events.js'
import { formatFormation } from '../../lib/dyno-count.js'
import {
  grows,
  peakOf,
  shrinks,
  updateTo,
  type FormationChange,
} from '../../operate/formation-change.js'
import { urlToAsk, waitForBoot, waitUntilStable } from '../health/serving.js'
import { pause } from '../timing.js'
import { appOf, releaseOf, watchOf, type Running, type Step } from './step.js'

/**
 * What grows does so as soon as the release is there and before it is judged: it boots on what it
 * asks for, and types that are new with it exist by now. What shrinks waits until the release is
 * known to serve, so that a failure never finds the app with less than it had.
 */
export const scaleUp: Step = {
  name: 'scale_up',
  isNeeded: ({ formation }) => formation.some(grows),
  describe: ({ formation }) =>
    `scale up: ${formatFormation(formation.filter(grows).map(peakCount))}`,
  title: ({ plan }) => `Scaling ${plan.app} up`,
  run: grow,
  undo: scaleBack,
}

export const scaleDown: Step = {
  name: 'scale_down',
  isNeeded: ({ formation }) => formation.some(shrinks),
  describe: ({ formation }) =>
    `scale down: ${formatFormation(formation.filter(shrinks).map(countAfter))}`,
  title: ({ plan }) => `Scaling ${plan.app} down`,
  run: shrink,
  undo: scaleBack,
}

const peakCount = (change: FormationChange) => ({ type: change.type, ...peakOf(change) })
const countAfter = ({ type, after }: FormationChange) => ({ type, ...after })

/** The process types of a release may be listed a moment after it. */
const POLLS_FOR_TYPES = 4

async function grow(deployment: Deployment, report: StepReport): Promise<void> {
  const { plan, platform, journal } = deployment
  const growing = plan.formation.filter(grows)
  const before = await formationWith(
    deployment,
    growing.map(({ type }) => type),
  )
  journal.record({ did: 'scale', before })
  await platform.updateFormation(plan.app, growing.map(peakCount).map(updateTo))
  report.detail(formatFormation(growing.map(peakCount)))
}

async function formationWith(deployment: Deployment, types: string[]): Promise<Formation[]> {
  const { plan, platform, signal } = deployment
  for (let poll = 1; ; poll++) {
    const formation = await platform.formation(plan.app)
    const missing = types.find((type) => !formation.some((one) => one.type === type))
    if (missing === undefined) return formation
    if (poll >= POLLS_FOR_TYPES) {
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
    await pause(deployment, poll, signal)
  }
}

/** Takes away what the release does not need, and waits until what is left serves. */
async function shrink(running: Running, report: StepReport): Promise<void> {
  const { plan, platform, journal, deadline } = running
  const [app, release, watch] = [appOf(running), releaseOf(running), watchOf(running)]
  const shrinking = plan.formation.filter(shrinks)
  if (!journal.has('scale'))
    journal.record({ did: 'scale', before: await platform.formation(plan.app) })
  await platform.updateFormation(plan.app, shrinking.map(countAfter).map(updateTo))
  await waitForBoot(running, watch, release, deadline, report)
  const url = urlToAsk(plan.health, watch, app)
  if (watch.dynos.length > 0)
    await waitUntilStable(
      running,
      watch,
      { release, url, check: plan.health, deadline, giveUp: deadline },
      report,
    )
  report.detail(formatFormation(shrinking.map(countAfter)))
}

/**
 * The dynos as they were before this deploy scaled them, types that came with it aside. Answers
 * with what was done, as a sentence.
 */
async function scaleBack({ plan, platform, journal }: Deployment): Promise<string | undefined> {
  const before = journal.formation
  const known = plan.formation.filter((change) => change.before !== null)
  if (!before || known.length === 0) return undefined
  const updates = before.filter(({ type }) => known.some((change) => change.type === type))
  await platform.updateFormation(plan.app, updates.map(updateTo))
  journal.record({ did: 'scale back' })
  return `Scaled back to ${formatFormation(updates)}.`
}
