import { expect } from 'chai'
import { pointsEach } from '../../src/dashboard/export/take.js'

describe('values of the charts in an exported page', () => {
  it('has as many of each dyno and instance as the live page, where they are few', () => {
    expect(pointsEach(0)).to.equal(720)
    expect(pointsEach(1)).to.equal(720)
    expect(pointsEach(250)).to.equal(720)
  })

  it('has fewer of each where they are hundreds, and those of an hour in any case', () => {
    expect(pointsEach(900)).to.equal(200)
    expect(pointsEach(2000)).to.equal(3600 / 20)
  })
})
