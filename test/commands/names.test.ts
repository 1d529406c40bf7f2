/** Verbs that are given an app of the ecosystem file, as PM2's users do. */
import { expect } from 'chai'
import { appIs, change, figures, logIsAway, secondsAgo } from '../support/formation-log.js'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { dyno, formation, release } from '../support/records.js'
import { run } from '../support/run.js'

const api = () => nock(API)
const old = { created_at: secondsAgo(100), updated_at: secondsAgo(90) }
const web = (version = 7) =>
  dyno('web.1', 'up', { ...old, id: `web-${version}`, release: { id: `r-${version}`, version } })

/** web.1 runs school twice and jobs; or with `isAlone` school alone. */
function schoolRuns({ isAlone = false } = {}): void {
  api()
    .get('/apps/a1/formation')
    .reply(200, [formation('web', 1)])
  appIs(
    [web()],
    [
      figures('web.1', 'school', 0, { memoryMb: 60 }),
      figures('web.1', 'school', 1, { memoryMb: 61 }),
      ...(isAlone ? [] : [figures('web.1', 'jobs', 0, { memoryMb: 50 })]),
    ],
  )
}

describe('an app of the ecosystem file as a name', () => {
  expectOnlyKnownRequests()

  it('restart restarts the dynos that run it, and says so', async () => {
    for (const name of ['school', 'school:1', '1']) {
      schoolRuns()
      api().get('/apps/a1/dynos').reply(200, [web()])
      api().delete('/apps/a1/formations/web').reply(202, {})
      logIsAway()
      api()
        .get('/apps/a1/dynos')
        .reply(200, [dyno('web.1', 'up', { id: 'next' })])
      const { stdout, stderr, exitCode } = await run('restart', [name, '--app', 'a1'])
      expect(exitCode, stderr).to.equal(0)
      expect(stdout)
        .to.match(/runs in web\.1 beside .*jobs.*: that dyno is restarted whole\.\n/)
        .and.contain('Restarted web.1 of a1')
    }
  })

  it('stop stops the process type of an app that has its dynos alone', async () => {
    schoolRuns({ isAlone: true })
    api().get('/apps/a1/config-vars').reply(200, {})
    api()
      .patch('/apps/a1/formation', { updates: [{ type: 'web', quantity: 0 }] })
      .reply(200, [])
    api().patch('/apps/a1/config-vars', { SHIPIT_STOPPED: 'web=1:Standard-1X' }).reply(200, {})
    logIsAway()
    api().get('/apps/a1/dynos').reply(200, [])
    const { stdout, stderr } = await run('stop', ['school', '--app', 'a1'])
    expect(stderr).to.equal('')
    expect(stdout)
      .to.contain('school runs in web.1: that dyno is stopped.')
      .and.contain('Stopped web of a1')
  })

  it('stop refuses one beside others, with what to type', async () => {
    schoolRuns()
    const { stderr, exitCode } = await run('stop', ['school', '--app', 'a1'])
    expect(exitCode).to.equal(2)
    expect(stderr).to.contain('shipit stop web --app a1')
  })

  it('start starts its process type', async () => {
    api()
      .get('/apps/a1/formation')
      .reply(200, [formation('web', 0), formation('worker', 0)])
    appIs([], [change('worker.1', 'school', 0, 'online', { pid: 3 })])
    api().get('/apps/a1/config-vars').reply(200, { SHIPIT_STOPPED: 'worker=1:Standard-1X' })
    api()
      .patch('/apps/a1/formation', {
        updates: [{ type: 'worker', quantity: 1, dyno_size: { name: 'Standard-1X' } }],
      })
      .reply(200, [])
    logIsAway()
    api()
      .get('/apps/a1/dynos')
      .times(2)
      .reply(200, [dyno('worker.1')])
    const { stdout, stderr } = await run('start', ['school', '--app', 'a1'])
    expect(stderr).to.equal('')
    expect(stdout)
      .to.contain('school runs in the dynos of worker.')
      .and.contain('Started worker=1:Standard-1X of a1')
  })

  it('scale sets its instances in each dyno, as many or more', async () => {
    for (const [words, value] of [
      [['school', '3'], 'school=3'],
      [['school', '+5'], 'school=7'],
      [['school-1'], 'school=1'],
    ] as const) {
      schoolRuns()
      api().get('/apps/a1/config-vars').times(2).reply(200, {})
      const counts = value === 'school=3' ? 1 : 2
      for (let look = 0; look < counts; look += 1)
        appIs([web()], [figures('web.1', 'school', 0), figures('web.1', 'school', 1)])
      api().patch('/apps/a1/config-vars', { SHIPIT_INSTANCES: value }).reply(200, {})
      api()
        .get('/apps/a1/releases')
        .reply(200, [release(8)])
      const ran = await run('scale', [...words, '--wait-timeout', '0', '--app', 'a1'])
      expect(ran.exitCode, ran.stderr).to.equal(0)
      expect(ran.stdout).to.contain('instances in each dyno')
    }
  })

  it('ps lists the dynos that run it, with nothing else in them', async () => {
    for (const [name, ids] of [
      ['school', ['school:0', 'school:1']],
      ['school:1', ['school:1']],
      ['jobs', ['jobs:0']],
    ] as const) {
      schoolRuns()
      const ran = await run('ps', [name, '--app', 'a1', '--json'])
      expect(
        ran.json<{ instances: { id: string }[] }[]>()[0]!.instances.map(({ id }) => id),
      ).to.eql(ids)
    }
  })

  it('delete says what it would delete, and how', async () => {
    const { stderr, exitCode } = await run('delete', ['school'])
    expect(exitCode).to.equal(2)
    expect(stderr)
      .to.contain('Nothing was deleted')
      .and.contain('shipit stop school --app')
      .and.contain('shipit deploy --app')
      .and.contain('shipit delete --app')
  })
})
