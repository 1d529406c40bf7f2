import { expect } from 'chai'
import { eventLine, sampleLine, sampleLines } from '../../src/runtime/event-line.js'

const name = { source: 'web.1', app: 'api', instance: 0 }

describe('lines in the log', () => {
  it('tell a change', () => {
    expect(
      eventLine(name, 'exit', { code: 1, signal: undefined, restarts: 3, backoff: '225ms' }),
    ).to.equal(
      'shipit source=web.1 app=api instance=0 event=exit code=1 restarts=3 backoff=225ms\n',
    )
  })

  it('tell a sample', () => {
    const sample = {
      pid: 23,
      status: 'online',
      restarts: 0,
      uptime: 120.2,
      memoryMb: 61.2,
      cpuPercent: 1.3,
      eventLoopP95Ms: 2.1,
      requestsPerMinute: 118,
      activeRequests: 3,
    }
    expect(sampleLine(name, sample)).to.equal(
      'shipit source=web.1 app=api instance=0 pid=23 status=online restarts=0 uptime=120s sample#memory_rss=61.20MB sample#cpu=1.3% sample#event_loop_p95=2.10ms sample#requests=118rpm sample#active_requests=3\n',
    )
  })

  it('tell where the memory goes, and which version runs', () => {
    const sample = {
      pid: 23,
      status: 'online',
      restarts: 0,
      uptime: 1,
      memoryMb: 61.2,
      cpuPercent: 0,
      heapMb: 20.5,
      externalMb: 1.234,
      memoryLimitMb: 200,
      version: '1.2.0',
    }
    expect(sampleLine(name, sample)).to.contain(
      ' uptime=1s version=1.2.0 sample#memory_rss=61.20MB sample#memory_heap=20.50MB sample#memory_external=1.23MB sample#memory_limit=200.00MB sample#cpu',
    )
  })

  it('tell of all instances of a dyno at once, and of many in lines that Heroku does not split', () => {
    const sample = {
      pid: 23,
      status: 'online',
      restarts: 0,
      uptime: 1,
      memoryMb: 61.2,
      cpuPercent: 0,
    }
    const samples = (count: number) =>
      Array.from({ length: count }, (_, instance) => ({ app: 'my api', instance, sample }))
    expect(sampleLines('web.1', [])).to.deep.equal([])
    expect(sampleLines('web.1', samples(2))).to.deep.equal([
      'shipit source=web.1 app="my api" instance=0 of=2 pid=23 status=online restarts=0 uptime=1s sample#memory_rss=61.20MB sample#cpu=0.0%' +
        ' app="my api" instance=1 of=2 pid=23 status=online restarts=0 uptime=1s sample#memory_rss=61.20MB sample#cpu=0.0%\n',
    ])
    const lines = sampleLines('web.1', samples(200))
    expect(lines).to.have.length.above(1)
    expect(
      lines.every(
        (line) => Buffer.byteLength(line) <= 10_000 && line.startsWith('shipit source=web.1 app='),
      ),
    ).to.equal(true)
    expect(lines.join('').match(/ instance=\d+/g)).to.have.length(200)
  })

  it('hold 9,000 bytes at most, unless one instance alone takes more', () => {
    const sample = {
      pid: 23,
      status: 'online',
      restarts: 0,
      uptime: 1,
      memoryMb: 61.2,
      cpuPercent: 0,
    }
    const two = (name: string) =>
      sampleLines('web.1', [
        { app: 'api', instance: 0, sample },
        { app: name, instance: 1, sample },
      ])
    const room = 9_000 - Buffer.byteLength(two('é')[0]!.trimEnd())
    expect(two(`é${'n'.repeat(room)}`)).to.have.length(1)
    expect(two(`é${'n'.repeat(room + 1)}`)).to.have.length(2)
    const alone = sampleLines('web.1', [{ app: 'n'.repeat(9_000), instance: 0, sample }])
    expect(alone.map((line) => line.slice(0, 26))).to.deep.equal(['shipit source=web.1 app=nn'])
  })

  it('quote what has spaces, and leave out what is not known', () => {
    expect(eventLine({ ...name, app: 'my api' }, 'start')).to.equal(
      'shipit source=web.1 app="my api" instance=0 event=start\n',
    )
    expect(eventLine(name, 'exit', { signal: '' })).to.equal(
      'shipit source=web.1 app=api instance=0 event=exit signal=""\n',
    )
    expect(
      sampleLine(name, {
        pid: 1,
        status: 'waiting restart',
        restarts: 0,
        uptime: 1,
        memoryMb: 1,
        cpuPercent: 0,
      }),
    )
      .to.include('status="waiting restart"')
      .and.not.include('requests')
  })
})
