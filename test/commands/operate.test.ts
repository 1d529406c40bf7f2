import { expect } from 'chai'
import {
  appIs,
  change,
  figures,
  logIsAway,
  logIsFollowed,
  secondsAgo,
} from '../support/formation-log.js'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { dyno, formation, release, releaseId } from '../support/records.js'
import { run } from '../support/run.js'

const app = { id: 'a', name: 'a1', web_url: 'https://a1-12ab.herokuapp.com/' }
const api = () => nock(API)
const formationIs = (...rows: object[]) => api().get('/apps/a1/formation').reply(200, rows)
const looksAre = (looks: number, rows: object[]) =>
  api().get('/apps/a1/dynos').times(looks).reply(200, rows)
const releasesAre = (...rows: object[]) => api().get('/apps/a1/releases').reply(200, rows)

describe('shipit scale', () => {
  expectOnlyKnownRequests()
  it('changes all types in one request, shows before and after, and waits until they are up', async () => {
    formationIs(formation('web', 1), formation('jobs', 0))
    api()
      .patch('/apps/a1/formation', {
        updates: [
          { type: 'web', quantity: 2, dyno_size: { name: 'Standard-2X' } },
          { type: 'jobs', quantity: 1 },
        ],
      })
      .reply(200, [])
    logIsAway()
    looksAre(2, [
      dyno('web.1', 'up', { size: 'Standard-2X' }),
      dyno('web.2', 'up', { size: 'Standard-2X' }),
      dyno('jobs.1'),
    ])
    const ran = await run('scale', ['web=2:standard-2x', 'jobs+1', '--app', 'a1'])
    expect(ran.stdout).to.match(
      /web +1:Standard-1X +→ +2:Standard-2X +standard dynos, costs more\njobs +0:Standard-1X +→ +1:Standard-1X +standard dynos, costs more\nUp: jobs\.1, web\.1, web\.2\n$/,
    )
    expect(ran.exitCode).to.equal(0)
  })
  it('--instances merges into the config var, and waits for dynos of the new release and their instances', async () => {
    const running = (version: number) =>
      dyno('web.1', 'up', {
        release: { id: `r-${version}`, version },
        created_at: secondsAgo(100),
        updated_at: secondsAgo(90),
      })
    formationIs(formation('web', 1))
    api().get('/apps/a1/config-vars').reply(200, { SHIPIT_INSTANCES: 'api=2,jobs=1' })
    appIs(
      [running(7)],
      [
        figures('web.1', 'api', 0, { memoryMb: 61.2 }),
        figures('web.1', 'api', 1, { memoryMb: 150 }),
        figures('web.1', 'jobs', 0, { memoryMb: 50 }),
      ],
    )
    api().patch('/apps/a1/config-vars', { SHIPIT_INSTANCES: 'api=4,jobs=1' }).reply(200, {})
    releasesAre(release(8))
    logIsAway()
    looksAre(2, [running(8)])
    looksAre(1, [running(8)])
    const online = (instance: number) => change('web.1', 'api', instance, 'online', { pid: 9 })
    logIsFollowed([0, 1, 2].map(online), [online(3)])
    const ran = await run('scale', ['--instances', 'api=4', '--app', 'a1', '--json'])
    expect(ran.json()).to.deep.equal({
      app: 'a1',
      changes: [],
      instances: [{ app: 'api', before: 2, after: 4 }],
      memory: [
        {
          type: 'web',
          size: 'Standard-1X',
          quota_mb: 512,
          needed_mb: 698,
          apps: [
            { app: 'api', instances: 4, each_mb: 150 },
            { app: 'jobs', instances: 1, each_mb: 50 },
          ],
          fits: false,
        },
      ],
      formation: [{ type: 'web', quantity: 1, size: 'Standard-1X' }],
      dynos: [{ name: 'web.1', state: 'up', size: 'Standard-1X' }],
    })
    expect(ran.stderr)
      .to.contain(
        'A web dyno (Standard-1X) does not hold that: 698 MB by what the instances take now, and it has 512 MB.',
      )
      .and.contain('web:standard-2x')
  })
  it('--instances says the memory where it fits, and what it does not know', async () => {
    const young = dyno('web.1', 'up', { created_at: secondsAgo(100), updated_at: secondsAgo(90) })
    for (const name of ['api', 'nope']) {
      formationIs(formation('web', 1))
      api().get('/apps/a1/config-vars').reply(200, {})
      appIs([young], [figures('web.1', 'api', 0, { memoryMb: 61.2 })])
      api()
        .patch('/apps/a1/config-vars', { SHIPIT_INSTANCES: `${name}=2` })
        .reply(200, {})
      releasesAre(release(8))
      const { stdout, stderr } = await run('scale', [
        '--instances',
        `${name}=2`,
        '--wait-timeout',
        '0',
        '--app',
        'a1',
      ])
      if (name === 'api')
        expect(stdout).to.contain(
          'Memory of a web dyno (Standard-1X): 2 × api at 61 MB and 48 MB of shipit-runtime: 170 of 512 MB.',
        )
      else expect(stderr).to.contain('tells of no instance of nope')
    }
  })
  it('nothing to change sends nothing', async () => {
    formationIs(formation('web', 1))
    const ran = await run('scale', ['web=1', '--wait-timeout', '0', '--app', 'a1'])
    expect(ran.stdout).to.match(/Nothing to change\.\n$/)
  })
  it('without arguments shows the formation', async () => {
    formationIs(formation('web', 2), formation('jobs', 0, 'Basic'))
    expect((await run('scale', ['--app', 'a1'])).stdout).to.equal(
      'web=2:Standard-1X jobs=0:Basic\n',
    )
  })
  it('guesses at a mistyped type and changes nothing', async () => {
    formationIs(formation('web', 1))
    api().get('/apps/a1/config-vars').reply(200, {})
    appIs([dyno('web.1')])
    const ran = await run('scale', ['wbe=2', '--app', 'a1'])
    expect(ran.exitCode).to.equal(2)
    expect(ran.stderr).to.contain('Did you mean web?')
  })
})

