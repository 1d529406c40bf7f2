import { expect } from 'chai'
import { appIs, change, figures, secondsAgo } from '../support/formation-log.js'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { dyno, release } from '../support/records.js'
import { run } from '../support/run.js'

const young = { created_at: secondsAgo(100), updated_at: secondsAgo(90) }

describe('shipit show', () => {
  expectOnlyKnownRequests()
  const logOf = (...lines: string[]) =>
    appIs([dyno('web.1', 'up', young), dyno('web.2', 'up', young)], lines)
  const withRelease = () => nock(API).get('/apps/a1/releases/7').reply(200, release(7))
  const show = (...argv: string[]) => run('show', [...argv, '--app', 'a1'])
  const lines = () => [
    figures('web.1', 'api', 0, { memoryMb: 80, cpuPercent: 9 }, 25),
    figures('web.1', 'api', 0, {
      memoryMb: 61.2,
      heapMb: 20,
      externalMb: 5,
      memoryLimitMb: 230,
      eventLoopP95Ms: 2.1,
      requestsPerMinute: 118,
      activeRequests: 3,
      version: '1.2.0',
    }),
    figures('web.1', 'api', 1),
    figures('web.1', 'jobs', 0),
    change('web.1', 'jobs', 0, 'exit', { code: 1, restarts: 5, backoff: '225ms' }, 3),
    `${secondsAgo(3)} app[web.1]: [jobs:0] Error: \x1b[2Jno queue`,
    `${secondsAgo(3)} app[web.2]: Error: not of this dyno`,
    `${secondsAgo(2)} heroku[router]: at=error code=H12 desc="Request timeout" method=GET path="/" host=a request_id=x fwd="" dyno=web.1 connect=0ms service=30000ms status=503 bytes=0 protocol=http`,
  ]

  it('tells of a dyno its state, release, size, figures, codes, instances, last events and error lines', async () => {
    logOf(...lines())
    withRelease()
    const { stdout } = await show('web.1')
    for (const part of [
      '=== web.1 of a1\n',
      /State: +up \d{4}\/.* \(~ \d+m ago\)\n/,
      /Release: +v7: Deploy 7abc\n/,
      /Size: +Standard-1X, 512 MB\n/,
      /Memory: +183.6 MB in 3 instances, at most 80 MB in one\n/,
      /Requests: 3 a minute, 3 of them failed\n/,
      /Codes: +H12 × 1\n/,
      /\njobs:0 +waiting restart/,
      /Last events\n {2}\ds ago +jobs:0 exited with code 1, restarting in 225 ms\n/,
      /Last error lines\n {2}\ds ago +\[jobs:0\] Error: no queue\n$/,
    ]) {
      if (typeof part === 'string') expect(stdout).to.contain(part)
      else expect(stdout).to.match(part)
    }
    expect(stdout).to.not.contain('\x1b').and.not.contain('not of this dyno')
  })

  it('tells of a dyno without the runtime what Heroku alone knows, R15 among its events, and that its instances are not known', async () => {
    logOf(
      ...[
        'Process running mem=1030M(201.2%)',
        'Error R15 (Memory quota vastly exceeded)',
        'Starting process with command `npm start`',
      ].map((text) => `${secondsAgo(60)} heroku[web.1]: ${text}`),
      `${secondsAgo(9)} heroku[web.1]: source=web.1 dyno=heroku.1.x sample#load_avg_1m=0.50`,
      `${secondsAgo(9)} heroku[web.1]: source=web.1 dyno=heroku.1.x sample#memory_total=128.00MB sample#memory_quota=512.00MB`,
    )
    withRelease()
    const { stdout, stderr } = await show('web.1')
    expect(stdout)
      .to.match(/Memory: +128 MB, 25% of its quota, by log-runtime-metrics\n/)
      .and.match(/Load: +0.5\n/)
      .and.match(/Instances: +not known: the log has no lines of shipit-runtime\n/)
      .and.match(/ago +R15 memory quota vastly exceeded: killed\n/)
    expect(stderr).to.contain('`shipit init` lets an app run under it')
  })

  it("tells of an instance where its memory goes, beside its limit and its dyno's", async () => {
    for (const typed of ['api:0', '0']) {
      logOf(...lines().filter((line) => typed !== '0' || !line.includes('jobs')))
      withRelease()
      const { stdout } = await show('web.1', typed)
      expect(stdout).to.contain('=== api:0 in web.1 of a1\n')
      expect(
        stdout
          .split('\n')
          .slice(1, 10)
          .map((line) => line.replace(/ +/g, ' ').trim()),
      ).to.deep.equal([
        'Status: online, pid 23, 0 restarts, up 1m',
        'Version: 1.2.0, of v7: Deploy 7abc',
        'Memory: 61.2 MB of 230 MB, where it is restarted; at most 80 MB',
        'heap: 20 MB, 33%',
        'external: 5 MB, 8%',
        'the rest: 36.2 MB, of Node.js itself',
        `of the dyno: 12% of 512 MB, which ${typed === '0' ? 2 : 3} instances share`,
        'CPU: 1.3% of one, at most 9%',
        'Event loop: 2.1 ms late (95th percentile), at most 2.1 ms',
      ])
    }
  })

  it("tells of the app's own metrics and actions, and of its errors by type and place", async () => {
    const told = {
      'metric#Realtime%20user': '23users',
      'metric#state': 'a b',
      actions: 'db:clean,say%20hi',
    }
    const seen = [
      figures('web.1', 'api', 0, { told }),
      change(
        'web.1',
        'api',
        0,
        'exception',
        { type: 'TypeError', message: 'no "x"', at: 'src/db.js:12:7' },
        50,
      ),
      change(
        'web.1',
        'api',
        0,
        'exception',
        { type: 'TypeError', message: 'no "y"', at: 'src/db.js:12:7', count: 57 },
        30,
      ),
      change(
        'web.1',
        'api',
        1,
        'exception',
        { type: 'RangeError', message: '\x1b[2Jfar', uncaught: 'yes' },
        20,
      ),
    ]
    logOf(...seen)
    withRelease()
    const { stdout } = await show('web.1')
    expect(stdout).to.contain(
      '\nMetrics\n  api:0: Realtime user 23 users; state a b; actions db:clean, say hi\n',
    )
    expect(stdout).to.match(
      /\nErrors\n {2}api:0 TypeError: no "y" \(src\/db\.js:12:7\); reported, 58 times, first 5\ds ago, last 3\ds ago\n {2}api:1 RangeError: far; not caught, 2\ds ago\n/,
    )
    expect(stdout).to.match(/ago +api:0 reported TypeError: no "y" \(src\/db\.js:12:7\) x57\n/)
    logOf(...seen)
    withRelease()
    expect((await show('web.1', 'api:0')).stdout).to.match(
      /Metrics: +Realtime user 23 users\n +state a b\nActions: +db:clean, say hi\n/,
    )
    logOf(...seen)
    withRelease()
    const report = (await show('web.1', 'api:0', '--json')).json<{
      instance: object
      exceptions: object[]
    }>()
    expect(report.instance).to.deep.include({
      metrics: [
        { name: 'Realtime user', value: 23, unit: 'users' },
        { name: 'state', value: 'a b', unit: null },
      ],
      actions: ['db:clean', 'say hi'],
    })
    expect(report.exceptions).to.have.length(1)
    expect(report.exceptions[0]).to.include({
      instance: 'api:0',
      type: 'TypeError',
      message: 'no "y"',
      place: 'src/db.js:12:7',
      is_uncaught: false,
      count: 58,
    })
  })

  it('--json has it all', async () => {
    logOf(...lines())
    withRelease()
    const report = (await show('web.1', 'jobs:0', '--json')).json<{
      dyno: { name: string }
      events: object[]
      error_lines: { text: string }[]
    }>()
    expect(report.dyno.name).to.equal('web.1')
    expect(report).to.deep.include({
      release_description: 'Deploy 7abc',
      codes: { H12: 1 },
      peaks: { memory_mb: 61.2, cpu_percent: 1.3, event_loop_p95_ms: null },
    })
    expect(report).to.have.nested.include({
      'instance.id': 'jobs:0',
      'instance.status': 'waiting restart',
      'events[0].text': 'exited with code 1, restarting in 225 ms',
      'events[0].is_bad': true,
    })
    expect(report.error_lines).to.have.length(1)
  })

  it('takes an app, its instances and their numbers, as PM2 does', async () => {
    for (const [argv, shown] of [
      [['jobs'], ['jobs:0']],
      [['api:1'], ['api:1']],
      [['1'], ['api:1']],
      [['api', '1'], ['api:1']],
      [['api'], ['api:0', 'api:1']],
    ] as const) {
      logOf(...lines())
      shown.forEach(() => withRelease())
      const { stdout, stderr } = await show(...argv)
      expect(
        [...stdout.matchAll(/^=== (\S+)/gm)].map(([, name]) => name),
        argv.join(' ') + stderr,
      ).to.deep.equal(shown)
    }
  })

  it('refuses what there is not, and what is more than one', async () => {
    for (const [argv, status, message] of [
      [['web.3'], 6, 'There is no process type, dyno or app called web.3'],
      [['web.1', 'api'], 2, 'api is more than one instance of web.1'],
      [['web.1', 'nope'], 6, 'There is no instance in web.1 called nope'],
      [['web.2', '0'], 6, 'The log of web.2 tells of no instance'],
      [[], 2, 'shipit show web.1 --app a1\n     shipit show web.2 --app a1'],
      [['web'], 2, 'Which dyno? There are 2.'],
      [['0'], 2, 'Name one of api:0, jobs:0'],
      [['api', '--json'], 2, 'shipit show web.1 api:0 --app a1\n     shipit show web.1 api:1'],
    ] as const) {
      logOf(...lines())
      const { stderr, exitCode } = await show(...argv)
      expect(stderr).to.contain(message)
      expect(exitCode).to.equal(status)
    }
  })
})
