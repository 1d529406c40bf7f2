import { expect } from 'chai'
import { lookForRelease, releaseOfPush, slugOfCommit } from '../../src/deploy/find-release.js'
import { Journal } from '../../src/deploy/journal.js'
import type { Platform } from '../../src/deploy/platform.js'
import { stillUnderWay, waitForUnfinished } from '../../src/deploy/rollback/unfinished.js'
import { ShipitError } from '../../src/errors.js'
import type { Build, Release } from '../../src/heroku/index.js'
import { monotonic } from '../../src/lib/monotonic.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'
import { buildOf, deploymentOf, entryOf, releaseOf } from './scripted.js'

describe('the journal of a deploy', () => {
  it('knows what there is to undo', () => {
    const journal = new Journal()
    expect(journal.isOfCreationAlone).to.equal(true)
    journal.record({ did: 'create app', app: {} as never })
    expect(journal.isOfCreationAlone).to.equal(true)
    journal.record({ did: 'begin push' })
    expect(journal.isOfCreationAlone).to.equal(false)
    expect([journal.has('begin push'), journal.has('end push')]).to.deep.equal([true, false])
  })

  it('knows the newest of what it wrote down twice', () => {
    const journal = new Journal()
    expect(journal.promotion).to.equal(undefined)
    for (const id of ['one', 'two', 'three']) journal.record({ did: 'begin promotion', id })
    expect(journal.promotion).to.equal('three')
    for (const version of [5, 6, 7])
      journal.record({ did: 'roll back', release: releaseOf(version) })
    expect(journal.rollback?.version).to.equal(7)
  })

  it('takes what app.json gave a new app for nothing to undo', () => {
    const journal = new Journal()
    journal.record({ did: 'create app', app: {} as never })
    journal.record({ did: 'set up', phrase: 'features preboot' })
    expect(journal.isOfCreationAlone).to.equal(true)
    journal.record({ did: 'set config' })
    expect(journal.isOfCreationAlone).to.equal(false)
  })

  it('knows the formation as it was first, until it is scaled back', () => {
    const journal = new Journal()
    expect(journal.formation).to.equal(undefined)
    journal.record({ did: 'scale', before: [entryOf('web', 1)] })
    journal.record({ did: 'scale', before: [entryOf('web', 2)] })
    expect(journal.formation).to.deep.equal([entryOf('web', 1)])
    journal.record({ did: 'scale back' })
    expect(journal.formation).to.equal(undefined)
  })

  it('knows its newest build, break, rollback and release', () => {
    const journal = new Journal()
    expect([journal.build, journal.afterBreak, journal.rollback]).to.deep.equal(
      Array(3).fill(undefined),
    )
    expect([journal.newestVersion(undefined), journal.newestVersion(3)]).to.deep.equal([0, 3])
    for (const id of ['a', 'b']) journal.record({ did: 'begin build', id })
    for (const left of ['build', undefined] as const) journal.record({ did: 'break off', left })
    for (const version of [4, 5]) journal.record({ did: 'release', release: releaseOf(version) })
    for (const version of [6, 7]) journal.record({ did: 'roll back', release: releaseOf(version) })
    expect([journal.build, journal.rollback?.version]).to.deep.equal(['b', 7])
    expect(journal.afterBreak).to.deep.include({ left: undefined })
    expect(journal.releases.map(({ version }) => version)).to.deep.equal([4, 5])
    expect([journal.newestVersion(3), journal.newestVersion(9)]).to.deep.equal([5, 9])
  })

  it('knows its build by the id it was told, else by the commit', () => {
    const journal = new Journal()
    const isOwn = (id: string, commit: string) =>
      journal.isOwnBuild(buildOf(id, 'pending', commit), 'mine')
    expect([isOwn('a', 'mine'), isOwn('a', 'other')]).to.deep.equal([true, false])
    journal.record({ did: 'begin build', id: 'a' })
    expect([isOwn('a', 'other'), isOwn('b', 'mine')]).to.deep.equal([true, false])
  })
})

