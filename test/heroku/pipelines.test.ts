import { expect } from 'chai'
import {
  addToPipeline,
  couplingOf,
  createPipeline,
  createPromotion,
  destroyPipeline,
  findPipeline,
  getPipeline,
  listPromotionTargets,
  moveToStage,
  pipelineApps,
  removeFromPipeline,
} from '../../src/heroku/pipelines.js'
import { faultServer, type Fault, type FaultServer } from '../support/fault-server.js'
import { apiFor, rejection } from '../support/platform.js'
import { app } from '../support/records.js'

const T = '2026-11-22T20:00:00Z'
const pipeline = (id: string, name: string) => ({
  id,
  name,
  owner: null,
  created_at: T,
  updated_at: T,
})
const coupling = (id: string, stage: string) => ({
  id: `c-${id}`,
  app: { id },
  pipeline: { id: 'p-1' },
  stage,
})
const NOT_FOUND: Fault = { json: { id: 'not_found', message: 'No.' }, status: 404 }
const FORBIDDEN: Fault = { json: { id: 'forbidden', message: 'No.' }, status: 422 }

describe('pipelines', () => {
  let server: FaultServer
  /** A platform that answers by path, and any other with 404. */
  const serve = async (answers: Record<string, Fault>) => {
    server = await faultServer(({ path }) => answers[path] ?? NOT_FOUND)
    return apiFor(server.url)
  }
  afterEach(() => server.close())
  const asked = () =>
    server.arrived.map(({ method, path, body }) =>
      [method, path, body].filter((part) => part !== '').join(' '),
    )

  it('are found by name or id, and by neither if several have the name', async () => {
    const json = [pipeline('p-1', 'shop'), pipeline('p-2', 'twice'), pipeline('p-3', 'twice')]
    const api = await serve({ '/pipelines': { json } })
    expect((await findPipeline(api, 'shop')).id).to.equal('p-1')
    expect((await findPipeline(api, 'p-3')).id).to.equal('p-3')
    expect(await rejection(findPipeline(api, 'twice'))).to.include({
      code: 'usage',
      message: 'Several pipelines are called twice.',
      next: `Name one by its id: p-2 (created ${T}), p-3 (created ${T})`,
    })
    expect(await rejection(findPipeline(api, 'sho'))).to.include({
      code: 'not_found',
      why: 'There are shop, twice, twice.',
    })
    await server.close()
    const why = 'This account has none.'
    expect(
      await rejection(findPipeline(await serve({ '/pipelines': { json: [] } }), 'shop')),
    ).to.include({ code: 'not_found', why })
  })

  it("are made for the app's owner, of the app's generation", async () => {
    const api = await serve({ '/pipelines': { json: pipeline('p-1', 'shop'), status: 201 } })
    await createPipeline(api, 'shop', app('a1'))
    await createPipeline(api, 'shop', {
      ...app('a1', { generation: { name: 'fir' } }),
      team: { id: 't', name: 'team' },
    } as ReturnType<typeof app>)
    expect(asked()).to.deep.equal([
      'POST /pipelines {"name":"shop","owner":{"id":"u","type":"user"},"generation":{"name":"cedar"}}',
      'POST /pipelines {"name":"shop","owner":{"id":"t","type":"team"},"generation":{"name":"fir"}}',
    ])
    expect(server.arrived[0]!.headers.accept).to.match(/version=3\.pipelines$/)
  })

  it('know the stage of an app, and no stage of one that is in none', async () => {
    const api = await serve({
      '/apps/a1/pipeline-couplings': { json: coupling('a1', 'staging') },
      '/apps/a2': { json: app('a2') },
      '/apps/a3/pipeline-couplings': FORBIDDEN,
      '/apps/a3': { json: app('a3') },
    })
    expect((await couplingOf(api, 'a1'))?.stage).to.equal('staging')
    expect(await couplingOf(api, 'a2')).to.equal(undefined)
    expect(await rejection(couplingOf(api, 'a3'))).to.include({ code: 'refused' })
    // Of an app that is not there the platform says the same as of one in no pipeline.
    expect(await rejection(couplingOf(api, 'a4'))).to.include({ code: 'not_found' })
  })

  it('list their apps by stage and name, without those that may not be seen', async () => {
    const stages = {
      d: 'production',
      b: 'development',
      c: 'staging',
      a: 'production',
      hidden: 'staging',
      e: 'review',
      f: 'test',
    }
    const answers = (names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [`/apps/${name}`, { json: app(name) }]))
    const couplings = Object.entries(stages).map(([id, stage]) => coupling(id, stage))
    const api = await serve({
      '/pipelines/p-1/pipeline-couplings': { json: couplings },
      ...answers(Object.keys(stages).filter((name) => name !== 'hidden')),
    })
    const apps = await pipelineApps(api, 'p-1')
    expect(apps.map((one) => `${one.app.name} ${one.stage}`)).to.deep.equal([
      'f test',
      'e review',
      'b development',
      'c staging',
      'a production',
      'd production',
    ])
    await server.close()
    const other = await serve({
      '/pipelines/p-1/pipeline-couplings': { json: couplings },
      '/apps/d': FORBIDDEN,
    })
    expect(await rejection(pipelineApps(other, 'p-1'))).to.include({ code: 'refused' })
  })

  it('take apps in and out, and promote between them', async () => {
    const api = await serve({
      '/pipelines/p%2F1': { json: pipeline('p-1', 'shop') },
      '/pipeline-couplings': { json: coupling('a1', 'staging'), status: 201 },
      '/pipeline-couplings/c%2F1': { json: coupling('a1', 'staging') },
      '/pipeline-promotions': { json: { id: 'm-1', status: 'pending' }, status: 201 },
      '/pipeline-promotions/m%2F1/promotion-targets': {
        json: [
          { id: 't', app: { id: 'b' }, status: 'pending', error_message: null, release: null },
        ],
      },
    })
    expect((await getPipeline(api, 'p/1')).name).to.equal('shop')
    await addToPipeline(api, 'p-1', 'a1', 'staging')
    await moveToStage(api, 'c/1', 'production')
    await removeFromPipeline(api, 'c/1')
    await createPromotion(api, { pipeline: 'p-1', from: { app: 'a', release: 'r' }, to: ['b'] })
    expect(await listPromotionTargets(api, 'm/1')).to.have.length(1)
    await destroyPipeline(api, 'p/1')
    expect(asked()).to.deep.equal([
      'GET /pipelines/p%2F1',
      'POST /pipeline-couplings {"app":"a1","pipeline":"p-1","stage":"staging"}',
      'PATCH /pipeline-couplings/c%2F1 {"stage":"production"}',
      'DELETE /pipeline-couplings/c%2F1',
      'POST /pipeline-promotions {"pipeline":{"id":"p-1"},"source":{"app":{"id":"a"},"release":{"id":"r"}},"targets":[{"app":{"id":"b"}}]}',
      'GET /pipeline-promotions/m%2F1/promotion-targets',
      'DELETE /pipelines/p%2F1',
    ])
  })
})
