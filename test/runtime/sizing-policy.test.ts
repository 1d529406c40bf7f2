import { expect } from 'chai'
import {
  decide,
  FULL,
  type AppSample,
  type Decision,
  type DynoSample,
  type SizingState,
} from '../../src/runtime/sizing-policy.js'
import { CURVES } from './growth-curves.js'

interface Simulated {
  /** Resident MB of an instance after so many seconds of traffic. */
  curve: readonly number[]
  seconds: number
  memory?: number
  cpus?: number
  instances: number
  /** CPUs that all requests together want at a second. */
  demand: (second: number) => number
  /** Seconds from the start of an instance until it serves. */
  boot?: number
  isFixed?: boolean
  /** MB a second that an instance grows beyond its curve. */
  leak?: number
}

interface Change extends Decision {
  at: number
}

const OVERHEAD = 50

/**
 * A dyno a second at a time: what the policy decides is done, and an instance that goes needs two
 * seconds for it.
 */
function simulate({
  curve,
  seconds,
  memory = 512,
  cpus = 8,
  instances,
  demand,
  boot = 2,
  isFixed = false,
  leak = 0,
}: Simulated) {
  let state: SizingState = {}
  const all = Array.from({ length: instances }, () => ({ age: boot, busy: 0, leaves: Infinity }))
  const changes: Change[] = []
  let most = 0
  let lastLook = all.length
  for (let at = 0; at < seconds; at += 1) {
    for (let i = all.length - 1; i >= 0; i -= 1) if (all[i]!.leaves <= at) all.splice(i, 1)
    const serving = all.filter((one) => one.age >= boot)
    const load = Math.min(1, demand(at) / Math.max(1, serving.length))
    for (const one of all) {
      one.age += 1
      if (one.age > boot) one.busy += load
    }
    const sizeOf = (one: { busy: number; age: number }) =>
      (curve[Math.min(curve.length - 1, Math.floor(one.busy))] as number) + leak * one.age
    const app: AppSample = {
      name: 'api',
      most: isFixed ? undefined : cpus,
      isGivenUp: false,
      count: all.filter((one) => one.leaves === Infinity).length,
      instances: all
        .filter((one) => one.leaves === Infinity)
        .map((one) => ({
          memory: sizeOf(one),
          uptime: one.age * 1000,
          load: one.age > boot ? load : 0,
          isServing: one.age >= boot,
        })),
    }
    const sample: DynoSample = { at: at * 1000, memory, overhead: OVERHEAD, apps: [app] }
    most = Math.max(most, OVERHEAD + all.reduce((sum, one) => sum + sizeOf(one), 0))
    lastLook = app.count
    // The watch looks again only when what it decided is done.
    if (all.some((one) => one.leaves !== Infinity)) continue
    const { state: next, decision } = decide(state, sample)
    state = next
    if (!decision) continue
    changes.push({ ...decision, at })
    if (decision.change > 0) all.push({ age: 0, busy: 0, leaves: Infinity })
    else all.filter((one) => one.leaves === Infinity).at(-1)!.leaves = at + 2
  }
  expect(structuredClone(state), 'plain data').to.deep.equal(state)
  return {
    changes,
    most,
    count: lastLook,
    moves: changes.map((one) => (one.change > 0 ? '+' : '-')).join(''),
  }
}

const HOUR = 3600
const always = () => 8

