import { expect } from 'chai'
import {
  decide,
  FULL,
  isFull,
  used,
  type AppSample,
  type AppState,
  type Decision,
  type DynoSample,
  type SizingState,
} from '../../src/runtime/sizing-policy.js'

type One = AppSample['instances'][number]

/** Idle, and up for long. */
const one = (memory: number, more: Partial<One> = {}): One => ({
  memory,
  uptime: 3_600_000,
  load: 0,
  isServing: true,
  ...more,
})
const appOf = (instances: One[], more: Partial<AppSample> = {}): AppSample => ({
  name: 'api',
  most: 8,
  isGivenUp: false,
  count: instances.length,
  instances,
  ...more,
})
const dynoOf = (apps: AppSample[], more: Partial<DynoSample> = {}): DynoSample => ({
  at: 0,
  memory: 1000,
  overhead: 50,
  apps,
  ...more,
})
const state = (more: Partial<AppState> = {}, name = 'api'): SizingState => ({
  [name]: { changedAt: 0, recent: [], past: [], ...more },
})

/** Shows the same for so many ms, a second a look; the first decision, and when it came. */
function look(
  sample: DynoSample,
  ms = 10_000,
  before: SizingState = {},
): (Decision & { at: number }) | undefined {
  let known = before
  for (let at = 0; at <= ms; at += 1000) {
    const next = decide(known, { ...sample, at: sample.at + at })
    known = next.state
    if (next.decision) return { ...next.decision, at }
  }
  return undefined
}

describe('the rules by which an app gets an instance more', () => {
  const busy = (more: Partial<One> = {}) => one(100, { load: 1, ...more })

  it('are those of load, or of an event loop that is late while requests are under way', () => {
    const isBusy = (more: Partial<One>) => look(dynoOf([appOf([one(100, more)])])) !== undefined
    expect(isBusy({ load: 0.6 })).to.equal(true)
    expect(isBusy({ load: 0.59 })).to.equal(false)
    expect(isBusy({ eventLoopP95Ms: 30, activeRequests: 1 })).to.equal(true)
    expect(isBusy({ eventLoopP95Ms: 29, activeRequests: 1 })).to.equal(false)
    expect(isBusy({ eventLoopP95Ms: 30, activeRequests: 0 })).to.equal(false)
    expect(isBusy({ eventLoopP95Ms: 30 })).to.equal(false)
    expect(isBusy({ activeRequests: 1 })).to.equal(false)
    expect(look(dynoOf([appOf([])]))).to.equal(undefined)
  })

  it('are told in the reason', () => {
    const why = (...instances: One[]) => look(dynoOf([appOf(instances)]))?.why
    expect(why(busy({ load: 0.8 }), busy({ load: 0.7 }))).to.equal(
      'busy (75% of a CPU each), and 735 MB are free for one more of 100 MB',
    )
    const late = { load: 0, eventLoopP95Ms: 41.6, activeRequests: 3 }
    expect(why(busy(late), busy({ ...late, eventLoopP95Ms: 30 }))).to.equal(
      'busy (0% of a CPU each, event loop 42 ms late, 6 requests under way), ' +
        'and 735 MB are free for one more of 100 MB',
    )
    expect(why(busy({ eventLoopP95Ms: 0.9, activeRequests: 1 }))).to.equal(
      'busy (100% of a CPU each, 1 requests under way), and 835 MB are free for one more of 100 MB',
    )
    expect(why(busy({ eventLoopP95Ms: 1 }))).to.include(
      '(100% of a CPU each, event loop 1 ms late)',
    )
  })

  it('ask that it was busy for three seconds without a pause, and so long after the last change', () => {
    const sample = dynoOf([appOf([busy()])])
    expect(look(sample)!.at).to.equal(3000)
    expect(look(sample, 10_000, state({ changedAt: 5000, busySince: 0 }))!.at).to.equal(8000)
    expect(look(sample, 10_000, state({ changedAt: -9000, busySince: -2000 }))!.at).to.equal(1000)
    const idle = dynoOf([appOf([one(100)])])
    const { state: paused } = decide(state({ busySince: -9000 }), idle)
    expect(look(sample, 10_000, paused)!.at).to.equal(3000)
  })

  it('begin anew with each change', () => {
    const sample = dynoOf([appOf([busy()])], { at: 4000 })
    const { state: after } = decide(
      state({ busySince: 0, recent: [{ at: 1000, size: 100 }] }),
      sample,
    )
    expect(after.api).to.deep.include({ changedAt: 4000, busySince: undefined, recent: [] })
    expect(after.api!.ceiling).to.equal(undefined)
  })

  it('ask for room: its own size, 2 % more of each, and what a successor of another app takes', () => {
    const changeIn = (memory: number, apps: AppSample[], before?: SizingState) =>
      look(dynoOf(apps, { memory, overhead: 0 }), 5000, before)?.change
    // Three of 100 MB and 2 %, in 98.5 % of the memory.
    const least = 306 / FULL
    const api = appOf([busy(), busy()])
    expect(changeIn(least + 0.01, [api])).to.equal(1)
    expect(changeIn(least - 0.01, [api])).to.equal(undefined)
    // Exactly as much as there is: 200 MB and 98.5 %, of which 145 are taken and 52 wanted.
    const exact = (overhead: number) =>
      look(dynoOf([appOf([busy({ memory: 50 })])], { memory: 200, overhead }), 5000)?.change
    expect(exact(95)).to.equal(1)
    expect(exact(95.1)).to.equal(undefined)
    const jobs = (more: Partial<AppSample> = {}) =>
      appOf([one(50)], { name: 'jobs', most: undefined, ...more })
    const beside = (306 + 50) / FULL
    expect(changeIn(beside + 10, [api, jobs()])).to.equal(undefined)
    expect(changeIn(beside + 10, [api, jobs({ most: 1 })])).to.equal(1)
    expect(changeIn(beside + 60, [api, jobs()])).to.equal(1)
    const two = appOf([one(25), one(25)], { name: 'jobs', most: undefined })
    expect(changeIn(beside + 10, [api, two])).to.equal(1)
    // What it took minutes ago counts.
    const peak = state({ past: [{ at: -200_000, size: 150 }] })
    expect(changeIn(456, [api], peak)).to.equal(undefined)
    expect(changeIn((3 * 150 * 1.02) / FULL + 1, [api], peak)).to.equal(1)
  })

  it('ask for memory at rest: less than 3 % more than three seconds before', () => {
    const after = (size: number, at = 0) =>
      decide(state({ busySince: -9000, changedAt: -9000, recent: [{ at, size }] }), {
        ...dynoOf([appOf([busy({ memory: 103 })])]),
        at: 3000,
      }).decision?.change
    expect(after(100)).to.equal(1)
    expect(after(99.9)).to.equal(undefined)
    // Longer ago than that is nothing to compare with.
    expect(after(50, -1)).to.equal(1)
  })

  it('leave an app alone whose CPUs are full, whose number is a person’s, or of which one does not serve', () => {
    const change = (app: AppSample) => look(dynoOf([app]))?.change
    expect(change(appOf([busy(), busy()], { most: 3 }))).to.equal(1)
    expect(change(appOf([busy(), busy()], { most: 2 }))).to.equal(undefined)
    expect(change(appOf([busy()], { most: undefined }))).to.equal(undefined)
    expect(change(appOf([busy(), busy({ isServing: false })]))).to.equal(undefined)
    expect(change(appOf([busy()], { count: 2 }))).to.equal(undefined)
    expect(
      look(dynoOf([appOf([busy()], { most: 1 }), appOf([busy()], { name: 'web' })]))?.app,
    ).to.equal('web')
  })

  it('try as many as were too many only when their time has come', () => {
    const held = state({ ceiling: { count: 2, until: 6000, hold: 7_200_000 } })
    const two = dynoOf([appOf([busy(), busy()])])
    expect(look(two, 10_000, held)!.at).to.equal(6000)
    expect(look(dynoOf([appOf([busy()])]), 10_000, held)!.at).to.equal(3000)
    expect(look(dynoOf([appOf([busy(), busy(), busy()])]), 10_000, held)!.at).to.equal(6000)
  })
})

