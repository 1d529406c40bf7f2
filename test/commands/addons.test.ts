/** Add-ons, by commands. */
import { expect } from 'chai'
import { dataUrl, psqlClient, redisClient } from '../../src/operate/data-client.js'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { run } from '../support/run.js'

const api = () => nock(API)
const addon = (rest: object = {}) => ({
  actions: [],
  addon_service: { id: 's', name: 'heroku-redis' },
  app: { id: 'a', name: 'a1' },
  billed_price: { cents: 300, contract: false, unit: 'month' },
  billing_entity: { id: 'a', name: 'a1', type: 'app' },
  config_vars: ['REDIS_URL'],
  created_at: '2026-11-22T20:00:00Z',
  id: 'i',
  name: 'redis-round-12345',
  plan: { id: 'p', name: 'heroku-redis:mini' },
  provider_id: 'x',
  state: 'provisioned',
  updated_at: '2026-11-22T20:00:00Z',
  web_url: 'https://addons.example.com/redis',
  ...rest,
})
const attachment = {
  addon: { id: 'i', name: 'redis-round-12345', app: { id: 'a', name: 'a1' } },
  app: { id: 'a', name: 'a1' },
  created_at: '2026-11-22T20:00:00Z',
  id: 't',
  log_input_url: null,
  name: 'REDIS',
  namespace: null,
  updated_at: '2026-11-22T20:00:00Z',
  web_url: null,
}
const inA1 = (command: string, ...argv: string[]) => run(command, [...argv, '--app', 'a1'])
const resolves = (found: object[]) =>
  api().post('/actions/addons/resolve', { addon: 'REDIS', app: 'a1' }).reply(200, found)

describe('add-ons', () => {
  expectOnlyKnownRequests()

  it('are listed with what they are attached as', async () => {
    api().get('/apps/a1/addons').reply(200, [addon()])
    api().get('/apps/a1/addon-attachments').reply(200, [attachment])
    expect((await inA1('addons')).stdout).to.match(
      /redis-round-12345 +heroku-redis:mini +REDIS +provisioned/,
    )
    api().get('/apps/a1/addons').reply(200, [])
    api().get('/apps/a1/addon-attachments').reply(200, [])
    expect((await inA1('addons', '--json')).json()).to.deep.equal([])
  })

  it('are created, and waited for', async () => {
    api()
      .post('/apps/a1/addons', { plan: 'heroku-redis:mini', attachment: { name: 'CACHE' } })
      .reply(201, addon({ state: 'provisioning', config_vars: [] }))
    api().get('/apps/a1/addons/redis-round-12345').reply(200, addon())
    expect((await inA1('addons create', 'heroku-redis:mini', '--as', 'CACHE')).stdout).to.include(
      'Created redis-round-12345 as REDIS_URL',
    )
  })

  it('that cannot be made say why', async () => {
    api()
      .post('/apps/a1/addons')
      .reply(201, addon({ state: 'provisioning' }))
    api()
      .get('/apps/a1/addons/redis-round-12345')
      .reply(200, addon({ state: 'deprovisioned', provision_message: 'No server here.' }))
    const { exitCode, stderr } = await inA1('addons create', 'heroku-redis')
    expect(stderr).to.include('No server here.')
    expect(exitCode).to.equal(7)
  })

  it('are shown, attached, detached and destroyed by name', async () => {
    resolves([addon()])
    expect((await inA1('addons info', 'REDIS')).stdout).to.include('$3 a month')
    api()
      .post('/addon-attachments', { addon: 'redis-round-12345', app: 'a1' })
      .reply(201, attachment)
    expect((await inA1('addons attach', 'redis-round-12345')).stdout).to.include('as REDIS')
    api().get('/apps/a1/addon-attachments/REDIS').reply(200, attachment)
    api().delete('/addon-attachments/t').reply(200, attachment)
    expect((await inA1('addons detach', 'REDIS', '--json')).json()).to.include({ name: 'REDIS' })
    resolves([addon()])
    expect((await inA1('addons destroy', 'REDIS', '--confirm', 'REDIS')).exitCode).to.equal(2)
    resolves([addon()])
    api().delete('/apps/a1/addons/i').reply(200, addon())
    expect(
      (await inA1('addons destroy', 'REDIS', '--confirm', 'redis-round-12345')).stdout,
    ).to.equal('Destroyed redis-round-12345\n')
    resolves([addon(), addon({ id: 'j', name: 'redis-flat-1' })])
    expect((await inA1('addons open', 'REDIS')).exitCode).to.equal(2)
    resolves([addon()])
    expect((await inA1('addons open', 'REDIS', '--json')).json()).to.include({ opened: false })
  })
})

describe("the machine's clients", () => {
  it('get the password by their environment alone', () => {
    const url = 'postgres://u1:p%401@db.example.com:5433/d1'
    const { args, env } = psqlClient(url, ['-c', 'SELECT 1'])
    expect(args).to.deep.equal(['-c', 'SELECT 1'])
    expect(env).to.deep.equal({
      PGHOST: 'db.example.com',
      PGPORT: '5433',
      PGUSER: 'u1',
      PGPASSWORD: 'p@1',
      PGDATABASE: 'd1',
      PGSSLMODE: 'require',
    })
    const redis = redisClient('rediss://:secret@r.example.com:6380', [])
    expect(redis.args).to.deep.equal('-h r.example.com -p 6380 --tls --insecure'.split(' '))
    expect(redis.env.REDISCLI_AUTH).to.equal('secret')
  })

  it('are given the config var that is meant, or the names of those that there are', () => {
    const of = { app: 'a1', protocols: ['redis:'], service: 'heroku-redis' }
    const vars = { CACHE_URL: 'redis://:x@h:1', NAME: 'x' }
    expect(dataUrl(vars, 'cache', of)).to.equal(vars.CACHE_URL)
    expect(() => dataUrl(vars, 'REDIS', of)).to.throw('a1 has no REDIS.')
  })
})