describe('shipit start', () => {
  expectOnlyKnownRequests()
  it("brings back all that was stopped, with PM2's word for it too", async () => {
    for (const words of [[], ['all']]) {
      formationIs(formation('web', 0), formation('jobs', 0))
      api()
        .get('/apps/a1/config-vars')
        .reply(200, { SHIPIT_STOPPED: 'web=2:Standard-1X,jobs=1:Standard-1X' })
      api()
        .patch('/apps/a1/formation', {
          updates: [
            { type: 'web', quantity: 2, dyno_size: { name: 'Standard-1X' } },
            { type: 'jobs', quantity: 1, dyno_size: { name: 'Standard-1X' } },
          ],
        })
        .reply(200, [])
      logIsAway()
      looksAre(2, [dyno('web.1'), dyno('web.2'), dyno('jobs.1')])
      const ran = await run('start', [...words, '--app', 'a1'])
      expect(ran.exitCode, ran.stderr).to.equal(0)
      expect(ran.stdout).to.include('web=2:Standard-1X jobs=1:Standard-1X')
    }
  })
})

describe('shipit open', () => {
  expectOnlyKnownRequests()
  it("prints the app's own URL", async () => {
    api().get('/apps/a1').times(2).reply(200, app)
    expect((await run('open', ['/healthz', '--app', 'a1'])).stdout).to.equal(
      'https://a1-12ab.herokuapp.com/healthz\n',
    )
    expect((await run('open', ['--app', 'a1', '--json'])).json()).to.deep.equal({
      app: 'a1',
      url: 'https://a1-12ab.herokuapp.com/',
      opened: false,
    })
  })
})

describe('shipit releases', () => {
  expectOnlyKnownRequests()
  it('lists them newest first, with the one that serves', async () => {
    api()
      .get('/apps/a1/releases')
      .matchHeader('range', 'version ..; order=desc,max=3')
      .reply(206, [release(9, { status: 'failed' }), release(8, { current: true }), release(7)])
    const { stdout } = await run('releases', ['-n', '3', '--app', 'a1'])
    expect(
      stdout
        .split('\n')
        .slice(0, 4)
        .map((line) => line.split(/ {2,}/).slice(0, 4)),
    ).to.deep.equal([
      ['VERSION', 'STATUS', 'DESCRIPTION', 'USER'],
      ['v9', 'failed', 'Deploy 9abc', 'me@example.com'],
      ['v8', 'current', 'Deploy 8abc', 'me@example.com'],
      ['v7', 'succeeded', 'Deploy 7abc', 'me@example.com'],
    ])
  })
})

