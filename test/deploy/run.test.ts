import { expect } from 'chai'
import {
  Interruption,
  planDeploy,
  runDeploy,
  type DeployEvent,
  type DeployPlan,
  type PlanRequest,
} from '../../src/deploy/index.js'
import { ShipitError } from '../../src/errors.js'
import { FakePlatform, NEW, OLD } from './fake-platform.js'
import { requestOf } from '../support/deploys.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('a deploy', () => {
  useVirtualClock()

  let platform: FakePlatform
  let events: DeployEvent[]

  beforeEach(() => {
    events = []
  })
  afterEach(() => platform.stop())

  const plan = (commit: string, more: Partial<PlanRequest> = {}) =>
    planDeploy(platform, requestOf(commit, more))
  const run = (planned: DeployPlan, signal?: AbortSignal) =>
    runDeploy(planned, {
      platform,
      git: platform.git,
      events: (event) => events.push(event),
      ...(signal ? { signal } : {}),
    })
  const deploy = async (commit: string, more: Partial<PlanRequest> = {}) =>
    run(await plan(commit, more))
  const linesOf = (step: string) =>
    events.flatMap((event) => (event.type === 'line' && event.step === step ? [event.text] : []))
  const started = () => events.flatMap((event) => (event.type === 'started' ? [event.step] : []))

  it('pushes, waits for the dynos and for the URL, and says what serves', async () => {
    platform = await FakePlatform.start()
    platform.behaviours[NEW] = { states: ['starting', 'starting', 'up'] }
    const result = await deploy(NEW)
    expect(result).to.include({ app: 'a1', url: platform.url, alreadyLive: false })
    expect(result.release.version).to.equal(2)
    expect(result.replaced?.version).to.equal(1)
    expect(started()).to.deep.equal(['preflight', 'push', 'release', 'boot', 'health'])
    expect(Object.keys(result.times)).to.deep.equal(started())
    expect(linesOf('push')).to.include('-----> Building on the Heroku-24 stack')
    expect(linesOf('boot')).to.include('web.1 is starting')
    expect(platform.calls).to.deep.equal(['push bbbbbbb'])
  })

  it('makes the app first, where it was asked to', async () => {
    platform = await FakePlatform.start([])
    platform.exists = false
    expect((await failureOf(deploy(NEW))).next).to.include('--create')
    const result = await deploy(NEW, { create: true, addRemote: true })
    expect(result.replaced).to.equal(null)
    expect(platform.calls).to.deep.equal(['create a1', 'push bbbbbbb'])
    expect(platform.remotes).to.deep.equal(['a1'])
  })

  it("tells what failed at the first push of an app that it has made, and takes the releases of a new app for nobody's", async () => {
    platform = await FakePlatform.start([])
    platform.exists = false
    platform.behaviours[NEW] = { build: 'fails' }
    const error = await failureOf(deploy(NEW, { create: true }))
    expect(error.code).to.equal('build')
    expect(error.message).to.include('The build failed')
  })

  it('sets SHIPIT_ENV before the push, and only when it differs', async () => {
    platform = await FakePlatform.start()
    const environment = { name: 'homolog', target: { env: 'homolog' } }
    await deploy(NEW, { environment })
    expect(platform.calls).to.deep.equal(['config SHIPIT_ENV', 'push bbbbbbb'])
    expect(platform.config).to.deep.equal({ SHIPIT_ENV: 'homolog' })
    platform.calls.length = 0
    await deploy(OLD, { environment })
    expect(platform.calls).to.deep.equal(['push aaaaaaa'])
  })

  it('follows its build to the end where the push broke off meanwhile', async () => {
    platform = await FakePlatform.start()
    platform.behaviours[NEW] = { build: { hangs: 6, released: true, breaksOff: true } }
    expect((await deploy(NEW)).release).to.deep.equal({ id: 'release-2', version: 2 })
    expect(platform.calls).to.deep.equal(['push bbbbbbb'])
    expect(linesOf('push').join()).to.include(
      'The connection broke off, and the build goes on at Heroku: waiting for its end.',
    )
  })

  it('says that the push broke off where its build had ended by then', async () => {
    platform = await FakePlatform.start()
    platform.behaviours[NEW] = { build: { hangs: 1, released: true, breaksOff: true } }
    expect((await deploy(NEW)).release).to.deep.equal({ id: 'release-2', version: 2 })
    expect(linesOf('push').join())
      .to.include('The connection broke off, but all had arrived: v2 was made of it.')
      .and.not.include('waiting')
  })

  it('does nothing when the commit is live, but looks whether it answers', async () => {
    platform = await FakePlatform.start([NEW])
    const result = await deploy(NEW)
    expect(result).to.include({ alreadyLive: true })
    expect(result.release.version).to.equal(1)
    expect(platform.calls).to.deep.equal([])
    expect(platform.requests).to.have.lengthOf(1)
  })

  it('says when what is live does not answer, and rolls nothing back', async () => {
    platform = await FakePlatform.start([OLD, NEW])
    platform.behaviours[NEW] = { status: 500 }
    expect((await failureOf(deploy(NEW))).code).to.equal('health')
    expect(platform.calls).to.deep.equal([])
  })

  it('releases the slug again when git has the commit already, as after a rollback', async () => {
    platform = await FakePlatform.start([OLD, NEW])
    await platform.rollbackTo('a1', 'release-1')
    platform.config = { FIXED: 'since' }
    platform.calls.length = 0
    const result = await deploy(NEW)
    expect(platform.calls).to.deep.equal(['push bbbbbbb', 'release slug'])
    expect(result.release.version).to.equal(4)
    expect(platform.currentCommit).to.equal(NEW)
    expect(linesOf('push').join()).to.include('the slug of v2 again')
  })

  it('does not ask the URL of an app without a web dyno', async () => {
    platform = await FakePlatform.start()
    platform.sizes = { worker: 2 }
    platform.behaviours[NEW] = { status: 500 }
    await deploy(NEW)
    expect(events).to.deep.include({
      type: 'skipped',
      step: 'health',
      reason: 'no web dyno answers HTTP',
    })
    expect(platform.requests).to.deep.equal([])
  })

  it("asks the path it was given, by the app's own name", async () => {
    platform = await FakePlatform.start()
    await deploy(NEW, { environment: { name: 'production', target: { health: 'healthz' } } })
    expect(new Set(platform.requests)).to.deep.equal(
      new Set([`${new URL(platform.url).host} /healthz`]),
    )
  })

  describe('that fails', () => {
    it('in the build changes nothing', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { build: 'fails' }
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('build')
      expect(error.message).to.include('v1 serves, as before')
      expect(error.details).to.deep.include({
        release: null,
        rolled_back_to: null,
        serving: { id: 'release-1', version: 1 },
      })
      expect(platform.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('in the build after config vars were set takes those back', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { build: 'fails' }
      const error = await failureOf(
        deploy(NEW, { environment: { name: 'homolog', target: { env: 'homolog' } } }),
      )
      expect(error.code).to.equal('build')
      expect(platform.calls).to.deep.equal(['config SHIPIT_ENV', 'push bbbbbbb', 'rollback v1'])
    })

    it('in the release phase shows its output; the old release was never replaced', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = {
        releasePhase: { status: 'failed', output: ['Migrating …', 'relation "users" exists'] },
      }
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('release')
      expect(linesOf('release')).to.deep.equal(['Migrating …', 'relation "users" exists'])
      expect(error.details).to.deep.include({
        rolled_back_to: null,
        serving: { id: 'release-1', version: 1 },
      })
      expect(platform.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('in a release phase without end says that it goes on, and starts no second one', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { releasePhase: { status: 'never', output: [] } }
      const error = await failureOf(deploy(NEW, { waitTimeout: 30_000 }))
      expect(error.code).to.equal('timeout')
      expect(platform.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('because a dyno crashes goes back to the release before, and shows the last lines', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = {
        states: ['starting', 'crashed'],
        prints: ['Error: no database', '    at db.js:3'],
        platformSays: ['Process exited with status 7', 'State changed from starting to crashed'],
      }
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('boot')
      expect(error.message).to.equal(
        'web.1 of v2 exited with status 7. Rolled back: v1 serves again, as v3.',
      )
      expect(error.why).to.include('Error: no database')
      expect(error.details).to.deep.include({
        release: { id: 'release-2', version: 2 },
        rolled_back_to: { id: 'release-1', version: 1 },
        serving: { id: 'release-3', version: 3 },
      })
      expect(platform.currentCommit).to.equal(OLD)
      expect(started()).to.deep.equal(['preflight', 'push', 'release', 'boot', 'rollback'])
    })

    it('says it when the dyno printed nothing', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { states: ['crashed'] }
      expect((await failureOf(deploy(NEW))).why).to.include('web.1 printed nothing')
    })

    it('because the app dies after it said that it listens', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = {
        states: ['up', 'up', 'up', 'crashed'],
        prints: ['listening on 3000'],
      }
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('boot')
      expect(error.why).to.include('listening on 3000')
      expect(platform.currentCommit).to.equal(OLD)
    })

    it('because the platform started a dyno again between two looks', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = {
        platformSays: [
          'Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 60 seconds of launch',
          'State changed from starting to crashed',
          'State changed from crashed to starting',
        ],
      }
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('boot')
      expect(error.message).to.include('R10 (Boot timeout) -> Web process failed to bind')
    })

    it('because the runtime keeps starting an app again inside a dyno that stays up', async () => {
      platform = await FakePlatform.start()
      const exit = (restarts: number) =>
        `shipit source=web.1 app=api instance=0 event=exit code=1 restarts=${restarts} backoff=100ms`
      platform.behaviours[NEW] = {
        prints: [
          'TypeError: x is not a function',
          exit(1),
          exit(2),
          'shipit source=web.1 app=api instance=0 pid=3 status=online sample#memory_rss=60MB',
        ],
      }
      const error = await failureOf(deploy(NEW))
      expect(error.message).to.include('web.1 of v2 has to start api again and again (code 1)')
      expect(error.why).to.include('TypeError').and.not.include('sample#')
    })

    it('but not because of one exit, or of what the log says of earlier releases', async () => {
      platform = await FakePlatform.start()
      platform.log('State changed from up to crashed', 'heroku')
      await new Promise((resolve) => setTimeout(resolve, 1100 - (Date.now() % 1000)))
      platform.behaviours[NEW] = {
        prints: [
          'shipit source=web.1 app=api instance=0 event=exit code=1 restarts=1 backoff=100ms',
          'shipit source=web.1 app=api instance=1 event=exit code=1 restarts=1 backoff=100ms',
        ],
      }
      expect((await deploy(NEW)).release.version).to.equal(2)
    })

    it('because the dynos never come up in the time given', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { states: ['starting'] }
      const error = await failureOf(deploy(NEW, { waitTimeout: 60_000 }))
      expect(error.code).to.equal('boot')
      expect(error.message).to.include('web.1 is starting').and.include('v1 serves again')
    })

    it('because the URL answers 500', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { status: 500, prints: ['oops'] }
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('health')
      expect(error.exitCode).to.equal(13)
      expect(error.message).to.include('500').and.include('v1 serves again, as v3')
      expect(error.why).to.include('oops')
    })

    it('leaves the new release with --no-rollback, and says how to go back', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { status: 500 }
      const error = await failureOf(deploy(NEW, { rollback: false }))
      expect(error.message).to.include('shipit rollback v1')
      expect(platform.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('at the first deploy has nothing to go back to, and says so', async () => {
      platform = await FakePlatform.start([])
      platform.behaviours[NEW] = { states: ['crashed'] }
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('boot')
      expect(error.message).to.include('none to go back to')
      expect(platform.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('and whose rollback fails too tells both', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { status: 500 }
      platform.failing.rollbackTo = new ShipitError('refused', {
        message: 'The platform is in maintenance.',
      })
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('rollback')
      expect(error.message).to.include('500').and.include('The platform is in maintenance.')
      expect((error.details?.failure as { code: string }).code).to.equal('health')
    })

    it('because the platform dies before a release was made speaks of no rollback', async () => {
      platform = await FakePlatform.start()
      platform.onPush = () => {
        platform.failing.currentRelease = new ShipitError('network', {
          message: 'Heroku cannot be reached.',
        })
        throw new ShipitError('network', { message: 'The connection failed during the push.' })
      }
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('network')
      expect(error.message).to.equal(
        'The connection failed during the push. No release of this deploy was seen, so v1 should still serve, but that could not be looked at: Heroku cannot be reached.',
      )
      expect(error.next).to.include('shipit releases --app a1')
      expect(error.details).to.deep.include({ release: null, rolled_back_to: null, serving: null })
    })

    it('because the push broke off before a build that fails leaves the old release', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { build: { hangs: 3, released: false, breaksOff: true } }
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('build')
      expect(error.message).to.equal('The build of bbbbbbb failed. v1 serves, as before.')
      expect(error.why).to.include('The connection broke off before its end')
      expect(platform.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('because the push broke off and the build does not end says that it may still be released', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { build: { hangs: Infinity, released: true, breaksOff: true } }
      const error = await failureOf(deploy(NEW, { waitTimeout: 60_000 }))
      expect(error.code).to.equal('network')
      expect(error.message)
        .to.include('The build of bbbbbbb goes on at Heroku')
        .and.include('Until then v1 serves')
      expect(error.next).to.include('Deploy again')
    })

    it('does not take the last words of the dyno that crashed for a crash of the one that comes back', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { states: ['crashed'] }
      const rollbackTo = platform.rollbackTo.bind(platform)
      platform.rollbackTo = async (app, id) => {
        const made = await rollbackTo(app, id)
        platform.log('shipit source=web.1 app=api instance=0 event=crash code=3')
        return made
      }
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('boot')
      expect(error.message).to.include('v1 serves again, as v3')
    })

    it('believes the log of a dyno whose predecessor crashed once that one has had its last words', async () => {
      platform = await FakePlatform.start()
      platform.log('State changed from up to crashed', 'heroku')
      await new Promise((resolve) => setTimeout(resolve, 20))
      platform.behaviours[NEW] = { status: 503 }
      const told = setTimeout(
        () => platform.log('shipit source=web.1 app=api instance=0 event=crash code=9'),
        3300,
      )
      const planned = await plan(NEW, {})
      const error = await failureOf(
        runDeploy(planned, {
          platform,
          git: platform.git,
          events: (event) => events.push(event),
        }),
      ).finally(() => clearTimeout(told))
      expect(error.message).to.include('web.1 of v2 cannot keep api up (code 9)')
    })

    it('watches for the full time where the log could not be believed at first', async () => {
      platform = await FakePlatform.start()
      platform.log('State changed from up to crashed', 'heroku')
      await new Promise((resolve) => setTimeout(resolve, 20))
      const told = [3600, 4200].map((ms) =>
        setTimeout(
          () => platform.log('shipit source=web.1 app=api instance=0 event=exit code=7'),
          ms,
        ),
      )
      const planned = await plan(NEW, { rollback: false })
      const error = await failureOf(
        runDeploy(planned, {
          platform,
          git: platform.git,
          events: (event) => events.push(event),
        }),
      ).finally(() => told.forEach(clearTimeout))
      expect(error.message).to.include('has to start api again and again (code 7)')
    })

    it('and whose old release does not come up again tells both', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { status: 500 }
      platform.behaviours[OLD] = { states: ['crashed'] }
      expect((await failureOf(deploy(NEW))).code).to.equal('rollback')
    })

    it('before anything changes when somebody else has released since the plan', async () => {
      platform = await FakePlatform.start()
      const planned = await plan(NEW)
      platform.deploy('c'.repeat(40))
      const error = await failureOf(run(planned))
      expect(error.code).to.equal('refused')
      expect(platform.calls).to.deep.equal([])
    })

    it('leaves the crash of a log that cannot be read to the list of dynos', async () => {
      platform = await FakePlatform.start()
      platform.failing.logs = new ShipitError('network', { message: 'no log' })
      platform.behaviours[NEW] = { states: ['up', 'crashed'] }
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('boot')
      expect(error.why).to.include('could not be read: no log')
    })
  })

  describe('that is stopped', () => {
    const stopWhen = async (
      condition: (event: DeployEvent) => boolean,
      more: Partial<PlanRequest> = {},
      by: 'SIGINT' | 'SIGTERM' | 'SIGHUP' = 'SIGINT',
    ) => {
      const stop = new AbortController()
      const planned = await plan(NEW, more)
      return failureOf(
        runDeploy(planned, {
          platform,
          git: platform.git,
          signal: stop.signal,
          events: (event) => {
            events.push(event)
            if (condition(event)) stop.abort(new Interruption(by))
          },
        }),
      )
    }

    it('before the push has changed nothing', async () => {
      platform = await FakePlatform.start()
      const error = await stopWhen(({ type, step }) => type === 'started' && step === 'preflight')
      expect(error).to.include({ code: 'interrupted', exitCode: 130 })
      expect(error.message).to.include('Nothing was changed')
      expect(platform.calls).to.deep.equal([])
    })

    it('in the push, where no build came of it, leaves the old release', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { build: { hangs: 1, released: false } }
      const error = await stopWhen(
        ({ type, step }) => type === 'line' && step === 'push',
        {},
        'SIGTERM',
      )
      expect(error.exitCode).to.equal(143)
      expect(error.message).to.include('v1 serves, as before')
      expect(error.details).to.deep.include({
        signal: 'SIGTERM',
        serving: { id: 'release-1', version: 1 },
      })
      expect(platform.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('in the push cancels the build', async () => {
      platform = await FakePlatform.start()
      platform.canCancel = true
      platform.behaviours[NEW] = { build: { hangs: Infinity, released: true } }
      const error = await stopWhen(({ type, step }) => type === 'line' && step === 'push')
      expect(error).to.include({ code: 'interrupted', exitCode: 130 })
      expect(error.message).to.include('v1 serves, as before')
      expect(linesOf('interrupt').join()).to.include('The build is cancelled')
      expect(platform.calls).to.deep.equal(['push bbbbbbb', 'cancel'])
    })

    it('in the push, where the build cannot be cancelled, waits for it and takes its release back', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { build: { hangs: 4, released: true } }
      const error = await stopWhen(({ type, step }) => type === 'line' && step === 'push')
      expect(error.message).to.include('v1 serves again, as v3')
      expect(platform.calls).to.deep.equal(['push bbbbbbb', 'cancel', 'rollback v1'])
      expect(linesOf('interrupt').join()).to.include('The build goes on at Heroku')
    })

    it('in the push, where the build does not end, says that it may still be released', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { build: { hangs: Infinity, released: true } }
      const error = await stopWhen(({ type, step }) => type === 'line' && step === 'push')
      expect(error.message).to.include('goes on at Heroku').and.include('Until then v1 serves')
      expect(platform.calls).to.deep.equal(['push bbbbbbb', 'cancel'])
    })

    for (const step of ['release', 'boot', 'health'] as const) {
      it(`in ${step} brings the old release back`, async () => {
        platform = await FakePlatform.start()
        const error = await stopWhen(
          (event) => event.type === 'started' && event.step === step,
          {},
          'SIGHUP',
        )
        expect(error).to.include({ code: 'interrupted', exitCode: 129 })
        expect(error.message).to.include('v1 serves again, as v3')
        expect(platform.currentCommit).to.equal(OLD)
      })
    }

    it('in a rollback says that it was made', async () => {
      platform = await FakePlatform.start()
      platform.behaviours[NEW] = { status: 500 }
      platform.behaviours[OLD] = { states: ['starting'] }
      const error = await stopWhen(({ type, step }) => type === 'line' && step === 'rollback')
      expect(error.code).to.equal('interrupted')
      expect(error.message).to.include('rollback to v1 was made, as v3')
      expect(platform.calls).to.deep.equal(['push bbbbbbb', 'rollback v1'])
    })

    it('at a first deploy says that the new release stays', async () => {
      platform = await FakePlatform.start([])
      const error = await stopWhen(({ type, step }) => type === 'started' && step === 'boot')
      expect(error.message).to.include('v1 stays')
    })

    it('says it when what serves cannot be found out', async () => {
      platform = await FakePlatform.start()
      platform.onPush = () => {
        platform.failing.currentRelease = new ShipitError('network', {
          message: 'Heroku cannot be reached.',
        })
      }
      const error = await stopWhen(({ type, step }) => type === 'started' && step === 'boot')
      expect(error.code).to.equal('interrupted')
      expect(error.message).to.include('Heroku cannot be reached')
    })
  })
})
