import { expect } from 'chai'
import { buildEnd } from '../../src/deploy/build-end.js'
import { sayOutput } from '../../src/deploy/say-lines.js'
import { pause, TIMING } from '../../src/deploy/timing.js'
import type { Build } from '../../src/heroku/index.js'
import { failureOf } from '../support/failures.js'
import { rejection } from '../support/platform.js'
import { useVirtualClock } from '../support/virtual-clock.js'
import { buildOf } from './scripted.js'

const never = new AbortController().signal

describe('a build that goes on at the platform', () => {
  useVirtualClock()

  const follow = async (
    statuses: Build['status'][],
    { pieces = [] as string[], signal = never, hangs = false } = {},
  ) => {
    const said: string[] = []
    const times: number[] = []
    const begun = Date.now()
    async function* output(_url: string, limit: AbortSignal) {
      yield* pieces
      if (!hangs) return
      await new Promise((_resolve, reject) => {
        limit.addEventListener('abort', () => reject(limit.reason as Error))
      })
    }
    const build = await buildEnd(buildOf('b', 'pending', 'mine'), {
      app: 'a1',
      poll: () => {
        times.push(Date.now() - begun)
        return Promise.resolve(
          buildOf('b', statuses[Math.min(times.length, statuses.length) - 1]!, 'mine'),
        )
      },
      output,
      say: (line) => said.push(line),
      signal,
      timing: TIMING,
    })
    return { status: build.status, said, times, took: Date.now() - begun }
  }

  it('is followed until it is pending no more, and its output said line by line', async () => {
    const { status, said, times } = await follow(['pending', 'pending', 'failed'], {
      pieces: ['one\ntw', 'o\n', 'thr', 'ee'],
    })
    expect([status, said]).to.deep.equal(['failed', ['one', 'two', 'three']])
    expect(times).to.deep.equal([0, 100, 250])
    expect((await follow(['succeeded'])).took).to.equal(0)
  })

  it('is given up after 20 minutes, of its output as well', async () => {
    const begun = Date.now()
    const error = await failureOf(follow(['pending']))
    expect(error).to.include({ code: 'timeout', next: 'Look at `shipit releases --app a1`.' })
    expect(error.message).to.equal('The build had not ended after 20 min.')
    expect(Date.now() - begun).to.be.within(1_200_000, 1_210_000)
    const { said, took } = await follow(['succeeded'], { hangs: true })
    expect([said.length, took]).to.deep.equal([1, 1_200_000])
    expect(said[0]).to.include('the output of the build broke off')
    const late = await follow(['pending', 'succeeded'], { hangs: true })
    expect(late.times, 'one more look as its time ends').to.deep.equal([1_200_000, 1_200_100])
  })

  it('ends with the signal, before another look', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'))
    expect(await rejection(follow(['pending'], { signal: stopped }))).to.have.property(
      'message',
      'stopped',
    )
  })
})

describe('the output of a build', () => {
  async function* failing(error: unknown): AsyncGenerator<string> {
    yield 'one\n'
    throw error
  }
  const said = async (error: unknown, signal = never) => {
    const lines: string[] = []
    await sayOutput(failing(error), 'release phase', { say: (line) => lines.push(line), signal })
    return lines
  }

  it('may break off, which is only said', async () => {
    const [one, end] = await said(new Error('reset'))
    expect([one, end]).to.deep.equal(['one', '(the output of the release phase broke off: reset)'])
    expect((await said('odd'))[1]).to.equal('(the output of the release phase broke off: odd)')
    const stopped = AbortSignal.abort(new Error('stopped'))
    expect(await rejection(said(new Error('reset'), stopped))).to.include({ message: 'stopped' })
  })
})

describe('the pauses of a deploy', () => {
  useVirtualClock()

  const took = async (...[look, longest, usual]: [number, number?, number?]) => {
    const begun = Date.now()
    const slow = { timing: TIMING, platform: { slowdown: () => 2 } }
    await pause({ timing: TIMING }, look, never, longest, usual)
    const once = Date.now() - begun
    await pause(slow, look, never, longest, usual)
    return [once, Date.now() - begun - once]
  }

  it('are short at first, then longer up to the usual one, and longer with few calls left', async () => {
    expect(await took(0)).to.deep.equal([100, 200])
    expect(await took(2)).to.deep.equal([225, 450])
    expect(await took(50)).to.deep.equal([5000, 10_000])
    expect(await took(50, 7000)).to.deep.equal([5000, 7000])
    expect(await took(0, undefined, 30)).to.deep.equal([30, 60])
    await pause({ timing: TIMING, platform: {} }, 0, never)
  })

  it('are as long as is documented', () => {
    expect(TIMING).to.deep.equal({
      poll: 5000,
      stable: 5000,
      stableAtLeast: 1750,
      health: 60_000,
      listed: 15_000,
      lines: 500,
      rollback: 300_000,
      patience: 60_000,
      settle: 60_000,
    })
  })
})
