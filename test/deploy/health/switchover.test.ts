import { expect } from 'chai'
import { Switchover } from '../../../src/deploy/health/switchover.js'
import { switchoverTo } from '../../../src/deploy/health/wait-for-switch.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { isoTime, lineOf } from '../scripted.js'

describe('the switch of preboot', () => {
  useVirtualClock()
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const stopping = (dyno = 'web.1') =>
    lineOf('Stopping all processes with SIGTERM', { dyno, timestamp: isoTime(1000) })

  it('is known by what told of it first', async () => {
    const proven = new Switchover(0, 1000, 1)
    proven.prove()
    proven.read(stopping())
    await pass(5000)
    expect([proven.isOver, proven.by]).to.deep.equal([true, 'proof'])
    const ended = new Switchover(0, 1000, 1)
    ended.read(stopping())
    ended.prove()
    ended.doubt()
    expect([ended.isOver, ended.by]).to.deep.equal([true, 'end of the dynos before'])
    const late = new Switchover(0, 1000, 1)
    await pass(1500)
    expect([late.isOver, late.by]).to.deep.equal([true, 'time'])
  })

  it('is not known by ends that may be those of its own dynos', () => {
    const doubted = new Switchover(0, 1000, 2)
    doubted.read(stopping('web.1'))
    doubted.doubt()
    doubted.read(stopping('web.2'))
    expect(doubted.isOver).to.equal(false)
    doubted.read(stopping('web.1'))
    expect(doubted.isOver).to.equal(true)
  })

  it('is there with preboot alone, from the release on', () => {
    const release = { created_at: isoTime(5000) }
    const to = (preboot: object | null) => switchoverTo({ plan: { preboot } as never }, release)
    expect(to(null)).to.equal(undefined)
    const switchover = to({ switchesAfter: 180_000, dynos: 1 })!
    expect([switchover.time, Math.round(switchover.left)]).to.deep.equal([180_000, 195_000])
    switchover.read(stopping())
    expect(switchover.isOver, 'a line of an earlier release').to.equal(false)
  })
})
