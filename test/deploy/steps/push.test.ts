import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Journal } from '../../../src/deploy/journal.js'
import type { GitPush, Platform } from '../../../src/deploy/platform.js'
import { push } from '../../../src/deploy/steps/push.js'
import type { Running } from '../../../src/deploy/steps/step.js'
import { TIMING } from '../../../src/deploy/timing.js'
import { ShipitError } from '../../../src/errors.js'
import type { Build, Release } from '../../../src/heroku/index.js'
import { failureOf } from '../../support/failures.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { buildOf, deploymentOf, releaseOf } from '../scripted.js'

type Push = GitPush['push']

describe('the step that pushes', () => {
  useVirtualClock()

  const V4 = releaseOf(4, { slug: { id: 'mine' } as never })
  const done: Push = () => Promise.resolve({ outcome: 'pushed' })
  const limited = new ShipitError('network', { message: 'Later.', details: { status: 429 } })

  /** v4 is made of the commit `mine`, whatever is pushed. */
  const begin = (send: Push, answers: Partial<Platform> = {}, planned: object = {}) => {
    const sent: { at: number; app: string; commit: string; force: boolean }[] = []
    const journal = new Journal()
    const { deployment, asked } = deploymentOf(
      {
        releases: () => Promise.resolve([V4]),
        slug: (_app, id) => Promise.resolve({ id, commit: id } as never),
        release: () => Promise.resolve({ ...V4, current: true }),
        ...answers,
      },
      journal,
    )
    Object.assign(deployment.plan, { steps: ['push'], force: false, follows: null }, planned)
    const lines: string[] = []
    const details: string[] = []
    const begun = Date.now()
    const running = {
      ...deployment,
      git: {
        push: (options: Parameters<Push>[0]) => {
          const { app, commit, force } = options
          sent.push({ at: Date.now() - begun, app, commit, force })
          return send(options)
        },
      },
    } as unknown as Running
    const take = async () =>
      push.run(running, {
        line: (text) => void lines.push(text),
        detail: (text) => void details.push(text),
      })
    return { running, take, journal, asked, sent, lines, details, took: () => Date.now() - begun }
  }

  it('sends the commit, and knows the release that comes of it', async () => {
    const { running, take, journal, sent, lines, details } = begin(({ onOutput, onBuild }) => {
      expect(journal.has('begin push')).to.equal(true)
      expect(journal.has('hear push')).to.equal(false)
      onOutput('one')
      expect(journal.has('hear push')).to.equal(true)
      onOutput('two')
      onBuild('build-1')
      return done({} as never)
    })
    await take()
    expect(sent).to.deep.equal([{ at: 0, app: 'a1', commit: 'mine', force: false }])
    expect([lines, details, journal.build]).to.deep.equal([['one', 'two'], ['v4'], 'build-1'])
    const now = { ...V4, current: true }
    expect([running.release, journal.releases]).to.deep.equal([now, [now]])
    expect(journal.has('end push')).to.equal(true)
    expect(running.postdeployLock).to.equal(undefined)
  })

  it('holds what tells of a postdeploy that is cut off', async () => {
    const home = await mkdtemp(path.join(tmpdir(), 'shipit-push-'))
    const { running, take } = begin(done, {}, { steps: ['push', 'postdeploy'] })
    Object.assign(running, { home, app: { id: 'a', name: 'a1' }, warnings: new Set() })
    await take()
    expect(await running.postdeployLock!.isMine()).to.equal(true)
    await running.postdeployLock!.release()
    await rm(home, { recursive: true })
  })

  it('writes down once what is released already', async () => {
    const { take, journal } = begin(done)
    const config = releaseOf(3)
    journal.record({ did: 'release', release: config })
    await take()
    expect(journal.releases.map(({ version }) => version)).to.deep.equal([3, 4])
    const broken = begin(() => Promise.reject(new ShipitError('network', { message: 'Cut.' })))
    broken.journal.record({ did: 'release', release: config })
    await broken.take()
    expect(broken.journal.releases.map(({ version }) => version)).to.deep.equal([3, 4])
    expect(broken.details).to.deep.equal(['v4'])
  })

  it('follows a build that is under way in its place', async () => {
    const follows = { stage: 'build', build: 'build-7' }
    const made = { ...buildOf('build-7', 'succeeded', 'mine'), release: { id: 'release-4' } }
    const { running, take, sent, asked } = begin(
      done,
      {
        build: () => Promise.resolve(made as Build),
        async *output() {
          // Nothing is printed.
        },
      },
      { follows },
    )
    await take()
    expect([sent, running.release?.version]).to.deep.equal([[], 4])
    expect(asked).to.include('build build-7')
  })

  it('fails as the push does', async () => {
    for (const failure of [
      new ShipitError('git', { message: 'No git.' }),
      new ShipitError('push', { message: 'Refused.' }),
    ]) {
      const { take, journal } = begin(() => Promise.reject(failure), {
        releases: () => Promise.resolve([]),
        currentRelease: () => Promise.resolve(releaseOf(3)),
      })
      expect(await failureOf(take())).to.equal(failure)
      expect(journal.has('end push')).to.equal(false)
    }
    const overtaken = begin(() => Promise.reject(new ShipitError('push', { message: 'No.' })), {
      releases: () => Promise.resolve([]),
      currentRelease: () => Promise.resolve(releaseOf(5)),
    })
    expect((await failureOf(overtaken.take())).message).to.include(
      'Another deploy of a1 came first',
    )
  })

  describe('while the platform takes none', () => {
    /** Refuses so often, and does that first. */
    const refusing = (times: number, first: (options: Parameters<Push>[0]) => void = () => {}) => {
      let left = times
      const send: Push = (options) => {
        first(options)
        return left-- > 0 ? Promise.reject(limited) : done(options)
      }
      return send
    }

    it('tries again after two seconds, then rarer, and says so once', async () => {
      const { take, sent, lines } = begin(refusing(3))
      await take()
      expect(sent.map(({ at }) => at)).to.deep.equal([0, 2000, 6000, 14_000])
      expect(lines).to.deep.equal(['Later. Trying on, for 1 min at most.'])
    })

    it('tries as often as the deploy looks, if that is more often', async () => {
      const { running, take, sent } = begin(refusing(1))
      Object.assign(running, { timing: { ...TIMING, poll: 50 } })
      await take()
      expect(sent.map(({ at }) => at)).to.deep.equal([0, 50])
    })

    it('says another reason', async () => {
      let calls = 0
      const { take, lines } = begin(() =>
        ++calls > 2
          ? done({} as never)
          : Promise.reject(
              new ShipitError('network', { message: `No ${calls}.`, details: { status: 429 } }),
            ),
      )
      await take()
      expect(lines.map((line) => line.slice(0, 5))).to.deep.equal(['No 1.', 'No 2.'])
    })

    it('for a minute, or the time of the deploy', async () => {
      const empty = { releases: () => Promise.resolve<Release[]>([]) }
      const long = begin(refusing(Infinity), empty)
      expect(await failureOf(long.take())).to.include({ message: 'Later.' })
      expect(long.sent.at(-1)!.at).to.be.within(60_000, 75_000)
      const short = begin(refusing(Infinity), empty, { waitTimeout: 5000 })
      await failureOf(short.take())
      expect(short.sent.at(-1)!.at).to.be.within(5000, 7000)
      expect(short.lines[0]).to.equal('Later. Trying on, for 5 s at most.')
    })

    it('tries no more once something has arrived', async () => {
      const empty = { releases: () => Promise.resolve<Release[]>([]) }
      for (const first of [
        ({ onOutput }: Parameters<Push>[0]) => onOutput('one'),
        ({ onBuild }: Parameters<Push>[0]) => onBuild('b'),
      ]) {
        const { take, sent } = begin(refusing(1, first), empty)
        expect(await failureOf(take())).to.equal(limited)
        expect(sent).to.have.lengthOf(1)
      }
      const other = new ShipitError('git', { message: 'No git.' })
      const { take, sent } = begin(() => Promise.reject(other))
      expect(await failureOf(take())).to.equal(other)
      expect(sent).to.have.lengthOf(1)
    })
  })

  describe('if git has the commit already', () => {
    const upToDate: Push = () => Promise.resolve({ outcome: 'up-to-date' })

    it('releases its slug again', async () => {
      const released: unknown[] = []
      const { running, take, lines } = begin(upToDate, {
        releases: () => Promise.resolve([releaseOf(3), releaseOf(2, { slug: { id: 'mine' } })]),
        releaseSlug: (...args) => Promise.resolve(void released.push(args)).then(() => V4),
      })
      await take()
      expect(released).to.deep.equal([['a1', 'mine', 'Deploy mine']])
      expect(lines).to.deep.equal(['git has mine already: releasing the slug of v2 again.'])
      expect(running.release?.version).to.equal(4)
    })

    it('says so if there is no slug of it any more', async () => {
      const { take } = begin(upToDate, { releases: () => Promise.resolve([releaseOf(3)]) })
      expect(await failureOf(take())).to.include({
        code: 'push',
        message: "The app's repository holds mine already, but no release is made of it.",
      })
    })
  })
})
