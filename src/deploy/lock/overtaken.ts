import { ShipitError } from '../../errors.js'
import type { Release } from '../../heroku/index.js'
import type { Deployment } from '../deployment.js'
import { describeInProgress, findInProgress } from './in-progress.js'
import type { DeployPlan } from '../plan.js'

/**
 * Marks a refusal whose plan was right when it was made, and is not any more: with a new plan the
 * deploy may go on.
 */
class PlanOutdated extends Error {
  /** @param canFollow what came first is of the same commit, and still on its way */
  constructor(readonly canFollow: boolean) {
    super('the plan is outdated')
  }
}

/** The mark of such a refusal, wherever it lies among the causes of an error. */
export function outdatedPlan(error: unknown): { canFollow: boolean } | undefined {
  if (error instanceof PlanOutdated) return error
  return error instanceof Error ? outdatedPlan(error.cause) : undefined
}

export function outdated(
  plan: DeployPlan,
  message: string,
  why?: string,
  canFollow = false,
): ShipitError {
  const next =
    `Look at \`shipit releases --app ${plan.app}\`, then deploy again; with --lock-wait 10m it ` +
    'waits for its turn.'
  return new ShipitError('refused', {
    message,
    next,
    cause: new PlanOutdated(canFollow),
    ...(why === undefined ? {} : { why }),
  })
}

/**
 * After a push that was rejected: whether another deploy came first, between this one's plan and
 * its push. Undefined if the rejection means what it says.
 */
export async function overtakenBy(
  { plan, platform, signal, journal }: Deployment,
  error: unknown,
): Promise<ShipitError | undefined> {
  if (
    signal.aborted ||
    !(error instanceof ShipitError) ||
    (error.code !== 'build' && error.code !== 'push')
  )
    return undefined
  const [found, builds, now] = await Promise.all([
    findInProgress(platform, plan.app, plan.commit.id),
    platform.builds(plan.app, 5),
    platform.currentRelease(plan.app),
  ])
  const [newest] = builds
  if (newest?.status === 'failed' && newest.source_blob.version === plan.commit.id) return undefined
  if (found)
    return outdated(
      plan,
      `Another deploy of ${plan.app} came first: ${describeInProgress(found)}.`,
      error.why,
      found.commit === plan.commit.id,
    )
  // A new app has releases before there is any code in it: they are nobody's deploy.
  const isMoved =
    now !== undefined &&
    now.slug !== null &&
    now.version > journal.newestVersion(plan.current?.release.version)
  return isMoved
    ? outdated(
        plan,
        `Another deploy of ${plan.app} came first: v${now.version} (${now.description}) by ` +
          `${now.user.email}.`,
        error.why,
      )
    : undefined
}

/**
 * A release that came up while a newer one with other code took its place: what answered may have
 * been that one.
 */
export async function checkNotReplaced(
  { plan, platform }: Deployment,
  release: Release,
): Promise<void> {
  const now = await platform.currentRelease(plan.app)
  if (!now || now.version <= release.version || now.slug?.id === release.slug?.id) return
  throw new ShipitError('refused', {
    message:
      `v${release.version} was replaced while it came up: v${now.version} (${now.description}) ` +
      `by ${now.user.email}.`,
    next: `Look at \`shipit releases --app ${plan.app}\`.`,
  })
}
