import { expect } from 'chai'
import type { DeployEvents } from '../../../src/deploy/events.js'
import { findPromotion } from '../../../src/deploy/promote/promotion.js'
import { runPromotion, type PromotionTarget } from '../../../src/deploy/promote/run-promotion.js'
import type { DeployPlan } from '../../../src/deploy/plan.js'
import { listReleases, type Stage } from '../../../src/heroku/index.js'
import { NEW, OLD, World } from '../../support/embedded/index.js'
import { failureOf } from '../../support/failures.js'
import { useVirtualClock } from '../../support/virtual-clock.js'

const SILENT: DeployEvents = () => undefined

describe('a promotion on the embedded Heroku', function () {
  useVirtualClock()
  let world: World
  afterEach(() => world.stop())

  /** The app a1 in staging, others in production. */
  const start = async (others: readonly string[], stages: Record<string, Stage> = {}) => {
    world = await World.start()
    for (const name of others) await world.directly('POST', '/apps', { name })
    const { id } = (await world.directly('POST', '/pipelines', { name: 'shop' })) as { id: string }
    for (const app of ['a1', ...others])
      await world.directly('POST', '/pipeline-couplings', {
        app,
        pipeline: id,
        stage: stages[app] ?? (app === 'a1' ? 'staging' : 'production'),
      })
    return id
  }
  const targetOf = (app: string): PromotionTarget => ({
    app,
    stage: 'production',
    healthHeaders: {},
    waitTimeout: 300_000,
    rollback: true,
  })
  const promote = async (...apps: string[]) => {
    const promotion = await findPromotion(world.api, 'a1', apps)
    const plans: DeployPlan[] = []
    const waited: string[] = []
    const outcomes = await runPromotion(
      promotion,
      promotion.targets.map(({ app }) => targetOf(app.name)),
      {
        platform: world.platform,
        signal: new AbortController().signal,
        wait: 0,
        onRefusal: () => undefined,
        onWait: (app) => waited.push(app),
        show: (_app, plan) => {
          plans.push(plan)
          return Promise.resolve({ events: SILENT, end: () => Promise.resolve() })
        },
      },
    )
    return { outcomes, plans, waited, promotion }
  }
  const slugOf = async (app: string) => {
    const releases = await listReleases(world.direct, app, { max: 20 })
    return releases.find(({ current }) => current)?.slug?.id
  }

  it('brings the slug of the source to each app of the next stage, which has its own verdict', async () => {
    await start(['a2', 'a3'])
    world.proxy.reshape<object>('GET', /\/slugs\/[^/]+$/, (one) => ({
      ...one,
      commit_description: ' Fix it\n\nAt last',
    }))
    const slug = await slugOf('a1')
    const { outcomes, plans, promotion } = await promote()
    expect(promotion.shown).to.include({ id: OLD, short: OLD.slice(0, 7), subject: 'Fix it' })
    expect(promotion.pipeline.name).to.equal('shop')
    expect(promotion.source.commit).to.equal(OLD)
    expect(plans.map(({ app }) => app)).to.have.members(['a2', 'a3'])
    expect(plans[0]).to.deep.include({ configChanges: [], formation: [], force: false })
    expect(outcomes.map(({ app }) => app)).to.deep.equal(['a2', 'a3'])
    expect(outcomes.map(({ error }) => error)).to.deep.equal([undefined, undefined])
    expect([await slugOf('a2'), await slugOf('a3')]).to.deep.equal([slug, slug])
  })

  it('goes back where the release does not serve, and nowhere else', async () => {
    await start(['a2'])
    await promote()
    const before = await slugOf('a2')
    await world.deploy(NEW)
    await world.settled()
    world.behaviours[NEW] = { status: 500 }
    const { outcomes, plans } = await promote('production')
    expect(plans[0]!.current?.commit).to.equal(OLD)
    expect(outcomes).to.have.lengthOf(1)
    expect(outcomes[0]!.error).to.include({ code: 'health' })
    expect(await slugOf('a2')).to.equal(before)
    expect(world.currentCommit).to.equal(NEW)
  })

  it('tells of an app that fails, and promotes to the others', async () => {
    await start(['a2', 'a3'])
    const refusal = { status: 422, json: { id: 'invalid_params', message: 'Not now.' } }
    world.proxy.reply('GET', /\/apps\/a2\/formation$/, refusal)
    const { outcomes } = await promote()
    expect(outcomes[0]).to.deep.include({ app: 'a2', stage: 'production' })
    expect(outcomes[0]!.error).to.include({ code: 'refused' })
    expect(outcomes[1]!.app).to.equal('a3')
    expect(outcomes[1]!.result?.release.version).to.be.above(1)
  })

  it('needs a pipeline, and a release with code', async () => {
    world = await World.start()
    const none = await failureOf(findPromotion(world.api, 'a1', []))
    expect(none).to.include({ code: 'not_found', message: 'a1 is in no pipeline.' })
    expect(none.details).to.deep.equal({ app: 'a1' })
    expect(none.next).to.include('shipit pipelines add NAME --app a1 --stage staging')
    await world.stop()

    await start(['a2', 'a3'], { a2: 'staging', a3: 'production' })
    const empty = await failureOf(findPromotion(world.api, 'a2', []))
    expect(empty.code).to.equal('not_found')
    expect(empty.message).to.include('a2 has no release to promote')
    expect(empty.next).to.equal('shipit deploy --app a2')
  })
})