describe('the number of instances, as traffic teaches it', () => {
  it('grows one at a time while busy, to what the memory holds and never beyond', () => {
    const { changes, most, count, moves } = simulate({
      curve: CURVES.static90,
      seconds: 600,
      instances: 2,
      demand: always,
    })
    expect(moves).to.equal('++')
    expect(count).to.equal(4)
    expect(most).to.be.within(400, 512)
    expect(changes[1]!.at - changes[0]!.at).to.be.at.least(3)
    expect(changes[0]!.why).to.match(
      /^busy \(100% of a CPU each\), and \d+ MB are free for one more of \d+ MB$/,
    )
  })

  it('stays at the CPUs, and where it is when nothing is busy', () => {
    expect(
      simulate({ curve: CURVES.static90, seconds: 600, instances: 2, cpus: 3, demand: always })
        .count,
    ).to.equal(3)
    expect(
      simulate({ curve: CURVES.static90, seconds: 600, instances: 2, demand: () => 0.5 }).moves,
    ).to.equal('')
  })

  it('leaves the number of the user alone, busy or full', () => {
    expect(
      simulate({ curve: CURVES.pages, seconds: 600, instances: 3, isFixed: true, demand: always })
        .moves,
    ).to.equal('')
    expect(
      simulate({
        curve: CURVES.static90,
        seconds: 600,
        instances: 1,
        isFixed: true,
        demand: always,
      }).moves,
    ).to.equal('')
  })

  it('takes one out before the dyno is over its memory, when instances grow to more than was thought', () => {
    const { most, count, moves } = simulate({
      curve: CURVES.next,
      seconds: 600,
      instances: 3,
      demand: always,
    })
    expect(moves).to.equal('-')
    expect(count).to.equal(2)
    expect(most).to.be.at.most(512)
  })

  it('waits until memory is at rest: what still grows is not multiplied', () => {
    const { moves, most } = simulate({
      curve: CURVES.next,
      seconds: 600,
      instances: 2,
      demand: always,
    })
    expect(moves).to.equal('')
    expect(most).to.be.at.most(512)
  })

  for (const [name, curve] of Object.entries(CURVES)) {
    for (const memory of [512, 2560]) {
      for (const period of [60, 600]) {
        it(`does not flap: ${name} in ${memory} MB, traffic that comes and goes every ${period} s, six hours long`, () => {
          const demand = (second: number) => (Math.floor(second / period) % 2 === 0 ? 8 : 0.1)
          const { changes, moves, most } = simulate({
            curve,
            seconds: 6 * HOUR,
            memory,
            instances: 2,
            demand,
          })
          expect(moves.match(/-/g)?.length ?? 0, moves).to.be.at.most(2)
          expect(changes.length, moves).to.be.at.most(10)
          expect(most).to.be.at.most(memory)
        })
      }
    }
  }

  it('leaves a leak to the guard, which reloads: fewer instances would leak as well', () => {
    const { moves, most } = simulate({
      curve: CURVES.static90,
      seconds: HOUR,
      instances: 4,
      demand: () => 1,
      leak: 0.005,
    })
    expect(moves).to.equal('')
    expect(most).to.be.above(512 * FULL)
  })

  it('counts an app as busy when half of its instances are, as kept connections stay where they are', () => {
    const of = (loads: number[]): DynoSample => ({
      at: 0,
      memory: 2560,
      overhead: 50,
      apps: [
        {
          name: 'api',
          most: 8,
          isGivenUp: false,
          count: loads.length,
          instances: loads.map((load) => ({ memory: 100, uptime: 60_000, load, isServing: true })),
        },
      ],
    })
    const after = (loads: number[]) =>
      [0, 1, 2, 3].reduce<{ state: SizingState; decision?: Decision }>(
        (before, second) => decide(before.state, { ...of(loads), at: second * 1000 }),
        { state: {} },
      ).decision?.change
    expect(after([1, 1, 0, 0])).to.equal(1)
    expect(after([1, 1, 0, 0, 0])).to.equal(undefined)
  })

  it('takes one out where the guard has found that reloads do not help', () => {
    const instances = Array.from({ length: 3 }, () => ({
      memory: 170,
      uptime: HOUR * 1000,
      load: 0.2,
      isServing: true,
    }))
    const app = { name: 'api', most: 8, isGivenUp: true, count: 3, instances }
    const { decision, state } = decide({}, { at: 0, memory: 512, overhead: 50, apps: [app] })
    expect(decision).to.deep.include({ app: 'api', change: -1 })
    expect(decision!.why).to.equal('the dyno is full: 560 of 512 MB, 170 MB an instance')
    expect(state.api!.ceiling).to.deep.equal({ count: 2, until: 7_200_000, hold: 7_200_000 })
  })

  it("never takes the last one, nor adds beside one that starts, waits for a restart, or would need the room of another app's reload", () => {
    const one = { memory: 600, uptime: 1000, load: 1, isServing: true }
    const of = (app: Partial<AppSample>, others: AppSample[] = []): DynoSample => ({
      at: 0,
      memory: 512,
      overhead: 50,
      apps: [
        { name: 'api', most: 8, isGivenUp: false, count: 1, instances: [one], ...app },
        ...others,
      ],
    })
    expect(decide({}, of({})).decision).to.equal(undefined)
    const small = { ...one, memory: 100 }
    const busyFor = (sample: DynoSample) =>
      [0, 1, 2, 3].reduce<{ state: SizingState; decision?: Decision }>(
        (before, second) => decide(before.state, { ...sample, at: second * 1000 }),
        { state: {} },
      )
    expect(busyFor(of({ instances: [small] })).decision?.change).to.equal(1)
    expect(
      busyFor(of({ count: 2, instances: [small, { ...small, isServing: false }] })).decision,
    ).to.equal(undefined)
    expect(busyFor(of({ count: 2, instances: [small] })).decision).to.equal(undefined)
    const jobs: AppSample = {
      name: 'jobs',
      most: undefined,
      isGivenUp: false,
      count: 1,
      instances: [{ ...small, memory: 140, load: 0 }],
    }
    expect(busyFor(of({ instances: [small] }, [jobs])).decision).to.equal(undefined)
  })
})
