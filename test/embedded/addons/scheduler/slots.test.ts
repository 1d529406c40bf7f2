import { expect } from 'chai'
import { followSlots } from '../../../../src/embedded/addons/scheduler/slots.js'
import { SteeredClock } from '../../support/steered-clock.js'

const MINUTE = 60_000

describe('slots of ten minutes', () => {
  let clock: SteeredClock
  let seen: string[]
  let end: () => void
  beforeEach(() => {
    clock = new SteeredClock(Date.parse('2026-11-30T23:43:10Z'))
    seen = []
    end = followSlots(clock, (slot) => {
      seen.push(new Date(slot).toISOString().slice(11, 16))
    })
  })

  it('come one by one as they begin, from the next one on', () => {
    clock.advance(27 * MINUTE)
    expect(seen).to.deep.equal(['23:50', '00:00', '00:10'])
  })

  it('come late while they last if the machine slept, and not at all if they are over', () => {
    clock.skip(43 * MINUTE)
    clock.advance(MINUTE)
    expect(seen).to.deep.equal(['00:20'])
    clock.advance(10 * MINUTE)
    expect(seen).to.deep.equal(['00:20', '00:30'])
  })

  it('come again after the clock was set back', () => {
    clock.advance(7 * MINUTE)
    clock.skip(-2 * 60 * MINUTE)
    clock.advance(10 * MINUTE)
    expect(seen).to.deep.equal(['23:50', '22:00'])
  })

  it('do not come any more once nobody follows them', () => {
    clock.advance(7 * MINUTE)
    end()
    clock.advance(60 * MINUTE)
    expect(seen).to.deep.equal(['23:50'])
    expect(clock.waiting).to.equal(0)
  })
})
