import { expect } from 'chai'
import { parseLogLine } from '../../src/heroku/logs.js'
import type { Sample } from '../../src/monitor/reading.js'
import { readLine } from '../../src/monitor/index.js'
import { eventLine, sampleLine, sampleLines } from '../../src/runtime/event-line.js'

const AT = '2026-11-22T20:00:00.123456+00:00'
const read = (head: string, message: string) => readLine(parseLogLine(`${AT} ${head}: ${message}`))
const name = { source: 'web.1', app: 'my "api"', instance: 3 }

describe('a log line', () => {
  it('of figures is read as the runtime wrote it', () => {
    const sample = {
      pid: 23,
      status: 'waiting restart',
      restarts: 2,
      uptime: 120,
      memoryMb: 61.2,
      cpuPercent: 1.3,
      eventLoopP95Ms: 2.1,
      requestsPerMinute: 118,
      activeRequests: 3,
      heapMb: 20.5,
      externalMb: 1.25,
      memoryLimitMb: 200,
      version: '1.2.0',
    }
    expect(read('app[web.1]', sampleLine(name, sample).trimEnd())).to.deep.equal({
      kind: 'sample',
      app: 'my "api"',
      instance: 3,
      pid: 23,
      status: 'waiting restart',
      restarts: 2,
      uptime: 120,
      version: '1.2.0',
      memoryMb: 61.2,
      heapMb: 20.5,
      externalMb: 1.25,
      memoryLimitMb: 200,
      cpuPercent: 1.3,
      eventLoopP95Ms: 2.1,
      requestsPerMinute: 118,
      activeRequests: 3,
      metrics: [],
      actions: [],
      of: undefined,
      others: [],
    })
  })

  it('of a dyno has the figures of all its instances, each its own', () => {
    const sample = {
      pid: 23,
      status: 'online',
      restarts: 0,
      uptime: 1,
      memoryMb: 61.2,
      cpuPercent: 1,
    }
    const [line] = sampleLines('web.1', [
      { app: 'api', instance: 0, sample },
      {
        app: 'api',
        instance: 1,
        sample: { ...sample, status: 'waiting restart', version: '1.2.0' },
      },
      { app: 'jobs', instance: 0, sample: { ...sample, memoryMb: 9, heapMb: 4 } },
    ])
    const { others, ...first } = read('app[web.1]', line!.trimEnd()) as Sample
    expect(
      [first, ...others].map(({ app, instance, of, status, memoryMb, heapMb, version }) => ({
        app,
        instance,
        of,
        status,
        memoryMb,
        heapMb,
        version,
      })),
    ).to.deep.equal([
      {
        app: 'api',
        instance: 0,
        of: 3,
        status: 'online',
        memoryMb: 61.2,
        heapMb: undefined,
        version: undefined,
      },
      {
        app: 'api',
        instance: 1,
        of: 3,
        status: 'waiting restart',
        memoryMb: 61.2,
        heapMb: undefined,
        version: '1.2.0',
      },
      {
        app: 'jobs',
        instance: 0,
        of: 3,
        status: 'online',
        memoryMb: 9,
        heapMb: 4,
        version: undefined,
      },
    ])
  })

  it('of figures may leave out what is not known', () => {
    const sample = { pid: 1, status: 'online', restarts: 0, uptime: 1, memoryMb: 10, cpuPercent: 0 }
    expect(read('app[web.1]', sampleLine(name, sample).trimEnd())).to.include({
      kind: 'sample',
      memoryMb: 10,
      heapMb: undefined,
      eventLoopP95Ms: undefined,
      version: undefined,
    })
  })

  it('of a change has all that the runtime tells', () => {
    expect(
      read(
        'app[web.1]',
        eventLine(name, 'exit', { code: 1, restarts: 3, backoff: '225ms' }).trimEnd(),
      ),
    ).to.deep.equal({
      kind: 'change',
      app: 'my "api"',
      instance: 3,
      event: 'exit',
      fields: { code: '1', restarts: '3', backoff: '225ms' },
    })
  })

  it('of the router tells dyno, status and code, whatever a client put into its request', () => {
    const rest = 'connect=1ms service=30001ms status=503 bytes=0 protocol=https'
    expect(
      read(
        'heroku[router]',
        `at=error code=H12 desc="Request timeout" method=GET path="/?dyno=web.9" host=a.com request_id=x fwd="1.2.3.4, dyno=web.8 status=200" dyno=web.1 ${rest}`,
      ),
    ).to.deep.equal({
      kind: 'request',
      dyno: 'web.1',
      code: 'H12',
      status: 503,
      service: 30_001,
      isError: true,
    })
    expect(
      read(
        'heroku[router]',
        `sock=backend at=error code=H18 desc="Server Request Interrupted" method=POST path="/" host=a request_id=x fwd="" dyno=web.2 ${rest}`,
      ),
    ).to.include({ dyno: 'web.2', code: 'H18' })
    expect(
      read(
        'heroku[router]',
        'at=error code=H14 desc="No web processes running" method=GET path="/" host=a request_id=x fwd="::1" dyno= connect= service= status=503 bytes= protocol=https',
      ),
    ).to.include({ dyno: '', code: 'H14', service: undefined, isError: true })
    expect(
      read(
        'heroku[router]',
        'at=info method=GET path="/" host=a request_id=x fwd="::1" dyno=web.1 connect=0ms service=4ms status=200 bytes=3 protocol=http',
      ),
    ).to.include({ code: undefined, status: 200, service: 4, isError: false })
  })

  it("of Heroku's own figures tells load or memory", () => {
    expect(
      read(
        'heroku[web.1]',
        'source=web.1 dyno=heroku.2808254.d97d0ea7-cf3d-411b-b453-d2943a50b456 sample#load_avg_1m=2.46 sample#load_avg_5m=1.06',
      ),
    ).to.deep.equal({
      kind: 'figures',
      load: 2.46,
      memory: undefined,
      quota: undefined,
      swap: undefined,
    })
    expect(
      read(
        'heroku[web.1]',
        'source=web.1 dyno=heroku.1.x sample#memory_total=21.00MB sample#memory_rss=21.22MB sample#memory_swap=0.50MB sample#memory_pgpgin=348836pages sample#memory_quota=512.00MB',
      ),
    ).to.include({ memory: 21, quota: 512, swap: 0.5 })
    expect(read('heroku[web.1]', 'Process running mem=520M(101.5%)')).to.deep.equal({
      kind: 'over-quota',
      memory: 520,
    })
  })

  it('of the platform about a dyno is told in its own words', () => {
    expect(
      [
        'Starting process with command `npm start`',
        'State changed from starting to up',
        'Process exited with status 137',
        'Error R14 (Memory quota exceeded)',
        'Restarting',
        'Cycling',
        'Restarting the app',
      ].map((message) => read('heroku[web.1]', message)),
    ).to.deep.equal([
      { kind: 'platform', what: 'starting', value: '' },
      { kind: 'platform', what: 'state', value: 'up' },
      { kind: 'platform', what: 'exited', value: '137' },
      { kind: 'platform', what: 'fault', value: 'R14' },
      { kind: 'platform', what: 'anew', value: 'restarting' },
      { kind: 'platform', what: 'anew', value: 'cycling' },
      { kind: 'foreign' },
    ])
  })

  it("that only looks like one of these is the app's own", () => {
    for (const message of [
      'shipit source=web.1',
      'shipit source=web.1 app=a instance=-1 event=start',
      'shipit source=web.1 app=a instance=1e9 event=start',
      'shipit source=web.1 app=a instance=0 pid=1',
      'shipit source=web.1 app="a',
      'shipit source==',
      ' shipit source=web.1 app=a instance=0 event=x',
      'Error R14 (Memory quota exceeded)',
      'State changed from starting to up',
      '',
    ]) {
      expect(read('app[web.1]', message), message).to.deep.equal({ kind: 'foreign' })
    }
    for (const message of ['at=info', ' dyno=web.1 status=x', 'source=web.1', 'Error unknown'])
      expect(['foreign'], message).to.include(read('heroku[router]', message).kind)
    expect(readLine(parseLogLine('no head at all'))).to.deep.equal({ kind: 'foreign' })
  })

  it('of any bytes at all is read without a fault', () => {
    const pieces = [
      'shipit source=',
      'app=a ',
      'instance=0 ',
      'event=',
      'sample#memory_rss=',
      '"',
      '\\',
      '=',
      ' ',
      '\x1b[2J',
      'é',
      '\ud800',
      'dyno=',
      'status=',
    ]
    let seed = 7
    const next = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31)
    for (let line = 0; line < 5000; line += 1) {
      const text = Array.from({ length: next() % 12 }, () => pieces[next() % pieces.length]).join(
        '',
      )
      for (const head of ['app[web.1]', 'heroku[router]', 'heroku[web.1]'])
        expect(read(head, `shipit source=${text}`)).to.have.property('kind')
    }
  })
})
