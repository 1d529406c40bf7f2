import { expect } from 'chai'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BootState } from '../../../src/deploy/health/boot-state.js'
import type { ReleaseWatch } from '../../../src/deploy/health/release-watch.js'
import { waitForBoot, waitUntilStable } from '../../../src/deploy/health/serving.js'
import { waitForSwitch } from '../../../src/deploy/health/wait-for-switch.js'
import { TIMING } from '../../../src/deploy/timing.js'
import type { ShipitError } from '../../../src/errors.js'
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

  describe('for the switch of preboot', () => {
    /** Three minutes are documented; so many ms are left. */
    const switchoverOf = (left: number, by: string | undefined = 'time') => {
      const end = monotonic() + left
      let known: string | undefined
      return {
        time: 180_000,
        prove: () => (known = 'proof'),
        get left() {
          return end - monotonic()
        },
        get isOver() {
          return known !== undefined || this.left <= 0
        },
        get by() {
          return known ?? by
        },
      }
    }
    const wait = async (seen: Seen[], more: object, { url = '', time = 300_000 } = {}) => {
      const { deployment } = deploymentOf({})
      Object.assign(deployment, { healthHeaders: { 'x-mine': '1' } })
      const begun = monotonic()
      const parts = scene(seen, more)
      const error = await waitForSwitch(
        deployment,
        parts.watch,
        { release, deadline: begun + time, ...(url === '' ? {} : { url }) },
        parts.report,
      ).then(
        () => undefined,
        (thrown: unknown) => thrown as ShipitError,
      )
      return { ...parts, error, took: monotonic() - begun }
    }

    it('ends with a crash', async () => {
      const crash = { dyno: dynoOf('web.1', 4), reason: 'exited with status 3' }
      const { error, asked } = await wait([up('web.1'), { ...up('web.1'), crash }], {
        switchover: switchoverOf(180_000),
      })
      expect(error).to.include({ code: 'boot', message: 'web.1 of v4 exited with status 3.' })
      expect(asked).to.deep.equal([{ mayBeRecent: true }, { mayBeRecent: true }])
    })

    it('ends at its time, after a look at its end, and looks once a second until then', async () => {
      const switchover = switchoverOf(180_000)
      const { error, took, pauses } = await wait([up('web.1')], { switchover }, { time: 5000 })
      expect(error).to.include({
        code: 'timeout',
        message: 'Preboot had not switched requests to v4 in the time given',
      })
      expect(error!.details).to.deep.equal({ unverified: true })
      expect(took).to.be.within(5000, 6500)
      expect(Math.max(...pauses.map((longest) => longest ?? Infinity))).to.equal(1000)
      const none = await wait([up('web.1')], { switchover }, { time: 0 })
      expect([none.asked.length, none.took]).to.deep.equal([2, 100])
    })

    it('is none without preboot', async () => {
      const { asked, details } = await wait([up('web.1')], {})
      expect([asked, details]).to.deep.equal([[], []])
    })

    it('is announced, unless it is over already', async () => {
      const over = await wait([up('web.1')], { switchover: switchoverOf(0) })
      expect([over.lines, over.details]).to.deep.equal([[], ['its time is over']])
      const later = await wait([up('web.1')], { switchover: switchoverOf(3000) })
      expect(later.lines).to.have.lengthOf(1)
      expect(later.lines[0]).to.include('about 3 min after the release. Waiting 3 s at most.')
      expect([later.details, later.took]).to.deep.equal([['its time is over'], 3000])
      const ended = switchoverOf(0, 'end of the dynos before')
      const { details } = await wait([up('web.1')], { switchover: ended })
      expect(details).to.deep.equal(['the dynos before have been stopped'])
    })

    describe('asks the app', () => {
      let server: http.Server
      let headers: http.IncomingHttpHeaders[]
      let boot: string | undefined
      beforeEach(async () => {
        headers = []
        boot = 'mine'
        server = http
          .createServer((request, response) => {
            headers.push(request.headers)
            response.writeHead(200, boot === undefined ? {} : { 'x-shipit-boot': boot }).end()
          })
          .listen(0, '127.0.0.1')
        await once(server, 'listening')
      })
      afterEach(() => {
        server.close()
        server.closeAllConnections()
      })
      const ask = (more: object = {}, left = 180_000) =>
        wait(
          [up('web.1')],
          {
            switchover: switchoverOf(left),
            isProvable: true,
            ownerOf: (id: string | undefined) => (id === 'other' ? 'other' : 'ours'),
            ...more,
          },
          { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, time: 2000 },
        )

      it('and is over as soon as it proves itself', async () => {
        expect((await ask()).details).to.deep.equal(['it answers'])
        expect(headers).to.have.lengthOf(1)
        expect(headers[0]).to.include({ 'x-mine': '1' })
      })

      it('and goes on while another release answers, or nobody says which', async () => {
        for (const one of ['other', undefined]) {
          boot = one
          headers = []
          expect((await ask()).error).to.include({ code: 'timeout' })
          expect(headers.length).to.be.above(2)
        }
      })

      it('no more once it is over, and not if it cannot prove itself', async () => {
        expect((await ask({}, 0)).details).to.deep.equal(['its time is over'])
        expect((await ask({ isProvable: false })).error).to.include({ code: 'timeout' })
        expect(headers).to.deep.equal([])
      })
    })
  })
})
