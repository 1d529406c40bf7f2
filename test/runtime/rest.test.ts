import { expect } from 'chai'
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isStarted, Rest } from '../../src/runtime/first-start.js'
import type { Instance } from '../../src/runtime/instances.js'
import { monotonic } from '../../src/lib/monotonic.js'
import { until } from '../support/until.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('the start of an instance', () => {
  let sleeper: ChildProcess
  before('a process that rests', async function () {
    if (process.platform !== 'linux') return this.skip()
    sleeper = spawn('sleep', ['600'], { stdio: 'ignore' })
    const stat = () => readFileSync(`/proc/${sleeper.pid}/stat`, 'utf8')
    await until('the process to rest', () => stat().includes('(sleep) S'))
  })
  after(() => void sleeper?.kill('SIGKILL'))
  useVirtualClock()

  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const instanceOf = (more: Partial<Instance> = {}, isNode = false): Instance =>
    ({
      app: { interpreter: { isNode } },
      pid: sleeper.pid,
      mark: 'no process has it',
      hasEnded: false,
      startedAt: monotonic(),
      isListening: false,
      ...more,
    }) as Instance

  it('is over when it listens, or after three seconds', async () => {
    const one = instanceOf()
    expect(isStarted(one)).to.equal(false)
    expect(isStarted(instanceOf({ isListening: true }))).to.equal(true)
    expect(new Rest().isReached(instanceOf({ isListening: true }))).to.equal(true)
    await pass(2999)
    expect(isStarted(one)).to.equal(false)
    await pass(1)
    expect(isStarted(one)).to.equal(true)
  })

  it('is over when its processes have rested for 0.3 s', async () => {
    const [one, rest] = [instanceOf(), new Rest()]
    expect(rest.isReached(one)).to.equal(false)
    await pass(299)
    expect(rest.isReached(one)).to.equal(false)
    await pass(1)
    expect(rest.isReached(one)).to.equal(true)
  })

  it('is not over before the first instruction of an app of Node', async () => {
    const booting = new Rest()
    const [begun, rest] = [instanceOf({ begunAt: monotonic() }, true), new Rest()]
    const one = instanceOf({}, true)
    booting.isReached(one)
    rest.isReached(begun)
    await pass(400)
    expect(booting.isReached(one)).to.equal(false)
    expect(rest.isReached(begun)).to.equal(true)
    one.begunAt = monotonic()
    // The rest counts from here.
    expect(booting.isReached(one)).to.equal(false)
    await pass(299)
    expect(booting.isReached(one)).to.equal(false)
    await pass(1)
    expect(booting.isReached(one)).to.equal(true)
  })

  it('is not over while its processes take a fifth of a CPU or more, all together', async () => {
    const restsAfter = async (first: number[], second: number[], ms = 1000) => {
      const rest = new Rest()
      const table = (cpuSeconds: number[]) => () =>
        cpuSeconds.map((seconds, i) => ({
          pid: i === 0 ? sleeper.pid! : 2 ** 30 + i,
          parent: i === 0 ? 1 : sleeper.pid!,
          session: 0,
          rss: 1,
          cpuSeconds: seconds,
          mark: undefined,
        }))
      const one = instanceOf()
      rest.isReached(one, table(first))
      await pass(ms)
      return rest.isReached(one, table(second))
    }
    expect(await restsAfter([5, 7], [5.1, 7.0625])).to.equal(true)
    expect(await restsAfter([5, 7], [5.125, 7.125])).to.equal(false)
    expect(await restsAfter([5], [5.25], 1250)).to.equal(false)
    expect(await restsAfter([5], [5.25], 1251)).to.equal(true)
    expect(await restsAfter([0], [0.9])).to.equal(false)
  })

  it('is not over while one of its processes runs or is about to', async () => {
    const rest = new Rest()
    // This process: it runs, as it asks.
    const one = instanceOf({ pid: process.pid })
    for (let i = 0; i < 5; i += 1) {
      expect(rest.isReached(one)).to.equal(false)
      await pass(300)
    }
  })
})
