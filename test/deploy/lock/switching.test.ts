import { expect } from 'chai'
import { isSwitching } from '../../../src/deploy/lock/switching.js'
import { overtakenBy, checkNotReplaced, outdatedPlan } from '../../../src/deploy/lock/overtaken.js'
import { releaseToReplace } from '../../../src/deploy/lock/turn.js'
import type { InProgress } from '../../../src/deploy/lock/in-progress.js'
import type { Deployment } from '../../../src/deploy/deployment.js'
import { Journal } from '../../../src/deploy/journal.js'
import type { Platform } from '../../../src/deploy/platform.js'
import { ShipitError } from '../../../src/errors.js'
import type { AppFeature, LogLine, Release } from '../../../src/heroku/index.js'
import { failureOf } from '../../support/failures.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { buildOf, isoTime, lineOf, releaseOf, scripted } from '../scripted.js'

describe('whether preboot has still to switch', () => {
  useVirtualClock()

  const END = 'Stopping all processes with SIGTERM'
  interface Case {
    /** ms since the release. */
    age?: number
    webDynos?: number
    feature?: { enabled: boolean; updated?: number } | undefined
    lines?: LogLine[]
    failure?: Error
  }
  const ask = async (given: Case) => {
    const { age = 60_000, webDynos = 1, lines = [], failure } = given
    const { feature = { enabled: true } } = given
    const since = Date.now() - age
    const options: unknown[] = []
    const { platform, asked } = scripted({
      prebootSwitch: 180_000,
      feature: () =>
        Promise.resolve(
          'feature' in given && given.feature === undefined
            ? undefined
            : ({
                enabled: feature.enabled,
                updated_at: isoTime(since + (feature.updated ?? 0)),
              } as AppFeature),
        ),
      async *logs(_app, read) {
        options.push([read.lines, read.tail])
        yield* lines
        if (failure) throw failure
      },
    })
    const is = await isSwitching(platform, 'a1', { created_at: isoTime(since) }, webDynos)
    return { is, asked, options }
  }

  it('is so for as long as is documented, until the dynos before have ended', async () => {
    expect((await ask({})).is).to.equal(true)
    expect((await ask({ age: 180_000 })).is).to.equal(true)
    expect((await ask({ lines: [lineOf(END)] })).is).to.equal(false)
    expect((await ask({ webDynos: 2, lines: [lineOf(END)] })).is).to.equal(true)
    expect((await ask({})).options).to.deep.equal([[500, false]])
  })

  it('costs no call without web dynos, and once its time is over', async () => {
    for (const none of [{ webDynos: 0 }, { age: 180_001 }]) {
      const { is, asked } = await ask(none)
      expect([is, asked]).to.deep.equal([false, []])
    }
  })

  it('is not so without preboot, or with one that was enabled later', async () => {
    for (const feature of [undefined, { enabled: false }, { enabled: true, updated: 1 }]) {
      const { is, asked } = await ask({ feature })
      expect([is, asked]).to.deep.equal([false, ['feature preboot']])
    }
  })

  it('is left to the time if the log cannot be read', async () => {
    const failure = new ShipitError('network', { message: 'no log' })
    expect((await ask({ failure })).is).to.equal(true)
    const wrong = await ask({ failure: new TypeError('wrong') }).catch((error: Error) => error)
    expect(wrong).to.be.instanceOf(TypeError)
  })
})

