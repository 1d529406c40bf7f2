import { expect } from 'chai'
import {
  planDeploy,
  runDeploy,
  type DeployEvent,
  type PlanRequest,
} from '../../src/deploy/index.js'
import { ShipitError } from '../../src/errors.js'
import { FakePlatform, NEW } from './fake-platform.js'
import { requestOf } from '../support/deploys.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('the verdict of a deploy', () => {
  useVirtualClock()

  let platform: FakePlatform
  let events: DeployEvent[]
  beforeEach(() => {
    events = []
  })
  afterEach(() => platform.stop())

  const deploy = async (more: Partial<PlanRequest> = {}) => {
    const plan = await planDeploy(platform, requestOf(NEW, more))
    return runDeploy(plan, {
      platform,
      git: platform.git,
      events: (event) => events.push(event),
    })
  }
  const linesOf = (step: string) =>
    events
      .flatMap((event) => (event.type === 'line' && event.step === step ? [event.text] : []))
      .join('\n')
  const detailOf = (step: string) =>
    events.flatMap((event) =>
      event.type === 'finished' && event.step === step ? [event.detail] : [],
    )[0]

  describe('with preboot', () => {
    const withPreboot = async (more: Partial<FakePlatform> = {}) => {
      platform = await FakePlatform.start()
      Object.assign(platform, { hasPreboot: true, ...more })
    }

    for (const hasRuntime of [true, false]) {
      it(`goes back from a release that answers 500, and never takes the one before for it (${hasRuntime ? 'with' : 'without'} the runtime)`, async () => {
        await withPreboot({ hasRuntime })
        platform.behaviours[NEW] = { status: 500 }
        const error = await failureOf(deploy())
        expect(error.code).to.equal('health')
        expect(error.message).to.include('500').and.include('v1 serves again, as v3')
        expect(platform.calls).to.deep.equal(['push bbbbbbb', 'rollback v1'])
      })

      it(`waits for the switch to a good one and says so (${hasRuntime ? 'with' : 'without'} the runtime)`, async () => {
        await withPreboot({ hasRuntime })
        const { release } = await deploy()
        expect(release.version).to.equal(2)
        expect(linesOf('switch')).to.include(
          'Preboot is on: what served before v2 goes on answering, unjudged, until requests switch, about 3 min after the release',
        )
        expect(platform.judged.at(-1)).to.equal(2)
        expect(detailOf('switch')).to.be.oneOf(['it answers', 'the dynos before have been stopped'])
      })
    }

    it('waits for the documented time where nothing else tells', async () => {
      await withPreboot({ tellsOfEnds: false })
      platform.behaviours[NEW] = { status: 500 }
      expect((await failureOf(deploy())).code).to.equal('health')
      expect(detailOf('switch')).to.equal('its time is over')
    })

    it('takes the crash of a dyno that goes on serving, unlisted, for no crash of the release', async () => {
      await withPreboot()
      platform.behaviours[NEW] = {
        platformSays: ['Process exited with status 1', 'State changed from up to crashed'],
      }
      expect((await deploy()).release.version).to.equal(2)
    })

    it('goes back at once from a release whose dynos crash before the switch', async () => {
      await withPreboot()
      platform.behaviours[NEW] = { states: ['starting', 'crashed'] }
      const error = await failureOf(deploy())
      expect(error.code).to.equal('boot')
      expect(platform.judged).to.not.include(2)
    })

    it('gives up unverified, and goes back from nothing, where the time given is shorter', async () => {
      await withPreboot()
      const error = await failureOf(deploy({ waitTimeout: 60_000 }))
      expect(error.exitCode).to.equal(15)
      expect(error.message)
        .to.include('Preboot had not switched requests to v2')
        .and.include('v2 stands and is unverified')
      expect(platform.calls).to.deep.equal(['push bbbbbbb'])
    })
  })

  describe('on health', () => {
    const start = async (more: Partial<FakePlatform> = {}) => {
      platform = await FakePlatform.start()
      Object.assign(platform, more)
    }
    /** Requests that others make, as the router tells of them. */
    const traffic = (ofNew: number) => {
      const timer = setInterval(() => {
        const status = platform.served?.version === 2 ? ofNew : 200
        platform.log(
          `at=${status < 500 ? 'info' : 'error'} method=GET path="/" host=a1 request_id=other fwd="1.2.3.4" dyno=web.1 connect=0ms service=1ms status=${status} bytes=2 protocol=http`,
          'heroku',
          'router',
        )
      }, 10)
      return () => clearInterval(timer)
    }

    for (const status of [401, 403, 404, 405]) {
      it(`takes ${status} of / for an app that serves, with a warning`, async () => {
        await start()
        platform.behaviours[NEW] = { status }
        expect((await deploy()).warnings.join())
          .to.include(`/ answers ${status}`)
          .and.include('--health')
      })
    }

    it('goes back where a path that was named answers 404', async () => {
      await start()
      platform.behaviours[NEW] = { status: 404 }
      expect((await failureOf(deploy({ health: { path: '/ready' } }))).message)
        .to.include('404')
        .and.include('v1 serves again')
    })

    it('is judged by the router where the app cannot be reached from here: below 500 is well', async () => {
      await start({ webUrl: 'http://a1.localhost:1/' })
      const end = traffic(200)
      const { warnings } = await deploy().finally(end)
      expect(warnings.join())
        .to.include('could not be asked from here')
        .and.include("judged by the router's lines in the log")
    })

    it('goes back where the router tells of 5xx', async () => {
      await start({ webUrl: 'http://a1.localhost:1/' })
      const end = traffic(503)
      expect((await failureOf(deploy().finally(end))).code).to.equal('health')
      expect(platform.calls).to.include('rollback v1')
    })

    it('is unverified where nobody asks anything, and nothing is undone', async () => {
      await start({ webUrl: 'http://a1.localhost:1/' })
      const error = await failureOf(deploy())
      expect(error.exitCode).to.equal(15)
      expect(error.message).to.include('v2 stands and is unverified')
      expect(error.next).to.include('--health none')
      expect(platform.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('is not asked for with --health none', async () => {
      await start({ webUrl: 'http://a1.localhost:1/' })
      await deploy({ health: { path: 'none' } })
      expect(events).to.deep.include({
        type: 'skipped',
        step: 'health',
        reason: 'it is not asked for (none)',
      })
    })

    it('does not blame the app for a 503 that no router has sent', async () => {
      await start({ isRouted: false })
      platform.behaviours[NEW] = { status: 503 }
      const error = await failureOf(deploy())
      expect(error.exitCode).to.equal(15)
      expect(error.message).to.include('did not come from the app')
    })

    it("follows a redirect once within the app's own domains", async () => {
      await start({ ownDomains: ['www.a1.localhost'] })
      platform.behaviours[NEW] = {
        status: 301,
        location: `http://www.a1.localhost:${new URL(platform.url).port}/home`,
      }
      const { warnings } = await deploy({ health: { path: '/x' } })
      expect(warnings).to.deep.equal([])
      expect(platform.requests.at(-1)).to.match(/^www\.a1\.localhost:\d+ \/home$/)
    })

    it("takes no redirect elsewhere for health: the router's lines decide", async () => {
      await start()
      platform.behaviours[NEW] = { status: 302, location: 'http://login.localhost:1/' }
      const { warnings } = await deploy({ health: { path: '/x' } })
      expect(warnings.join())
        .to.include('302 Found, to login.localhost:1')
        .and.include("router's lines")
      expect(platform.requests.join()).to.not.include('login')
    })
  })

  describe('where the platform cannot be asked', () => {
    /** Fails the call while the step runs, as often as said. */
    const failing = (
      name: 'dynos' | 'formation' | 'rollbackTo' | 'builds' | 'releases',
      error: ShipitError,
      times: number,
    ) => {
      const call = platform[name].bind(platform) as (...args: unknown[]) => Promise<unknown>
      let left = times
      Object.assign(platform, {
        [name]: (...args: unknown[]) =>
          platform.calls.includes('push bbbbbbb') && left-- > 0
            ? Promise.reject(error)
            : call(...args),
      })
    }
    const limited = new ShipitError('network', {
      message: 'Heroku takes no more requests of this account for now.',
      details: { status: 429 },
    })
    const broken = new ShipitError('network', { message: 'Heroku could not be reached.' })
    const refused = new ShipitError('auth', { message: 'Heroku does not accept the token.' })

    for (const [why, error] of Object.entries({
      limited,
      broken,
      refused,
      local: new Error('EMFILE: too many open files'),
    })) {
      it(`waits on, and succeeds once it can (${why})`, async () => {
        platform = await FakePlatform.start()
        failing('dynos', error as ShipitError, 4)
        expect((await deploy()).release.version).to.equal(2)
        expect(linesOf('boot')).to.include('Trying on').and.include('Heroku answers again.')
      })

      it(`gives up with 15, and the release stands (${why})`, async () => {
        platform = await FakePlatform.start()
        failing('dynos', error as ShipitError, Infinity)
        const failure = await failureOf(deploy({ waitTimeout: 30_000 }))
        expect(failure.exitCode).to.equal(15)
        expect(failure.message).to.include('v2 stands and is unverified: nothing was rolled back')
        expect(failure.details).to.deep.include({
          release: { id: 'release-2', version: 2 },
          rolled_back_to: null,
          unverified: true,
        })
        expect(platform.calls).to.deep.equal(['push bbbbbbb'])
      })
    }

    for (const name of ['builds', 'releases'] as const) {
      it(`finds its release when it can ask for ${name} again`, async () => {
        platform = await FakePlatform.start()
        failing(name, limited, 3)
        expect((await deploy()).release.version).to.equal(2)
      })
    }

    const noMoreGit = new ShipitError('refused', {
      message: 'The platform takes no more git requests for this app for now.',
      details: { status: 429 },
    })
    const refusingPush = (times: number) => {
      let left = times
      const { push } = platform.git
      return {
        ...platform.git,
        push: (request: Parameters<typeof push>[0]) =>
          left-- > 0 ? Promise.reject(noMoreGit) : push(request),
      }
    }

    it('pushes again once git is let in again, and says that it waits', async () => {
      platform = await FakePlatform.start()
      const plan = await planDeploy(platform, requestOf(NEW))
      const result = await runDeploy(plan, {
        platform,
        git: refusingPush(3),
        events: (event) => events.push(event),
      })
      expect(result.release.version).to.equal(2)
      expect(linesOf('push')).to.match(
        /^The platform takes no more git requests for this app for now\. Trying on, for 1 min at most\.\n---/,
      )
    })

    it('says that nothing was changed if git is let in no more', async () => {
      platform = await FakePlatform.start()
      const plan = await planDeploy(platform, requestOf(NEW, { waitTimeout: 30_000 }))
      const failure = await failureOf(
        runDeploy(plan, {
          platform,
          git: refusingPush(Infinity),
          events: (event) => events.push(event),
        }),
      )
      expect(failure.exitCode).to.equal(7)
      expect(failure.message).to.include('v1 serves, as before')
      expect(platform.calls).to.deep.equal([])
    })

    it('goes back from a bad release as soon as it can', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { status: 500 }
      failing('rollbackTo', limited, 3)
      const error = await failureOf(deploy())
      expect(error.code).to.equal('health')
      expect(error.message).to.include('v1 serves again, as v3')
      expect(platform.calls).to.deep.equal(['push bbbbbbb', 'rollback v1'])
    })

    it('makes no second rollback where the answer to the first was lost', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { status: 500 }
      const rollbackTo = platform.rollbackTo.bind(platform)
      let isFirst = true
      platform.rollbackTo = async (app, id) => {
        const made = await rollbackTo(app, id)
        if (!isFirst) return made
        isFirst = false
        throw broken
      }
      const error = await failureOf(deploy())
      expect(error.message).to.include('v1 serves again, as v3')
      expect(platform.calls).to.deep.equal(['push bbbbbbb', 'rollback v1'])
    })
  })
})
