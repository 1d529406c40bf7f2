import { expect } from 'chai'
import { startAdvice } from '../../src/operate/start-advice.js'
import { formation } from '../support/records.js'

describe('the advice on how to start an app that has no dynos', () => {
  const none = [formation('jobs', 0), formation('web', 0), formation('release', 0)]

  it('is to scale web up, else the first type there is, or the one that is meant', () => {
    expect(startAdvice('a1', none)).to.equal('Start some: shipit scale web=1 --app a1')
    expect(startAdvice('a1', none.slice(0, 1))).to.equal('Start some: shipit scale jobs=1 --app a1')
    expect(startAdvice('a1', none, 'jobs')).to.equal('Start one: shipit scale jobs=1 --app a1')
  })

  it('is to deploy if nothing that could run is there', () => {
    const deploy = 'Nothing that could run is deployed yet. Deploy it: shipit deploy --app a1'
    expect(startAdvice('a1', [])).to.equal(deploy)
    expect(startAdvice('a1', none.slice(2))).to.equal(deploy)
    expect(startAdvice('a1', none, 'clock')).to.equal(deploy)
    expect(startAdvice('a1', none, 'release')).to.equal(deploy)
  })

  it('is to wait for dynos that are on their way', () => {
    expect(startAdvice('a1', [formation('web', 1), formation('jobs', 0)])).to.equal(
      'Its formation is web=1: dynos are on their way. Watch them: shipit ps --watch --app a1',
    )
    expect(startAdvice('a1', [formation('web', 1), formation('jobs', 0)], 'jobs')).to.equal(
      'Start one: shipit scale jobs=1 --app a1',
    )
  })
})
