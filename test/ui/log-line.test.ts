import { expect } from 'chai'
import pc from 'picocolors'
import { herokuLine, peopleLines } from '../../src/ui/log-line.js'
import type { LogLine } from '../../src/heroku/index.js'

/** Noon of a day in the zone of whoever runs this. */
const NOON = new Date(2026, 10, 22, 12, 0, 0).getTime()
const line = (message: string, dyno = 'web.1', source = 'app', ms = 0): LogLine => ({
  timestamp: new Date(NOON + ms).toISOString(),
  source,
  dyno,
  message,
})
const event = (text: string) => line(`shipit source=web.1 app=school instance=0 event=${text}`)

describe('log lines', () => {
  const before = process.env.GITHUB_ACTIONS
  afterEach(() => {
    if (before === undefined) delete process.env.GITHUB_ACTIONS
    else process.env.GITHUB_ACTIONS = before
  })

  it("for a pipe are in Heroku's form, and speak to no CI", () => {
    delete process.env.GITHUB_ACTIONS
    const said = { ...line('\x1b[2J::error::x'), timestamp: '2026-11-22T20:00:00.000000+00:00' }
    expect(herokuLine(said)).to.equal(
      '2026-11-22T20:00:00.000000+00:00 app[web.1]: \x1b[2J::error::x',
    )
    process.env.GITHUB_ACTIONS = 'true'
    expect(herokuLine({ ...said, timestamp: '' })).to.equal(': :error::x')
  })

  for (const [fields, words] of [
    ['exit code=1 restarts=3 backoff=225ms', 'exited with code 1, restarting in 225 ms'],
    ['exit signal=SIGKILL restarts=3 backoff=1500ms', 'killed by SIGKILL, restarting in 1500 ms'],
    ['exit code=0 restarts=0 asked=yes', 'exited with code 0, as asked'],
    ['exit code=0 restarts=0 asked=yes removed=yes', 'exited with code 0, and is taken out'],
    ['exit code=2 restarts=0', 'exited with code 2'],
    ['start pid=7', 'starting (pid 7)'],
    ['online pid=7', 'online (pid 7)'],
    ['listening port=3000', 'listening on port 3000'],
    ['listening', 'listening'],
    ['stop signal=SIGTERM', 'stopping (SIGTERM)'],
    ['stop why=scale', 'stopping, since fewer instances are wanted'],
    ['stop why=asked', 'stopping, as asked'],
    ['crash code=1', 'cannot stay up: its dyno ends with code 1'],
    ['scale instances=3 was=2 why="there is room"', 'scaled from 2 to 3 instances: there is room'],
    [
      'exception type=TypeError message="no x" at=a.js:1:2 uncaught=yes count=3',
      'uncaught TypeError: no x (a.js:1:2) x3',
    ],
    ['sleep until=noon', 'sleep until=noon'],
  ] as const) {
    it(`tell people in words: ${words}`, () => {
      expect(peopleLines(pc.createColors(false), NOON)(event(fields))).to.equal(
        `12:00:00 web.1 school:0  ${words}`,
      )
    })
  }

  it('are aligned, with one colour for each dyno and app, red for what went wrong, and the date of another day', () => {
    const plain = peopleLines(pc.createColors(false), NOON)
    expect(plain(line('hello'))).to.equal('12:00:00 web.1           hello')
    expect(plain(line('[a-long-name:10] hello'))).to.equal('12:00:00 web.1 a-long-name:10  hello')
    expect(plain(line('x', 'router', 'heroku'))).to.equal('12:00:00 router                x')
    expect(plain(line('late', 'web.1', 'app', 24 * 3_600_000))).to.match(
      /^2026-11-23\n12:00:00 web\.1 +late$/,
    )
    const coloured = peopleLines(pc.createColors(true), NOON)
    expect(coloured(line('[api:0] ok'))).to.contain('\x1b[36mweb.1\x1b[39m \x1b[33mapi:0\x1b[39m')
    expect(coloured(line('ok', 'web.2'))).to.contain('\x1b[32mweb.2\x1b[39m')
    expect(coloured(line('again'))).to.contain('\x1b[36mweb.1\x1b[39m')
    expect(coloured(event('exit code=1'))).to.contain('\x1b[31mexited with code 1\x1b[39m')
    expect(coloured(line('Error R14 (Memory quota exceeded)', 'web.1', 'heroku'))).to.contain(
      '\x1b[31mError R14',
    )
  })

  it('of an app cannot steer the terminal', () => {
    expect(peopleLines(pc.createColors(false), NOON)(line('a\x1b[2Jb\x07'))).to.equal(
      '12:00:00 web.1           ab',
    )
  })
})
