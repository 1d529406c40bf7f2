import { expect } from 'chai'
import type { InProgress } from '../../../src/deploy/lock/in-progress.js'
import { waitForEnd } from '../../../src/deploy/lock/wait-for-end.js'
import type { Platform } from '../../../src/deploy/platform.js'
import { ShipitError } from '../../../src/errors.js'
import type { LogLine } from '../../../src/heroku/index.js'
import { rejection } from '../../support/platform.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { buildOf, dynoOf, isoTime, lineOf, releaseOf, scripted } from '../scripted.js'

const BUILD = { stage: 'build', build: 'b1', release: null, since: isoTime(0) } as InProgress
const RELEASE = { id: 'release-7', version: 7 }
const api = (message: string, more: Partial<LogLine> = {}) =>
  lineOf(message, { source: 'app', dyno: 'api', ...more })

describe('the wait for a deploy that is in progress elsewhere', () => {
  useVirtualClock()
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  interface Given {
    found?: InProgress
    /** ms after which the platform is done with it. */
    ends?: number
    /** What the log tells, and after how many ms each. */
    lines?: [number, LogLine][]
    timeout?: number
    every?: number
    signal?: AbortSignal
    answers?: Partial<Platform>
  }
  /** How long it took, and when the platform was polled, in ms. */
  const wait = async ({ found = BUILD, ends = Infinity, lines = [], ...given }: Given) => {
    const begun = Date.now()
    const since = () => Date.now() - begun
    const polls: number[] = []
    const logs: unknown[] = []
    const isOver = () => {
      polls.push(since())
      return since() >= ends
    }
    let isLeft = false
    const { platform } = scripted({
      build: (_app, id) => Promise.resolve(buildOf(id, isOver() ? 'succeeded' : 'pending', 'x')),
      release: (_app, id) =>
        Promise.resolve({ ...releaseOf(7), id, status: isOver() ? 'succeeded' : 'pending' }),
      async *logs(_app, { signal, ...options }) {
        logs.push(options)
        signal.addEventListener('abort', () => (isLeft = true))
        for (const [at, line] of lines) {
          await pass(Math.max(0, at - since()))
          yield line
        }
        await pass(10_000_000)
      },
      ...given.answers,
    })
    const { timeout = 600_000, every, signal } = given
    await waitForEnd(platform, 'a1', found, { timeout, every, signal })
    return { took: since(), polls, logs, isLeft }
  }

  it('polls three times a minute, and reads the log from its end', async () => {
    const { took, polls, logs, isLeft } = await wait({ ends: 50_000 })
    expect(polls).to.deep.equal([0, 20_000, 40_000, 60_000])
    expect(took).to.equal(60_000)
    expect(logs).to.deep.equal([{ lines: 1, tail: true }])
    expect(isLeft).to.equal(true)
  })

  it('polls as often as was asked for, more seldom when few calls are left, and soon enough', async () => {
    const times = async (given: Given) => (await wait({ timeout: 2000, ...given })).polls
    expect(await times({ every: 1000 })).to.deep.equal([0, 1000, 2000])
    expect(await times({ every: 100, timeout: 300 })).to.deep.equal([0, 100, 200, 300])
    expect(await times({ every: 500, answers: { slowdown: () => 3 } })).to.deep.equal([0, 1500])
  })

  it('is over at once when there is nothing to wait for, and at the latest after its time', async () => {
    expect((await wait({ ends: 0 })).took).to.equal(0)
    expect((await wait({ timeout: 30_000 })).took).to.equal(30_000)
    const nothing = { ...BUILD, build: null }
    expect((await wait({ found: nothing })).polls).to.deep.equal([])
  })

  for (const line of [
    api('Build succeeded'),
    api('Build failed -- check your build output'),
    api('Release v7 created by user ada@example.com'),
    api('Deploy 1a2b3c4d by user ada@example.com'),
    api('Rollback to v3 by user ada@example.com'),
    lineOf('State changed from starting to up'),
    lineOf('Process exited with status 1'),
  ])
    it(`polls as soon as the log tells of an end: ${line.message}`, async () => {
      const { took } = await wait({ ends: 5000, lines: [[5000, line]] })
      expect(took).to.be.within(5000, 5250)
    })

  for (const line of [
    api('Set FOO config vars by user ada@example.com'),
    api('Build succeeded', { dyno: 'web.1' }),
    api('Build succeeded', { source: 'heroku' }),
    api('The Build succeeded'),
    lineOf('Starting process with command `npm start`'),
  ])
    it(`goes on by the clock at any other line: ${line.source}[${line.dyno}] ${line.message}`, async () => {
      expect((await wait({ ends: 5000, lines: [[5000, line]] })).took).to.equal(20_000)
    })

  it('polls twice in a row for a log that tells of many ends, then by the clock', async () => {
    const lines = Array.from({ length: 20 }, (_, i): [number, LogLine] => [
      1000 + 500 * i,
      api('Build succeeded'),
    ])
    const { polls } = await wait({ timeout: 19_000, lines })
    expect(polls).to.have.lengthOf(3)
    expect(polls[0]).to.equal(0)
    const announced = await wait({ timeout: 24_000, lines: [[15_000, api('Build failed')]] })
    // A poll that was announced puts the next one by the clock off.
    expect(announced.polls).to.have.lengthOf(2)
  })

  it('does without a log that cannot be read', async () => {
    const answers: Partial<Platform> = {
      // eslint-disable-next-line require-yield
      async *logs() {
        await pass(10)
        throw new ShipitError('network', { message: 'No log.' })
      },
    }
    expect((await wait({ ends: 30_000, answers })).took).to.equal(40_000)
  })

  it('ends with a failure of ours that the log meets', async () => {
    const answers: Partial<Platform> = {
      // eslint-disable-next-line require-yield
      async *logs() {
        await pass(10)
        throw new TypeError('ours')
      },
    }
    const error = await rejection<Error>(wait({ ends: 30_000, answers }))
    expect(error).to.include({ name: 'TypeError', message: 'ours' })
  })

  it('ends with its signal', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('stopped')), 3000)
    const begun = Date.now()
    await rejection(wait({ signal: stop.signal }))
    expect(Date.now() - begun).to.equal(3000)
  })

  it('asks for the release while its phase goes on', async () => {
    const found = { ...BUILD, stage: 'release', build: null, release: RELEASE } as InProgress
    expect((await wait({ found, ends: 50_000 })).took).to.equal(60_000)
  })

  describe('of a boot', () => {
    const boot = { ...BUILD, stage: 'boot', build: null, release: RELEASE } as InProgress
    const isOver = async (...dynos: ReturnType<typeof dynoOf>[]) => {
      const answers = { dynos: () => Promise.resolve(dynos) }
      return (await wait({ found: boot, timeout: 1000, answers })).took === 0
    }

    it('goes on while a dyno starts, or one of an older release is there', async () => {
      expect(await isOver()).to.equal(true)
      expect(await isOver(dynoOf('web.1', 7), dynoOf('web.2', 8))).to.equal(true)
      expect(await isOver(dynoOf('web.1', 7), dynoOf('web.2', 6))).to.equal(false)
      expect(await isOver(dynoOf('web.1', 7), dynoOf('web.2', 7, { state: 'starting' }))).to.equal(
        false,
      )
      expect(await isOver(dynoOf('web.1', 7, { state: 'crashed' }))).to.equal(true)
    })

    it('goes on until preboot has switched to it, for apps with web dynos', async () => {
      const found = { ...boot, stage: 'switch', since: isoTime(Date.now()) } as InProgress
      const answers = (type: string): Partial<Platform> => ({
        prebootSwitch: 180_000,
        dynos: () => Promise.resolve([dynoOf(`${type}.1`, 7)]),
        feature: () => Promise.resolve({ enabled: true, updated_at: isoTime(0) } as never),
        logs: async function* () {
          await pass(1)
          yield* []
        },
      })
      expect((await wait({ found, answers: answers('web') })).took).to.be.within(180_000, 200_000)
      const later = { ...found, since: isoTime(Date.now()) }
      expect((await wait({ found: later, answers: answers('worker') })).took).to.be.below(100)
    })
  })
})
