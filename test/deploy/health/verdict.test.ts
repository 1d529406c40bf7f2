import { expect } from 'chai'
import { healthCheck, healthHeaders } from '../../../src/deploy/health/health-check.js'
import { verdictOf } from '../../../src/deploy/health/verdict.js'
import { BootIds } from '../../../src/deploy/health/boot-ids.js'
import { Switchover } from '../../../src/deploy/health/switchover.js'
import type { LogLine } from '../../../src/heroku/index.js'

const URL_ASKED = 'https://a1.herokuapp.com/'
const answer = (status: number, location?: string) => ({
  isAnswer: true as const,
  status,
  reason: '',
  ms: 12,
  boot: undefined,
  location,
})

describe('what an answer says of health', () => {
  const unnamed = healthCheck({}, undefined)
  const named = healthCheck({ path: '/ready' }, undefined)
  const chosen = healthCheck({ path: '/ready', status: '200-299,401' }, undefined)
  const is = (check: typeof unnamed, status: number, location?: string) =>
    verdictOf(check, answer(status, location), URL_ASKED).is

  it('is that the app serves, where no path was named', () => {
    expect(
      [200, 204, 302, 400, 401, 403, 404, 405, 418, 429].map((status) => is(unnamed, status)),
    ).to.deep.equal(Array(10).fill('well'))
    expect([500, 502, 503].map((status) => is(unnamed, status))).to.deep.equal([
      'ill',
      'ill',
      'ill',
    ])
    for (const status of [401, 403, 404, 405])
      expect(verdictOf(unnamed, answer(status), URL_ASKED))
        .to.have.property('warning')
        .that.includes('--health')
    expect(verdictOf(unnamed, answer(200), URL_ASKED)).to.have.property('warning', undefined)
  })

  it('is 2xx or 3xx of a path that was named; who is not let in knows nothing', () => {
    expect([200, 204, 302].map((status) => is(named, status))).to.deep.equal([
      'well',
      'well',
      'well',
    ])
    expect([404, 405, 500].map((status) => is(named, status))).to.deep.equal(['ill', 'ill', 'ill'])
    expect([401, 403, 407].map((status) => is(named, status))).to.deep.equal([
      'unknown',
      'unknown',
      'unknown',
    ])
  })

  const SAYS: Record<number, [unnamed: string, named: string]> = {
    199: ['well', 'ill'],
    200: ['well', 'well'],
    204: ['well', 'well'],
    299: ['well', 'well'],
    300: ['well', 'well'],
    301: ['well', 'well'],
    302: ['well', 'well'],
    399: ['well', 'well'],
    400: ['well', 'ill'],
    401: ['well, with a warning', 'unknown'],
    404: ['well, with a warning', 'ill'],
    499: ['well', 'ill'],
    500: ['ill', 'ill'],
    599: ['ill', 'ill'],
  }
  for (const [status, says] of Object.entries(SAYS)) {
    it(`of ${status} is ${says[0]} where no path was named, and ${says[1]} where one was`, () => {
      const words = (check: typeof unnamed) => {
        const verdict = verdictOf(check, answer(Number(status)), URL_ASKED)
        return 'warning' in verdict && verdict.warning
          ? `${verdict.is}, with a warning`
          : verdict.is
      }
      expect([words(unnamed), words(named)]).to.deep.equal(says)
    })
  }

  it('is what --health-status says', () => {
    expect([200, 299, 401].map((status) => is(chosen, status))).to.deep.equal([
      'well',
      'well',
      'well',
    ])
    expect([302, 404, 500].map((status) => is(chosen, status))).to.deep.equal(['ill', 'ill', 'ill'])
    expect(is(chosen, 403)).to.equal('unknown')
  })

  it('is not known of an app that cannot be reached, or that sends elsewhere', () => {
    expect(
      verdictOf(unnamed, { isAnswer: false, why: 'its name could not be found (DNS)' }, URL_ASKED)
        .is,
    ).to.equal('unknown')
    expect(is(named, 302, 'https://login.example.com/')).to.equal('unknown')
    expect(is(named, 302, `${URL_ASKED}home`)).to.equal('well')
  })

  it('takes the values of headers from the environment, and none of them into the plan', () => {
    const target = { path: '/x', header: { Authorization: '$TOKEN', 'X-Plain': '1' } }
    expect(
      healthHeaders({ headers: ['X-Plain: 2'] }, target, { TOKEN: 'Basic abc' }),
    ).to.deep.equal({ authorization: 'Basic abc', 'x-plain': '2' })
    const planned = healthCheck({ headers: ['X-Key: secret'] }, target)
    expect(planned.headers).to.deep.equal(['authorization', 'x-key', 'x-plain'])
    expect(JSON.stringify(planned)).to.not.include('secret')
    expect(() => healthHeaders({}, target, {})).to.throw('which is not set')
    for (const text of ['nothing', 'Bad Name: 1', 'X: two\r\nlines'])
      expect(() => healthCheck({ headers: [text] }, undefined)).to.throw('NAME:VALUE')
    expect(() => healthCheck({ status: '2xx' }, undefined)).to.throw('not a list of HTTP statuses')
  })
})

