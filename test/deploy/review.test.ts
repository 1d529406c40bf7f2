import { expect } from 'chai'
import { findReview, placeOf } from '../../src/deploy/review/index.js'
import type { App, Pipeline } from '../../src/heroku/index.js'
import { World } from '../support/embedded/index.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('the app of a review', () => {
  useVirtualClock()
  let world: World
  let shop: Pipeline
  beforeEach(async () => {
    world = await World.start()
    shop = (await world.directly('POST', '/pipelines', { name: 'shop' })) as Pipeline
    await couple('a1', shop, 'production')
  })
  afterEach(() => world.stop())

  const couple = (app: string, { id }: Pipeline, stage: string) =>
    world.directly('POST', '/pipeline-couplings', { app, pipeline: id, stage })
  const make = (name: string) => world.directly('POST', '/apps', { name })
  const find = (name = 'pr-1') => findReview(world.api, { pipeline: 'shop' }, name)

  it('has a name of its pipeline, which is that of an app or its own', async () => {
    const review = await find()
    expect(review).to.deep.include({ name: 'shop-pr-1', app: undefined, isCoupled: false })
    expect(review.pipeline).to.include({ id: shop.id, name: 'shop' })
    expect(await findReview(world.api, { app: 'a1' }, 'pr-1')).to.deep.equal(review)
    await make('alone')
    const error = await failureOf(findReview(world.api, { app: 'alone' }, 'pr-1'))
    expect(error).to.include({
      code: 'usage',
      message: 'alone is in no pipeline, and a review app joins that of its app.',
      next: 'shipit pipelines create NAME --app alone --stage production',
    })
    expect(error.details).to.deep.equal({ app: 'alone' })
    expect((await failureOf(findReview(world.api, { pipeline: 'none' }, 'pr-1'))).code).to.equal(
      'not_found',
    )
  })

  it('is at the review stage, or was made by a review that stopped', async () => {
    await make('shop-pr-1')
    const early = await find()
    expect([early.app?.name, early.isCoupled]).to.deep.equal(['shop-pr-1', false])
    await couple('shop-pr-1', shop, 'review')
    const coupled = await find()
    expect([coupled.app?.name, coupled.isCoupled]).to.deep.equal(['shop-pr-1', true])
  })

  it('is none that is of something else', async () => {
    const other = (await world.directly('POST', '/pipelines', { name: 'other' })) as Pipeline
    for (const name of ['stage', 'elsewhere', 'code']) await make(`shop-${name}`)
    await couple('shop-stage', shop, 'staging')
    await couple('shop-elsewhere', other, 'review')
    const slug = world.app.slugs[0]!.id
    await world.directly('POST', '/apps/shop-code/releases', { slug })
    for (const [name, why] of [
      ['stage', 'It is at the stage staging.'],
      ['elsewhere', 'It is at the stage review of another pipeline.'],
      ['code', 'It is in no pipeline, and has a release.'],
    ] as const) {
      const error = await failureOf(find(name))
      expect(error).to.include({
        code: 'refused',
        message: `shop-${name} is not a review app of shop. Nothing was changed.`,
        why,
      })
      expect(error.details).to.deep.equal({ app: `shop-${name}` })
    }
  })

  it('is not taken for one to be made if it cannot be asked for', async () => {
    const json = { id: 'invalid_params', message: 'Not now.' }
    world.proxy.reply('GET', /\/apps\/shop-pr-1$/, { status: 422, json })
    expect((await failureOf(find())).message).to.include('Not now.')
  })

  it('is where the last app of the pipeline is', async () => {
    const empty = (await world.directly('POST', '/pipelines', { name: 'empty' })) as Pipeline
    expect(await placeOf(world.api, empty)).to.deep.equal({})
    await make('a2')
    await couple('a2', shop, 'development')
    const region = (await world.platform.findApp('a1'))!.region.name
    expect(await placeOf(world.api, shop)).to.deep.equal({ region })
    world.proxy.reshape<App>('GET', /\/apps\/[^/]+$/, (app) => ({
      ...app,
      team: { name: `team of ${app.name}` },
      space: { name: 'inside' },
    }))
    expect(await placeOf(world.api, shop)).to.deep.equal({ team: 'team of a1', space: 'inside' })
  })
})
