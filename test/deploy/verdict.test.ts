import { expect } from 'chai'
import {
  planDeploy,
  runDeploy,
  type DeployEvent,
  type PlanRequest,
} from '../../src/deploy/index.js'
import { ShipitError } from '../../src/errors.js'
import type { App } from '../../src/heroku/index.js'
import { requestOf } from '../support/deploys.js'
import { NEW, OLD, World } from '../support/embedded/index.js'
import type { Behaviour } from '../support/embedded/program.js'
import type { Reply } from '../support/embedded/proxy.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('the verdict of a deploy', () => {
  useVirtualClock()

  let world: World
  let events: DeployEvent[]
  beforeEach(() => {
    events = []
  })
  afterEach(() => world.stop())

  /** What the release of NEW does, and the one before it. */
  const start = async (behaviour: Behaviour = {}, before: Behaviour = {}) => {
    world = await World.start({ behaviours: { [NEW]: behaviour, [OLD]: before } })
  }

  const deploy = async (more: Partial<PlanRequest> = {}, platform = world.platform) => {
    const plan = await planDeploy(platform, requestOf(NEW, more))
    return runDeploy(plan, {
      platform,
      git: world.git,
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
    const withPreboot = async (behaviour: Behaviour = {}, before: Behaviour = {}) => {
      await start(behaviour, before)
      await world.enablePreboot()
    }

    for (const hasRuntime of [true, false]) {
      it(`goes back from a release that answers 500, and never takes the one before for it (${hasRuntime ? 'with' : 'without'} the runtime)`, async () => {
        await withPreboot({ hasRuntime, status: 500 }, { hasRuntime })
        const error = await failureOf(deploy())
        expect(error.code).to.equal('health')
        expect(error.message).to.include('500').and.include('v3 serves again, as v5')
        expect(world.calls).to.deep.equal(['push bbbbbbb', 'rollback v3'])
      })

      it(`waits for the switch to a good one and says so (${hasRuntime ? 'with' : 'without'} the runtime)`, async () => {
        await withPreboot({ hasRuntime }, { hasRuntime })
        const { release } = await deploy()
        expect(release.version).to.equal(4)
        expect(linesOf('switch')).to.include(
          'Preboot is on: what served before v4 goes on answering, unjudged, until requests switch, about 3 min after the release',
        )
        expect(world.answered.at(-1)).to.equal(NEW)
        expect(detailOf('switch')).to.be.oneOf(['it answers', 'the dynos before have been stopped'])
      })
    }

    it('waits for the documented time where nothing else tells', async () => {
      await withPreboot({ status: 500 })
      world.proxy.drops = (line) => line.includes('Stopping all processes with SIGTERM')
      expect((await failureOf(deploy())).code).to.equal('health')
      expect(detailOf('switch')).to.equal('its time is over')
    })

    it('takes the crash of a dyno that goes on serving, unlisted, for no crash of the release', async () => {
      await withPreboot()
      world.onPush = () => void setTimeout(() => world.running('web.1', OLD).end(1), 5000)
      expect((await deploy()).release.version).to.equal(4)
    })

    it('goes back at once from a release whose dynos crash before the switch', async () => {
      await withPreboot({ exits: { after: 5000, status: 1 } })
      const error = await failureOf(deploy())
      expect(error.code).to.equal('boot')
      expect(world.answered).to.not.include(NEW)
    })

    it('gives up unverified, and goes back from nothing, where the time given is shorter', async () => {
      await withPreboot()
      const error = await failureOf(deploy({ waitTimeout: 60_000 }))
      expect(error.exitCode).to.equal(15)
      expect(error.message)
        .to.include('Preboot had not switched requests to v4')
        .and.include('v4 stands and is unverified')
      expect(world.calls).to.deep.equal(['push bbbbbbb'])
    })
  })

  describe('on health', () => {
    /** Its own address leads nowhere. */
    const leadNowhere = () =>
      world.proxy.reshape<App>('GET', /^\/apps\/a1$/, (app) => ({
        ...app,
        web_url: 'http://a1.localhost:1/',
      }))
    /** Requests that others make. */
    const traffic = () => {
      const timer = setInterval(() => world.visit(), 500)
      return () => clearInterval(timer)
    }

    for (const status of [401, 403, 404, 405]) {
      it(`takes ${status} of / for an app that serves, with a warning`, async () => {
        await start({ status })
        expect((await deploy()).warnings.join())
          .to.include(`/ answers ${status}`)
          .and.include('--health')
      })
    }

    it('goes back where a path that was named answers 404', async () => {
      await start({ status: 404 })
      expect((await failureOf(deploy({ health: { path: '/ready' } }))).message)
        .to.include('404')
        .and.include('v3 serves again')
    })

    it('is judged by the router where the app cannot be reached from here: below 500 is well', async () => {
      await start()
      leadNowhere()
      const end = traffic()
      const { warnings } = await deploy().finally(end)
      expect(warnings.join())
        .to.include('could not be asked from here')
        .and.include("judged by the router's lines in the log")
    })

    it('goes back where the router tells of 5xx', async () => {
      await start({ status: 503 })
      leadNowhere()
      const end = traffic()
      expect((await failureOf(deploy().finally(end))).code).to.equal('health')
      expect(world.calls).to.include('rollback v3')
    })

    it('is unverified where nobody asks anything, and nothing is undone', async () => {
      await start()
      leadNowhere()
      const error = await failureOf(deploy())
      expect(error.exitCode).to.equal(15)
      expect(error.message).to.include('v4 stands and is unverified')
      expect(error.next).to.include('--health none')
      expect(world.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('is not asked for with --health none', async () => {
      await start()
      leadNowhere()
      await deploy({ health: { path: 'none' } })
      expect(events).to.deep.include({
        type: 'skipped',
        step: 'health',
        reason: 'it is not asked for (none)',
      })
    })

    it('does not blame the app for a 503 that no router has sent', async () => {
      await start({ status: 503 })
      world.proxy.drops = (line) => line.includes('heroku[router]')
      const error = await failureOf(deploy())
      expect(error.exitCode).to.equal(15)
      expect(error.message).to.include('did not come from the app')
    })

    it("follows a redirect once within the app's own domains", async () => {
      await start()
      await world.directly('POST', '/apps/a1/domains', { hostname: 'www.a1.localhost' })
      world.behaviours[NEW] = {
        status: 301,
        location: `http://www.a1.localhost:${new URL(world.url).port}/home`,
      }
      const { warnings } = await deploy({ health: { path: '/x' } })
      expect(warnings).to.deep.equal([])
      expect(world.requests.at(-1)).to.match(/^www\.a1\.localhost:\d+ \/home$/)
    })

    it("takes no redirect elsewhere for health: the router's lines decide", async () => {
      await start({ status: 302, location: 'http://login.localhost:1/' })
      const { warnings } = await deploy({ health: { path: '/x' } })
      expect(warnings.join())
        .to.include('302 Found, to login.localhost:1')
        .and.include("router's lines")
      expect(world.requests.join()).to.not.include('login')
    })
  })

  describe('where the platform cannot be asked', () => {
    const said = (status: number, id: string, message: string): Reply => ({
      status,
      json: { id, message },
    })
    const limited = said(429, 'rate_limit', 'Your account reached the API rate limit.')
    const refused = said(401, 'unauthorized', 'Invalid credentials provided.')
    /** From the push on. */
    const failing = (what: RegExp, reply: Reply, times = Infinity) => {
      world.onPush = () => world.proxy.reply('GET', what, reply, times)
    }

    // A connection that breaks is tried again by the client itself, four times in all.
    for (const [why, reply, times] of [
      ['limited', limited, 4],
      ['broken', 'breaks before', 16],
      ['refused', refused, 4],
    ] as const) {
      it(`waits on, and succeeds once it can (${why})`, async () => {
        await start()
        failing(/\/dynos$/, reply, times)
        expect((await deploy()).release.version).to.equal(4)
        expect(linesOf('boot')).to.include('Trying on').and.include('Heroku answers again.')
      })

      it(`gives up with 15, and the release stands (${why})`, async () => {
        await start()
        failing(/\/dynos$/, reply)
        const failure = await failureOf(deploy({ waitTimeout: 30_000 }))
        expect(failure.exitCode).to.equal(15)
        expect(failure.message).to.include('v4 stands and is unverified: nothing was rolled back')
        expect(failure.details).to.deep.include({
          release: { id: world.app.releases[3]?.id, version: 4 },
          rolled_back_to: null,
          unverified: true,
        })
        expect(world.calls).to.deep.equal(['push bbbbbbb'])
      })
    }

    it('waits on where this machine has no file left to open', async () => {
      await start()
      let left = 4
      const { platform } = world
      const dynos: typeof platform.dynos = (app) =>
        world.calls.length > 0 && left-- > 0
          ? Promise.reject(new Error('EMFILE: too many open files'))
          : platform.dynos(app)
      expect((await deploy({}, { ...platform, dynos })).release.version).to.equal(4)
      expect(linesOf('boot')).to.include('Trying on')
    })

    for (const name of ['builds', 'releases'] as const) {
      it(`finds its release when it can ask for ${name} again`, async () => {
        await start()
        failing(new RegExp(`/${name}$`), limited, 3)
        expect((await deploy()).release.version).to.equal(4)
      })
    }

    const noMoreGit = new ShipitError('refused', {
      message: 'Rate limit reached for git requests to this app.',
      details: { status: 429 },
    })
    it('pushes again once git is let in again, and says that it waits', async () => {
      await start()
      world.git.refusals.push(...Array<Error>(3).fill(noMoreGit))
      const result = await deploy()
      expect(result.release.version).to.equal(4)
      expect(linesOf('push')).to.match(
        /^Rate limit reached for git requests to this app\. Trying on, for 1 min at most\.\n---/,
      )
    })

    it('says that nothing was changed if git is let in no more', async () => {
      await start()
      world.git.refusals.push(...Array<Error>(1000).fill(noMoreGit))
      const failure = await failureOf(deploy({ waitTimeout: 30_000 }))
      expect(failure.exitCode).to.equal(7)
      expect(failure.message).to.include('v3 serves, as before')
      expect(world.calls).to.deep.equal([])
    })

    it('goes back from a bad release as soon as it can', async () => {
      await start({ status: 500 })
      world.proxy.reply('POST', /\/releases$/, limited, 3)
      const error = await failureOf(deploy())
      expect(error.code).to.equal('health')
      expect(error.message).to.include('v3 serves again, as v5')
      expect(world.calls).to.deep.equal(['push bbbbbbb', 'rollback v3'])
    })

    it('makes no second rollback where the answer to the first was lost', async () => {
      await start({ status: 500 })
      world.proxy.reply('POST', /\/releases$/, 'breaks after', 1)
      const error = await failureOf(deploy())
      expect(error.message).to.include('v3 serves again, as v5')
      expect(world.calls).to.deep.equal(['push bbbbbbb', 'rollback v3'])
    })
  })
})
