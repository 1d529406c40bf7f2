import { errorOf, gatherPlatform, noApp, preflightFindings, type Finding } from '../doctor/index.js'
import { ShipitError } from '../errors.js'
import type { Overwritten } from '../git/index.js'
import type { App, Formation, Release } from '../heroku/index.js'
import { dynoSize } from '../lib/dyno-sizes.js'
import { monotonic } from '../lib/monotonic.js'
import { planFormation } from '../operate/formation-change.js'
import { healthCheck } from './health/health-check.js'
import { describeInProgress, type InProgress } from './lock/in-progress.js'
import { releaseToReplace, takeTurn } from './lock/turn.js'
import type { DeployPlan, PlanRequest, Promoted } from './plan.js'
import type { Platform } from './platform.js'
import { isOpen } from './set-up/set-up.js'
import { STEPS } from './steps/index.js'
import type { Needs } from './steps/step.js'

/**
 * Looks at the platform and says what the deploy will do. Changes nothing.
 * @throws ShipitError `refused` (another deploy is in progress, see takeTurn), `not_found` (no such
 *   app, and not asked to make it), `project` or `git` (the checks find an error)
 */
export async function planDeploy(platform: Platform, request: PlanRequest): Promise<DeployPlan> {
  const app = await platform.findApp(request.app)
  if (!app && !request.create) {
    throw new ShipitError('not_found', {
      message: `There is no app ${request.app} on ${platform.label} that you have access to.`,
      next:
        'To create it, run the command again with --create. If it exists, check the name and ' +
        'the account.',
    })
  }
  const asked = app ? await gatherPlatform(platform, app) : noApp(request.app, platform.label)
  const findings = preflightFindings({
    ...request,
    platform: { ...asked, hasPreboot: null, slugSize: null },
  })
  const error = errorOf(findings, 'Nothing was deployed.')
  // What serves already was built and has booted, whatever a check makes of it.
  if (
    error &&
    !(
      app &&
      request.source.upload === null &&
      (await serves(platform, app.name, request.source.commit.id))
    )
  )
    throw error
  const begun = monotonic()
  // A release phase or a boot under way is of other config vars than this deploy sets.
  const mayFollow =
    request.source.upload === null &&
    configChangesOf(request, asked.configVars['SHIPIT_ENV']).length === 0
  const turn = app
    ? await takeTurn(
        platform,
        { app: app.name, commit: request.source.commit, mayFollow },
        request.turn,
      )
    : {}
  // Whoever was waited for may have changed all that was looked at before.
  if (turn.hasWaited && request.turn)
    return planDeploy(platform, {
      ...request,
      turn: { ...request.turn, wait: Math.max(0, request.turn.wait - (monotonic() - begun)) },
    })
  const release = app && (await releaseToReplace(platform, app.name, turn.follows))
  const slug = release?.slug ? await platform.slug(request.app, release.slug.id) : undefined
  const formation =
    app && (request.environment?.target.formation || request.scale || request.setUp)
      ? await platform.formation(app.name)
      : []
  const preboot = app && release?.slug ? await platform.feature(app.name, 'preboot') : undefined
  const overwrites = app && request.force ? await request.overwritten?.(app.name) : null
  return makePlan({
    ...request,
    overwrites,
    follows: turn.follows,
    inTheWay: turn.inTheWay,
    formation,
    platform: platform.label,
    found: app,
    release,
    currentCommit: slug?.commit ?? null,
    shipitEnv: asked.configVars['SHIPIT_ENV'],
    findings,
    hasPreboot: preboot?.enabled === true,
    webDynos: asked.formation.find(({ type }) => type === 'web'),
    prebootSwitch: platform.prebootSwitch,
  })
}

async function serves(platform: Platform, app: string, commit: string): Promise<boolean> {
  const release = await platform.currentRelease(app)
  return release?.slug ? (await platform.slug(app, release.slug.id)).commit === commit : false
}

