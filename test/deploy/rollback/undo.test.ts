import { expect } from 'chai'
import { StepRunner } from '../../../src/deploy/events.js'
import { Journal, type Entry } from '../../../src/deploy/journal.js'
import type { Platform } from '../../../src/deploy/platform.js'
import { Interruption } from '../../../src/deploy/rollback/interrupt.js'
import { undo } from '../../../src/deploy/rollback/undo.js'
import { ShipitError, type ErrorCode } from '../../../src/errors.js'
import type { Release } from '../../../src/heroku/index.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { deploymentOf, entryOf, releaseOf } from '../scripted.js'

const CURRENT = { release: { id: 'release-3', version: 3 }, slug: 'slug-3', commit: 'old' }
const BEGUN: Entry = { did: 'begin push' }
const ENDED: Entry = { did: 'end push' }
const released = (version: number, more: Partial<Release> = {}): Entry => ({
  did: 'release',
  release: releaseOf(version, more),
})

describe('what a failed deploy undoes', () => {
  useVirtualClock()

  const failure = (code: ErrorCode, more: object = {}) =>
    new ShipitError(code, { message: 'It failed.', next: 'Do this.', ...more })
  const network = failure('network')
  /** v3 serves, as before, unless the platform is told otherwise. */
  const undone = async (
    error: ShipitError,
    did: Entry[],
    {
      plan = {},
      answers = {},
      signal,
    }: { plan?: object; answers?: Partial<Platform>; signal?: AbortSignal } = {},
  ) => {
    const journal = new Journal()
    for (const entry of did) journal.record(entry)
    const { deployment, asked } = deploymentOf(
      { currentRelease: () => Promise.resolve(releaseOf(3)), ...answers },
      journal,
      signal,
    )
    Object.assign(deployment.plan, { current: CURRENT, formation: [], rollback: true }, plan)
    Object.assign(deployment, {
      bare: deployment.platform,
      steps: new StepRunner(() => undefined),
    })
    const result = await undo(deployment, error)
    return Object.assign(result, { asked })
  }

  it('is nothing of an app that was made, but is told of', async () => {
    const made: Entry = { did: 'create app', app: {} as never }
    const told = await undone(failure('push'), [made])
    expect(told.message).to.equal('It failed. The app a1 was created and is empty.')
    expect(told).to.include({ code: 'push', next: 'Do this.' })
    expect((await undone(failure('push'), [])).message).to.equal('It failed.')
    const setUp = await undone(failure('push'), [made], { plan: { setUp: {} } })
    expect([setUp.message, setUp.asked]).to.deep.equal(['It failed.', []])
  })

  it('is nothing while the release phase goes on', async () => {
    const late = failure('timeout')
    const pending = released(4, { status: 'pending' })
    expect(await undone(late, [BEGUN, ENDED, pending])).to.equal(late)
    const unverified = failure('timeout', { details: { unverified: true } })
    for (const [error, did] of [
      [unverified, [BEGUN, ENDED, pending]],
      [late, [BEGUN, ENDED, pending, released(5)]],
      [failure('auth'), [BEGUN, ENDED, pending]],
    ] as const)
      expect((await undone(error, [...did])).message).to.include('stands and is unverified')
  })

  it('is nothing of a release against which nothing is known', async () => {
    const stands = await undone(network, [BEGUN, ENDED, released(4), released(5)])
    expect(stands).to.include({
      code: 'timeout',
      message: 'It failed. v5 stands and is unverified: nothing was rolled back.',
      next:
        'Do this.\nLook at `shipit ps --app a1`; a second `shipit deploy` verifies it, and ' +
        '`shipit rollback v3 --app a1` goes back.',
    })
    expect(stands.details).to.deep.equal({
      unverified: true,
      release: { id: 'release-5', version: 5 },
      rolled_back_to: null,
      serving: null,
    })
    expect(stands.asked).to.deep.equal([])
    const scaled = await undone(
      failure('network', { next: undefined }),
      [BEGUN, ENDED, released(4), { did: 'scale', before: [entryOf('web', 1)] }],
      { plan: { current: null, promotes: {} } },
    )
    expect(scaled.message).to.match(/ The dynos stay as they were scaled for it\.$/)
    expect(scaled.next).to.equal(
      'Look at `shipit ps --app a1`; a second `shipit promote` verifies it.',
    )
  })

  it('has a time of its own, or that of the deploy if it is longer', async () => {
    for (const [waitTimeout, least] of [
      [10_000, 300_000],
      [600_000, 600_000],
    ] as const) {
      const begun = Date.now()
      const failed = await undone(failure('boot'), [BEGUN, ENDED, released(4)], {
        plan: { waitTimeout },
        answers: {
          currentRelease: () => Promise.resolve(releaseOf(4)),
          rollbackTo: () => Promise.reject(network),
          releases: () => Promise.resolve([]),
        },
      })
      expect(failed.code).to.equal('rollback')
      expect(Date.now() - begun).to.be.within(least, least + 10_000)
    }
  })

  describe('after a push that broke off', () => {
    const after = (left: 'build' | 'promotion' | undefined): Entry => ({ did: 'break off', left })

    it('is nothing if the push came to a release that has succeeded', async () => {
      const stands = await undone(network, [BEGUN, released(4), after(undefined)])
      expect(stands.message).to.include('v4 stands and is unverified')
      for (const other of [
        released(4, { slug: { id: 'slug-3' } as never }),
        released(4, { slug: null }),
        released(4, { status: 'failed' }),
      ])
        expect((await undone(network, [BEGUN, other, after(undefined)])).message).to.equal(
          'It failed. v3 serves, as before.',
        )
    })

    it('is nothing while its build goes on, which is followed by the next deploy', async () => {
      const left = await undone(network, [BEGUN, after('build')])
      expect(left.message).to.equal(
        'It failed. The build of mine goes on at Heroku: when it succeeds, it serves. Until then ' +
          'v3 serves.',
      )
      expect(left.next).to.equal('Deploy again, which follows it to its end.')
      const released4 = await undone(network, [BEGUN, released(4), after('build')])
      expect(released4.message).to.include('The build of mine goes on at Heroku')
      const promotes = await undone(network, [BEGUN, after('promotion')], {
        plan: { promotes: {} },
      })
      expect(promotes.next).to.equal('Look at `shipit releases --app a1` before you promote again.')
    })

    it('ends with what to do next', async () => {
      const { next, details } = await undone(network, [BEGUN, after(undefined)])
      expect(next).to.equal('Check the connection to the platform, then deploy again.')
      expect(details).to.deep.equal({
        release: null,
        rolled_back_to: null,
        serving: { id: 'release-3', version: 3 },
      })
      for (const code of ['push', 'timeout'] as const)
        expect((await undone(failure(code), [BEGUN, after(undefined)])).next).to.equal('Do this.')
    })

    it('looks for what it has left, unless that was looked for, or the end is known', async () => {
      const looks = async (code: ErrorCode, did: Entry[]) =>
        (await undone(failure(code), did)).asked.includes('builds 5')
      for (const code of ['network', 'timeout', 'push'] as const)
        expect(await looks(code, [BEGUN]), code).to.equal(true)
      expect(await looks('network', [BEGUN, after(undefined)])).to.equal(false)
      expect(await looks('build', [BEGUN])).to.equal(false)
      expect(await looks('push', [BEGUN, ENDED])).to.equal(false)
      expect(await looks('network', [{ did: 'set config' }])).to.equal(false)
    })
  })

  describe('is not known if the platform cannot be asked', () => {
    const second = new ShipitError('network', { message: 'No answer.', why: 'Second why.' })
    const answers = { currentRelease: () => Promise.reject(second) }

    it('and nothing was released', async () => {
      const error = failure('build', { why: 'First why.', exitCode: 10 })
      const unseen = await undone(error, [BEGUN], { answers })
      expect(unseen).to.include({
        code: 'build',
        message:
          'It failed. No release of this deploy was seen, so v3 should still serve, but that ' +
          'could not be looked at: No answer.',
        why: 'First why.',
        next:
          'Look at `shipit releases --app a1` before you deploy again: a build that had begun ' +
          'may go on.\nDo this.',
      })
      expect(unseen.details).to.deep.equal({ release: null, rolled_back_to: null, serving: null })
      const first = await undone(error, [BEGUN], { answers, plan: { current: null } })
      expect(first.message).to.include('was seen, but that could not be looked at')
    })

    it('and something was', async () => {
      const error = failure('boot', { why: 'First why.' })
      const did = [BEGUN, ENDED, released(4), released(5)]
      const twice = await undone(error, did, { answers })
      expect(twice).to.include({
        code: 'rollback',
        message: 'It failed. Going back to v3 failed too: No answer.',
        why: 'First why.\nSecond why.',
        next:
          'Look at `shipit releases --app a1` and `shipit logs --app a1`, then `shipit rollback ' +
          'v3 --app a1`.',
      })
      expect(twice.details).to.deep.equal({
        release: { id: 'release-5', version: 5 },
        rolled_back_to: null,
        serving: null,
        failure: error,
        rollback_failure: second,
      })
      const tried: Entry = { did: 'roll back', release: releaseOf(6) }
      expect((await undone(error, [...did, tried], { answers })).details).to.deep.include({
        rolled_back_to: CURRENT.release,
      })
      const first = await undone(error, [...did, tried], { answers, plan: { current: null } })
      expect(first).to.include({
        message: 'It failed. Could not determine the live release: No answer.',
        next: 'Look at `shipit releases --app a1` and `shipit logs --app a1`.',
      })
      expect(first.details).to.deep.include({ rolled_back_to: null })
    })

    it('as a signal has stopped it', async () => {
      const stop = new AbortController()
      stop.abort(new Interruption('SIGTERM'))
      const { signal } = stop
      const stopped = await undone(failure('boot'), [BEGUN, ENDED, released(4)], {
        answers,
        signal,
      })
      expect(stopped).to.include({ code: 'interrupted', exitCode: 143 })
    })
  })
})
