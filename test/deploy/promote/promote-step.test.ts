import { expect } from 'chai'
import { planPromotion } from '../../../src/deploy/promote/plan-promotion.js'
import type { Promotion } from '../../../src/deploy/promote/promotion.js'
import { waitForUnfinished } from '../../../src/deploy/rollback/unfinished.js'
import { promote } from '../../../src/deploy/steps/promote.js'
import type { Running } from '../../../src/deploy/steps/step.js'
import { Journal } from '../../../src/deploy/journal.js'
import { ShipitError } from '../../../src/errors.js'
import type { Platform } from '../../../src/deploy/platform.js'
import type { Formation, PromotionTarget } from '../../../src/heroku/index.js'
import { failureOf } from '../../support/failures.js'
import { rejection } from '../../support/platform.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { buildOf, deploymentOf, releaseOf, scripted } from '../scripted.js'

const PROMOTES = {
  pipeline: 'pipeline-1',
  app: { id: 'id-of-staging', name: 'shop-staging' },
  release: { id: 'release-9', version: 9 },
  slug: 'slug-9',
}
const REPORT = { line: () => undefined, detail: () => undefined }
const target = (more: Partial<PromotionTarget>) =>
  ({ id: 't', app: { id: 'a1' }, status: 'pending', release: null, ...more }) as PromotionTarget

function runningOf(answers: Partial<Platform>) {
  const { deployment, asked, journal } = deploymentOf(answers)
  Object.assign(deployment.plan, { promotes: PROMOTES })
  Object.assign(deployment, { app: { id: 'id-of-a1', name: 'a1', web_url: null } })
  return { running: deployment as Running, asked, journal }
}

