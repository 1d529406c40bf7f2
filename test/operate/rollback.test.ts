import { expect } from 'chai'
import type { PlatformApi, Release } from '../../src/heroku/index.js'
import { isRollbackTarget, rollBack, type RollbackOptions } from '../../src/operate/rollback.js'
import { failureOf } from '../support/failures.js'
import { rejection } from '../support/platform.js'
import { release, releaseId } from '../support/records.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('a rollback', () => {
  useVirtualClock()

  interface Given extends Partial<RollbackOptions> {
    /** Of the release that the rollback makes, poll by poll; the last one stays. */
    statuses?: Release['status'][]
    slowdown?: number
  }
  /** Newest first, as the platform lists them; the first one serves unless another does. */
  const back = async (releases: Release[], given: Given = {}) => {
    const { statuses = ['succeeded'], slowdown = 1, ...options } = given
    const all = releases.some(({ current }) => current)
      ? releases
      : releases.map((one, index) => ({ ...one, current: index === 0 }))
    const asked: string[] = []
    const polled: number[] = []
    const begun = Date.now()
    const made = (polls: number) =>
      release(99, { status: statuses[Math.min(polls, statuses.length - 1)]! })
    const api = {
      budget: { slowdown },
      list: () => Promise.resolve(all),
      post: (_path: string, _shape: unknown, body: { release: string }) => {
        asked.push(all.find(({ id }) => id === body.release)?.version.toString() ?? 'none')
        return Promise.resolve(made(0))
      },
      get: () => {
        polled.push(Date.now() - begun)
        return Promise.resolve(made(polled.length))
      },
    } as unknown as PlatformApi
    const result = await rollBack(api, 'a1', { timeout: 60_000, ...options }).catch(
      (error: unknown) => {
        throw Object.assign(error as Error, { asked, polled })
      },
    )
    return { ...result, asked, polled, to: result.to.version, from: result.from.version }
  }
  const rolledBack = (version: number, to: number) =>
    release(version, { description: `Rollback to v${to}`, slug: { id: `s-${to}` } })

  it('goes to the newest release before that succeeded with other code', async () => {
    const {
      to,
      from,
      asked,
      release: made,
    } = await back([
      release(6),
      release(5, { slug: { id: 's-6' } }),
      release(4, { status: 'failed' }),
      release(3, { slug: null }),
      release(2),
      release(1),
    ])
    expect([from, to, asked, made.version]).to.deep.equal([6, 2, ['2'], 99])
    expect((await back([release(1), release(3, { current: true }), release(2)])).to).to.equal(2)
  })

  it('goes behind what it once went back to, and to nothing that was rolled back from', async () => {
    const releases = [rolledBack(5, 2), release(4), release(3), release(2), release(1)]
    expect((await back(releases)).to).to.equal(1)
    expect((await back([release(6), ...releases])).to).to.equal(5)
    expect((await back([rolledBack(6, 5), ...releases])).to).to.equal(1)
    const worded = release(5, { description: 'After the Rollback to v2' })
    expect((await back([worded, ...releases.slice(1)])).to).to.equal(4)
    const left = await failureOf(back(releases.slice(0, 4)))
    expect(left).to.include({
      code: 'not_found',
      message: 'Before v2 no release succeeded with other code.',
      why: 'v4 was rolled back from, so it has to be named.',
      next: 'shipit rollback v4 --app a1',
    })
  })

  it('goes to the one that is named', async () => {
    const releases = [release(12), release(3), release(2)]
    for (const to of ['v2', '2']) expect((await back(releases, { to })).to).to.equal(2)
  })

  it('goes nowhere if there is nothing to go back to', async () => {
    const next = 'shipit releases --app a1'
    const none = await failureOf(back([release(1, { current: false })].slice(1)))
    expect(none).to.include({ code: 'not_found', next })
    expect(none.message).to.include('no release that serves')
    const first = await failureOf(back([release(1)]))
    expect(first).to.include({ code: 'not_found', next })
    expect(first.message).to.equal('Before v1 no release succeeded with other code.')
    expect(first.why).to.equal(undefined)
    const passed = [
      rolledBack(6, 2),
      release(5, { status: 'failed' }),
      release(4, { slug: null }),
      release(3, { slug: { id: 's-2' } }),
      release(2),
    ]
    expect((await failureOf(back(passed))).why).to.equal(undefined)
  })

  it('goes to none that cannot serve', async () => {
    const releases = [
      release(4),
      release(3, { status: 'failed' }),
      release(2, { slug: null }),
      release(1),
    ]
    for (const [to, code, words] of [
      ['last', 'usage', 'last is not a release.'],
      ['v3x', 'usage', 'v3x is not a release.'],
      ['xv3', 'usage', 'xv3 is not a release.'],
      ['v9', 'not_found', 'There is no release v9.'],
      ['4', 'usage', 'v4 is the release that serves.'],
      ['3', 'usage', 'v3 cannot serve: its status is failed.'],
      ['2', 'usage', 'v2 has no code: it was made before the first deploy.'],
    ] as const) {
      const error = await failureOf(back(releases, { to }))
      expect(error, to).to.include({ code, message: words })
      expect((error as unknown as { asked: string[] }).asked).to.deep.equal([])
    }
  })

  it('is told of as it is made, and waited for until its release phase has ended', async () => {
    const told: number[] = []
    const { release: made, polled } = await back([release(2), release(1)], {
      statuses: ['pending', 'pending', 'pending', 'succeeded'],
      onMade: (one, from) => told.push(one.version, from.version),
    })
    expect([made.status, told]).to.deep.equal(['succeeded', [99, 2]])
    expect(polled).to.deep.equal([1000, 2500, 4750])
    const slow = await back([release(2), release(1)], {
      statuses: ['pending', 'pending', 'succeeded'],
      poll: 100,
      slowdown: 2,
    })
    expect(slow.polled).to.deep.equal([200, 500])
  })

  it('fails with its release phase, or if that has not ended in time', async () => {
    const failed = await failureOf(
      back([release(2), release(1)], { statuses: ['pending', 'failed'] }),
    )
    expect(failed.code).to.equal('release')
    const late = await failureOf(back([release(2), release(1)], { statuses: ['pending'] }))
    expect(late).to.include({ code: 'timeout', why: 'v2 serves until it has.' })
    expect(late.message).to.include('has not ended after 1 min')
    const ref = (version: number) => ({ id: releaseId(version), version })
    for (const { details } of [failed, late])
      expect(details).to.deep.equal({ app: 'a1', release: ref(99), serving: ref(2) })
    const { polled } = late as unknown as { polled: number[] }
    const pauses = polled.map((time, i) => time - (polled[i - 1] ?? 0))
    expect(Math.max(...pauses)).to.equal(15_000)
  })

  it('that is stopped changes nothing, or waits no longer', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'))
    const before = await rejection<Error & { asked: string[] }>(
      back([release(2), release(1)], { signal: stopped }),
    )
    expect([before.message, before.asked]).to.deep.equal(['stopped', []])
    const stop = new AbortController()
    const on = await rejection<Error>(
      back([release(2), release(1)], {
        signal: stop.signal,
        statuses: ['pending'],
        onMade: () => setTimeout(() => stop.abort(), 3000),
      }),
    )
    expect(on.name).to.equal('AbortError')
  })
})

describe('what can be gone back to', () => {
  it('is a release with code that succeeded and does not serve', () => {
    expect(
      [
        release(1),
        release(1, { current: true }),
        release(1, { status: 'failed' }),
        release(1, { status: 'pending' }),
        release(1, { slug: null }),
      ].map(isRollbackTarget),
    ).to.deep.equal([true, false, false, false, false])
  })
})