describe('the rules by which an app gives an instance up', () => {
  const old = { past: [{ at: -120_000, size: 100 }] }
  /** In a full dyno; what it took a minute ago and before was 100 MB. */
  const decisionFor = (app: AppSample, before = state(old)) =>
    decide(before, dynoOf([app], { memory: 200 })).decision

  it('are that the dyno is full', () => {
    const at = (memory: number) => dynoOf([appOf([one(400), one(300)])], { memory, overhead: 285 })
    expect(used(at(1000))).to.equal(985)
    expect(isFull(at(1000))).to.equal(false)
    expect(isFull(at(999))).to.equal(true)
    expect(look(at(1000))).to.equal(undefined)
    expect(look(at(999))).to.deep.include({ change: -1, at: 0 })
  })

  it('or is about to be, by what all have grown in three seconds to more than ever before', () => {
    const app = appOf([one(200), one(190)], { count: 3, isGivenUp: true })
    const change = (memory: number, before: SizingState, at = 3000) =>
      decide(before, { ...dynoOf([app], { memory, overhead: 0 }), at }).decision?.change
    const grown = state({ recent: [{ at: 0, size: 180 }] })
    // 390, and 20 more for each of three.
    expect(change(450, grown)).to.equal(undefined)
    expect(change(449, grown)).to.equal(-1)
    expect(change(449, state({ recent: [{ at: -1, size: 180 }] }))).to.equal(undefined)
    const seen = (size: number) => ({ ...grown.api!, past: [{ at: -90_000, size }] })
    expect(change(449, { api: seen(200) })).to.equal(undefined)
    expect(change(449, { api: seen(199) })).to.equal(-1)
    // One that has not grown needs nothing more.
    const small = dynoOf([appOf([one(20), one(19)], { isGivenUp: true })], {
      memory: 50,
      overhead: 10.2,
    })
    expect(decide(state({ recent: [{ at: 0, size: 20 }] }), small).decision).to.equal(undefined)
    const shrunk = state({ recent: [{ at: 0, size: 300 }] })
    expect(change(396, shrunk)).to.equal(undefined)
  })

  it('are not for a leak: one that stands out, or all that have crept up', () => {
    expect(decisionFor(appOf([one(114), one(114)]))).to.equal(undefined)
    expect(decisionFor(appOf([one(115), one(115)]))?.change).to.equal(-1)
    const twenty = state({ past: [{ at: -120_000, size: 20 }] })
    // 1.15 times 20 is 23.
    expect(
      decide(twenty, dynoOf([appOf([one(23), one(23)])], { memory: 90 })).decision?.change,
    ).to.equal(-1)
    expect(decisionFor(appOf([one(120), one(180)]))?.change).to.equal(-1)
    expect(decisionFor(appOf([one(120), one(181)]))).to.equal(undefined)
    expect(decisionFor(appOf([one(181), one(150), one(120)]))).to.equal(undefined)
    // Of the last minute nothing is known that it could have crept up from.
    const soon = state({ past: [{ at: -59_999, size: 100 }] })
    expect(decisionFor(appOf([one(114), one(114)]), soon)?.change).to.equal(-1)
    const minute = state({ past: [{ at: -60_000, size: 100 }] })
    expect(decisionFor(appOf([one(114), one(114)]), minute)).to.equal(undefined)
  })

  it('take one that is large though it is young for no leak', () => {
    const young = { uptime: 299_999 }
    expect(decisionFor(appOf([one(100), one(200, young)]))?.change).to.equal(-1)
    expect(decisionFor(appOf([one(100), one(200, { uptime: 300_000 })]))).to.equal(undefined)
    expect(decisionFor(appOf([one(100, young), one(200)]))).to.equal(undefined)
  })

  it('take a leak for what the app needs, once reloads did not help', () => {
    expect(decisionFor(appOf([one(114), one(114)], { isGivenUp: true }))?.change).to.equal(-1)
  })

  it('take it from the app that takes most, of those that have more than one and are not a person’s', () => {
    const named = (name: string, sizes: number[], more: Partial<AppSample> = {}) =>
      appOf(
        sizes.map((size) => one(size)),
        { name, isGivenUp: true, ...more },
      )
    const from = (...apps: AppSample[]) => decide({}, dynoOf(apps, { memory: 294 })).decision
    const small = named('small', [50, 50])
    expect(from(small, named('large', [80, 60]))).to.deep.equal({
      app: 'large',
      change: -1,
      why: 'the dyno is full: 290 of 294 MB, 70 MB an instance',
    })
    expect(from(named('large', [90, 70]), small)?.app).to.equal('large')
    expect(from(small, named('only', [200]))?.app).to.equal('small')
    expect(from(small, named('fixed', [150, 150], { most: undefined }))?.app).to.equal('small')
    expect(from(named('only', [300]))).to.equal(undefined)
  })

  it('hold it to fewer for two hours, then for twice as long each time, up to a day', () => {
    const ceilingAfter = (hold?: number) =>
      decide(
        state({ ...old, ...(hold ? { ceiling: { count: 5, until: 0, hold } } : {}) }),
        dynoOf([appOf([one(150), one(150), one(150)])], { memory: 200, at: 1000 }),
      ).state.api!.ceiling
    const hour = 3_600_000
    expect(ceilingAfter()).to.deep.equal({ count: 2, until: 1000 + 2 * hour, hold: 2 * hour })
    expect(ceilingAfter(2 * hour)!.hold).to.equal(4 * hour)
    expect(ceilingAfter(16 * hour)!.hold).to.equal(24 * hour)
    expect(ceilingAfter(24 * hour)!.hold).to.equal(24 * hour)
  })
})

