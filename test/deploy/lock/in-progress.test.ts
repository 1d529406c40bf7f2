import { expect } from 'chai'
import {
  describeInProgress,
  findInProgress,
  type InProgress,
} from '../../../src/deploy/lock/in-progress.js'
import type { Platform } from '../../../src/deploy/platform.js'
import type { AppFeature } from '../../../src/heroku/index.js'
import { buildOf, dynoOf, entryOf, isoTime, releaseOf, scripted } from '../scripted.js'
import { useVirtualClock } from '../../support/virtual-clock.js'

const MINUTE = 60_000

describe('what the platform is at work on', () => {
  useVirtualClock()

  /** v4 of slug-4 is current, after v3, and its only dyno has been up for an hour. */
  const quiet = (more: Partial<Platform> = {}) => {
    const now = Date.now()
    return scripted({
      prebootSwitch: 3 * MINUTE,
      builds: () => Promise.resolve([buildOf('b4', 'succeeded', 'new')]),
      releases: () => Promise.resolve([young(now - MINUTE), releaseOf(3)]),
      slug: (_app, id) => Promise.resolve({ id, commit: 'new' } as never),
      dynos: () => Promise.resolve([dynoOf('web.1', 4, { created: now - MINUTE })]),
      formation: () => Promise.resolve([entryOf('web', 1)]),
      feature: () => Promise.resolve(undefined),
      ...more,
    })
  }
  const young = (created: number) => releaseOf(4, { current: true, created_at: isoTime(created) })
  const find = (more: Partial<Platform>, commit = 'new') =>
    findInProgress(quiet(more).platform, 'a1', commit)
  const since = (ms: number, more = {}) => ({
    releases: () =>
      Promise.resolve([{ ...young(Date.now() - ms), ...more }, releaseOf(3), releaseOf(2)]),
  })
  const starting = {
    dynos: () => Promise.resolve([dynoOf('web.1', 4, { state: 'starting' })]),
  }

  it('is nothing once all dynos of the newest release have been up for long', async () => {
    const { platform, asked } = quiet()
    expect(await findInProgress(platform, 'a1', 'new')).to.equal(undefined)
    expect(asked).to.include.members(['builds 10', 'releases 10'])
  })

  it('is the oldest build that is pending', async () => {
    const builds = () =>
      Promise.resolve([
        buildOf('b6', 'pending', 'six', 6),
        buildOf('b5', 'pending', 'five', 5),
        buildOf('b4', 'failed', 'four', 4),
      ])
    expect(await find({ builds })).to.deep.equal({
      stage: 'build',
      commit: 'five',
      by: 'grace@example.com',
      since: isoTime(5),
      build: 'b5',
      release: null,
      isOfCode: true,
      provenIn: null,
    })
  })

  it('is a release phase, however long it takes', async () => {
    const found = await find(since(60 * MINUTE, { status: 'pending', current: false }))
    expect(found).to.include({ stage: 'release', by: 'ada@example.com', isOfCode: true })
    expect(found?.release).to.deep.equal({ id: 'release-4', version: 4 })
    expect(found?.commit).to.equal('new')
    const pending = (version: number) =>
      releaseOf(version, { status: 'pending', created_at: isoTime(0) })
    const two = () => Promise.resolve([pending(6), pending(5), young(Date.now())])
    expect((await find({ releases: two }))?.release, 'the older of two').to.deep.equal({
      id: 'release-5',
      version: 5,
    })
  })

  it('is nothing of an app without code or releases', async () => {
    expect(await find({ releases: () => Promise.resolve([]) })).to.equal(undefined)
    expect(await find({ ...since(1, { slug: null }), ...starting })).to.equal(undefined)
  })

  it('is a boot: of the same commit for 10 minutes, of others for 2', async () => {
    const isFound = async (ms: number, commit: string) =>
      (await find({ ...since(ms), ...starting }, commit))?.stage
    expect(await isFound(10 * MINUTE, 'new')).to.equal('boot')
    expect(await isFound(10 * MINUTE + 1000, 'new')).to.equal(undefined)
    expect(await isFound(2 * MINUTE, 'other')).to.equal('boot')
    expect(await isFound(2 * MINUTE + 1000, 'other')).to.equal(undefined)
  })

  it('costs no call for the dynos of a release that is old', async () => {
    const { platform, asked } = quiet(since(11 * MINUTE))
    await findInProgress(platform, 'a1', 'new')
    expect(asked).to.deep.equal(['builds 10', 'releases 10'])
  })

  it('is nothing once a dyno has crashed: whoever deployed it goes back', async () => {
    const dynos = () =>
      Promise.resolve([
        dynoOf('web.1', 4, { state: 'crashed' }),
        dynoOf('web.2', 4, { state: 'starting' }),
      ])
    expect(await find({ ...since(1000), dynos })).to.equal(undefined)
  })

  it('is of code, but for a release of the slug before: of releases that succeeded and have one', async () => {
    const isOfCode = async (...earlier: ReturnType<typeof releaseOf>[]) => {
      const releases = () => Promise.resolve([young(Date.now() - 1000), ...earlier])
      return (await find({ releases, ...starting }))?.isOfCode
    }
    const same = { slug: { id: 'slug-4' } }
    expect(await isOfCode()).to.equal(true)
    expect(await isOfCode(releaseOf(3))).to.equal(true)
    expect(await isOfCode(releaseOf(3, same))).to.equal(false)
    expect(await isOfCode(releaseOf(3), releaseOf(2, same))).to.equal(true)
    expect(await isOfCode(releaseOf(3, { status: 'failed' }), releaseOf(2, same))).to.equal(false)
    expect(await isOfCode(releaseOf(3, { slug: null }), releaseOf(2, same))).to.equal(false)
    expect(await isOfCode(releaseOf(5, same), releaseOf(3))).to.equal(true)
  })

  it('is not over until the dynos have been up for as long as they are watched', async () => {
    const provenIn = async (boot: number, ago: number, more: Partial<Platform> = {}) => {
      const now = Date.now()
      const times = { created: now - ago - boot, up: now - ago }
      const dynos = () =>
        Promise.resolve([
          dynoOf('web.1', 4, { created: now - ago - 1, up: now - ago - 1 }),
          dynoOf('web.2', 4, times),
        ])
      const formation = () => Promise.resolve([entryOf('web', 2)])
      return (await find({ ...since(30_000), dynos, formation, ...more }))?.provenIn
    }
    expect(await provenIn(3000, 1000)).to.equal(2000)
    expect(await provenIn(500, 1000)).to.equal(750)
    expect(await provenIn(20_000, 1000)).to.equal(4000)
    expect(await provenIn(3000, 2999)).to.equal(1)
    expect(await provenIn(3000, 3000)).to.equal(undefined)
    expect(await provenIn(3000, -60_000)).to.equal(3000)
    const releases = () =>
      Promise.resolve([young(Date.now() - 1000), releaseOf(3, { slug: { id: 'slug-4' } })])
    expect(await provenIn(3000, 1000, { releases })).to.equal(undefined)
  })

  it('is over at once for an app of no dynos', async () => {
    const none = { dynos: () => Promise.resolve([]), formation: () => Promise.resolve([]) }
    expect(await find({ ...since(1), ...none })).to.equal(undefined)
  })

  it('is a switch of preboot, after other code', async () => {
    const feature = () => Promise.resolve({ enabled: true, updated_at: isoTime(0) } as AppFeature)
    const logs = async function* () {
      // Nothing is told.
    }
    const stage = async (more: Partial<Platform>) =>
      (await find({ ...since(MINUTE), feature, logs, ...more }))?.stage
    expect(await stage({})).to.equal('switch')
    const only = { releases: () => Promise.resolve([young(Date.now() - MINUTE)]) }
    expect(await stage(only)).to.equal(undefined)
    const same = releaseOf(3, { slug: { id: 'slug-4' } })
    const config = { releases: () => Promise.resolve([young(Date.now() - MINUTE), same]) }
    expect(await stage(config)).to.equal(undefined)
    const worker = {
      dynos: () => Promise.resolve([dynoOf('worker.1', 4)]),
      formation: () => Promise.resolve([entryOf('worker', 1)]),
    }
    expect(await stage(worker)).to.equal(undefined)
  })

  it('is told in one sentence', () => {
    const found: InProgress = {
      stage: 'build',
      commit: 'f00ba44f00ba44',
      by: 'ada@example.com',
      since: isoTime(7000),
      build: 'b',
      release: null,
      isOfCode: true,
      provenIn: null,
    }
    const told = (more: Partial<InProgress>, ms: number) =>
      describeInProgress({ ...found, ...more }, 7000 + ms).replace(/since .*\(/, 'since … (')
    expect(told({}, 12_400)).to.equal(
      'commit f00ba44 by ada@example.com is being built, since … (12 s ago)',
    )
    expect(told({ commit: null }, -5000)).to.equal(
      'a build by ada@example.com is being built, since … (0 s ago)',
    )
    const v4 = { stage: 'boot', release: { id: 'r', version: 4 } } as const
    expect(told(v4, 119_000)).to.equal(
      'v4, commit f00ba44 by ada@example.com is starting, since … (119 s ago)',
    )
    expect(told(v4, 120_000)).to.include('(2 min ago)')
  })
})
