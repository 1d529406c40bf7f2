import { expect } from 'chai'
import { Journal } from '../../../src/deploy/journal.js'
import type { Platform } from '../../../src/deploy/platform.js'
import { stillUnderWay, waitForUnfinished } from '../../../src/deploy/rollback/unfinished.js'
import { ShipitError } from '../../../src/errors.js'
import type { Build, PromotionTarget, Release } from '../../../src/heroku/index.js'
import { monotonic } from '../../../src/lib/monotonic.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { buildOf, deploymentOf, releaseOf } from '../scripted.js'

describe('what a push that broke off has left under way', () => {
  useVirtualClock()

  interface Given {
    did?: ('begin push' | 'hear push' | 'end push')[]
    /** What is listed, look by look; the last stays. */
    builds?: Build[][]
    releases?: Release[][]
    promotions?: PromotionTarget[]
    /** ms */
    time?: number
    options?: Parameters<typeof waitForUnfinished>[3]
    more?: Partial<Platform>
    before?: (journal: Journal) => void
  }
  const look = async (given: Given) => {
    const { did = ['begin push'], builds = [[]], releases = [[]], time = Infinity } = given
    const journal = new Journal()
    for (const one of did) journal.record({ did: one })
    given.before?.(journal)
    const count = { builds: 0, releases: 0, promotions: 0 }
    const next = <T>(lists: T[], of: keyof typeof count) =>
      Promise.resolve(lists[Math.min(count[of]++, lists.length - 1)]!)
    const { deployment, asked } = deploymentOf(
      {
        builds: () => next(builds, 'builds'),
        releases: () => next(releases, 'releases'),
        promotionTarget: () => next(given.promotions ?? [], 'promotions'),
        ...given.more,
      },
      journal,
    )
    if (given.promotions) Object.assign(deployment.plan, { promotes: { slug: 'slug-4' } })
    const said: [string, boolean][] = []
    const left = await waitForUnfinished(
      deployment,
      monotonic() + time,
      (what, isCancelled) => said.push([what, isCancelled]),
      given.options,
    )
    const looks = asked.filter((call) => call.startsWith('builds')).length
    return { left, said, looks, asked, versions: journal.releases.map(({ version }) => version) }
  }
  const mine = (status: Build['status'], more: object = {}) =>
    ({ ...buildOf('b', status, 'mine'), ...more }) as Build
  const made = { release: { id: 'release-4' } }

  it('is nothing where no push was begun', async () => {
    expect(await look({ did: [] })).to.deep.include({ left: undefined, said: [], looks: 0 })
  })

  it('is looked for some times, and longer if the platform has answered the push', async () => {
    expect(await look({})).to.deep.include({ left: undefined, looks: 3 })
    expect((await look({ did: ['begin push', 'hear push'] })).looks).to.equal(10)
    const told = await look({
      before: (journal) => journal.record({ did: 'begin build', id: 'b' }),
    })
    expect(told.looks).to.equal(10)
  })

  it('is a build, until it has failed: it makes no release any more', async () => {
    const builds = [[mine('pending')], [mine('pending')], [mine('failed')]]
    expect(await look({ did: ['begin push', 'hear push'], builds })).to.deep.include({
      left: undefined,
      said: [['build', false]],
      looks: 3,
      versions: [],
    })
    const older = await look({ builds: [[mine('failed')]] })
    expect(older.looks, 'one that nothing was heard of may be an older one').to.equal(3)
    const others = await look({ builds: [[buildOf('o', 'pending', 'other')]] })
    expect(others).to.deep.include({ left: undefined, said: [], looks: 3 })
  })

  it('is told once, though it is not listed for a moment', async () => {
    const builds = [[mine('pending')], [], [mine('pending')], [mine('failed')]]
    const found = await look({ did: ['begin push', 'hear push'], builds })
    expect(found).to.deep.include({ left: undefined, said: [['build', false]], looks: 4 })
  })

  it('is the release that a build makes at its end, and is written down once', async () => {
    const builds = [[mine('pending')], [mine('succeeded', made)]]
    const found = await look({
      builds,
      releases: [[], [releaseOf(4)]],
      more: { release: () => Promise.resolve(releaseOf(4)) },
    })
    expect(found).to.deep.include({ left: undefined, versions: [4] })
  })

  it('is a release phase, unless it is left to itself', async () => {
    let polls = 0
    const given = {
      builds: [[mine('succeeded', made)]],
      releases: [[releaseOf(4, { status: 'pending' })]],
      more: {
        release: () =>
          Promise.resolve(releaseOf(4, { status: ++polls < 3 ? 'pending' : 'succeeded' })),
      },
    }
    const waited = await look(given)
    expect(waited).to.deep.include({
      left: undefined,
      said: [['release phase', false]],
      versions: [4],
    })
    const lists = waited.asked.filter((call) => call.startsWith('releases'))
    expect(lists, 'what is found is looked for no more').to.have.lengthOf(1)
    const left = await look({ ...given, options: { isPhaseLeft: true } })
    expect(left).to.deep.include({ left: undefined, said: [], versions: [4] })
    const before = await look({
      ...given,
      did: ['begin push', 'end push'],
      before: (journal) => journal.record({ did: 'release', release: releaseOf(4) }),
      options: { isPhaseLeft: true },
    })
    expect(before.asked.filter((call) => call.startsWith('release '))).to.deep.equal([])
    polls = -Infinity
    expect((await look({ ...given, time: 5000 })).left).to.equal('release phase')
  })

  it('is cancelled where that is asked for, once; what cannot be cancelled is waited for', async () => {
    const builds = [[mine('pending')], [mine('pending')], [mine('failed')]]
    const did: Given['did'] = ['begin push', 'hear push']
    const options = { cancels: true }
    const cancelled = await look({
      did,
      builds,
      options,
      more: { cancelBuild: () => Promise.resolve({} as Build) },
    })
    expect(cancelled.said).to.deep.equal([['build', true]])
    expect(cancelled.asked.filter((call) => call.startsWith('cancel'))).to.have.lengthOf(1)
    const refuse = (error: Error) =>
      look({ did, builds, options, more: { cancelBuild: () => Promise.reject(error) } })
    const refused = await refuse(new ShipitError('refused', { message: 'It has ended.' }))
    expect(refused.said).to.deep.equal([['build', false]])
    const bug = await refuse(new TypeError('ours')).catch((error: Error) => error.message)
    expect(bug).to.equal('ours')
  })

  it('is a promotion until its release is there, or it has failed; builds are not its own', async () => {
    const target = (more: Partial<PromotionTarget>) =>
      ({ id: 't', app: { id: 'a1' }, status: 'pending', release: null, ...more }) as PromotionTarget
    const before = (journal: Journal) => journal.record({ did: 'begin promotion', id: 'p' })
    const failed = await look({ promotions: [target({}), target({ status: 'failed' })], before })
    expect(failed).to.deep.include({
      left: undefined,
      said: [['promotion', false]],
      looks: 0,
      versions: [],
    })
    const found = await look({
      promotions: [target({}), target({ release: { id: 'release-4' } })],
      releases: [[], [releaseOf(4)]],
      before,
      more: { release: () => Promise.resolve(releaseOf(4)) },
    })
    expect(found).to.deep.include({ left: undefined, said: [['promotion', false]], versions: [4] })
    const asks = ({ asked }: Awaited<ReturnType<typeof look>>) =>
      asked.filter((call) => call.startsWith('promotionTarget')).length
    const heard: Given['did'] = ['begin push', 'hear push']
    const soon = await look({ did: heard, promotions: [target({ status: 'failed' })], before })
    expect([soon.left, soon.said, asks(soon)]).to.deep.equal([undefined, [], 1])
    let polls = 0
    const release = () =>
      Promise.resolve(releaseOf(4, { status: ++polls < 3 ? 'pending' : 'succeeded' }))
    const phase = await look({
      promotions: [target({})],
      releases: [[releaseOf(4)]],
      before,
      more: { release },
    })
    expect([phase.said, asks(phase)]).to.deep.equal([[['release phase', false]], 1])
    const late = await look({ promotions: [target({})], before, time: 5000 })
    expect(late).to.deep.include({ left: 'promotion', said: [['promotion', false]] })
  })

  it('is told with what serves meanwhile', async () => {
    const tell = async (serving: Release | undefined, what: 'build' | 'release phase') => {
      const { deployment, journal } = deploymentOf({
        currentRelease: () => Promise.resolve(serving),
      })
      if (what === 'release phase') journal.record({ did: 'release', release: releaseOf(4) })
      return stillUnderWay(deployment, what)
    }
    expect(await tell(releaseOf(3), 'build')).to.deep.equal({
      release: null,
      rolledBackTo: null,
      serving: { id: 'release-3', version: 3 },
      sentence:
        'The build of mine goes on at Heroku: when it succeeds, it serves. Until then v3 serves.',
    })
    expect(await tell(releaseOf(1, { slug: null }), 'release phase')).to.deep.equal({
      release: { id: 'release-4', version: 4 },
      rolledBackTo: null,
      serving: null,
      sentence:
        'The release phase of v4 goes on at Heroku: when it succeeds, it serves. ' +
        'Until then nothing serves.',
    })
    expect((await tell(undefined, 'build')).serving).to.equal(null)
  })
})
