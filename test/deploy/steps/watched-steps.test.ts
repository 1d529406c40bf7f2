/** The steps that watch the dynos of the release: boot, the switch of preboot, health, and what shrinks. */
import { expect } from 'chai'
import { Journal } from '../../../src/deploy/journal.js'
import { STEPS } from '../../../src/deploy/steps/index.js'
import type { Running } from '../../../src/deploy/steps/step.js'
import { TIMING } from '../../../src/deploy/timing.js'
import type { Dyno, Formation } from '../../../src/heroku/index.js'
import { monotonic } from '../../../src/lib/monotonic.js'
import type { FormationChange } from '../../../src/operate/formation-change.js'
import { failureOf } from '../../support/failures.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { deploymentOf, dynoOf, entryOf, releaseOf } from '../scripted.js'

const STABLE = TIMING.stableAtLeast

describe('a step that watches the dynos', () => {
  useVirtualClock()

  interface Given {
    /** What is up at each poll; the last stays. */
    dynos?: Dyno[][]
    /** Whether they never come up. */
    isDown?: boolean
    plan?: object
    more?: object
    watched?: object
  }
  const begin = ({ dynos = [[dynoOf('web.1', 4)]], isDown, plan, more, watched }: Given = {}) => {
    const updates: Formation[] = []
    const { deployment, asked, journal } = deploymentOf(
      {
        formation: () => Promise.resolve([entryOf('web', 3)]),
        updateFormation: (_app, made) =>
          Promise.resolve(updates.push(...(made as never[]))) as never,
      },
      new Journal(),
    )
    let polls = 0
    const seen = () => dynos[Math.min(polls, dynos.length) - 1] ?? []
    const watch = {
      signs: { exits: [] },
      lives: 1,
      bootTime: 100,
      isLogUpToDate: true,
      get dynos() {
        return seen()
      },
      get hasWeb() {
        return seen().some(({ type }) => type === 'web')
      },
      poll: () => {
        polls += 1
        return Promise.resolve(
          isDown
            ? { state: 'waiting', dynos: [], waitingFor: ['web.1 is starting'] }
            : { state: 'up', dynos: seen() },
        )
      },
      pause: (_deployment: object, _polls: number, longest = Infinity) =>
        new Promise((resolve) => setTimeout(resolve, Math.min(100, longest))),
      ...watched,
    }
    const lines: string[] = []
    const details: string[] = []
    const begun = monotonic()
    const running = {
      ...deployment,
      app: { name: 'a1', web_url: null, maintenance: false },
      release: releaseOf(4),
      deadline: begun + 300_000,
      warnings: new Set(),
      watch,
      ...more,
    } as unknown as Running
    Object.assign(running.plan, {
      isAlreadyLive: false,
      preboot: null,
      formation: [],
      health: { path: '/', status: null, isNamed: false, headers: [], timeout: null },
      ...plan,
    })
    const take = async (name: string) => {
      await STEPS.find((step) => step.name === name)!.run(running, {
        line: (text) => void lines.push(text),
        detail: (text) => void details.push(text),
      })
    }
    const took = () => monotonic() - begun
    return {
      running,
      watch,
      take,
      took,
      lines,
      details,
      asked,
      updates,
      journal,
      polls: () => polls,
    }
  }

  describe('for the boot', () => {
    it('ends with dynos that stay up, if nothing is asked later', async () => {
      const { take, took, running, watch, details } = begin()
      await take('boot')
      expect(running.watch).to.equal(watch)
      expect(took()).to.equal(STABLE)
      expect(details).to.deep.equal(['web.1', 'up for 2 s'])
    })

    it('ends with dynos that are up, if the URL is asked later, or nothing is to stay up', async () => {
      const app = { name: 'a1', web_url: 'https://a1.example/', maintenance: false }
      for (const given of [
        { more: { app } },
        { plan: { isAlreadyLive: true } },
        { plan: { isAlreadyLive: true }, more: { app } },
        { dynos: [[]], plan: { current: {} } },
      ]) {
        const { take, took, details } = begin(given)
        await take('boot')
        expect([took(), details.length]).to.deep.equal([0, 1])
      }
    })

    it('fails at the deadline', async () => {
      const { take, took, running } = begin({ isDown: true })
      Object.assign(running, { deadline: monotonic() + 20_000 })
      expect(await failureOf(take('boot'))).to.include({ code: 'boot' })
      expect(took()).to.equal(20_000)
    })
  })

  it('for the switch tells of the release that it waits for', async () => {
    const end = monotonic() + 2000
    const switchover = {
      time: 180_000,
      by: 'time',
      get left() {
        return end - monotonic()
      },
      get isOver() {
        return this.left <= 0
      },
    }
    const { take, lines, details } = begin({ watched: { switchover } })
    await take('switch')
    expect(lines[0]).to.include('what served before v4 goes on answering')
    expect(details).to.deep.equal(['its time is over'])
  })

  describe('for the health', () => {
    const fails = async (given: Given, deadline = 300_000) => {
      const { take, took, running } = begin({ isDown: true, ...given })
      Object.assign(running, { deadline: monotonic() + deadline })
      expect(await failureOf(take('health'))).to.include({ code: 'boot' })
      return Math.round(took() / 1000)
    }
    const check = (timeout: number | null) => ({
      health: { path: '/', status: null, isNamed: false, headers: [], timeout },
    })

    it('waits for a minute, for as long as is asked for, or until the deadline', async () => {
      expect(await fails({})).to.equal(60)
      expect(await fails({ plan: check(20_000) })).to.equal(20)
      expect(await fails({ plan: check(90_000) })).to.equal(90)
      expect(await fails({}, 10_000)).to.equal(10)
      expect(await fails({ plan: { isAlreadyLive: true } }, 100_000)).to.equal(100)
    })

    it('ends when all has been well for long enough, of what served already at once', async () => {
      const fresh = begin()
      await fresh.take('health')
      expect([fresh.took(), fresh.details]).to.deep.equal([STABLE, ['up for 2 s']])
      const live = begin({ plan: { isAlreadyLive: true } })
      await live.take('health')
      expect(live.took()).to.equal(0)
    })
  })

  describe('as it shrinks', () => {
    const change = (type: string, before: number, after: number) =>
      ({
        type,
        before: { quantity: before, size: 'Basic' },
        after: { quantity: after, size: 'Basic' },
        costClass: null,
        costs: null,
      }) as FormationChange
    const formation = [change('web', 3, 1), change('worker', 1, 2)]

    it('takes away what is too much, and waits until the rest has stayed up', async () => {
      const { take, took, updates, details, journal, asked } = begin({ plan: { formation } })
      await take('scale_down')
      expect(updates).to.deep.equal([{ type: 'web', quantity: 1, size: 'Basic' }])
      expect(journal.formation).to.deep.equal([entryOf('web', 3)])
      expect(asked).to.deep.equal(['formation', 'updateFormation'])
      expect(took()).to.equal(STABLE)
      expect(details).to.deep.equal(['web.1', 'up for 2 s', 'web=1:Basic'])
    })

    it('knows from before what there was, and waits for no dyno where there is none', async () => {
      const { take, took, asked, journal, details } = begin({
        plan: { formation, current: {} },
        dynos: [[]],
      })
      journal.record({ did: 'scale', before: [] })
      await take('scale_down')
      expect([asked, took()]).to.deep.equal([['updateFormation'], 0])
      expect(details.at(-1)).to.equal('web=1:Basic')
    })

    it('waits for the dynos first', async () => {
      const { take, running } = begin({ plan: { formation }, isDown: true })
      Object.assign(running, { deadline: monotonic() + 1000 })
      expect((await failureOf(take('scale_down'))).message).to.include('had not come up')
    })
  })
})