export interface PlanFacts extends Omit<PlanRequest, 'project'> {
  platform: string
  found: App | undefined
  release: Release | undefined
  currentCommit: string | null
  /** What SHIPIT_ENV is on the platform now. */
  shipitEnv: string | undefined
  /** As it is; empty if the environment asks for none. */
  formation: Formation[]
  overwrites?: Overwritten | null | undefined
  promotes?: Promoted | undefined
  follows?: InProgress | undefined
  inTheWay?: InProgress | undefined
  findings: Finding[]
  hasPreboot: boolean
  /** Of type web, before the deploy. */
  webDynos?: Pick<Formation, 'quantity' | 'size'> | undefined
  prebootSwitch: number
}

/** The plan, of facts alone. Pure. */
export function makePlan(facts: PlanFacts): DeployPlan {
  const { source, environment, found, release } = facts
  const wantedEnv = environment?.target.env ?? null
  const configChanges = configChangesOf(facts, facts.shipitEnv)
  const follows = facts.follows ?? null
  const formation = planFormation(
    environment?.name ?? '',
    environment?.target.formation ?? {},
    facts.formation,
    facts.scale,
    facts.setUp?.formation,
  )
  const current = release?.slug
    ? {
        release: { id: release.id, version: release.version },
        slug: release.slug.id,
        commit: facts.currentCommit,
      }
    : null
  const preboot = prebootOf(facts, current)
  // Of files as they are nobody knows whether they are the same.
  const promotes = facts.promotes ?? null
  const isSameCommit =
    source.upload === null &&
    (current?.commit === source.commit.id || current?.slug === (promotes?.slug ?? null))
  const needs: Needs = {
    formation,
    isNew: !found,
    hasConfig: configChanges.length > 0,
    isSameCommit,
    isPromotion: promotes !== null,
    follows,
    preboot,
    setUp: facts.setUp ?? null,
  }
  return {
    app: facts.app,
    platform: facts.platform,
    appState: found ? 'exists' : 'to-be-created',
    place: found ? {} : (facts.place ?? {}),
    addsRemote: !found && facts.addRemote,
    environment: environment?.name ?? null,
    commit: source.commit,
    split: source.split,
    upload: source.upload,
    branch: source.branch,
    current,
    isAlreadyLive:
      isSameCommit &&
      configChanges.length === 0 &&
      formation.length === 0 &&
      follows === null &&
      !(facts.setUp && isOpen(facts.setUp)),
    follows,
    promotes,
    setUp: facts.setUp ?? null,
    configChanges,
    shipitEnv: wantedEnv,
    formation,
    steps: STEPS.filter((step) => step.isNeeded(needs)).map(({ name }) => name),
    health: healthCheck(facts.health ?? {}, environment?.target.health),
    preboot,
    waitTimeout: facts.waitTimeout,
    rollback: facts.rollback,
    force: facts.force,
    overwrites: facts.overwrites ?? null,
    warnings: [
      ...source.warnings,
      ...(facts.inTheWay
        ? [
            'Another deploy is in progress, which this one would not go beside: ' +
              `${describeInProgress(facts.inTheWay)}.`,
          ]
        : []),
      ...(!found && facts.app.length < 3
        ? [
            'Heroku wants 3 characters or more in the name of an app; the embedded Heroku ' +
              'takes this one.',
          ]
        : []),
      ...(found?.maintenance
        ? ["Maintenance mode is on: the app's URL answers 503, so its health is not checked."]
        : []),
    ],
    findings: facts.findings,
  }
}

const configChangesOf = (
  { environment }: Pick<PlanRequest, 'environment'>,
  shipitEnv: string | undefined,
): string[] =>
  environment?.target.env !== undefined && environment.target.env !== shipitEnv
    ? ['SHIPIT_ENV']
    : []

/**
 * https://devcenter.heroku.com/articles/preboot: of Standard and Performance dynos, where web dynos
 * serve already.
 */
function prebootOf(
  {
    hasPreboot,
    webDynos,
    prebootSwitch,
  }: Pick<PlanFacts, 'hasPreboot' | 'webDynos' | 'prebootSwitch'>,
  current: DeployPlan['current'],
): DeployPlan['preboot'] {
  if (!hasPreboot || current === null || !webDynos || webDynos.quantity === 0) return null
  return dynoSize(webDynos.size)?.preboot === false
    ? null
    : { switchesAfter: prebootSwitch, dynos: webDynos.quantity }
}
