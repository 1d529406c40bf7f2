import { expect } from 'chai'
import { CrashSigns } from '../../../src/deploy/health/crash-signs.js'
import { DynoHistory } from '../../../src/deploy/health/dyno-history.js'
import { LogDoubt } from '../../../src/deploy/health/log-doubt.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { dynoOf, lineOf } from '../scripted.js'

describe('the dynos that a release has had', () => {
  const seen = (...polls: ReturnType<typeof dynoOf>[][]) => {
    const history = new DynoHistory()
    for (const poll of polls) history.note(poll)
    return history
  }
  const web = (id: string, created = 0, up = created) => dynoOf('web.1', 4, { id, created, up })

  it('are counted by their ids, of each name', () => {
    const worker = dynoOf('worker.1', 4)
    const history = seen([web('a', 100), worker], [web('b', 200), worker], [web('b', 200)])
    expect(history.lives).to.equal(3)
    expect(history.dynos).to.deep.equal([web('b', 200)])
    expect([history.since('web.1'), history.since('web.2')]).to.deep.equal([100, undefined])
    expect([...history.webLives]).to.deep.equal([
      ['web.1', { since: 100, ids: new Set(['a', 'b']) }],
    ])
    expect([...seen([worker]).webLives]).to.deep.equal([])
  })

  it('have restarted once one has another id, and keep restarting at the third', () => {
    const worker = dynoOf('worker.1', 4)
    const once = seen([worker, web('a')])
    expect([once.hasRestarted, once.keepsRestarting]).to.deep.equal([false, undefined])
    once.note([worker, web('b')])
    expect([once.hasRestarted, once.keepsRestarting]).to.deep.equal([true, undefined])
    once.note([worker, web('c')])
    expect(once.keepsRestarting).to.deep.equal({
      dyno: web('c'),
      reason: 'keeps being started again',
    })
    once.note([worker])
    expect(once.hasRestarted).to.equal(false)
    expect(seen().hasRestarted).to.equal(false)
  })

  it('took as long to come up as the slowest', () => {
    expect(
      seen([web('a', 1000, 1500), dynoOf('web.2', 4, { created: 0, up: 3000 })]).bootTime,
    ).to.equal(3000)
    expect([seen().bootTime, seen([web('a', 1000, 900)]).bootTime]).to.deep.equal([0, 0])
  })
})

describe('the doubt about what the log tells of a name', () => {
  useVirtualClock()

  const begin = (isAfterCrash: boolean) => {
    const signs = new CrashSigns(Date.now())
    const doubt = new LogDoubt(4, isAfterCrash)
    const fresh = [dynoOf('web.1', 4)]
    /** Whether a crash that the log tells of is kept. */
    const isBelieved = (...others: ReturnType<typeof dynoOf>[]) => {
      signs.read(lineOf('State changed from up to crashed'))
      doubt.note(fresh, [...fresh, ...others], signs)
      return signs.found.length > 0
    }
    return { doubt, isBelieved }
  }
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  it('is none after a release that stayed up', () => {
    const { doubt, isBelieved } = begin(false)
    expect(isBelieved(dynoOf('web.1', 3))).to.equal(true)
    expect(doubt.hasDoubted('web.1')).to.equal(false)
  })

  it('lasts for as long as an earlier dyno of the name is there, and 3 s', async () => {
    const { doubt, isBelieved } = begin(true)
    expect(isBelieved(dynoOf('web.1', 3))).to.equal(false)
    await wait(4000)
    expect(isBelieved(dynoOf('web.1', 3))).to.equal(false)
    await wait(2999)
    expect(isBelieved(dynoOf('web.2', 3), dynoOf('web.1', 5))).to.equal(false)
    await wait(1)
    expect(isBelieved(dynoOf('web.2', 3))).to.equal(true)
    expect([doubt.hasDoubted('web.1'), doubt.hasDoubted('web.2')]).to.deep.equal([true, false])
  })

  it('lasts 3 s if the earlier dyno is gone already', async () => {
    const { isBelieved } = begin(true)
    expect(isBelieved()).to.equal(false)
    await wait(3000)
    expect(isBelieved()).to.equal(true)
  })
})