describe('the step that promotes', () => {
  useVirtualClock()

  it('asks for the release that was planned, and waits until its copy is there', async () => {
    const states = [target({}), target({ release: { id: 'release-4' } })]
    let promoted: unknown
    const { running, journal } = runningOf({
      promote: (promotion) => {
        promoted = promotion
        return Promise.resolve('promotion-1')
      },
      promotionTarget: () => Promise.resolve(states.shift()),
      release: () => Promise.resolve(releaseOf(4, { status: 'pending' })),
    })
    const lines: string[] = []
    const details: string[] = []
    await promote.run(running, {
      line: (text) => void lines.push(text),
      detail: (text) => void details.push(text),
    })
    expect([lines, details]).to.deep.equal([['Copying the slug'], ['v4']])
    expect([journal.has('hear push'), journal.promotion]).to.deep.equal([true, 'promotion-1'])
    expect(promoted).to.deep.equal({
      pipeline: 'pipeline-1',
      from: { app: 'id-of-staging', release: 'release-9' },
      to: 'id-of-a1',
    })
    expect(running.release?.version).to.equal(4)
    expect(journal.releases.map(({ version }) => version)).to.deep.equal([4])
    expect(journal.has('end push')).to.equal(true)
  })

  it("fails with the platform's words where no release is made", async () => {
    const { running, journal } = runningOf({
      promote: () => Promise.resolve('promotion-1'),
      promotionTarget: () =>
        Promise.resolve(
          target({ status: 'failed', error_message: 'User does not have access to that app' }),
        ),
    })
    const error = (await Promise.resolve(promote.run(running, REPORT)).catch(
      (thrown: unknown) => thrown,
    )) as ShipitError
    expect(error.code).to.equal('refused')
    expect(error.why).to.equal('User does not have access to that app')
    const silent = runningOf({
      promote: () => Promise.resolve('promotion-1'),
      promotionTarget: () => Promise.resolve(target({ status: 'failed', error_message: null })),
    })
    const wordless = await failureOf(Promise.resolve(promote.run(silent.running, REPORT)))
    expect(wordless.message).to.equal('Heroku could not promote v9 of shop-staging to a1.')
    expect(wordless.why).to.equal(undefined)
    expect(journal.releases).to.deep.equal([])
  })

  it('takes a release that the platform made although its answer was lost', async () => {
    const { running, journal } = runningOf({
      promote: () => Promise.reject(new ShipitError('network', { message: 'cut off' })),
      releases: () => Promise.resolve([releaseOf(4, { slug: { id: 'slug-9' } })]),
      release: () => Promise.resolve(releaseOf(4)),
    })
    await promote.run(running, REPORT)
    expect(running.release?.version).to.equal(4)
    expect(journal.releases, 'is written down once').to.have.lengthOf(1)
    expect(journal.has('end push')).to.equal(true)
  })

  it('says once that the slug is copied, and gives up in the time of a deploy', async () => {
    const { running } = runningOf({
      promote: () => Promise.resolve('promotion-1'),
      promotionTarget: () => Promise.resolve(target({})),
    })
    const lines: string[] = []
    const report = { ...REPORT, line: (text: string) => void lines.push(text) }
    const begun = Date.now()
    const error = await failureOf(Promise.resolve(promote.run(running, report)))
    expect(error).to.include({
      code: 'timeout',
      message: 'The promotion has made no release after 5 min.',
      next: 'Look at `shipit releases --app a1`.',
    })
    expect(Date.now() - begun).to.be.within(300_000, 310_000)
    expect(lines).to.deep.equal(['Copying the slug'])
    const { running: hasty, asked } = runningOf({
      promote: () => Promise.resolve('promotion-1'),
      promotionTarget: () => Promise.resolve(target({})),
    })
    Object.assign(hasty.plan, { waitTimeout: 0 })
    await failureOf(Promise.resolve(promote.run(hasty, REPORT)))
    expect(asked.filter((call) => call.startsWith('promotionTarget'))).to.have.lengthOf(2)
  })

  it('is of a plan that promotes', async () => {
    const { running } = runningOf({})
    Object.assign(running.plan, { promotes: null })
    const error = await rejection<Error>(Promise.resolve(promote.run(running, REPORT)))
    expect(error.message).to.equal('the plan promotes nothing')
  })

  it('waits after an interrupt for a copy under way, and leaves builds of others alone', async () => {
    const journal = new Journal()
    for (const did of ['begin push', 'hear push'] as const) journal.record({ did })
    journal.record({ did: 'begin promotion', id: 'promotion-1' })
    const states = [target({}), target({ status: 'failed', error_message: 'no room' })]
    const { deployment, asked } = deploymentOf(
      {
        builds: () => Promise.resolve([buildOf('b', 'pending', 'mine')]),
        promotionTarget: () => Promise.resolve(states.shift()),
      },
      journal,
    )
    Object.assign(deployment.plan, { promotes: PROMOTES })
    const said: string[] = []
    const left = await waitForUnfinished(
      deployment,
      Infinity,
      (what) => {
        said.push(what)
      },
      { cancels: true },
    )
    expect(left).to.equal(undefined)
    expect(said).to.deep.equal(['promotion'])
    expect(asked.filter((call) => call.startsWith('cancelBuild'))).to.deep.equal([])
  })
})

