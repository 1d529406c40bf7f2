/** Review apps that go, by commands; e2e/review.test.ts has those that come. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { run } from '../support/run.js'

const api = () => nock(API)
const TIME = '2026-11-22T20:00:00Z'
const PIPELINE = { id: 'p', name: 'shop', created_at: TIME, updated_at: TIME }
const APP = {
  id: 'a',
  name: 'shop-pr-7',
  web_url: null,
  git_url: 'https://git.example.com/shop-pr-7.git',
  maintenance: false,
  owner: { id: 'o', email: 'ada@example.com' },
  created_at: TIME,
  updated_at: TIME,
}
const coupling = (stage: string, pipeline = 'p') => ({
  id: 'c',
  app: { id: 'a' },
  pipeline: { id: pipeline },
  stage,
})
const listed = () => api().get('/pipelines').reply(200, [PIPELINE])
const found = () => api().get('/apps/shop-pr-7').reply(200, APP)
const coupled = (...args: Parameters<typeof coupling>) =>
  api()
    .get('/apps/shop-pr-7/pipeline-couplings')
    .reply(200, coupling(...args))
const down = (...argv: string[]) =>
  run('review down', ['--name', 'pr-7', '--pipeline', 'shop', ...argv])

describe('a review app that goes', () => {
  expectOnlyKnownRequests()
  const home = process.cwd()
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'shipit-review-'))
    process.chdir(dir)
  })
  afterEach(async () => {
    process.chdir(home)
    await rm(dir, { recursive: true })
  })

  it('is destroyed where it is at the review stage', async () => {
    listed()
    found()
    coupled('review')
    api().delete('/apps/shop-pr-7').reply(200, APP)
    expect((await down('--json')).json()).to.deep.equal({
      app: 'shop-pr-7',
      pipeline: { id: 'p', name: 'shop' },
      destroyed: true,
      pr_predestroy: null,
    })
  })

  it('is that of the pipeline of an app, and needs no release for its last words', async () => {
    await writeFile('app.json', '{"scripts": {"pr-predestroy": "node bye.js"}}')
    api().get('/apps/live/pipeline-couplings').reply(200, coupling('production'))
    api().get('/pipelines/p').reply(200, PIPELINE)
    found()
    coupled('review')
    api().get('/apps/shop-pr-7/releases').twice().reply(200, [])
    api().delete('/apps/shop-pr-7').reply(200, APP)
    const { exitCode, stdout } = await run('review down', ['--name', 'pr-7', '--app', 'live'])
    expect([exitCode, stdout]).to.deep.equal([0, 'Destroyed shop-pr-7\n'])
  })

  it('is refused at another stage, and in another pipeline', async () => {
    for (const [stage, pipeline, why] of [
      ['staging', 'p', 'the stage staging.'],
      ['review', 'q', 'the stage review of another pipeline.'],
    ] as const) {
      listed()
      found()
      coupled(stage, pipeline)
      const { exitCode, stderr } = await down()
      expect(exitCode).to.equal(7)
      expect(stderr).to.include('is not a review app of shop').and.include(why)
    }
  })

  it('is nothing to do where there is none', async () => {
    listed()
    api().get('/apps/shop-pr-7').reply(404, { id: 'not_found', message: 'No.' })
    const { exitCode, stdout } = await down()
    expect([exitCode, stdout]).to.deep.equal([0, 'There is no review app shop-pr-7\n'])
  })

  it('is of no pipeline where the app is in none', async () => {
    api().get('/apps/live/pipeline-couplings').reply(404, { id: 'not_found', message: 'No.' })
    api()
      .get('/apps/live')
      .reply(200, { ...APP, name: 'live' })
    const { exitCode, stderr } = await run('review down', ['--name', 'pr-7', '--app', 'live'])
    expect([exitCode, stderr.includes('live is in no pipeline')]).to.deep.equal([2, true])
  })
})
