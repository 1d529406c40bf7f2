import { expect } from 'chai'
import {
  afterExit,
  cannotStayUp,
  failureCode,
  healthy,
  patienceOf,
  STAYS_UP,
  type Exit,
} from '../../src/runtime/crash-policy.js'

/**
 * Lets an app live for `uptimes[i]` again and again with PM2's backoff between; the second at which
 * the dyno is given up, if it is.
 */
function giveUpAfter(uptime: number, more: Partial<Exit> = {}, exits = 40): number | undefined {
  let at = 0
  let backoff = 100
  let history = healthy
  for (let i = 0; i < exits; i += 1) {
    at += uptime
    const exit: Exit = { at, uptime, minUptime: 1000, maxRestarts: undefined, ...more }
    history = afterExit(history, exit)
    if (cannotStayUp(history, exit)) return at / 1000
    at += backoff
    backoff = uptime > 30_000 ? 100 : Math.min(15_000, Math.floor(backoff * 1.5))
  }
  return undefined
}

describe('when a dyno is given up', () => {
  it('within seconds for an app that throws at boot', () => expect(giveUpAfter(150)).to.be.below(4))
  it('within a minute for one that lives 1.5 s', () =>
    expect(giveUpAfter(1500)).to.be.within(20, 60))
  it('at its second end for one that lives 20 s', () =>
    expect(giveUpAfter(20_000)).to.be.within(40, 61))
  it('at its second end, and not at its first, for one that lives longer than the patience', () =>
    expect(giveUpAfter(40_000)).to.be.within(80, 81))
  it('at the end that comes when the patience is over, to the ms', () => {
    const before = { quickExits: 0, failingSince: 10_000, failures: 2 }
    const exit = { at: 40_000, uptime: 5000, minUptime: 1000, maxRestarts: undefined }
    expect(cannotStayUp(before, exit)).to.equal(true)
    expect(cannotStayUp(before, { ...exit, at: 39_999 })).to.equal(false)
    expect(cannotStayUp({ ...before, failures: 1 }, exit)).to.equal(false)
    expect(cannotStayUp(before, exit, 30_001)).to.equal(false)
  })
  it('by quick ends in a row alone, with the end of one that stays up as a new beginning', () => {
    const before = { quickExits: 3, failingSince: 50_000, failures: 4 }
    const exit = { at: 200_000, minUptime: 1000, maxRestarts: undefined }
    expect(afterExit(before, { ...exit, uptime: 999 })).to.deep.equal({
      quickExits: 4,
      failingSince: 50_000,
      failures: 5,
    })
    expect(afterExit(before, { ...exit, uptime: 1000 }).quickExits).to.equal(0)
    expect(afterExit(before, { ...exit, uptime: STAYS_UP - 1 }).failures).to.equal(5)
    expect(afterExit(before, { ...exit, uptime: STAYS_UP })).to.deep.equal({
      quickExits: 0,
      failingSince: 200_000,
      failures: 1,
    })
  })
  it('never for one that lives longer than a minute', () =>
    expect(giveUpAfter(61_000)).to.equal(undefined))
  it('at its first end, however late, for max_restarts: 0', () =>
    expect(giveUpAfter(70_000, { maxRestarts: 0 })).to.equal(70))
  it('by max_restarts, where the file has it', () =>
    expect(giveUpAfter(10, { maxRestarts: 3 })).to.be.below(0.5))

  it('after the seconds of SHIPIT_PATIENCE, if those are a number above 0', () => {
    expect([undefined, '', '0', '-5', 'long', '5', '0.5'].map(patienceOf)).to.deep.equal([
      30_000, 30_000, 30_000, 30_000, 30_000, 5000, 500,
    ])
  })

  it("has the app's own code, never 0", () => {
    expect([failureCode(3), failureCode(0), failureCode(null)]).to.deep.equal([3, 1, 1])
  })
})
