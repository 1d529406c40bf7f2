import { expect } from 'chai'
import { parseFormation } from '../../src/lib/dyno-count.js'
import { planStart, planStop } from '../../src/operate/stopped.js'
import { formation } from '../support/records.js'

describe('stop and start', () => {
  const running = [formation('web', 2, 'Standard-2X'), formation('worker', 1), formation('jobs', 0)]
  const stopped = [formation('web', 0, 'Standard-2X'), formation('worker', 0), formation('jobs', 0)]

  it('remember what ran, and bring back just that', () => {
    const plan = planStop(running, undefined)
    expect(plan).to.deep.include({
      updates: [
        { type: 'web', quantity: 0 },
        { type: 'worker', quantity: 0 },
      ],
      remembered: 'web=2:Standard-2X,worker=1:Standard-1X',
      restartsOthers: false,
    })
    expect(planStart(stopped, plan.remembered).updates).to.deep.equal([
      { type: 'web', quantity: 2, size: 'Standard-2X' },
      { type: 'worker', quantity: 1, size: 'Standard-1X' },
    ])
  })
  it('know process types of any name that Heroku takes', () => {
    const rows = [formation('2nd_web-x', 1), formation('_jobs', 2)]
    const { remembered } = planStop(rows, undefined)
    expect(
      planStart([formation('2nd_web-x', 0), formation('_jobs', 0)], remembered).started,
    ).to.deep.equal([
      { type: '2nd_web-x', quantity: 1, size: 'Standard-1X' },
      { type: '_jobs', quantity: 2, size: 'Standard-1X' },
    ])
  })
  it('of several types forget what was remembered of each', () => {
    const plan = planStop(running, 'worker=9:Eco,jobs=3:Standard-1X')
    expect(plan.remembered).to.equal('jobs=3:Standard-1X,web=2:Standard-2X,worker=1:Standard-1X')
  })
  it('restart others only where some run on', () => {
    const others = (...rows: ReturnType<typeof formation>[]) =>
      planStop(rows, undefined, 'web').restartsOthers
    expect(others(formation('web', 1), formation('worker', 0))).to.equal(false)
    expect(others(formation('web', 1), formation('worker', 1))).to.equal(true)
    expect(others(formation('web', 0), formation('worker', 1))).to.equal(true)
  })
  it('go by what was remembered first, if a type is remembered twice', () => {
    expect(planStart(stopped, 'web=2:Standard-2X,web=9:Eco').started).to.deep.equal([
      { type: 'web', quantity: 2, size: 'Standard-2X' },
    ])
  })
  it('of one type leave the others, whose memory is kept', () => {
    const plan = planStop(running, 'jobs=3:Standard-1X,web=1:Eco', 'web')
    expect(plan).to.deep.include({
      updates: [{ type: 'web', quantity: 0 }],
      remembered: 'jobs=3:Standard-1X,web=2:Standard-2X',
      restartsOthers: true,
    })
    expect(
      planStart(
        [formation('web', 0), formation('worker', 1), formation('jobs', 0)],
        plan.remembered,
        'web',
      ).started,
    ).to.deep.equal([{ type: 'web', quantity: 2, size: 'Standard-2X' }])
  })
  it('do not touch a type that runs', () => {
    expect(planStart(running, 'web=5:Standard-1X,worker=5:Standard-1X').started).to.deep.equal([])
    expect(planStop(stopped, 'web=2:Standard-2X')).to.deep.include({ updates: [], stopped: [] })
  })
  it('start one dyno of a named type that nothing is remembered of', () => {
    expect(planStart(stopped, undefined, 'jobs').started).to.deep.equal([
      { type: 'jobs', quantity: 1, size: 'Standard-1X' },
    ])
    expect(planStart(stopped, undefined).started).to.deep.equal([])
  })
  it('refuse a type that is not there', () => {
    expect(() => planStop(running, undefined, 'wbe'))
      .to.throw('There is no process type called wbe.')
      .with.property('exitCode', 6)
    expect(() => planStart(stopped, undefined, 'wbe')).to.throw(
      'There is no process type called wbe.',
    )
  })
  it("leave out what is not of the memory's form", () => {
    expect(
      parseFormation('web=2:Standard-1X, worker=x:Eco,=1:Eco,,jobs=1:Performance-L-RAM'),
    ).to.deep.equal([
      { type: 'web', quantity: 2, size: 'Standard-1X' },
      { type: 'jobs', quantity: 1, size: 'Performance-L-RAM' },
    ])
  })
})