describe('shipit rollback', () => {
  expectOnlyKnownRequests()
  const history = [
    release(9, { status: 'failed' }),
    release(8, { current: true, slug: { id: 's-8' } }),
    release(7, { slug: { id: 's-8' } }),
    release(6, { status: 'failed' }),
    release(5),
    release(1, { slug: null }),
  ]
  it('goes to the newest other code that worked, waits for the outcome and prints its undo', async () => {
    releasesAre(...history)
    api()
      .post('/apps/a1/releases', { release: releaseId(5) })
      .reply(201, release(10, { status: 'pending' }))
    api()
      .get(`/apps/a1/releases/${releaseId(10)}`)
      .reply(200, release(10, { current: true }))
    const ran = await run('rollback', ['--app', 'a1'])
    expect(ran.stdout).to.equal(
      'Rolled a1 back to v5 (Deploy 5abc): v10 is live.\nConfig vars are those of v5 too. Undo: shipit rollback v8 --app a1\n',
    )
  })
  it('goes to none that was rolled back from, unless it is named', async () => {
    const rolledBack = [
      release(9, { current: true, slug: { id: 's-7' }, description: 'Rollback to v7' }),
      release(8),
      release(7),
      release(6),
    ]
    releasesAre(...rolledBack)
    api()
      .post('/apps/a1/releases', { release: releaseId(6) })
      .reply(201, release(10, { current: true }))
    expect((await run('rollback', ['--app', 'a1', '--json'])).json()).to.deep.include({
      rolled_back: { id: releaseId(9), version: 9 },
      to: { id: releaseId(6), version: 6 },
    })
    releasesAre(...rolledBack.slice(0, 3))
    const { exitCode, stderr } = await run('rollback', ['--app', 'a1'])
    expect(exitCode).to.equal(6)
    expect(stderr).to.contain('v8 was rolled back from').and.contain('shipit rollback v8 --app a1')
    releasesAre(...rolledBack)
    api()
      .post('/apps/a1/releases', { release: releaseId(8) })
      .reply(201, release(10, { current: true }))
    expect((await run('rollback', ['v8', '--app', 'a1', '--json'])).json()).to.deep.include({
      to: { id: releaseId(8), version: 8 },
    })
  })
  it('with preboot waits until requests have switched, and says what goes on answering', async () => {
    releasesAre(...history)
    api()
      .get('/apps/a1/features/preboot')
      .reply(200, { name: 'preboot', enabled: true, updated_at: '2026-01-01T00:00:00Z' })
    formationIs(formation('web', 1))
    const made = release(10, { current: true })
    api()
      .post('/apps/a1/releases', { release: releaseId(5) })
      .reply(201, made)
    api()
      .post('/apps/a1/log-sessions', { lines: 100, tail: true, source: 'heroku' })
      .reply(201, { id: 't', logplex_url: 'https://logs.example/t' })
    nock('https://logs.example')
      .get('/t')
      .reply(
        200,
        `id: 1\ndata: ${made.created_at.slice(0, 19)}.500000+00:00 heroku[web.1]: Stopping all processes with SIGTERM\n\n`,
        { 'content-type': 'text/event-stream' },
      )
    const ran = await run('rollback', ['--app', 'a1'])
    expect(ran.stdout)
      .to.contain(
        'Preboot is on: what served before goes on answering until requests switch to v10, about 3 min after the release.',
      )
      .and.contain('v10 is live')
  })
  it('goes to the one named', async () => {
    releasesAre(...history)
    api()
      .post('/apps/a1/releases', { release: releaseId(7) })
      .reply(201, release(10, { current: true }))
    expect((await run('rollback', ['v7', '--app', 'a1', '--json'])).json()).to.deep.equal({
      app: 'a1',
      rolled_back: { id: releaseId(8), version: 8 },
      to: { id: releaseId(7), version: 7 },
      release: { id: releaseId(10), version: 10 },
      undo: 'shipit rollback v8 --app a1',
    })
  })
  for (const [wanted, exitCode, words] of [
    ['v8', 2, 'serves'],
    ['v6', 2, 'failed'],
    ['v1', 2, 'no code'],
    ['v99', 6, 'no release v99'],
    ['last', 2, 'not a release'],
  ] as const) {
    it(`refuses ${wanted}`, async () => {
      releasesAre(...history)
      const ran = await run('rollback', [wanted, '--app', 'a1'])
      expect(ran.exitCode).to.equal(exitCode)
      expect(ran.stderr).to.contain(words)
    })
  }
  it('a release phase that fails is exit status 11, and says what serves', async () => {
    releasesAre(...history)
    api()
      .post('/apps/a1/releases')
      .reply(201, release(10, { status: 'failed' }))
    const ran = await run('rollback', ['--app', 'a1', '--json'])
    expect(ran.exitCode).to.equal(11)
    expect(ran.json<{ error: object }>().error).to.deep.nested.include({
      code: 'release',
      'details.serving': { id: releaseId(8), version: 8 },
      why: 'v8 still serves.',
    })
  })
})
