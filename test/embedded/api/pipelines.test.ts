import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { until } from '../../support/until.js'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'

interface Pipeline {
  id: string
  name: string
  owner: { id: string; type: string }
}
interface Coupling {
  id: string
  app: { id: string }
  pipeline: { id: string; name: string }
  stage: string
}
interface Target {
  app: { id: string }
  status: string
  error_message: string | null
  release: { id: string } | null
}
interface Release {
  id: string
  version: number
  description: string
  status: string
  slug: { id: string } | null
}

describe('the Platform API: pipelines', () => {
  let test: TestPlatform
  beforeEach(async () => {
    test = await startTestPlatform()
  })
  afterEach(() => test.end())

  const create = async (name: string) =>
    (await test.call<Pipeline>('POST', '/pipelines', { name })).body
  const add = (app: string, pipeline: Pipeline, stage: string) =>
    test.call<Coupling>('POST', '/pipeline-couplings', { app, pipeline: pipeline.id, stage })
  const idOf = async (app: string) =>
    (await test.call<{ id: string }>('GET', `/apps/${app}`)).body.id
  const releasesOf = async (app: string) =>
    (await test.call<Release[]>('GET', `/apps/${app}/releases`)).body

  /** Of a promotion of `shop-staging` to others, once it is over. */
  const promote = async (pipeline: Pipeline, ...targets: string[]) => {
    const { status, body } = await test.call<{ id: string; status: string }>(
      'POST',
      '/pipeline-promotions',
      {
        pipeline: { id: pipeline.id },
        source: { app: { id: await idOf('shop-staging') } },
        targets: await Promise.all(targets.map(async (app) => ({ app: { id: await idOf(app) } }))),
      },
    )
    expect(status, JSON.stringify(body)).to.equal(201)
    await until(
      'the promotion to be completed',
      async () =>
        (await test.call<{ status: string }>('GET', `/pipeline-promotions/${body.id}`)).body
          .status === 'completed',
    )
    return targetsOf(body.id)
  }
  const targetsOf = async (id: string) =>
    (await test.call<Target[]>('GET', `/pipeline-promotions/${id}/promotion-targets`)).body

  /** A pipeline with an app that has code and one that has none. */
  const shop = async () => {
    await test.deployedApp('shop-staging')
    await test.call('POST', '/apps', { name: 'shop' })
    const pipeline = await create('shop')
    await add('shop-staging', pipeline, 'staging')
    await add('shop', pipeline, 'production')
    return pipeline
  }

  it('creates, finds, renames and deletes one', async () => {
    const { status, body } = await test.call<Pipeline>('POST', '/pipelines', {
      name: 'shop',
      owner: null,
    })
    expect(status).to.equal(201)
    expect(body).to.deep.include({ name: 'shop' })
    expect(body.owner.type).to.equal('user')
    for (const url of [`/pipelines/${body.id}`, '/pipelines/shop'])
      expect((await test.call('GET', url)).body).to.deep.equal(body)
    expect((await test.call('GET', '/pipelines')).body).to.deep.equal([body])
    for (const [name, found] of [
      ['shop', [body]],
      ['sho', []],
    ] as const)
      expect(
        (await test.call('GET', `/pipelines?eq[name]=${name}`, undefined, { isOutside: true }))
          .body,
      ).to.deep.equal(found)
    expect((await test.call('PATCH', '/pipelines/shop', { name: 'store' })).body).to.deep.include({
      id: body.id,
      name: 'store',
    })
    expect((await test.call('DELETE', `/pipelines/${body.id}`)).status).to.equal(200)
    expect((await test.call('GET', '/pipelines')).body).to.deep.equal([])
  })

  for (const [title, name, message] of [
    ['of no name', '', /can't be blank/],
    ['of a name that is none', 'Shop!', /can only contain lowercase letters/],
    ['of a name that is taken', 'taken', /already taken/],
  ] as const) {
    it(`refuses one ${title}`, async () => {
      await create('taken')
      const { status, body } = await test.call('POST', '/pipelines', { name }, { isLoose: true })
      expect(status).to.equal(422)
      expect(body.message).to.match(message)
    })
  }

  it('couples apps with it, moves them between stages, and lets them go', async () => {
    const pipeline = await shop()
    const { body: coupling } = await test.call<Coupling>('GET', '/apps/shop/pipeline-couplings')
    expect(coupling).to.deep.include({
      app: { id: await idOf('shop') },
      pipeline: { id: pipeline.id, name: 'shop' },
      stage: 'production',
    })
    for (const url of [
      '/pipeline-couplings',
      '/users/~/pipeline-couplings',
      `/pipelines/${pipeline.id}/pipeline-couplings`,
    ])
      expect(
        (await test.call<Coupling[]>('GET', url)).body.map(({ stage }) => stage),
        url,
      ).to.have.members(['staging', 'production'])
    expect((await test.call('GET', `/pipeline-couplings/${coupling.id}`)).body).to.deep.equal(
      coupling,
    )
    const { body: moved } = await test.call('PATCH', `/pipeline-couplings/${coupling.id}`, {
      stage: 'development',
    })
    expect(moved).to.deep.include({ id: coupling.id, stage: 'development' })
    await test.call('DELETE', `/pipeline-couplings/${coupling.id}`)
    const gone = await test.call('GET', '/apps/shop/pipeline-couplings')
    expect(gone.status).to.equal(404)
    expect(gone.body.message).to.equal("Couldn't find that pipeline coupling.")
  })

  it('has an app in one pipeline at most, and only apps of its owner', async () => {
    const pipeline = await shop()
    const other = await create('other')
    const twice = await add('shop', other, 'staging')
    expect(twice.status).to.equal(422)
    expect(twice.body).to.have.property('message', 'App is already in a pipeline.')
    await test.call('POST', '/teams/apps', { name: 'acme-shop', team: 'acme' })
    const foreign = await add('acme-shop', pipeline, 'production')
    expect(foreign.status).to.equal(422)
    expect((foreign.body as unknown as { message: string }).message).to.match(/same owner/)
    const nowhere = await test.call(
      'POST',
      '/pipeline-couplings',
      { app: 'shop', pipeline: pipeline.id, stage: 'moon' },
      { isLoose: true },
    )
    expect(nowhere.body.message).to.match(/Stage moon is not one of/)
  })

  it('forgets the coupling of an app that is destroyed, and frees the apps of one that is deleted', async () => {
    const pipeline = await shop()
    await test.call('DELETE', '/apps/shop-staging')
    const couplings = async () => (await test.call<Coupling[]>('GET', '/pipeline-couplings')).body
    expect(await couplings()).to.have.length(1)
    await test.call('DELETE', `/pipelines/${pipeline.id}`)
    expect(await couplings()).to.deep.equal([])
    expect((await add('shop', await create('shop'), 'staging')).status).to.equal(201)
  })

  it('goes to a team, with its apps', async () => {
    const pipeline = await shop()
    await test.call('POST', '/teams/apps', { name: 'acme-shop', team: 'acme' })
    const { body: team } = await test.call<{ id: string }>('GET', '/teams/acme')
    const owner = { id: team.id, type: 'team' }
    const { status, body } = await test.call('POST', '/pipeline-transfers', {
      pipeline: { id: pipeline.id },
      new_owner: owner,
    })
    expect(status).to.equal(201)
    expect(body.new_owner).to.deep.equal(owner)
    expect((await test.call('GET', '/apps/shop')).body).to.have.nested.property('team.name', 'acme')
    expect((await add('acme-shop', pipeline, 'production')).status).to.equal(201)
  })

  it('lists apps by their ids, as the official CLI asks for those of a pipeline', async () => {
    await shop()
    const { body } = await test.call<{ name: string }[]>('POST', '/filters/apps', {
      in: { id: [await idOf('shop')] },
    })
    expect(body.map(({ name }) => name)).to.deep.equal(['shop'])
  })

  it('promotes the slug of one app to another, which keeps its config vars', async () => {
    const pipeline = await shop()
    await test.call('PATCH', '/apps/shop/config-vars', { COLOUR: 'red' })
    const [target] = await promote(pipeline, 'shop')
    expect(target).to.deep.include({ status: 'succeeded', error_message: null })
    const release = (await releasesOf('shop')).at(-1)
    const source = (await releasesOf('shop-staging')).at(-1)
    expect(release).to.deep.include({
      id: target?.release?.id,
      version: 4,
      description: 'Promote shop-staging v3 1a2b3c4d',
      status: 'succeeded',
      slug: source?.slug,
    })
    expect((await test.call('GET', `/apps/shop/slugs/${release?.slug?.id}`)).body).to.include({
      commit: '1a2b3c4d5e6f7081',
    })
    expect((await test.call('GET', '/apps/shop/config-vars')).body).to.deep.equal({ COLOUR: 'red' })
  })

  it('is pending while a release phase runs, and says which of the targets failed', async () => {
    let release = () => {}
    test.controls.processTypes = { web: 'node server.js', release: 'migrate' }
    const pipeline = await shop()
    test.controls.releasePhase = {
      status: 1,
      output: 'no table\n',
      hold: new Promise((resolve) => (release = resolve)),
    }
    const { body } = await test.call<{ id: string; status: string }>(
      'POST',
      '/pipeline-promotions',
      {
        pipeline: { id: pipeline.id },
        source: { app: { id: await idOf('shop-staging') } },
        targets: [{ app: { id: await idOf('shop') } }],
      },
    )
    expect(body.status).to.equal('pending')
    await until(
      'the release to be there',
      async () => (await targetsOf(body.id))[0]?.release != null,
    )
    expect((await targetsOf(body.id))[0]).to.include({ status: 'pending', error_message: null })
    release()
    await until(
      'the target to have failed',
      async () => (await targetsOf(body.id))[0]?.status === 'failed',
    )
    expect((await targetsOf(body.id))[0]?.error_message).to.equal('The release command failed')
    expect((await releasesOf('shop')).at(-1)?.status).to.equal('failed')
  })

  it('knows its pipelines and promotions after a restart', async () => {
    const pipeline = await shop()
    await promote(pipeline, 'shop')
    const before = (await test.call('GET', '/pipeline-couplings')).body
    await test.restart()
    expect((await test.call('GET', '/pipelines/shop')).body).to.deep.equal(pipeline)
    expect((await test.call('GET', '/pipeline-couplings')).body).to.deep.equal(before)
  })

  it('promotes nothing that it has not, and to nobody who is not in the pipeline', async () => {
    const pipeline = await shop()
    await test.call('POST', '/apps', { name: 'stranger' })
    const [staging, production, stranger] = await Promise.all(
      ['shop-staging', 'shop', 'stranger'].map(idOf),
    )
    const ask = async (source: unknown, targets: unknown, pipelineId = pipeline.id) =>
      (
        await test.call(
          'POST',
          '/pipeline-promotions',
          { pipeline: { id: pipelineId }, source, targets },
          { isLoose: true },
        )
      ).body.message
    const app = (id: string | undefined) => ({ app: { id } })
    expect(await ask(app(production), [app(staging)])).to.equal(
      'App shop has no release to promote',
    )
    expect(await ask(app(staging), [app(stranger)])).to.equal(
      'App stranger is not in pipeline shop',
    )
    expect(await ask(app(staging), [app(staging)])).to.equal(
      'Cannot promote app shop-staging to itself',
    )
    expect(await ask(app(staging), [])).to.match(/targets must be a list/)
    expect(await ask({}, [app(production)])).to.equal('source.app.id is required')
    expect(await ask(app(staging), [app(production)], 'none')).to.equal(
      "Couldn't find that pipeline.",
    )
    expect((await test.call('GET', '/pipeline-promotions/none')).status).to.equal(404)
  })

  it('releases a slug of another app, which it has for its own from then on', async () => {
    await shop()
    const slug = (await releasesOf('shop-staging')).at(-1)?.slug?.id
    const { status, body } = await test.call<Release>('POST', '/apps/shop/releases', { slug })
    expect(status).to.equal(201)
    expect(body).to.deep.include({ description: 'Deploy 1a2b3c4d', slug: { id: slug } })
    await test.call('DELETE', '/apps/shop-staging')
    expect((await test.call('GET', `/apps/shop/slugs/${slug}`)).status).to.equal(200)
    expect(
      (await test.call('POST', '/apps/shop/releases', { slug: randomUUID() })).body.message,
    ).to.equal("Couldn't find that slug.")
  })
})
