import { expect } from 'chai'
import type { BootState } from '../../../src/deploy/health/boot-state.js'
import type { ReleaseWatch } from '../../../src/deploy/health/release-watch.js'
import { waitForBoot, waitUntilStable } from '../../../src/deploy/health/serving.js'
import { waitForSwitch } from '../../../src/deploy/health/wait-for-switch.js'
import { TIMING } from '../../../src/deploy/timing.js'
import { duration } from '../../../src/lib/duration.js'
import { monotonic } from '../../../src/lib/monotonic.js'
import { failureOf } from '../../support/failures.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { deploymentOf, dynoOf, releaseOf } from '../scripted.js'

type Seen = Partial<BootState> & {
  waitingFor?: string[]
  isRecent?: boolean
  crash?: object
}

describe('the wait for a release', () => {
  useVirtualClock()
  const release = releaseOf(4)
  const up = (...names: string[]): Seen => ({
    state: 'up',
    dynos: names.map((name) => dynoOf(name, 4)),
  })
  const waiting = (...waitingFor: string[]): Seen => ({ state: 'waiting', dynos: [], waitingFor })

  /** What the watch sees, poll by poll; the last stays. Polls take as long as they say they may. */
  const scene = (seen: Seen[], more: object = {}) => {
    const asked: object[] = []
    const pauses: (number | undefined)[] = []
    const watch = {
      signs: { exits: [] },
      lives: 1,
      bootTime: 100,
      isLogUpToDate: true,
      poll: (how: object = {}) => {
        asked.push(how)
        return Promise.resolve(seen[Math.min(asked.length, seen.length) - 1])
      },
      pause: (_deployment: object, polls: number, longest: number | undefined) => {
        pauses.push(longest)
        return new Promise((resolve) =>
          setTimeout(resolve, Math.min(100 * 1.5 ** polls, longest ?? Infinity)),
        )
      },
      ...more,
    } as unknown as ReleaseWatch
    const lines: string[] = []
    const details: string[] = []
    const report = {
      line: (text: string) => void lines.push(text),
      detail: (text: string) => void details.push(text),
    }
    return { watch, lines, details, report, asked, pauses }
  }
  const boot = async (seen: Seen[], { isNew = false, time = 10_000 } = {}) => {
    const { deployment } = deploymentOf({})
    if (isNew) Object.assign(deployment.plan, { current: null })
    const { watch, lines, details, report, asked } = scene(seen)
    await waitForBoot(deployment, watch, release, monotonic() + time, report)
    return { lines, details, polls: asked.length }
  }

  it('ends with the names of its dynos, in their order', async () => {
    expect(await boot([up('web.10', 'web.2', 'api.1')])).to.deep.equal({
      lines: [],
      details: ['api.1, web.2, web.10'],
      polls: 1,
    })
  })

  it('says that none will come where none is wanted, which of a new app shows after some looks', async () => {
    const none = 'no dynos: the formation is scaled to zero'
    expect(await boot([up()])).to.deep.include({ details: [none], polls: 1 })
    expect(await boot([up()], { isNew: true })).to.deep.include({ details: [none], polls: 5 })
    expect(await boot([up(), up('web.1')], { isNew: true })).to.deep.include({
      details: ['web.1'],
      polls: 2,
    })
  })

  it('says what is waited for as often as it changes', async () => {
    const one = waiting('web.1 is starting')
    const seen = [one, one, waiting('web.1 is starting', 'web.2 is missing'), one, up('web.1')]
    expect((await boot(seen)).lines).to.deep.equal([
      'web.1 is starting',
      'web.1 is starting; web.2 is missing',
      'web.1 is starting',
    ])
  })

  it('ends at its time, with what was still missing', async () => {
    const error = await failureOf(boot([waiting('web.1 is starting')], { time: 1000 }))
    expect(error).to.include({
      code: 'boot',
      message: 'v4 had not come up after 5 min: web.1 is starting.',
    })
  })

  it('to stay up asks the log alone meanwhile, and the platform once more at its end', async () => {
    const { deployment } = deploymentOf({})
    const { watch, report, asked, details } = scene([up('web.1')])
    const begun = monotonic()
    const wanted = {
      release,
      check: { path: null, status: null, isNamed: false, headers: [], timeout: null },
      deadline: begun + 60_000,
      giveUp: begun + 60_000,
    }
    await waitUntilStable(deployment, watch, wanted, report)
    expect(monotonic() - begun).to.be.within(TIMING.stableAtLeast, TIMING.stableAtLeast + 1)
    const looks = asked.map((how) => (how as { mayBeRecent?: boolean }).mayBeRecent)
    expect(looks.slice(0, -1)).to.not.include(false)
    expect(looks.at(-1)).to.equal(false)
    expect(details).to.deep.equal([`up for ${duration(TIMING.stableAtLeast)}`])
  })

  it('for the switch of preboot ends with a crash, and at its time', async () => {
    const { deployment } = deploymentOf({})
    Object.assign(deployment.plan, { preboot: { switchesAfter: 180_000, dynos: 1 } })
    const switchover = { isOver: false, by: undefined, left: 180_000 }
    const asked = { release, deadline: monotonic() + 5000 }
    const crash = { dyno: dynoOf('web.1', 4), reason: 'exited with status 3' }
    const crashing = scene([up('web.1'), { ...up('web.1'), crash }], { switchover })
    const error = await failureOf(waitForSwitch(deployment, crashing.watch, asked, crashing.report))
    expect(error).to.include({ code: 'boot', message: 'web.1 of v4 exited with status 3.' })
    expect(crashing.asked).to.deep.equal([{ mayBeRecent: true }, { mayBeRecent: true }])
    const late = scene([up('web.1')], { switchover })
    const begun = monotonic()
    const timeout = await failureOf(waitForSwitch(deployment, late.watch, asked, late.report))
    expect(timeout).to.include({ code: 'timeout' })
    expect(timeout.details).to.deep.equal({ unverified: true })
    expect(monotonic() - begun).to.be.within(5000, 6500)
    expect(Math.max(...late.pauses.map((longest) => longest ?? Infinity))).to.equal(1000)
    const without = scene([up('web.1')])
    await waitForSwitch(deployment, without.watch, asked, without.report)
    expect([without.asked, without.details]).to.deep.equal([[], []])
  })

  it('for the switch of preboot is announced, unless it is over already', async () => {
    const { deployment } = deploymentOf({})
    Object.assign(deployment.plan, { preboot: { switchesAfter: 180_000, dynos: 1 } })
    const over = scene([up('web.1')], { switchover: { isOver: true, by: 'proof', left: 0 } })
    const asked = { release, deadline: monotonic() + 300_000 }
    await waitForSwitch(deployment, over.watch, asked, over.report)
    expect([over.lines, over.details]).to.deep.equal([[], ['it answers']])

    const end = monotonic() + 3000
    const switchover = {
      by: 'time',
      get left() {
        return end - monotonic()
      },
      get isOver() {
        return this.left <= 0
      },
    }
    const later = scene([up('web.1')], { switchover })
    await waitForSwitch(deployment, later.watch, asked, later.report)
    expect(later.lines).to.have.lengthOf(1)
    expect(later.lines[0]).to.include('about 3 min after the release. Waiting 3 s at most.')
    expect(later.details).to.deep.equal(['its time is over'])
  })
})
