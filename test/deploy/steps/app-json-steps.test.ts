/** The steps that app.json asks for: its set-up, and its postdeploy. */
import { expect } from 'chai'
import { Journal } from '../../../src/deploy/journal.js'
import type { Platform } from '../../../src/deploy/platform.js'
import { STEPS } from '../../../src/deploy/steps/index.js'
import type { Running } from '../../../src/deploy/steps/step.js'
import { TIMING } from '../../../src/deploy/timing.js'
import { ShipitError } from '../../../src/errors.js'
import type { Addon, Release } from '../../../src/heroku/index.js'
import { monotonic } from '../../../src/lib/monotonic.js'
import { rejection } from '../../support/platform.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { deploymentOf, NOTHING_TO_SET_UP, releaseOf } from '../scripted.js'

const SET_UP = { ...NOTHING_TO_SET_UP, postdeploy: { command: 'node seed.js' } }

describe('a step of app.json', () => {
  useVirtualClock()

  const begin = (answers: Partial<Platform>, setUp: object | null, more: object = {}) => {
    const updates: object[] = []
    const { deployment, asked, journal } = deploymentOf(
      {
        updateConfigVars: (_app, changes) => Promise.resolve(updates.push(changes) && {}),
        ...answers,
      },
      new Journal(),
    )
    const lines: string[] = []
    const details: string[] = []
    const running = {
      ...deployment,
      bare: deployment.platform,
      release: releaseOf(4),
      deadline: Infinity,
      setUpValues: { A: 'secret' },
      ...more,
    } as unknown as Running
    Object.assign(running.plan, { setUp })
    const report = {
      line: (text: string) => void lines.push(text),
      detail: (text: string) => void details.push(text),
    }
    const take = async (name: string) =>
      STEPS.find((step) => step.name === name)!.run(running, report)
    return { running, take, asked, journal, lines, details, updates }
  }

  describe('that runs postdeploy', () => {
    /** @param printed by the one-off dyno, before it ends with the status, or fails */
    const run = (end: number | Error, printed: string[] = [], more: object = {}, setUp = {}) => {
      let released = 0
      const stop = new AbortController()
      const script: unknown[] = []
      const parts = begin(
        {
          runOneOff: (_app, wanted, { line }) => {
            script.push(wanted)
            for (const text of printed) line(text)
            if (typeof end !== 'number') return Promise.reject(end)
            return Promise.resolve({ dyno: 'run.1', status: end })
          },
          releases: () => Promise.resolve([releaseOf(5)]),
          release: () => Promise.resolve(releaseOf(5, { current: true })),
          ...more,
        },
        { ...SET_UP, ...setUp },
        {
          signal: stop.signal,
          postdeployLock: { release: () => Promise.resolve(void released++) },
        },
      )
      const done = () => parts.take('postdeploy')
      return { ...parts, done, stop, script, released: () => released }
    }

    it('says its dyno and its output, and asks for nothing more if nothing was owed', async () => {
      const { done, running, lines, details, asked, script, released } = run(0, ['one', 'two'])
      await done()
      expect(script).to.deep.equal([{ command: 'node seed.js' }])
      expect(running.postdeploy).to.deep.equal({
        dyno: 'run.1',
        exitCode: 0,
        output: ['one', 'two'],
      })
      expect([lines, details, asked]).to.deep.equal([['one', 'two'], ['run.1'], ['runOneOff']])
      expect([released(), running.deadline]).to.deep.equal([1, Infinity])
    })

    it('keeps its last lines', async () => {
      const printed = Array.from({ length: 25 }, (_, i) => `line ${i}`)
      const { done, running, lines } = run(0, printed)
      await done()
      const { output } = running.postdeploy as { output: string[] }
      expect([output.length, output.at(0), output.at(-1)]).to.deep.equal([20, 'line 5', 'line 24'])
      expect(lines).to.have.lengthOf(25)
    })

    it('that fails is owed from then on, by a release that is waited for', async () => {
      const { done, running, details, updates, asked, journal, released } = run(3)
      const begun = monotonic()
      await done()
      expect(running.postdeploy).to.deep.include({ exitCode: 3 })
      expect(details).to.deep.equal(['failed: exit code 3'])
      expect(updates).to.deep.equal([{ SHIPIT_POSTDEPLOY: 'owed' }])
      expect(asked).to.include('releases 1')
      expect(journal.releases).to.deep.equal([releaseOf(5)])
      expect(running.release).to.deep.equal(releaseOf(5, { current: true }))
      expect(running.deadline).to.equal(begun + running.plan.waitTimeout)
      expect(released()).to.equal(1)
    })

    it('that was owed is so no more once it succeeds, and stays so while it fails', async () => {
      const owed = { isPostdeployOwed: true }
      const paid = run(0, [], {}, owed)
      await paid.done()
      expect(paid.updates).to.deep.equal([{ SHIPIT_POSTDEPLOY: null }])
      expect(paid.running.release?.version).to.equal(5)
      const again = run(1, [], {}, owed)
      await again.done()
      expect([again.updates, again.asked]).to.deep.equal([[], ['runOneOff']])
      expect(again.running.release?.version).to.equal(4)
    })

    it('knows that saying so may make no release', async () => {
      for (const releases of [[], [releaseOf(4)]]) {
        const { done, running, journal } = run(1, [], { releases: () => Promise.resolve(releases) })
        await done()
        expect(running.release).to.deep.equal(releaseOf(4))
        expect([journal.releases, running.deadline]).to.deep.equal([[], Infinity])
      }
    })

    it('that could not be run says why', async () => {
      const failure = new ShipitError('network', { message: 'It broke.' })
      const { done, running, details, updates, released } = run(failure)
      await done()
      expect(running.postdeploy).to.deep.equal({ failure })
      expect([details, updates]).to.deep.equal([['failed'], [{ SHIPIT_POSTDEPLOY: 'owed' }]])
      expect(released()).to.equal(1)
    })

    it('that meets an error of ours leaves everything as it is', async () => {
      const bug = new TypeError('ours')
      const { done, running, updates, released } = run(bug)
      expect(await rejection(done())).to.equal(bug)
      expect([running.postdeploy, updates, released()]).to.deep.equal([undefined, [], 0])
    })

    it('that is stopped is owed, and waits for no release', async () => {
      for (const error of [new Error('aborted'), new ShipitError('network', { message: 'cut' })]) {
        const parts = run(error, ['one'])
        const { done, stop, running, updates, journal, released } = parts
        const reason = new Error('stopped')
        Object.assign(parts.running.platform, {
          runOneOff: () => {
            stop.abort(reason)
            return Promise.reject(error)
          },
        })
        expect(await rejection(done())).to.equal(reason)
        expect(running.postdeploy?.failure).to.include({ message: error.message })
        expect(updates).to.deep.equal([{ SHIPIT_POSTDEPLOY: 'owed' }])
        expect([running.release?.version, journal.releases.length]).to.deep.equal([5, 1])
        expect([running.deadline, released()]).to.deep.equal([Infinity, 1])
      }
    })

    it('is none of a plan that has none', async () => {
      for (const setUp of [null, { ...SET_UP, postdeploy: null }]) {
        const { take, running, asked } = begin({}, setUp)
        await take('postdeploy')
        expect([running.postdeploy, asked]).to.deep.equal([undefined, []])
      }
    })
  })

  describe('that sets an app up', () => {
    const addon = (state: string) =>
      ({
        id: '1',
        name: 'redis-1',
        plan: { name: 'heroku-redis:mini' },
        config_vars: [],
        state,
      }) as unknown as Addon
    const wanted = { ...SET_UP, features: ['preboot'], configVars: ['A'] }
    const enableFeature = () => Promise.resolve({})
    const releases = (...listed: Release[]) => ({
      enableFeature,
      releases: () => Promise.resolve(listed),
    })

    it('says what it does, and knows the release that this makes', async () => {
      const { take, running, journal, lines, updates, asked } = begin(
        releases(releaseOf(4)),
        wanted,
        { release: undefined },
      )
      await take('set_up')
      expect(lines).to.deep.equal(['features preboot', 'config vars A'])
      expect(updates).to.deep.equal([{ A: 'secret' }])
      expect(asked).to.include('releases 1')
      expect(journal.has('set up')).to.equal(true)
      expect([running.release, journal.releases]).to.deep.equal([releaseOf(4), [releaseOf(4)]])
    })

    it('knows that it may make none', async () => {
      for (const listed of [[], [releaseOf(3)]]) {
        const { take, running, journal } = begin(releases(...listed), wanted, {
          release: undefined,
        })
        await take('set_up')
        expect([running.release, journal.releases]).to.deep.equal([undefined, []])
      }
      const first = begin(releases(releaseOf(1)), wanted, { release: undefined })
      Object.assign(first.running.plan, { current: null })
      await first.take('set_up')
      expect(first.running.release).to.deep.equal(releaseOf(1))
    })

    it('looks at an add-on once a second, or as often as the deploy looks', async () => {
      const times = async (poll: number) => {
        const looks: number[] = []
        const begun = Date.now()
        const { take } = begin(
          {
            createAddon: () => Promise.resolve(addon('provisioning')),
            addon: () => {
              looks.push(Date.now() - begun)
              return Promise.resolve(addon(looks.length < 3 ? 'provisioning' : 'provisioned'))
            },
          },
          {
            ...SET_UP,
            addons: [{ plan: 'heroku-redis:mini', as: null, options: {}, name: null }],
          },
          { timing: { ...TIMING, poll } },
        )
        await take('set_up')
        return looks
      }
      expect(await times(5000)).to.deep.equal([0, 1000, 2000])
      expect(await times(20)).to.deep.equal([0, 20, 40])
    })

    it('is none of a plan that has none', async () => {
      const { take, asked } = begin({}, null)
      await take('set_up')
      expect(asked).to.deep.equal([])
    })
  })

  it('is described by what app.json asks for', () => {
    const step = (name: string) => STEPS.find((one) => one.name === name)!
    const plan = (setUp: object | null) => ({ plan: { app: 'a1', setUp } }) as unknown as Running
    const setUp = { ...SET_UP, features: ['preboot'], configVars: ['A', 'B'] }
    expect(step('set_up').describe(plan(setUp).plan)).to.equal(
      'set up by app.json: features preboot; config vars A, B',
    )
    expect(step('set_up').title(plan(setUp))).to.equal('Setting up a1 by app.json')
    expect(step('postdeploy').describe(plan(setUp).plan)).to.equal(
      'run postdeploy of app.json: node seed.js',
    )
    expect(step('postdeploy').title(plan(setUp))).to.equal('Running postdeploy of a1')
  })
})
