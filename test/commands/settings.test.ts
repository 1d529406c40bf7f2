/** What an app has beside its code, by the commands that Heroku's users know. */
import { expect } from 'chai'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { formation, release } from '../support/records.js'
import { run } from '../support/run.js'

const NOW = '2026-11-22T20:00:00Z'
const api = () => nock(API)
const app = {
  id: 'a',
  name: 'a1',
  web_url: 'https://a1-12ab.herokuapp.com/',
  git_url: 'https://git.heroku.com/a1.git',
  owner: { id: 'u', email: 'me@example.com' },
  region: { id: 'r', name: 'eu' },
  stack: { id: 's', name: 'heroku-24' },
  maintenance: false,
  created_at: NOW,
  updated_at: NOW,
  released_at: null,
}
const domain = (hostname: string, rest: object = {}) => ({
  id: `d-${hostname}`,
  hostname,
  kind: 'custom',
  cname: `${hostname}.herokudns.com`,
  status: 'pending',
  acm_status: null,
  created_at: NOW,
  ...rest,
})
const feature = (name: string, enabled: boolean) => ({
  id: name,
  name,
  enabled,
  description: `What ${name} does.`,
  state: 'general',
  doc_url: 'https://devcenter.heroku.com/articles/preboot',
  created_at: NOW,
  updated_at: NOW,
})
const inA1 = (command: string, ...argv: string[]) => run(command, [...argv, '--app', 'a1'])

describe('settings of an app', () => {
  expectOnlyKnownRequests()

  it('apps info tells what the platform knows', async () => {
    for (const argv of [['--app', 'a1'], ['a1']]) {
      api().get('/apps/a1').reply(200, app)
      api()
        .get('/apps/a1/formation')
        .reply(200, [formation('web', 2)])
      const { stdout } = await run('apps info', argv)
      expect(stdout)
        .to.match(/^=== a1\nWeb URL: +https:\/\/a1-12ab\.herokuapp\.com\/\n/)
        .and.match(/\nDynos: +web=2:Standard-1X\nMaintenance: +off\nRegion: +eu\n/)
        .and.match(/\nReleased: +never\n$/)
    }
    api().get('/apps/a1').reply(200, app)
    api().get('/apps/a1/formation').reply(200, [])
    expect((await inA1('apps info', '--json')).json()).to.nested.include({ 'app.name': 'a1' })
  })

  it('releases info tells of one release, and how to go back to it', async () => {
    for (const [argv, path] of [
      [['v7'], '/apps/a1/releases/7'],
      [['7', '--json'], '/apps/a1/releases/7'],
    ] as const) {
      api()
        .get(path)
        .reply(200, release(7, { slug: { id: 's7' } }))
      api()
        .get('/apps/a1/slugs/s7')
        .reply(200, { id: 's7', commit: 'abc123', process_types: { web: 'npm start' } })
      const ran = await inA1('releases info', ...argv)
      if (argv.length === 1)
        expect(ran.stdout)
          .to.match(
            /^=== v7 of a1\nStatus: +succeeded\nChange: +Deploy 7abc\nBy: +me@example\.com\n/,
          )
          .and.match(
            /\nCommit: +abc123\nweb: +npm start\nBack to it: shipit rollback v7 --app a1\n$/,
          )
      else expect(ran.json()).to.include({ commit: 'abc123' })
    }
    expect((await inA1('releases info', 'latest')).exitCode).to.equal(2)
  })

  it('domains lists, adds and removes host names', async () => {
    api()
      .get('/apps/a1/domains')
      .times(2)
      .reply(200, [
        domain('www.example.com'),
        domain('a1-12ab.herokuapp.com', { kind: 'heroku', cname: null, status: 'none' }),
      ])
    expect((await inA1('domains')).stdout).to.match(
      /^HOST NAME +DNS TARGET +CERTIFICATE\na1-12ab\.herokuapp\.com +of a1 itself\nwww\.example\.com +www\.example\.com\.herokudns\.com\n$/,
    )
    expect((await inA1('domains', '--json')).json<unknown[]>()).to.have.length(2)
    api()
      .post('/apps/a1/domains', { hostname: 'www.example.com', sni_endpoint: null })
      .reply(201, domain('www.example.com'))
    expect((await inA1('domains add', 'www.example.com')).stdout).to.equal(
      'Added www.example.com to a1\n' +
        'Point its DNS there: www.example.com CNAME www.example.com.herokudns.com\n',
    )
    api().delete('/apps/a1/domains/www.example.com').reply(200, domain('www.example.com'))
    expect((await inA1('domains remove', 'www.example.com', '--json')).json()).to.nested.include({
      'domain.hostname': 'www.example.com',
    })
  })

  it('maintenance is shown, turned on and turned off', async () => {
    api().get('/apps/a1').reply(200, app)
    expect((await inA1('maintenance')).stdout).to.equal('off\n')
    for (const [state, maintenance] of [
      ['on', true],
      ['off', false],
    ] as const) {
      api()
        .patch('/apps/a1', { maintenance })
        .reply(200, { ...app, maintenance })
      expect((await inA1('maintenance', state)).stdout).to.contain(
        `Maintenance mode of a1 is ${state}.\n`,
      )
    }
    api()
      .patch('/apps/a1', { maintenance: true })
      .reply(200, { ...app, maintenance: true })
    expect((await inA1('maintenance', 'on', '--json')).json()).to.deep.equal({
      app: 'a1',
      maintenance: true,
    })
    expect((await inA1('maintenance', 'maybe')).exitCode).to.equal(2)
  })

  it('features are listed, enabled and disabled', async () => {
    api()
      .get('/apps/a1/features')
      .reply(200, [feature('preboot', false), feature('log-runtime-metrics', true)])
    expect((await inA1('features')).stdout).to.match(
      /^FEATURE +STATE +DESCRIPTION\nlog-runtime-metrics +on +general +What [^\n]+\npreboot +off +general +What preboot does\.\n$/,
    )
    api().get('/apps/a1/features/spaces-drain').reply(200, feature('spaces-drain', true))
    expect((await inA1('features', 'spaces-drain', '--json')).json<unknown[]>()).to.have.length(1)
    for (const [verb, enabled] of [
      ['enable', true],
      ['disable', false],
    ] as const) {
      api()
        .patch('/apps/a1/features/preboot', { enabled })
        .times(2)
        .reply(200, feature('preboot', enabled))
      expect((await inA1(`features ${verb}`, 'preboot')).stdout).to.match(
        /^\w+abled preboot of a1\n$/,
      )
      expect((await inA1(`features ${verb}`, 'preboot', '--json')).json()).to.nested.include({
        'feature.enabled': enabled,
      })
    }
  })
})
