import { expect } from 'chai'
import { MemoryGuard, SOON, type Held } from '../../src/runtime/memory-guard.js'

const budget = {
  total: 400,
  shares: new Map([
    ['api', 100],
    ['jobs', 200],
  ]),
}
const held = (index: number, rss: number, more: Partial<Held> = {}): Held => ({
  app: 'api',
  index,
  rss,
  uptime: 10 * SOON,
  isReloadable: true,
  ...more,
})

it('an app is as large as that which is over its share again within two minutes', () =>
  expect(SOON).to.equal(120_000))

describe("the guard of a dyno's memory", () => {
  it('leaves an instance over its share alone while there is room', () => {
    expect(new MemoryGuard().judge([held(0, 350), held(1, 50)], budget).kind).to.equal('fine')
  })

  it('reloads the one that is furthest over its share once there is none', () => {
    const large = held(1, 210)
    expect(
      new MemoryGuard().judge([held(0, 110), large, held(0, 190, { app: 'jobs' })], budget),
    ).to.deep.equal({ kind: 'reload', instance: large })
  })

  it('gives up an app whose successor is over its share again soon, and only that', () => {
    const guard = new MemoryGuard()
    expect(guard.judge([held(0, 500)], budget).kind).to.equal('reload')
    expect(guard.judge([held(0, 500, { uptime: SOON - 1 })], budget).kind).to.equal('give up')
    expect(guard.judge([held(0, 500)], budget).kind).to.equal('fine')
    expect(guard.judge([held(0, 500), held(0, 300, { app: 'jobs' })], budget)).to.deep.include({
      kind: 'reload',
    })
  })

  it('goes on reloading one that leaks slowly', () => {
    const guard = new MemoryGuard()
    for (let time = 0; time < 5; time += 1)
      expect(guard.judge([held(0, 500, { uptime: SOON })], budget).kind).to.equal('reload')
  })

  it('leaves alone what has a limit of its own, and what it cannot replace without a gap', () => {
    expect(new MemoryGuard().judge([held(0, 500, { isReloadable: false })], budget).kind).to.equal(
      'fine',
    )
    expect(new MemoryGuard().judge([held(0, 500, { app: 'no share' })], budget).kind).to.equal(
      'fine',
    )
  })

  it('is about successors of the last two minutes, as many seconds as that', () => {
    expect(SOON).to.equal(120_000)
  })

  it('leaves an instance alone that takes no more than its share, though the dyno is full', () => {
    const many = Array.from({ length: 5 }, (_, i) => held(i, 100))
    expect(new MemoryGuard().judge(many, budget).kind).to.equal('fine')
    expect(new MemoryGuard().judge([...many, held(5, 101)], budget)).to.deep.include({
      kind: 'reload',
    })
    const exactly = many.slice(0, 4).map((one) => ({ ...one, rss: 100 }))
    exactly[0]!.rss = 110
    exactly[1]!.rss = 90
    expect(new MemoryGuard().judge(exactly, budget).kind).to.equal('fine')
  })

  it('reloads one that is young but no successor', () => {
    expect(new MemoryGuard().judge([held(0, 500, { uptime: 1 })], budget).kind).to.equal('reload')
  })

  it('forgets what it has learned of one app alone, when its number changes', () => {
    const guard = new MemoryGuard()
    const young = { uptime: 1 }
    const jobs = (more = {}) => held(0, 900, { app: 'jobs', ...more })
    guard.judge([held(0, 500)], budget)
    guard.judge([jobs()], budget)
    guard.forget('api')
    expect(guard.judge([held(0, 500, young)], budget).kind).to.equal('reload')
    expect(guard.judge([jobs(young)], budget).kind).to.equal('give up')
    expect(guard.hasGivenUp('jobs')).to.equal(true)
    guard.forget('api')
    expect(guard.hasGivenUp('jobs')).to.equal(true)
    guard.forget('jobs')
    expect(guard.hasGivenUp('jobs')).to.equal(false)
    expect(guard.judge([jobs(young)], budget).kind).to.equal('reload')
  })
})
