/**
 * A promotion to one app or several, side by side: each is a deploy of its own, with its own turn,
 * verdict and rollback.
 */
import { ShipitError } from '../../errors.js'
import type { Stage } from '../../heroku/index.js'
import { runInTurn, type DeployView, type InTurn } from '../lock/in-turn.js'
import type { InProgress } from '../lock/in-progress.js'
import type { DeployPlan } from '../plan.js'
import type { DeployResult } from '../run.js'
import { planPromotion, type PromotionRequest } from './plan-promotion.js'
import type { Promotion } from './promotion.js'

export interface PromotionTarget extends PromotionRequest {
  stage: Stage
  /** Of the health check, with their values. */
  healthHeaders: Record<string, string>
}

/** What came of it at one app. */
export type TargetOutcome = { app: string; stage: Stage } & (
  { result: DeployResult; error?: undefined } | { error: ShipitError; result?: undefined }
)

interface RunPromotion extends Pick<InTurn, 'platform' | 'signal' | 'wait' | 'timing'> {
  onRefusal: InTurn['onRefusal']
  onWait: (app: string, inProgress: InProgress) => void
  show: (app: string, plan: DeployPlan) => Promise<DeployView>
}

const noGit = () => Promise.reject(new Error('a promotion pushes nothing'))

/** Never rejects for what fails at a target. */
export function runPromotion(
  promotion: Promotion,
  targets: readonly PromotionTarget[],
  { onWait, show, ...parts }: RunPromotion,
): Promise<TargetOutcome[]> {
  return Promise.all(
    targets.map(async ({ stage, healthHeaders, ...request }): Promise<TargetOutcome> => {
      const { app } = request
      try {
        const result = await runInTurn(
          (platform, turn) => planPromotion(platform, promotion, request, turn),
          {
            ...parts,
            healthHeaders,
            git: { push: noGit, overwritten: noGit, addRemote: noGit },
            onWait: (found) => onWait(app, found),
            show: (plan) => show(app, plan),
          },
        )
        return { app, stage, result }
      } catch (error) {
        return { app, stage, error: ShipitError.from(error) }
      }
    }),
  )
}

/** Codes that say more than those of the other targets: what was left undone, and why. */
const FIRST = ['interrupted', 'rollback', 'internal'] as const

/**
 * The failure that the command ends with; undefined if all targets serve. Of several with
 * different codes: one that was stopped or not rolled back, else that of the first target.
 * `details.targets` tells of each.
 */
export function failureOf(outcomes: readonly TargetOutcome[]): ShipitError | undefined {
  const failures = outcomes.flatMap(({ app, error }) => (error ? [{ app, error }] : []))
  const [first] = failures
  if (!first) return undefined
  const { app, error } =
    FIRST.map((code) => failures.find((one) => one.error.code === code)).find(Boolean) ?? first
  const others = outcomes.filter((one) => one.app !== app)
  const message = [
    outcomes.length > 1 ? `${app}: ${error.message}` : error.message,
    ...others.map((one) =>
      one.error
        ? `${one.app}: ${one.error.message}`
        : `${one.app}: v${one.result.release.version} serves.`,
    ),
  ].join('\n')
  return new ShipitError(error.code, {
    message,
    why: error.why,
    next: error.next,
    exitCode: error.exitCode,
    details: { ...error.details, targets: outcomes },
    cause: error,
  })
}