describe('the release of a push', () => {
  useVirtualClock()

  const found = async (releases: Release[], builds: (Build & { of?: number })[] = []) => {
    const { deployment, asked } = deploymentOf({
      releases: () => Promise.resolve(releases),
      builds: () =>
        Promise.resolve(
          builds.map(({ of, ...build }) => ({ ...build, release: { id: `release-${of}` } })),
        ),
    })
    return { version: (await lookForRelease(deployment))?.version, asked }
  }
  const ofCommit = (version: number, commit: string) => releaseOf(version, { slug: { id: commit } })
  const built = (of: number, commit = 'mine') => ({ ...buildOf('b', 'succeeded', commit), of })

  it('is newer than all that were known, and of the build or the slug of the commit', async () => {
    expect((await found([releaseOf(4), releaseOf(3)], [built(4)])).version).to.equal(4)
    expect((await found([releaseOf(4)], [built(4, 'other')])).version).to.equal(undefined)
    expect((await found([releaseOf(5), releaseOf(4)], [built(4)])).version).to.equal(4)
    const old = await found([releaseOf(3)], [built(3)])
    expect(old).to.deep.equal({ version: undefined, asked: ['releases 10'] })
  })

  it('is known by its slug if the build does not tell', async () => {
    const { deployment } = deploymentOf({
      releases: () =>
        Promise.resolve([releaseOf(6, { slug: null }), ofCommit(5, 'x'), ofCommit(4, 'y')]),
      slug: (_app, id) => Promise.resolve({ commit: id === 'y' ? 'mine' : 'other' } as never),
    })
    expect((await lookForRelease(deployment))?.version).to.equal(4)
  })

  it('of a promotion is that of the slug that it copies', async () => {
    const { deployment } = deploymentOf({
      releases: () => Promise.resolve([ofCommit(5, 'config'), ofCommit(4, 'copied')]),
      slug: () => Promise.resolve({ commit: 'other' } as never),
    })
    Object.assign(deployment.plan, { promotes: { slug: 'copied' } })
    expect((await lookForRelease(deployment))?.version).to.equal(4)
  })

  it('is waited for until it is listed, for 15 s', async () => {
    let looks = 0
    const { deployment } = deploymentOf({
      releases: () => Promise.resolve(++looks < 4 ? [] : [releaseOf(4)]),
      builds: () =>
        Promise.resolve([
          { ...buildOf('b', 'succeeded', 'mine'), release: { id: 'release-4' } } as Build,
        ]),
    })
    expect((await releaseOfPush(deployment)).version).to.equal(4)
    const begun = Date.now()
    const error = await failureOf(releaseOfPush(deploymentOf({}).deployment))
    expect(error.code).to.equal('release')
    expect(Date.now() - begun).to.be.within(15_000, 20_000)
  })

  it('before may hold the slug of the commit, each of which is asked for once', async () => {
    const { deployment, asked } = deploymentOf({
      releases: () =>
        Promise.resolve([
          releaseOf(6, { slug: null }),
          ofCommit(5, 'x'),
          ofCommit(4, 'x'),
          ofCommit(3, 'y'),
          ofCommit(2, 'y'),
        ]),
      slug: (_app, id) => Promise.resolve({ commit: id === 'y' ? 'mine' : 'other' } as never),
    })
    const slug = await slugOfCommit(deployment)
    expect([slug?.slug, slug?.release.version]).to.deep.equal(['y', 3])
    expect(asked).to.deep.equal(['releases 100', 'slug x', 'slug y'])
    expect(await slugOfCommit(deploymentOf({}).deployment)).to.equal(undefined)
  })
})

