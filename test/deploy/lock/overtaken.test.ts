import { expect } from 'chai'
import type { Deployment } from '../../../src/deploy/deployment.js'
import { checkNotReplaced, outdatedPlan, overtakenBy } from '../../../src/deploy/lock/overtaken.js'
import type { Platform } from '../../../src/deploy/platform.js'
import { ShipitError } from '../../../src/errors.js'
import type { Build, Release } from '../../../src/heroku/index.js'
import { rejection } from '../../support/platform.js'
import { buildOf, releaseOf, scripted } from '../scripted.js'

const REJECTED = new ShipitError('push', { message: 'git push failed', why: 'it was rejected' })

/** A deploy of the commit `mine` over v4, whose push was rejected. */
function deployment({
  builds = [],
  now,
  newest = 4,
  isAborted = false,
}: {
  builds?: Build[]
  now?: Release | undefined
  newest?: number
  isAborted?: boolean
}): Deployment {
  const { platform } = scripted({
    builds: () => Promise.resolve(builds),
    releases: () => Promise.resolve(now ? [now] : []),
    currentRelease: () => Promise.resolve(now),
    slug: (_app, id) => Promise.resolve({ id, commit: 'theirs' } as never),
    dynos: () => Promise.resolve([]),
    formation: () => Promise.resolve([]),
    feature: () => Promise.resolve(undefined),
  } satisfies Partial<Platform>)
  return {
    plan: { app: 'a1', commit: { id: 'mine' }, current: undefined },
    platform,
    signal: isAborted ? AbortSignal.abort() : new AbortController().signal,
    journal: { newestVersion: () => newest },
  } as unknown as Deployment
}
const old = (version: number, more: Partial<Release> = {}) =>
  releaseOf(version, { current: true, created_at: '2020-01-01T00:00:00Z', ...more })
const why = async (of: Parameters<typeof deployment>[0], error: unknown = REJECTED) =>
  overtakenBy(deployment(of), error)

describe('a push that was rejected', () => {
  it('was overtaken if the app has a newer release of code', async () => {
    const error = await why({ now: old(5) })
    expect(error?.message).to.match(/^Another deploy of a1 came first: v5 /)
    expect(error?.why).to.equal('it was rejected')
    expect(outdatedPlan(error)).to.deep.include({ canFollow: false })
  })

  it('was not, if nothing newer than what the plan or this deploy knows is there', async () => {
    expect(await why({ now: old(4) })).to.equal(undefined)
    expect(await why({ now: old(5), newest: 5 })).to.equal(undefined)
    expect(await why({})).to.equal(undefined)
  })

  it('was not, if what is newer has no code', async () => {
    expect(await why({ now: old(5, { slug: null }) })).to.equal(undefined)
  })

  it('failed for itself if the newest build is of its commit and failed, whatever came meanwhile', async () => {
    const builds = [buildOf('b5', 'failed', 'mine')]
    expect(await why({ builds, now: old(5) })).to.equal(undefined)
    const others = [buildOf('b6', 'failed', 'theirs'), ...builds]
    expect((await why({ builds: others, now: old(5) }))?.message).to.match(/came first: v5 /)
  })

  it('was overtaken by a build that runs, which is followed if it is of the same commit', async () => {
    const running = (commit: string) => why({ builds: [buildOf('b5', 'pending', commit)] })
    expect(outdatedPlan(await running('mine'))).to.deep.include({ canFollow: true })
    expect(outdatedPlan(await running('theirs'))).to.deep.include({ canFollow: false })
  })

  it('is not asked about after an abort, or of other errors', async () => {
    expect(await why({ now: old(5), isAborted: true })).to.equal(undefined)
    expect(await why({ now: old(5) }, new Error('x'))).to.equal(undefined)
    expect(await why({ now: old(5) }, new ShipitError('network', { message: 'x' }))).to.equal(
      undefined,
    )
    expect(
      (await why({ now: old(5) }, new ShipitError('build', { message: 'x' })))?.message,
    ).to.match(/came first/)
  })
})

describe('a release that came up', () => {
  const check = (now: Release | undefined) => checkNotReplaced(deployment({ now }), releaseOf(5))

  it('is not replaced by itself, by an older one, by none, or by one of the same code', async () => {
    await check(undefined)
    await check(old(5))
    await check(old(4))
    await check(old(6, { slug: releaseOf(5).slug }))
  })

  it('is replaced by a newer one with other code', async () => {
    const error = await rejection(check(old(6)))
    expect(error.message).to.match(/^v5 was replaced while it came up: v6 /)
  })
})
