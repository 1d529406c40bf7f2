import { expect } from 'chai'
import { Incidents } from '../../../src/dashboard/alerts/incidents.js'
import { readLine } from '../../../src/monitor/index.js'
import { eventLine } from '../../../src/runtime/event-line.js'
import { MINUTE, NOW, SECOND } from './facts.js'

const API = { source: 'web.1', app: 'api', instance: 0 }
const read = (source: 'app' | 'heroku', message: string) =>
  readLine({ timestamp: '', source, dyno: 'web.1', message: message.trimEnd() })

const LINES: [string, 'app' | 'heroku', string, string | undefined][] = [
  ['an exit', 'app', eventLine(API, 'exit', { code: 7, backoff: '100ms' }), 'exited with code 7'],
  ['an end by itself', 'app', eventLine(API, 'exit', { code: 0 }), 'exited with code 0'],
  ['a kill', 'app', eventLine(API, 'exit', { signal: 'SIGKILL' }), 'was killed by SIGKILL'],
  ['an exit as asked', 'app', eventLine(API, 'exit', { code: 0, asked: 'yes' }), undefined],
  ['a start', 'app', eventLine(API, 'start', { pid: 7 }), undefined],
  ['a crash', 'heroku', 'State changed from up to crashed', 'crashed'],
  ['a start of the dyno', 'heroku', 'State changed from crashed to starting', undefined],
  ['R14', 'heroku', 'Error R14 (Memory quota exceeded)', 'R14'],
  ['R15', 'heroku', 'Error R15 (Memory quota vastly exceeded)', 'R15'],
  ['R10', 'heroku', 'Error R10 (Boot timeout) -> Web process failed to bind', undefined],
  ['the word of an app', 'app', 'State changed from up to crashed', undefined],
]

describe('incidents of dynos', () => {
  for (const [what, source, line, text] of LINES)
    it(`${text === undefined ? 'are not' : 'are'}: ${what}`, () => {
      const incidents = new Incidents()
      incidents.add('web.1', read(source, line), NOW)
      expect(incidents.since('web.1', 0).map((one) => one.text)).to.deep.equal(
        text === undefined ? [] : [text],
      )
    })

  const CRASH = read('heroku', 'State changed from up to crashed')
  const running = (version: number, created: number) => [
    { name: 'web.1', release: { version }, created_at: new Date(created).toISOString() },
  ]

  it('are over when the dyno runs another release, but for those of that', () => {
    const incidents = new Incidents()
    incidents.follow(running(4, NOW - MINUTE))
    incidents.add('web.1', CRASH, NOW)
    incidents.follow(running(4, NOW + SECOND))
    expect(incidents.since('web.1', 0)).to.have.length(1)
    incidents.add('web.1', CRASH, NOW + 10 * SECOND)
    incidents.follow(running(5, NOW + 5 * SECOND))
    expect(incidents.since('web.1', 0).map(({ time }) => time)).to.deep.equal([NOW + 10 * SECOND])
  })

  it('are kept for a quarter of an hour, 200 of a dyno, and of 300 dynos', () => {
    const incidents = new Incidents()
    incidents.add('web.1', CRASH, NOW)
    incidents.add('web.1', CRASH, NOW + 15 * MINUTE)
    expect(incidents.since('web.1', 0)).to.have.length(1)
    for (let at = 0; at < 500; at += 1) incidents.add('web.1', CRASH, NOW + 15 * MINUTE + at)
    expect(incidents.since('web.1', 0)).to.have.length(200)
    expect(incidents.since('web.1', NOW + 15 * MINUTE + 490)).to.have.length(10)
    for (let at = 2; at <= 301; at += 1) incidents.add(`web.${at}`, CRASH, NOW)
    expect(incidents.since('web.1', 0)).to.have.length(0)
    expect(incidents.since('web.2', 0)).to.have.length(1)
  })
})
