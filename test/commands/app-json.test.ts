/** Apps that are made by app.json, by commands. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { run } from '../support/run.js'

const api = () => nock(API)
const named = (name: string) => ({ id: `id-of-${name}`, name })
const APP = {
  ...named('a1'),
  web_url: 'https://a1.example.com/',
  git_url: 'https://git.example.com/a1.git',
  maintenance: false,
  owner: { id: 'o', email: 'ada@example.com' },
  created_at: '2026-11-22T20:00:00Z',
  updated_at: '2026-11-22T20:00:00Z',
}
const addon = (state: string) => ({
  ...named('redis-round-1'),
  addon_service: named('heroku-redis'),
  plan: named('heroku-redis:mini'),
  app: named('a1'),
  config_vars: ['REDIS_URL'],
  state,
  created_at: '2026-11-22T20:00:00Z',
})
const APP_JSON = {
  stack: 'heroku-24',
  env: { SECRET: { generator: 'secret' }, LEVEL: 'info', KEY: { description: 'of the mailer' } },
  addons: [{ plan: 'heroku-redis:mini', as: 'CACHE', options: { timeout: 30 } }],
  buildpacks: [{ url: 'heroku/nodejs' }],
  features: ['preboot'],
}

describe('an app that is made by app.json', () => {
  expectOnlyKnownRequests()
  let dir: string
  const before_ = process.cwd()
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'shipit-app-json-'))
    process.chdir(dir)
    await writeFile('app.json', JSON.stringify(APP_JSON))
    await writeFile('vars', 'KEY=typed-key\n')
  })
  afterEach(async () => {
    process.chdir(before_)
    await rm(dir, { recursive: true })
  })

  const create = (...argv: string[]) => run('apps create', ['a1', '--from-app-json', ...argv])

  it('has all that it says, and no value is shown', async () => {
    let vars: Record<string, string> = {}
    api().post('/apps', { name: 'a1', stack: 'heroku-24' }).reply(201, APP)
    api()
      .put('/apps/a1/buildpack-installations', { updates: [{ buildpack: 'heroku/nodejs' }] })
      .reply(200, [{ ordinal: 0, buildpack: { name: 'heroku/nodejs', url: 'heroku/nodejs' } }])
    api()
      .patch('/apps/a1/features/preboot', { enabled: true })
      .reply(200, { ...named('preboot'), enabled: true, updated_at: '2026-11-22T20:00:00Z' })
    api()
      .patch('/apps/a1/config-vars', (body: Record<string, string>) => {
        vars = body
        return true
      })
      .reply(200, {})
    api()
      .post('/apps/a1/addons', {
        plan: 'heroku-redis:mini',
        attachment: { name: 'CACHE' },
        config: { timeout: '30' },
      })
      .reply(201, addon('provisioning'))
    api().get('/apps/a1/addons/redis-round-1').reply(200, addon('provisioned'))
    const { stdout, stderr, exitCode } = await create('--vars', 'vars')
    expect(exitCode).to.equal(0)
    expect(vars).to.include({ LEVEL: 'info', KEY: 'typed-key' })
    expect(vars['SECRET']).to.match(/^[0-9a-f]{64}$/)
    expect(stdout).to.include('redis-round-1 is there, as REDIS_URL')
    expect(stdout).to.include('deploy --app a1 --create')
    expect(stdout + stderr)
      .not.to.include('typed-key')
      .and.not.to.include(vars['SECRET'])
  })

  it('is not made without a value that it must have', async () => {
    const { stderr, exitCode } = await create()
    expect(exitCode).to.equal(2)
    expect(stderr).to.include('without a value: KEY').and.include('KEY: of the mailer')
  })

  it('is not made by a file that cannot be used, or by none', async () => {
    await writeFile('app.json', '{"env": []}')
    const faulty = await create()
    expect([
      faulty.exitCode,
      faulty.stderr.includes('app.json:1:9 env: must be an object'),
    ]).to.deep.equal([3, true])
    await rm('app.json')
    const none = await create()
    expect([none.exitCode, none.stderr.includes('has no app.json')]).to.deep.equal([3, true])
  })

  it('is there in part where the platform refuses an add-on', async () => {
    await writeFile('app.json', JSON.stringify({ addons: ['heroku-redis'] }))
    api().post('/apps', { name: 'a1' }).reply(201, APP)
    api()
      .post('/apps/a1/addons', { plan: 'heroku-redis' })
      .reply(402, { id: 'verification_required', message: 'Please verify your account' })
    const { stderr, exitCode } = await create()
    expect(exitCode).to.equal(7)
    expect(stderr).to.include('a1 exists.').and.include('deploy --create --app a1')
  })
})
