import { expect } from 'chai'
import { releaseAfterAll } from '../../src/deploy/broken-push.js'
import { Journal } from '../../src/deploy/journal.js'
import type { Platform } from '../../src/deploy/platform.js'
import { ShipitError } from '../../src/errors.js'
import type { Build, Release } from '../../src/heroku/index.js'
import { failureOf } from '../support/failures.js'
import { rejection } from '../support/platform.js'
import { useVirtualClock } from '../support/virtual-clock.js'
import { buildOf, deploymentOf, releaseOf } from './scripted.js'

const broken = new ShipitError('network', { message: 'The connection broke.' })

describe('a push whose connection broke', () => {
  useVirtualClock()

  interface Given {
    /** What the platform lists, look by look; the last one stays. */
    builds?: Build[][]
    releases?: Release[][]
    journal?: Journal
    error?: unknown
    signal?: AbortSignal
    more?: Partial<Platform>
  }
  const begun = () => {
    const journal = new Journal()
    journal.record({ did: 'begin push' })
    return journal
  }
  const after = async (given: Given) => {
    const { builds = [[]], releases = [[]], journal = begun(), error = broken, more = {} } = given
    const looks = { builds: 0, releases: 0 }
    const next = <T>(lists: T[][], of: keyof typeof looks) =>
      Promise.resolve(lists[Math.min(looks[of]++, lists.length - 1)]!)
    const { deployment, asked } = deploymentOf(
      {
        builds: () => next(builds, 'builds'),
        releases: () => next(releases, 'releases'),
        ...more,
      },
      journal,
      given.signal,
    )
    const lines: string[] = []
    const report = { line: (text: string) => void lines.push(text), detail: () => undefined }
    const release = await releaseAfterAll(deployment, error, report)
    return { version: release?.version, lines, asked, journal }
  }
  const mine = (status: Build['status']) =>
    ({ ...buildOf('b', status, 'mine'), release: { id: 'release-4' } }) as Build

  it('is looked into for a broken connection alone, and not once the deploy is stopped', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'))
    for (const given of [
      { error: new Error('another') },
      { error: Object.assign(new Error('of another kind'), { code: 'network' }) },
      { error: new ShipitError('push', { message: 'Refused.' }) },
      { signal: stopped },
    ])
      expect(await after(given)).to.deep.include({ version: undefined, asked: [] })
  })

  it('may have come to a release all the same', async () => {
    const { version, lines, journal } = await after({
      builds: [[mine('succeeded')]],
      releases: [[releaseOf(4)]],
    })
    expect(version).to.equal(4)
    expect(lines).to.deep.equal([
      'The connection broke off, but all had arrived: v4 was made of it.',
    ])
    expect(journal.afterBreak).to.deep.include({ left: undefined })
  })

  it('has a build that goes on waited for, and says so once', async () => {
    const { version, lines } = await after({
      builds: [[mine('pending')], [mine('pending')], [mine('succeeded')]],
      releases: [[], [], [releaseOf(4)]],
    })
    expect(version).to.equal(4)
    expect(lines).to.deep.equal([
      'The connection broke off, and the build goes on at Heroku: waiting for its end.',
    ])
  })

  it('comes to nothing in the time of a deploy if the build has not ended by then', async () => {
    const { version, journal } = await after({ builds: [[mine('pending')]] })
    expect(version).to.equal(undefined)
    expect(journal.afterBreak).to.deep.include({ left: 'build' })
  })

  it('has made no release that was there before', async () => {
    const journal = begun()
    journal.record({ did: 'release', release: releaseOf(4, { slug: null }) })
    expect(await after({ journal, releases: [[releaseOf(4)]] })).to.deep.include({
      version: undefined,
      lines: [],
    })
  })

  const begunAndHeard = () => {
    const journal = begun()
    journal.record({ did: 'hear push' })
    return journal
  }

  it('of a promotion, or with what goes on still, is not judged by its builds', async () => {
    let looks = 0
    const builds = () => Promise.resolve([mine(++looks < 3 ? 'pending' : 'failed')])
    const { deployment } = deploymentOf({ builds }, begunAndHeard())
    const report = { line: () => undefined, detail: () => undefined }
    Object.assign(deployment.plan, { waitTimeout: 0 })
    expect(await releaseAfterAll(deployment, broken, report)).to.equal(undefined)
    const promotion = deploymentOf(
      { builds: () => Promise.resolve([mine('failed')]) },
      begunAndHeard(),
    )
    Object.assign(promotion.deployment.plan, { promotes: { slug: 'slug-9' } })
    expect(await releaseAfterAll(promotion.deployment, broken, report)).to.equal(undefined)
    expect(promotion.asked.filter((call) => call.startsWith('builds'))).to.deep.equal([])
  })

  it('fails as its build does, if that is known to be its own', async () => {
    const heard = begun()
    heard.record({ did: 'hear push' })
    const told = begun()
    told.record({ did: 'begin build', id: 'b' })
    for (const journal of [heard, told]) {
      const error = await failureOf(after({ journal, builds: [[mine('failed')]] }))
      expect(error).to.include({ code: 'build', message: 'The build of mine failed.' })
    }
    // The newest of its commit tells: it is listed first.
    const older = { ...mine('failed'), id: 'a' } as Build
    expect(
      (await after({ journal: begunAndHeard(), builds: [[mine('succeeded'), older]] })).version,
    ).to.equal(undefined)
    expect((await after({ builds: [[mine('failed')]] })).version).to.equal(undefined)
    const journal = begun()
    journal.record({ did: 'hear push' })
    expect((await after({ journal, builds: [[mine('succeeded')]] })).version).to.equal(undefined)
    expect((await after({ journal, builds: [[]] })).version).to.equal(undefined)
  })

  it('comes to nothing if the platform cannot be asked; what is no answer is passed on', async () => {
    const fails = (error: Error) => ({ more: { builds: () => Promise.reject(error) } })
    expect((await after(fails(broken))).version).to.equal(undefined)
    expect(await rejection(after(fails(new TypeError('a bug'))))).to.include({ message: 'a bug' })
    const stop = new AbortController()
    const stopped = after({
      signal: stop.signal,
      more: {
        builds: () => {
          stop.abort(new Error('stopped'))
          return Promise.reject(broken)
        },
      },
    })
    expect(await rejection(stopped)).to.include({ message: 'stopped' })
  })
})