describe('what is remembered of an app', () => {
  const after = (before: Partial<AppState>, at: number) =>
    decide(state(before), dynoOf([appOf([one(90), one(80)])], { at })).state.api!

  it('is its largest instance: of three seconds each, of five minutes one in fifteen seconds', () => {
    expect(decide({}, dynoOf([appOf([one(90), one(80)])], { at: 5 })).state.api).to.deep.equal({
      changedAt: 5,
      busySince: undefined,
      recent: [{ at: 5, size: 90 }],
      past: [{ at: 5, size: 90 }],
      ceiling: undefined,
    })
    const points = (...times: number[]) => times.map((at) => ({ at, size: 70 }))
    expect(after({ recent: points(0, 1, 2) }, 3001).recent.map(({ at }) => at)).to.deep.equal([
      1, 2, 3001,
    ])
    expect(after({ past: points(0) }, 14_999).past).to.have.lengthOf(1)
    expect(after({ past: points(0) }, 15_000).past).to.have.lengthOf(2)
    expect(after({ past: points(0, 290_000) }, 300_000).past).to.have.lengthOf(2)
    expect(
      after({ past: points(0, 1000, 285_000) }, 301_000).past.map(({ at }) => at),
    ).to.deep.equal([1000, 285_000, 301_000])
  })
})