describe('what a push has left under way', () => {
  useVirtualClock()

  const wait = async (
    answers: Partial<Platform>,
    {
      dids = ['begin push'],
      time = 60_000,
      ...options
    }: {
      dids?: ('begin push' | 'hear push' | 'end push')[]
      time?: number
      cancels?: boolean
      isPhaseLeft?: boolean
    } = {},
  ) => {
    const { deployment, asked, journal } = deploymentOf(answers)
    for (const did of dids) journal.record({ did })
    const said: [string, boolean][] = []
    const begun = Date.now()
    const left = await waitForUnfinished(
      deployment,
      monotonic() + time,
      (what, isCancelled) => said.push([what, isCancelled]),
      options,
    )
    const looks = asked.filter((one) => one.startsWith('builds 5')).length
    return { left, said, asked, looks, journal, ms: Date.now() - begun }
  }
  /** Its build is pending for so many looks. */
  const building = (pending: number, end: 'succeeded' | 'failed' = 'succeeded') => {
    let looks = 0
    return {
      builds: (_app: string, most: number) => {
        if (most === 5) looks += 1
        const status = looks <= pending ? 'pending' : end
        const release = status === 'succeeded' ? { id: 'release-4' } : null
        return Promise.resolve([{ ...buildOf('b', status, 'mine'), release } as Build])
      },
      releases: () => Promise.resolve(looks > pending && end === 'succeeded' ? [releaseOf(4)] : []),
      release: () => Promise.resolve(releaseOf(4)),
    }
  }

  it('is nothing before a push has begun', async () => {
    expect(await wait(building(9), { dids: [] })).to.deep.include({ left: undefined, asked: [] })
  })

  it('is looked for three times, and ten if the platform has answered the push', async () => {
    const none = await wait({})
    expect(none).to.deep.include({ left: undefined, looks: 3, said: [] })
    expect((await wait({}, { dids: ['begin push', 'hear push'] })).looks).to.equal(10)
  })

  it('is a build, which is told once and waited for; its release is then known', async () => {
    const { left, said, journal } = await wait(building(3))
    expect([left, said]).to.deep.equal([undefined, [['build', false]]])
    expect(journal.releases.map(({ version }) => version)).to.deep.equal([4])
  })

  it('is a build that fails, after which no release is waited for', async () => {
    expect(await wait(building(2, 'failed'))).to.deep.include({ left: undefined, looks: 3 })
  })

  it('is what has not ended in the time given', async () => {
    const { left, ms } = await wait(building(Infinity), { time: 10_000 })
    expect(left).to.equal('build')
    expect(ms).to.be.within(10_000, 16_000)
  })

  it('is cancelled once, if that is wished; one that cannot be is waited for', async () => {
    const cancelBuild = () => Promise.resolve()
    const taken = await wait({ ...building(3), cancelBuild }, { cancels: true })
    expect(taken.said).to.deep.equal([['build', true]])
    expect(taken.asked.filter((one) => one === 'cancelBuild b')).to.have.lengthOf(1)
    expect((await wait({ ...building(3), cancelBuild })).asked).to.not.include('cancelBuild b')

    const refuses = (error: Error) => ({
      ...building(2),
      cancelBuild: () => Promise.reject(error),
    })
    const refused = await wait(refuses(new ShipitError('refused', { message: 'No.' })), {
      cancels: true,
    })
    expect(refused.said).to.deep.equal([['build', false]])
    const wrong = await wait(refuses(new TypeError('wrong')), { cancels: true }).catch(
      (error: Error) => error,
    )
    expect(wrong).to.be.instanceOf(TypeError)
  })

  it('is a release phase, unless that is left to go on', async () => {
    const phase = {
      ...building(0),
      release: () => Promise.resolve(releaseOf(4, { status: 'pending' })),
    }
    const waited = await wait(phase, { time: 5000 })
    expect([waited.left, waited.said]).to.deep.equal(['release phase', [['release phase', false]]])
    expect((await wait(phase, { isPhaseLeft: true })).left).to.equal(undefined)
  })

  it('is told with what serves until then', async () => {
    const told = async (now: Release | undefined, made?: Release) => {
      const { deployment, journal } = deploymentOf({ currentRelease: () => Promise.resolve(now) })
      if (made) journal.record({ did: 'release', release: made })
      return stillUnderWay(deployment, made ? 'release phase' : 'build')
    }
    expect(await told(releaseOf(3))).to.deep.include({
      release: null,
      rolledBackTo: null,
      serving: { id: 'release-3', version: 3 },
    })
    expect((await told(releaseOf(3))).sentence).to.match(
      /^The build of mine goes on at Heroku.*Until then v3 serves\.$/,
    )
    const phase = await told(releaseOf(3, { slug: null }), releaseOf(4))
    expect(phase).to.deep.include({ release: { id: 'release-4', version: 4 }, serving: null })
    expect(phase.sentence).to.match(/^The release phase of v4 .*nothing serves\.$/)
    expect((await told(undefined)).serving).to.equal(null)
  })
})