const line = (dyno: string, message: string, time: number, source = 'app'): LogLine => ({
  timestamp: new Date(time).toISOString(),
  source,
  dyno,
  message,
})

describe('whose an answer is', () => {
  const ids = (...given: string[]) => new Set(given)
  const boots = (...given: [dyno: string, id: string, time: number][]) => {
    const known = new BootIds()
    for (const [dyno, id, time] of given)
      known.read(line(dyno, `shipit source=${dyno} event=boot id=${id}`, time))
    return known
  }
  const [old, fresh, again] = ['a'.repeat(24), 'b'.repeat(24), 'c'.repeat(24)]

  it('is told by the boot that the log tells of under a dyno of the release', () => {
    const known = boots(['web.1', old, 1000], ['web.1', fresh, 2000])
    const lives = new Map([['web.1', { since: 1500, ids: ids('d') }]])
    expect([old, fresh, again].map((id) => known.ownerOf(id, lives))).to.deep.equal([
      'other',
      'ours',
      'other',
    ])
  })

  it('is not known while boots of the release are missing in the log', () => {
    const known = boots(['web.1', fresh, 2000])
    const lives = new Map([
      ['web.1', { since: 1500, ids: ids('d') }],
      ['web.2', { since: 1500, ids: ids('e') }],
    ])
    expect(known.ownerOf(again, lives)).to.equal('unknown')
  })

  it('is not known where a dyno that is not listed may have been started again under the same name', () => {
    const known = boots(['web.1', fresh, 2000], ['web.1', again, 3000])
    expect(known.ownerOf(fresh, new Map([['web.1', { since: 1500, ids: ids('d') }]]))).to.equal(
      'unknown',
    )
    expect(
      known.ownerOf(fresh, new Map([['web.1', { since: 1500, ids: ids('d', 'e') }]])),
    ).to.equal('ours')
  })

  it("is not taken from what an app prints as if it were another dyno's", () => {
    const known = new BootIds()
    expect(
      known.read(line('web.1', `shipit source=web.1 event=boot id=${fresh} and more`, 2000)),
    ).to.equal(false)
    expect(
      known.read(line('router', `shipit source=web.1 event=boot id=${fresh}`, 2000, 'heroku')),
    ).to.equal(false)
  })
})

describe('the switch of preboot', () => {
  const ends = (dyno: string, time = 2000) =>
    line(dyno, 'Stopping all processes with SIGTERM', time, 'heroku')

  it('is over once all dynos before were stopped', () => {
    const switchover = new Switchover(1000, 60_000, 2)
    for (const each of [ends('web.1', 500), ends('web.1'), ends('worker.1')]) switchover.read(each)
    expect(switchover.isOver).to.equal(false)
    switchover.read(ends('web.2'))
    expect(switchover.isOver).to.equal(true)
    expect(switchover.by).to.equal('end of the dynos before')
  })

  it('is not seen in a restart', () => {
    const switchover = new Switchover(1000, 60_000, 1)
    for (const each of [line('web.1', 'Cycling', 1900, 'heroku'), ends('web.1')])
      switchover.read(each)
    expect(switchover.isOver).to.equal(false)
    switchover.read(ends('web.1', 3000))
    expect(switchover.isOver).to.equal(true)
  })

  it('is over when its time is, or an answer proves it', () => {
    expect(new Switchover(1000, 0, 1).isOver).to.equal(true)
    const switchover = new Switchover(1000, 60_000, 1)
    expect(switchover.isOver).to.equal(false)
    switchover.prove()
    expect(switchover.by).to.equal('proof')
  })
})
