import { expect } from 'chai'
import { Lateness } from '../../src/runtime/preload/lateness.js'

describe('the lateness of an event loop', () => {
  it('is what a blocked loop was late, and begins anew once it was asked', async () => {
    const lateness = new Lateness()
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
    await new Promise((resolve) => setTimeout(resolve, 1))
    // A timer of 50 ms that is served after 300 is 250 late.
    expect(lateness.takeP95()).to.be.at.least(245)
    expect(lateness.takeP95()).to.equal(0)
  })
})