describe('the plan of a promotion', () => {
  const promotion = {
    pipeline: { id: 'pipeline-1', name: 'shop' },
    source: {
      app: PROMOTES.app,
      stage: 'staging',
      release: { ...releaseOf(9), slug: { id: 'slug-9' } },
      commit: 'f00ba44',
    },
    shown: { id: 'f00ba44', short: 'f00ba44', subject: 'Fix it' },
    targets: [],
  } as unknown as Promotion
  const plan = (
    current: string,
    more: Partial<Platform> = {},
    wait?: number,
    request: object = {},
  ) => {
    const { platform } = scripted({
      label: 'Heroku',
      prebootSwitch: 180_000,
      builds: () => Promise.resolve([]),
      releases: () => Promise.resolve([]),
      findApp: (name) => Promise.resolve({ id: 'id', name, maintenance: false } as never),
      currentRelease: () => Promise.resolve(releaseOf(3, { slug: { id: current } })),
      slug: (_app, id) =>
        Promise.resolve({ id, commit: id === 'slug-9' ? 'f00ba44' : 'older' } as never),
      feature: () => Promise.resolve(undefined),
      formation: () => Promise.resolve([]),
      ...more,
    })
    return planPromotion(
      platform,
      promotion,
      { app: 'shop', waitTimeout: 1000, rollback: true, ...request },
      wait === undefined ? undefined : { wait },
    )
  }

  it('promotes and verifies, and pushes nothing', async () => {
    const made = await plan('slug-3')
    expect(made.steps).to.deep.equal(['preflight', 'promote', 'release', 'boot', 'health'])
    expect(made.current?.release.version).to.equal(3)
    expect(made.promotes?.slug).to.equal('slug-9')
    expect(made.configChanges).to.deep.equal([])
    expect(made.current?.commit).to.equal('older')
    expect([made.addsRemote, made.force, made.appState]).to.deep.equal([false, false, 'exists'])
  })

  it('changes nothing where the slug serves already', async () => {
    const made = await plan('slug-9')
    expect(made.isAlreadyLive).to.equal(true)
    expect(made.steps).to.deep.equal(['boot', 'health'])
  })

  it('is of what is there now: the app, its code, its preboot', async () => {
    const gone = await failureOf(plan('slug-3', { findApp: () => Promise.resolve(undefined) }))
    expect(gone).to.include({ code: 'not_found', message: 'shop is not there any more.' })
    const nameless = await plan('slug-3', {
      slug: () => Promise.resolve({ id: 'slug-3' } as never),
    })
    expect(nameless.current?.commit).to.equal(null)
    const empty = await plan('slug-3', { currentRelease: () => Promise.resolve(undefined) })
    expect([empty.current, empty.preboot]).to.deep.equal([null, null])
    const codeless = await plan('slug-3', {
      currentRelease: () => Promise.resolve(releaseOf(1, { slug: null })),
    })
    expect([codeless.current, codeless.preboot]).to.deep.equal([null, null])
    const web = { type: 'web', quantity: 2, size: 'Standard-1X' } as Formation
    const worker = { ...web, type: 'worker', quantity: 5 }
    const dynos = { formation: () => Promise.resolve([worker, web]) }
    const feature = (enabled: boolean) => () => Promise.resolve({ enabled } as never)
    const preboot = await plan('slug-3', { ...dynos, feature: feature(true) })
    expect(preboot.preboot).to.deep.equal({ switchesAfter: 180_000, dynos: 2 })
    expect((await plan('slug-3', { ...dynos, feature: feature(false) })).preboot).to.equal(null)
  })

  it('takes the health of the environment, and the flags of the command', async () => {
    const health = async (more: object) => {
      const made = await plan('slug-3', {}, undefined, more)
      return [made.environment, made.health.path, made.health.status, made.rollback]
    }
    const production = { name: 'production', health: '/up' }
    expect(await health({})).to.deep.equal([null, '/', null, true])
    expect(await health({ environment: { name: 'production' } })).to.deep.equal([
      'production',
      '/',
      null,
      true,
    ])
    expect(await health({ environment: production, rollback: false })).to.deep.equal([
      'production',
      '/up',
      null,
      false,
    ])
    const flags = { path: '/ready', status: '204' }
    expect(await health({ environment: production, health: flags })).to.deep.equal([
      'production',
      '/ready',
      '204',
      true,
    ])
  })

  it('takes turns with deploys and promotions of the same app', async () => {
    const builds = () => Promise.resolve([buildOf('b', 'pending', 'f00ba44')])
    const error = (await plan('slug-3', { builds }, 0).catch(
      (thrown: unknown) => thrown,
    )) as ShipitError
    expect(error.code).to.equal('refused')
    expect(error.message).to.match(/Another deploy of shop is in progress/)
  })
})
