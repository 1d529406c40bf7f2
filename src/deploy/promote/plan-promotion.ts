import { ShipitError } from '../../errors.js'
import type { HealthTarget } from '../../ecosystem/types.js'
import type { HealthFlags } from '../health/health-check.js'
import { releaseToReplace, takeTurn, type Turn } from '../lock/turn.js'
import { makePlan } from '../make-plan.js'
import type { DeployPlan } from '../plan.js'
import type { Platform } from '../platform.js'
import type { Promotion } from './promotion.js'

/** Of one target. */
export interface PromotionRequest {
  /** Name of the app that is promoted to. */
  app: string
  /** The ecosystem file's environment of that app, if it has one. */
  environment?: { name: string; health?: string | HealthTarget | undefined } | undefined
  health?: HealthFlags | undefined
  waitTimeout: number
  rollback: boolean
}

/**
 * Looks at the app that a release is promoted to, once its turn has come, and says what will be
 * done. Config vars and dynos stay as they are: a promotion brings code alone. Changes nothing.
 * @throws ShipitError `not_found`, `refused` (see takeTurn)
 */
export async function planPromotion(
  platform: Platform,
  { pipeline, source, shown }: Promotion,
  request: PromotionRequest,
  turn: Turn | undefined,
): Promise<DeployPlan> {
  // Another promotion of the same slug is waited for: it is not ours to judge.
  const { inTheWay } = await takeTurn(
    platform,
    { app: request.app, commit: shown, mayFollow: false },
    turn,
  )
  const found = await platform.findApp(request.app)
  if (!found)
    throw new ShipitError('not_found', { message: `${request.app} is not there any more.` })
  const release = await releaseToReplace(platform, found.name, undefined)
  const [slug, preboot, formation] = await Promise.all([
    release?.slug ? platform.slug(found.name, release.slug.id) : undefined,
    release?.slug ? platform.feature(found.name, 'preboot') : undefined,
    platform.formation(found.name),
  ])
  const { environment } = request
  return makePlan({
    app: found.name,
    source: { commit: shown, split: null, upload: null, branch: null, warnings: [] },
    environment: environment && {
      name: environment.name,
      target: environment.health === undefined ? {} : { health: environment.health },
    },
    promotes: {
      pipeline: pipeline.id,
      app: { id: source.app.id, name: source.app.name },
      release: { id: source.release.id, version: source.release.version },
      slug: source.release.slug.id,
    },
    create: false,
    addRemote: false,
    force: false,
    health: request.health,
    waitTimeout: request.waitTimeout,
    rollback: request.rollback,
    inTheWay,
    formation: [],
    platform: platform.label,
    found,
    release,
    currentCommit: slug?.commit ?? null,
    shipitEnv: undefined,
    findings: [],
    hasPreboot: preboot?.enabled === true,
    webDynos: formation.find(({ type }) => type === 'web'),
    prebootSwitch: platform.prebootSwitch,
  })
}
