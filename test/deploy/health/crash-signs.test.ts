import { expect } from 'chai'
import { CrashSigns } from '../../../src/deploy/health/crash-signs.js'
import { RouterLines } from '../../../src/deploy/health/router-lines.js'
import type { LogLine } from '../../../src/heroku/index.js'

/** ms since the epoch. */
const SINCE = Date.UTC(2026, 0, 1)
const line = (message: string, ms = 1000, dyno = 'web.1', source = 'heroku'): LogLine => ({
  timestamp: new Date(SINCE + ms).toISOString(),
  source,
  dyno,
  message,
})
const UP = 'State changed from starting to up'
const CRASHED = 'State changed from up to crashed'
const event = (rest: string, ms = 1000, dyno = 'web.1') =>
  line(`shipit source=${dyno} app=api instance=0 ${rest}`, ms, dyno, 'app')

describe("signs of a crash in an app's log", () => {
  const read = (...lines: LogLine[]) => {
    const signs = new CrashSigns(SINCE)
    return { signs, told: lines.map((one) => signs.read(one)) }
  }
  const reasons = (...lines: LogLine[]) => read(...lines).signs.found.map(({ reason }) => reason)

  it('are worth a look, as a dyno that came up is, and nothing else is', () => {
    const { told, signs } = read(
      line('Starting process with command `npm start`'),
      line(UP),
      line(UP, 1000, 'web.1', 'app'),
      event('event=exit code=1'),
      event('event=online'),
      line('Process exited with status 3'),
      line(CRASHED, 2000),
    )
    expect(told).to.deep.equal([false, true, false, true, false, false, true])
    expect(signs.found).to.deep.equal([
      { dyno: 'web.1', time: SINCE + 2000, reason: 'exited with status 3' },
    ])
    expect([...signs.cameUp]).to.deep.equal([['web.1', SINCE + 1000]])
  })

  it('count from the very moment of the release', () => {
    expect(read(line(UP, -1)).told).to.deep.equal([false])
    expect(read(line(UP, 0)).told).to.deep.equal([true])
  })

  it('of shortly before it are kept by name alone', () => {
    const before = (...lines: LogLine[]) => [...read(...lines).signs.crashedBefore]
    expect(before(line(CRASHED, -29_999))).to.deep.equal(['web.1'])
    expect(before(event('event=exit code=1', -1))).to.deep.equal(['web.1'])
    expect(before(event('event=crash code=1', -1))).to.deep.equal(['web.1'])
    for (const none of [
      line(CRASHED, -30_000),
      line(UP, -1),
      line('Process exited with status 1', -1),
      event('event=exit code=1 asked=yes', -1),
      event('event=online', -1),
      line(CRASHED, 0),
    ])
      expect(before(none), none.message).to.deep.equal([])
  })

  it('name how an app ended: by a signal, else by its code', () => {
    expect(reasons(event('event=crash code=7'))).to.deep.equal(['cannot keep api up (code 7)'])
    expect(reasons(event('event=crash code=0 signal=SIGKILL'))).to.deep.equal([
      'cannot keep api up (signal SIGKILL)',
    ])
    expect(reasons(event('event=crash code=7 signal=0'))).to.deep.equal([
      'cannot keep api up (code 7)',
    ])
    expect(reasons(event('event=crash'))).to.deep.equal(['cannot keep api up (code ?)'])
  })

  it('are of one instance of one dyno', () => {
    const exit = (dyno: string) => event('event=exit code=1', 1000, dyno)
    expect(reasons(exit('web.1'), exit('web.2'))).to.deep.equal([])
    expect(reasons(exit('web.1'), exit('web.2'), exit('web.2'))).to.deep.equal([
      'has to start api again and again (code 1)',
    ])
  })

  it('say that a dyno crashed, if nothing says why', () => {
    expect(reasons(line(CRASHED))).to.deep.equal(['crashed'])
    expect(
      reasons(line('Process exited with status 3', 1000, 'web.2'), line(CRASHED)),
    ).to.deep.equal(['crashed'])
    expect(reasons(line('State changed from up to down'))).to.deep.equal([])
  })

  it('keep the first of two statuses', () => {
    expect(
      reasons(
        line('Process exited with status 3'),
        line('Process exited with status 4'),
        line(CRASHED),
      ),
    ).to.deep.equal(['exited with status 3'])
  })

  it("are taken from the beginning of the platform's words", () => {
    expect(
      reasons(
        line('An Error R10 (Boot timeout)'),
        line('The Process exited with status 3'),
        line(`A ${CRASHED}`),
        line(CRASHED),
      ),
    ).to.deep.equal(['crashed'])
    expect(read(line(`It said: ${UP}`)).told).to.deep.equal([false])
    const R15 = 'R15 (Memory quota vastly exceeded) -> after R14'
    expect(reasons(line(`Error ${R15}`), line(CRASHED))).to.deep.equal([`crashed: ${R15}`])
    expect(
      reasons(
        line('Process exited with status 3'),
        line('It said: Starting process'),
        line(CRASHED),
        line('Starting process with command `npm start`'),
        line(CRASHED),
      ),
    ).to.deep.equal(['exited with status 3', 'crashed'])
  })

  it('are no warnings of memory, after which a dyno goes on', () => {
    const warned = line('Error R14 (Memory quota exceeded)')
    expect(reasons(warned, line('Process exited with status 3'), line(CRASHED))).to.deep.equal([
      'exited with status 3',
    ])
  })

  it('are forgotten by name', () => {
    const { signs } = read(
      line(CRASHED),
      line(CRASHED, 1000, 'web.2'),
      event('event=exit code=1'),
      event('event=exit code=1', 1000, 'web.2'),
    )
    signs.forget('web.1')
    expect(signs.found.map(({ dyno }) => dyno)).to.deep.equal(['web.2'])
    expect(signs.exits.map(({ dyno }) => dyno)).to.deep.equal(['web.2'])
  })
})

describe("the router's lines", () => {
  const request = (ms: number, { status = 200, id = 'x' } = {}) =>
    line(
      `at=info method=GET path="/" host=a1.herokuapp.com request_id=${id} fwd="1.1.1.1" dyno=web.1 connect=0ms service=1ms status=${status} bytes=0 protocol=https`,
      ms,
      'router',
    )

  it('count from the first moment that was named, by good and bad', () => {
    const lines = new RouterLines()
    lines.read(request(0))
    expect(lines.routed).to.deep.equal({ good: 0, bad: 0 })
    lines.countFrom(SINCE + 1000)
    lines.countFrom(SINCE)
    for (const ms of [999, 1000, 1001]) lines.read(request(ms))
    lines.read(request(1002, { status: 503 }))
    lines.read(request(1003, { status: 404 }))
    expect(lines.routed).to.deep.equal({ good: 3, bad: 1 })
  })

  it("are the router's alone", () => {
    const lines = new RouterLines()
    lines.countFrom(0)
    lines.read({ ...request(0), source: 'app' })
    lines.read({ ...request(0), dyno: 'web.1' })
    lines.read(line('Starting process', 0, 'router'))
    expect([lines.hasAny, lines.routed.good]).to.deep.equal([false, 0])
    lines.read(request(0))
    expect([lines.hasAny, lines.routed.good]).to.deep.equal([true, 1])
  })

  it('prove that a request of ours arrived, by its id', () => {
    const lines = new RouterLines()
    lines.expect('ours')
    lines.read(request(0, { id: 'theirs' }))
    expect(lines.hasSeenOurs).to.equal(false)
    lines.read(request(0, { id: 'ours' }))
    expect(lines.hasSeenOurs).to.equal(true)
  })
})