describe('a push that was rejected', () => {
  const rejected = (code: 'push' | 'build' | 'network' = 'push') =>
    new ShipitError(code, { message: 'rejected', why: 'behind' })
  const ask = (answers: Partial<Platform>, error: unknown = rejected(), isAborted = false) => {
    const stop = new AbortController()
    if (isAborted) stop.abort()
    const { platform, asked } = scripted({
      builds: () => Promise.resolve([]),
      releases: () => Promise.resolve([]),
      currentRelease: () => Promise.resolve(undefined),
      ...answers,
    })
    const journal = new Journal()
    const plan = { app: 'a1', commit: { id: 'mine' }, current: { release: { version: 3 } } }
    const deployment = { plan, platform, signal: stop.signal, journal } as unknown as Deployment
    return { asked, journal, found: () => overtakenBy(deployment, error) }
  }
  const current = (release: Release) => ({ currentRelease: () => Promise.resolve(release) })

  it('means what it says if nobody came first', async () => {
    expect(await ask(current(releaseOf(3))).found()).to.equal(undefined)
    expect(await ask({}).found()).to.equal(undefined)
    expect(await ask(current(releaseOf(4, { slug: null }))).found()).to.equal(undefined)
  })

  it('tells of a release that came first, which is none of its own', async () => {
    for (const code of ['push', 'build'] as const) {
      const error = await ask(current(releaseOf(4)), rejected(code)).found()
      expect(error).to.include({ code: 'refused', why: 'behind' })
      expect(error!.message).to.include('v4 (Deploy 4) by ada@example.com')
      expect(outdatedPlan(error)).to.include({ canFollow: false })
    }
    const own = ask(current(releaseOf(4)))
    own.journal.record({ did: 'release', release: releaseOf(4) })
    expect(await own.found()).to.equal(undefined)
  })

  it('tells of a build that came first, which is followed if it is of the same commit', async () => {
    for (const commit of ['mine', 'other']) {
      const builds = () => Promise.resolve([buildOf('b', 'pending', commit)])
      const error = await ask({ builds }).found()
      expect(error!.message).to.include('came first: commit')
      expect(outdatedPlan(error)).to.include({ canFollow: commit === 'mine' })
    }
  })

  it("is its build's end if the newest build is of its commit and failed", async () => {
    const newest = (status: 'failed' | 'succeeded', commit: string) =>
      ask({
        ...current(releaseOf(4)),
        builds: () => Promise.resolve([buildOf('b', status, commit)]),
      }).found()
    expect(await newest('failed', 'mine')).to.equal(undefined)
    expect(await newest('failed', 'other')).to.include({ code: 'refused' })
    expect(await newest('succeeded', 'mine')).to.include({ code: 'refused' })
  })

  it('is not looked into for other errors, nor once the deploy is stopped', async () => {
    for (const one of [
      ask(current(releaseOf(4)), rejected('network')),
      ask(current(releaseOf(4)), new Error('push')),
      ask(current(releaseOf(4)), rejected(), true),
    ]) {
      expect(await one.found()).to.equal(undefined)
      expect(one.asked).to.deep.equal([])
    }
  })

  it('is known wherever it lies among the causes of an error', async () => {
    const error = await ask(current(releaseOf(4))).found()
    expect(outdatedPlan(new Error('around', { cause: error }))).to.include({ canFollow: false })
    for (const other of [new Error('none'), undefined, 'text'])
      expect(outdatedPlan(other)).to.equal(undefined)
  })
})

describe('a release that came up', () => {
  const check = (now: Release | undefined) =>
    checkNotReplaced(
      {
        plan: { app: 'a1' },
        platform: scripted({ currentRelease: () => Promise.resolve(now) }).platform,
      } as unknown as Deployment,
      releaseOf(4),
    )

  it('was replaced by a newer one of another slug alone', async () => {
    for (const now of [undefined, releaseOf(4, { slug: null }), releaseOf(3)]) await check(now)
    await check(releaseOf(5, { slug: { id: 'slug-4' } }))
    const error = await failureOf(check(releaseOf(5)))
    expect(error.code).to.equal('refused')
    expect(error.message).to.include('v4 was replaced').and.include('v5 (Deploy 5)')
  })
})

describe('the release that a deploy replaces', () => {
  const replaced = async (follows: string | undefined, ...earlier: Release[]) => {
    const { platform } = scripted({
      currentRelease: () => Promise.resolve(releaseOf(5)),
      releases: () => Promise.resolve([releaseOf(6), releaseOf(5), ...earlier]),
    })
    const inProgress =
      follows === undefined ? undefined : ({ release: { id: follows } } as InProgress)
    return (await releaseToReplace(platform, 'a1', inProgress))?.version
  }

  it('is the current one, unless that is the one which is followed', async () => {
    expect(await replaced(undefined, releaseOf(4))).to.equal(5)
    expect(await replaced('release-4', releaseOf(4))).to.equal(5)
    expect(await replaced('release-5', releaseOf(4), releaseOf(3))).to.equal(4)
  })

  it('else is the newest one before that succeeded with other code', async () => {
    expect(
      await replaced(
        'release-5',
        releaseOf(4, { status: 'failed' }),
        releaseOf(3, { slug: null }),
        releaseOf(2, { slug: { id: 'slug-5' } }),
        releaseOf(1),
      ),
    ).to.equal(1)
    expect(await replaced('release-5')).to.equal(undefined)
  })
})
