import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { openHistory } from '../../src/history/index.js'
import type { SHOW_SINCE } from '../../src/json/history.js'
import type { PS } from '../../src/json/monitor.js'
import type { Json } from '../../src/json/schema.js'
import { SPAN } from '../../src/monitor/index.js'
import { apiAt, changeAt, feed, herokuAt, requestAt, sampleAt } from '../support/history-log.js'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { app, dyno } from '../support/records.js'
import { run } from '../support/run.js'

/** Half an hour ago, at the beginning of a span. */
const START = Math.floor((Date.now() - 30 * 60_000) / SPAN) * SPAN
const at = (span: number, ms = 5_000) => START + span * SPAN + ms
const iso = (time: number) => new Date(time).toISOString()

describe('what was recorded', () => {
  expectOnlyKnownRequests()
  let home: string
  beforeEach(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'shipit-recorded-'))
    nock(API).get('/apps/a1').reply(200, app('a1'))
  })
  afterEach(() => rm(home, { recursive: true }))

  /** Ten spans of two dynos of two instances each; web.2 is scaled away after the fifth. */
  async function record(folder = 'history'): Promise<void> {
    const history = await openHistory({ app: 'a1', folder: path.join(home, folder) })
    const young = { created_at: iso(START - 60_000), updated_at: iso(START - 50_000) }
    for (let span = 0; span < 10; span += 1) {
      const dynos = span < 5 ? ['web.1', 'web.2'] : ['web.1']
      history.addDynos(
        at(span, 1_000),
        dynos.map((name) => dyno(name, 'up', young)),
      )
      feed(
        history,
        dynos.flatMap((name) => [
          ...[0, 1].map((instance) =>
            sampleAt(at(span), name, instance, {
              cpuPercent: 10 + span,
              memoryMb: 100,
              eventLoopP95Ms: 2 + instance,
              uptime: 60 + span * 20,
              version: '1.2.0',
            }),
          ),
          ...[0, 1, 2].map((n) =>
            requestAt(at(span, 12_000 + n), name, {
              service: 10 * (n + 1),
              status: n === 2 && span === 3 ? 503 : 200,
            }),
          ),
        ]),
      )
    }
    feed(history, [
      apiAt(at(9, 13_000), 'Scaled to web@1:Standard-1X by user me@example.com'),
      changeAt(at(9, 14_000), 'web.1', 0, 'exit', { code: 1, restarts: 1, backoff: '100ms' }),
      herokuAt(at(9, 15_000), 'web.1', 'Error R14 (Memory quota exceeded)'),
    ])
    await history.close()
  }
  const show = (...argv: string[]) => run('show', [...argv, '--app', 'a1'], { SHIPIT_HOME: home })
  const ps = (...argv: string[]) => run('ps', [...argv, '--app', 'a1'], { SHIPIT_HOME: home })

  it('is told by show --since: means, worsts, requests, codes and what happened', async () => {
    await record()
    const { stdout, exitCode } = await show('--since', '1h')
    expect(exitCode).to.equal(0)
    for (const part of [
      /^=== a1 from \S.* to \S.* \(1 h\)\nRecorded since /,
      /CPU: +mean 44%, worst 58% at /,
      /Memory: +mean 320 MB, worst 400 MB at /,
      /Requests: +45; a minute mean 14, worst 19 at /,
      /Errors: +2 of 5xx or broken off, 0 of 4xx\n/,
      /Service time: +p50 20 ms, p95 30 ms, p99 30 ms\n/,
      /Restarts: +1, crashes 0\n/,
      /Codes: +R14 × 1\n/,
      /Changes: +1 scaling\n/,
      /\nweb.1 \(Standard-1X\) +29\/38% +200\/200 MB +3\/3ms +9\/12 +1 +30ms +1 +0 +R14\n· api:0 /,
      // With its day where that was yesterday.
      /\n {2}(?:[\d-]+ )?[\d:]+ {2}web.1 api:0 {2}exited with code 1, restarting in 100 ms\n/,
    ])
      expect(stdout).to.match(part)
    expect(stdout).to.not.contain('me@example.com')
  })

  it('is told of what is named, and as JSON', async () => {
    await record()
    const { json } = await show('api:0', '--since', iso(at(6, 0)), '--json')
    const found = json<Json<typeof SHOW_SINCE>>()
    expect(found.dynos.map(({ name, instances }) => [name, instances.map(({ id }) => id)])).to.eql([
      ['web.1', ['api:0']],
    ])
    expect(found.total).to.deep.include({
      cpu_percent: { mean: 17.5, worst: 19, worst_at: iso(at(9, 0)) },
      memory_mb: { mean: 100, worst: 100, worst_at: iso(at(6, 0)) },
      requests: null,
      restarts: 1,
      scalings: 0,
    })
    expect(found.events.map(({ kind }) => kind)).to.deep.equal(['restart'])
    expect(found.recorded_since_at).to.equal(iso(at(0, 1_000)))

    const web = (await again(() => show('web', '--since', '1h', '--json'))).json<typeof found>()
    expect(web.total).to.deep.include({ requests: 45, server_errors: 2, service_p50_ms: 20 })
    expect(web.total.requests_per_minute.worst).to.be.closeTo(18.9, 0.1)

    const wrong = await again(() => show('wbe', '--since', '1h'))
    expect(wrong.exitCode).to.equal(6)
    expect(wrong.stderr).to.contain('Did you mean web?')
  })

  it('is told by ps --at as ps tells it of now', async () => {
    await record()
    const { stdout } = await ps('--at', iso(at(3)))
    expect(stdout)
      .to.match(
        /^a1 at \d{4}\/\S+ \S+ \S+ \(~ \d+m ago\)\n\n=== web \(Standard-1X\): npm start \(2\)\n/,
      )
      .and.match(/\nweb.2: up \S+ \S+ \S+ \(~ 1m ago\), v7, 200 of 512 MB, 9 req\/min, 3 failed\n/)
      .and.match(/\n {2}api:1 +online +24 +0 +2m +13% +100\/512 MB +3ms +- +1.2.0\n/)

    const later = (await again(() => ps('--at', iso(at(7)), '--json'))).json<Json<typeof PS>>()
    expect(later).to.have.length(1)
    expect(later[0]).to.deep.include({
      name: 'web.1',
      state: 'up',
      release: { id: 'r-7', version: 7 },
    })
    expect(later[0]!.instances[0]).to.deep.include({
      id: 'api:0',
      pid: 23,
      uptime_seconds: 200,
      cpu_percent: 17,
      heap_mb: null,
    })

    const last = (await again(() => ps('api:0', '--at', iso(at(9, 16_000)), '--json'))).json<
      Json<typeof PS>
    >()
    expect(last[0]!.instances.map(({ id, status }) => [id, status])).to.deep.equal([
      ['api:0', 'waiting restart'],
    ])
    expect(last[0]).to.include({ fault: 'R14' })
  })

  it('leaves out what nobody told: without the API only names and figures are known', async () => {
    const history = await openHistory({ app: 'a1', folder: path.join(home, 'history') })
    feed(history, [sampleAt(at(0), 'web.1', 0), sampleAt(at(1), 'web.1', 0)])
    await history.close()
    const { stdout } = await ps('--at', iso(at(0)))
    expect(stdout).to.contain('=== web (1)\nweb.1: state not known, 61 MB\n')
    const [dyno] = (await again(() => ps('--at', iso(at(0)), '--json'))).json<Json<typeof PS>>()
    expect(dyno).to.include({ id: null, state: null, size: null, release: null, updated_at: null })
  })

  it('is what the embedded Heroku recorded first, then what a dashboard did', async () => {
    await record('local/history')
    expect((await show('--since', '1h')).stdout).to.match(/CPU: +mean 44%/)
  })

  it('says how to record if nothing was, and of when there is something', async () => {
    for (const ran of [await show('--since', '1h'), await again(() => ps('--at', '5m'))]) {
      expect(ran.exitCode).to.equal(6)
      expect(ran.stderr).to.contain('Nothing was recorded of a1.')
      expect(ran.stderr).to.contain('shipit dashboard --record --app a1')
    }
    await record()
    const before = await again(() => ps('--at', iso(at(-60))))
    expect(before.exitCode).to.equal(6)
    expect(before.stderr).to.match(/Nothing was recorded of a1 at [\d-]* ?\d\d:/)
    expect(before.stderr).to.contain('There are records from')
    const after = await again(() => show('--since', '1s'))
    expect(after.exitCode).to.equal(6)
  })

  it('refuses what is not a valid time of before', async () => {
    nock.cleanAll()
    for (const text of ['soon', '25:00', '2999-01-01'])
      expect((await show('--since', text)).exitCode, text).to.equal(2)
    expect((await ps('--at', '5m', '--watch')).exitCode).to.equal(2)
  })

  function again<Ran>(ask: () => Ran): Ran {
    nock(API).get('/apps/a1').reply(200, app('a1'))
    return ask()
  }
})
