import { expect } from 'chai'
import { appIs, change, figures, secondsAgo } from '../support/formation-log.js'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { dyno, formation } from '../support/records.js'
import { run } from '../support/run.js'

const api = () => nock(API)
const young = { created_at: secondsAgo(100), updated_at: secondsAgo(90) }

describe('shipit ps', () => {
  expectOnlyKnownRequests()

  it('groups dynos by type, and says so where nothing tells of their instances', async () => {
    appIs([
      dyno('web.10'),
      dyno('web.2', 'crashed'),
      dyno('jobs.1', 'starting'),
      dyno('run.8512', 'up', { command: 'bash' }),
    ])
    const { stdout, stderr } = await run('ps', ['--app', 'a1'])
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map((line) => line.replace(/ \d{4}\/.*?\)/, ' <time>'))).to.deep.equal([
      '=== jobs (Standard-1X): node jobs.js (1)',
      'jobs.1: starting <time>, v7',
      '',
      '=== run: one-off processes (1)',
      'run.8512 (Standard-1X): up <time>, v7: bash',
      '',
      '=== web (Standard-1X): npm start (2)',
      'web.2: crashed <time>, v7',
      'web.10: up <time>, v7',
    ])
    expect(lines[1]).to.match(
      /starting \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d [+-]\d{4} \(~ \w+ ago\), v7$/,
    )
    expect(stderr)
      .to.contain("No instances of web.10: the app's recent log has no lines of shipit-runtime.")
      .and.contain('heroku labs:enable log-runtime-metrics --app a1')
  })

  it('shows the instances inside each dyno, with what their last lines told', async () => {
    appIs(
      [dyno('web.1', 'up', young), dyno('web.2', 'up', { ...young, size: 'Standard-2X' })],
      [
        figures('web.1', 'api', 1, { memoryMb: 10 }, 300),
        figures('web.1', 'api', 0, {
          memoryLimitMb: 230,
          eventLoopP95Ms: 2.123,
          requestsPerMinute: 118,
          activeRequests: 3,
          version: '1.2.0',
        }),
        figures('web.1', 'jobs', 0, { restarts: 4 }),
        change('web.1', 'jobs', 0, 'exit', { code: 1, restarts: 5, backoff: '225ms' }, 3),
        `${secondsAgo(2)} heroku[web.1]: Error R14 (Memory quota exceeded)`,
      ],
    )
    const { stdout } = await run('ps', ['--app', 'a1'])
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/ \d{4}\/.*?\)/, ' <time>')),
    ).to.deep.equal([
      '=== web (Standard-1X): npm start (2)',
      'web.1: up <time>, v7, 122 of 512 MB, R14',
      '  ID      STATUS           PID  ↺  UPTIME  CPU  MEMORY     LOOP   RPM  VERSION',
      '  api:0   online           23   0  1m      1%   61/230 MB  2.1ms  118  1.2.0',
      '  jobs:0  waiting restart  -    5  -       1%   61/512 MB  -      -    -',
      'web.2: up <time>, v7',
    ])
  })

  it('shows what Heroku alone tells of a dyno without the runtime', async () => {
    appIs(
      [dyno('web.1', 'up', young)],
      [
        `${secondsAgo(9)} heroku[web.1]: source=web.1 dyno=heroku.1.x sample#load_avg_1m=0.50`,
        `${secondsAgo(9)} heroku[web.1]: source=web.1 dyno=heroku.1.x sample#memory_total=21.00MB sample#memory_quota=512.00MB`,
        `${secondsAgo(1)} heroku[router]: at=info method=GET path="/" host=a request_id=x fwd="" dyno=web.1 connect=0ms service=4ms status=503 bytes=3 protocol=http`,
      ],
    )
    const { stdout, stderr } = await run('ps', ['--app', 'a1'])
    expect(stdout).to.contain('v7, 21 of 512 MB, load 0.5, 3 req/min, 3 failed\n')
    expect(stderr)
      .to.contain('No instances of web.1')
      .and.contain("Memory and load are Heroku's own figures (log-runtime-metrics).")
      .and.not.contain('labs:enable')
  })

  it('--sort is one table of all instances, what is not known last', async () => {
    appIs(
      [dyno('web.1', 'up', young), dyno('web.10', 'up', young), dyno('web.2', 'up', young)],
      [
        figures('web.1', 'api', 0, { memoryMb: 50 }),
        figures('web.2', 'api', 0, { memoryMb: 70 }),
        figures('web.2', 'api', 1, { memoryMb: 60 }),
        figures('web.10', 'api', 0, { memoryMb: 60 }),
        change('web.1', 'api', 1, 'online', { pid: 9 }, 1),
      ],
    )
    const { stdout } = await run('ps', ['--app', 'a1', '--sort', 'memory:desc'])
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ +/).slice(0, 2).join(' ')),
    ).to.deep.equal([
      'DYNO ID',
      'web.2 api:0',
      'web.2 api:1',
      'web.10 api:0',
      'web.1 api:0',
      'web.1 api:1',
    ])
  })

  it('--sort refuses what it does not know', async () => {
    expect((await run('ps', ['--app', 'a1', '--sort', 'memroy'])).stderr).to.contain(
      '--sort: expected one of id, dyno',
    )
    expect((await run('ps', ['--app', 'a1', '--sort', 'memory:down'])).exitCode).to.equal(2)
  })

  it("--json is the API's own, with the instances and figures of each dyno", async () => {
    const one = dyno('web.1', 'up', young)
    appIs(
      [one],
      [
        figures('web.1', 'api', 0, {
          memoryLimitMb: 230,
          heapMb: 20,
          externalMb: 1,
          eventLoopP95Ms: 2.1,
          requestsPerMinute: 118,
          activeRequests: 3,
          version: '1.2.0',
          told: { 'metric#req/min': '12.5', actions: 'flush' },
        }),
      ],
    )
    const [report] = (await run('ps', ['--app', 'a1', '--json'])).json<
      { instances: { uptime_seconds: number; sampled_at: string }[] }[]
    >()
    const { attach_url: _secret, ...api } = one
    expect(report).to.deep.include({
      ...api,
      figures_from: 'shipit-runtime',
      memory_quota_mb: 512,
      memory_mb: 61.2,
      load_average: null,
      requests_per_minute: null,
      errors_per_minute: null,
      fault: null,
    })
    const { uptime_seconds, sampled_at, ...instance } = report!.instances[0]!
    expect(instance).to.deep.equal({
      id: 'api:0',
      app: 'api',
      instance: 0,
      pid: 23,
      status: 'online',
      restarts: 0,
      cpu_percent: 1.3,
      memory_mb: 61.2,
      heap_mb: 20,
      external_mb: 1,
      memory_limit_mb: 230,
      event_loop_p95_ms: 2.1,
      requests_per_minute: 118,
      active_requests: 3,
      version: '1.2.0',
      metrics: [{ name: 'req/min', value: 12.5, unit: null }],
      actions: ['flush'],
    })
    expect(uptime_seconds).to.be.within(84, 90)
    expect(Date.parse(sampled_at)).to.be.within(Date.now() - 60_000, Date.now())
  })

  it('shows the dynos all the same where the log cannot be read', async () => {
    appIs([dyno('web.1')], 500)
    const { stdout, stderr, exitCode } = await run('ps', ['--app', 'a1', '--json'])
    expect(JSON.parse(stdout) as object[]).to.have.length(1)
    expect(stderr).to.contain('The log could not be read, so figures are missing')
    expect(exitCode).to.equal(0)
  })

  it('takes a process type or a dyno, and refuses what is neither', async () => {
    const all = [dyno('web.1'), dyno('web.2'), dyno('jobs.1')]
    const names = async (what: string) =>
      (await run('ps', [what, '--app', 'a1', '--json']))
        .json<{ name: string }[]>()
        .map(({ name }) => name)
    appIs(all)
    expect(await names('web')).to.deep.equal(['web.1', 'web.2'])
    appIs(all)
    expect(await names('web.2')).to.deep.equal(['web.2'])
    for (const [what, message] of [
      ['wbe', 'Did you mean web?'],
      ['web.9', 'a1 has no dyno web.9'],
    ] as const) {
      appIs(all)
      api()
        .get('/apps/a1/formation')
        .reply(200, [formation('web', 2), formation('jobs', 1)])
      const { stderr, exitCode } = await run('ps', [what, '--app', 'a1'])
      expect(stderr).to.contain(message)
      expect(exitCode).to.equal(6)
    }
  })

  it('says what to do where there are none', async () => {
    for (const [rows, what] of [
      [[formation('web', 0), formation('jobs', 0)], 'Start some: shipit scale web=1 --app a1'],
      [[formation('release', 0), formation('jobs', 0)], 'Start some: shipit scale jobs=1 --app a1'],
      [
        [formation('web', 2)],
        'Its formation is web=2: dynos are on their way. Watch them: shipit ps --watch --app a1',
      ],
      [[], 'Nothing that could run is deployed yet. Deploy it: shipit deploy --app a1'],
    ] as const) {
      appIs([])
      api().get('/apps/a1/formation').reply(200, rows)
      expect((await run('ps', [], { HEROKU_APP: 'a1' })).stdout).to.equal(
        `a1 has no dynos. ${what}\n`,
      )
    }
  })

  it('annotates its failure under GitHub Actions', async () => {
    const notFound = { id: 'not_found', resource: 'app', message: "Couldn't find that app." }
    api()
      .get('/apps/a2/dynos')
      .reply(404, notFound)
      .post('/apps/a2/log-sessions')
      .reply(404, notFound)
    const { stderr } = await run('ps', ['--app', 'a2'], { GITHUB_ACTIONS: 'true' })
    expect(stderr.trimEnd().split('\n').at(-1)).to.match(
      /^::error title=shipit%3A the app.*\(exit 6\)::There is no app called a2 on Heroku/,
    )
  })
  it('an unknown app is exit status 6, with JSON on stdout', async () => {
    const notFound = { id: 'not_found', resource: 'app', message: "Couldn't find that app." }
    api()
      .get('/apps/a2/dynos')
      .reply(404, notFound)
      .post('/apps/a2/log-sessions')
      .reply(404, notFound)
    const ran = await run('ps', ['--app', 'a2', '--json'])
    expect(ran.exitCode).to.equal(6)
    expect(ran.json<{ error: object }>().error).to.nested.include({
      code: 'not_found',
      'details.app': 'a2',
      exit_code: 6,
    })
    expect(ran.stderr).to.contain('There is no app called a2 on Heroku')
  })
})
