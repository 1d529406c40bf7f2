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
import { installed } from '../doctor/cases.js'
import { projectOf } from '../doctor/facts.js'
import { requestOf } from '../support/deploys.js'
import { NEW, OLD, OTHER, World } from '../support/embedded/index.js'
import type { Behaviour } from '../support/embedded/program.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'
import { NOTHING_TO_SET_UP as NOTHING } from './scripted.js'

describe('a deploy', () => {
  useVirtualClock()

  let world: World
  let events: DeployEvent[]

  beforeEach(() => {
    events = []
  })
  afterEach(() => world.stop())

  /** What the release of NEW does. */
  const start = async (behaviour: Behaviour = {}, commits?: string[]) => {
    world = await World.start({ behaviours: { [NEW]: behaviour }, ...(commits ? { commits } : {}) })
  }
  const refOf = (version: number) => ({
    id: world.app.releases[version - 1]?.id,
    version,
  })
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const crashing = { exits: { after: 500, status: 1 } }

  const plan = (commit: string, more: Partial<PlanRequest> = {}) =>
    planDeploy(world.platform, requestOf(commit, more))
  const run = (planned: DeployPlan, signal?: AbortSignal) =>
    runDeploy(planned, {
      platform: world.platform,
      git: world.git,
      events: (event) => events.push(event),
      ...(signal ? { signal } : {}),
    })
  const deploy = async (commit: string, more: Partial<PlanRequest> = {}) =>
    run(await plan(commit, more))
  const linesOf = (step: string) =>
    events.flatMap((event) => (event.type === 'line' && event.step === step ? [event.text] : []))
  const started = () => events.flatMap((event) => (event.type === 'started' ? [event.step] : []))

  it('pushes, waits for the dynos and for the URL, and says what serves', async () => {
    await start({ listensAfter: 3000 })
    const result = await deploy(NEW)
    expect(result).to.include({ app: 'a1', url: world.url, alreadyLive: false })
    expect(result.release.version).to.equal(4)
    expect(result.replaced?.version).to.equal(3)
    expect(started()).to.deep.equal(['preflight', 'push', 'release', 'boot', 'health'])
    expect(Object.keys(result.times)).to.deep.equal(started())
    expect(linesOf('push')).to.include('-----> Building on the embedded Heroku')
    expect(linesOf('boot')).to.include('web.1 is starting')
    expect(world.calls).to.deep.equal(['push bbbbbbb'])
  })

  it('makes the app first, where it was asked to', async () => {
    world = await World.start({ hasApp: false, commits: [] })
    expect((await failureOf(deploy(NEW))).next).to.include('--create')
    const result = await deploy(NEW, { create: true, addRemote: true })
    expect(result.replaced).to.equal(null)
    expect(world.calls).to.deep.equal(['create a1', 'push bbbbbbb'])
    expect(world.git.remotes).to.deep.equal(['a1'])
  })

  it("tells what failed at the first push of an app that it has made, and takes the releases of a new app for nobody's", async () => {
    world = await World.start({
      hasApp: false,
      commits: [],
      behaviours: { [NEW]: { build: { fails: true } } },
    })
    const error = await failureOf(deploy(NEW, { create: true }))
    expect(error.code).to.equal('build')
    expect(error.message).to.include('The build failed')
  })

  it('warns of a database that the app lacks, and of none that it is about to make', async () => {
    await start()
    const server =
      'new (require("pg").Pool)({ connectionString: process.env.DATABASE_URL })\n' +
      'app.listen(process.env.PORT)\n'
    const project = projectOf({ files: installed(['pg'], [], { files: { 'server.js': server } }) })
    const isWarned = async (more: Partial<PlanRequest>) =>
      (await plan(NEW, { project, ...more })).findings.some(
        ({ check }) => check === 'database-vars',
      )
    expect(await isWarned({})).to.equal(true)
    const addon = { plan: 'heroku-postgresql:essential-0', as: null, options: {}, name: null }
    expect(await isWarned({ create: true, setUp: { ...NOTHING, addons: [addon] } })).to.equal(false)
    expect(await isWarned({ create: true, setUp: NOTHING })).to.equal(true)
  })

  it('sets SHIPIT_ENV before the push, and only when it differs', async () => {
    await start()
    const environment = { name: 'homolog', target: { env: 'homolog' } }
    await deploy(NEW, { environment })
    expect(world.calls).to.deep.equal(['config SHIPIT_ENV', 'push bbbbbbb'])
    expect(world.app.config_vars).to.deep.equal({ SHIPIT_ENV: 'homolog' })
    world.calls.length = 0
    await deploy(OLD, { environment })
    expect(world.calls).to.deep.equal(['push aaaaaaa'])
  })

  it('follows its build to the end where the push broke off meanwhile', async () => {
    await start({ build: { takes: 30_000 } })
    world.git.breaks = 5000
    expect((await deploy(NEW)).release).to.deep.equal(refOf(4))
    expect(world.calls).to.deep.equal(['push bbbbbbb'])
    expect(linesOf('push').join()).to.include(
      'The connection broke off, and the build goes on at Heroku: waiting for its end.',
    )
  })

  it('says that the push broke off where its build had ended by then', async () => {
    await start()
    world.git.breaks = 'at its end'
    expect((await deploy(NEW)).release).to.deep.equal(refOf(4))
    expect(linesOf('push').join())
      .to.include('The connection broke off, but all had arrived: v4 was made of it.')
      .and.not.include('waiting')
  })

  it('does nothing when the commit is live, but looks whether it answers', async () => {
    await start({}, [NEW])
    const result = await deploy(NEW)
    expect(result).to.include({ alreadyLive: true })
    expect(result.release.version).to.equal(3)
    expect(world.calls).to.deep.equal([])
    expect(world.requests).to.have.lengthOf(1)
  })

  it('says when what is live does not answer, and rolls nothing back', async () => {
    await start({ status: 500 }, [OLD, NEW])
    const begun = Date.now()
    const { code, message } = await failureOf(deploy(NEW, { waitTimeout: 10_000 }))
    expect(code).to.equal('health')
    expect(message).to.match(
      /^v4 is up, but http:\S+ does not answer as it should: 500 Internal Server Error\.$/,
    )
    expect(Date.now() - begun).to.be.within(10_000, 15_000)
    expect(world.calls).to.deep.equal([])
  })

  it('looks at what is live until preboot has switched to it, if that was released just now', async () => {
    await start()
    await world.scale('web', 1, 'standard-1x')
    await world.settled()
    await world.enablePreboot()
    await world.deploy(NEW)
    await pass(200_000)
    world.calls.length = 0
    const looks = async () => {
      events = []
      const begun = Date.now()
      const { alreadyLive } = await deploy(NEW)
      expect([alreadyLive, Date.now() - begun < 10_000]).to.deep.equal([true, true])
      return events.flatMap((event) => {
        if (event.type === 'skipped') return [`${event.step}: ${event.reason}`]
        return event.type === 'finished' ? [`${event.step}: ${event.detail ?? ''}`] : []
      })
    }
    const [boot, switched, health] = await looks()
    expect(boot).to.equal('boot: web.1')
    expect(switched).to.equal('switch: the dynos before have been stopped')
    expect(health).to.match(/^health: /)
    await pass(100_000)
    expect((await looks()).map((told) => told.split(':')[0])).to.deep.equal(['boot', 'health'])
    expect(world.calls).to.deep.equal([])
  })

  it('says so if what is live has gone since the plan was made', async () => {
    await start({}, [NEW])
    const planned = await plan(NEW)
    await world.directly('DELETE', '/apps/a1')
    const error = await failureOf(run(planned))
    expect(error.code).to.equal('not_found')
    expect(error.message).to.include('There is no app called a1')
    expect(world.requests).to.deep.equal([])
  })

  it('is not kept from looking at what is live by a check that finds an error', async () => {
    await start({}, [NEW])
    const project = projectOf({ files: { 'server.js': undefined } })
    expect((await deploy(NEW, { project })).alreadyLive).to.equal(true)
    const { source } = requestOf(NEW)
    const files = { ...source, upload: { files: 1, isDirty: false } }
    for (const [commit, more] of [
      [OLD, {}],
      [NEW, { source: files }],
    ] as const) {
      const error = await failureOf(plan(commit, { project, ...more }))
      expect(error.code).to.equal('project')
      expect(error.message).to.include('server.js')
    }
    expect(world.calls).to.deep.equal([])
  })

  it('releases the slug again when git has the commit already, as after a rollback', async () => {
    await start({}, [OLD, NEW])
    await world.rollBack(3)
    await world.setConfig({ FIXED: 'since' })
    world.calls.length = 0
    const result = await deploy(NEW)
    expect(world.calls).to.deep.equal(['push bbbbbbb', 'release slug'])
    expect(result.release.version).to.equal(7)
    expect(world.currentCommit).to.equal(NEW)
    expect(linesOf('push').join()).to.include('the slug of v4 again')
  })

  it('does not ask the URL of an app without a web dyno', async () => {
    const build = { types: ['worker'] }
    world = await World.start({ behaviours: { [OLD]: { build }, [NEW]: { build } } })
    await world.scale('worker', 2)
    await deploy(NEW)
    expect(events).to.deep.include({
      type: 'skipped',
      step: 'health',
      reason: 'no web dyno answers HTTP',
    })
    expect(world.requests).to.deep.equal([])
  })

  it("asks the path it was given, by the app's own name", async () => {
    await start()
    await deploy(NEW, { environment: { name: 'production', target: { health: 'healthz' } } })
    expect(new Set(world.requests)).to.deep.equal(new Set([`${new URL(world.url).host} /healthz`]))
  })

  describe('that fails', () => {
    it('in the build changes nothing', async () => {
      await start({ build: { fails: true } })
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('build')
      expect(error.message).to.include('v3 serves, as before')
      expect(error.details).to.deep.include({
        release: null,
        rolled_back_to: null,
        serving: refOf(3),
      })
      expect(world.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('in the build after config vars were set takes those back', async () => {
      await start({ build: { fails: true } })
      const error = await failureOf(
        deploy(NEW, { environment: { name: 'homolog', target: { env: 'homolog' } } }),
      )
      expect(error.code).to.equal('build')
      expect(world.calls).to.deep.equal(['config SHIPIT_ENV', 'push bbbbbbb', 'rollback v3'])
    })

    it('in the release phase shows its output; the old release was never replaced', async () => {
      await start({
        build: { types: ['web', 'release'] },
        at: ({ type }) =>
          type === 'release'
            ? {
                prints: ['Migrating …', 'relation "users" exists'],
                exits: { after: 2000, status: 1 },
              }
            : undefined,
      })
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('release')
      expect(linesOf('push')).to.include.members(['Migrating …', 'relation "users" exists'])
      expect(error.details).to.deep.include({
        rolled_back_to: null,
        serving: refOf(3),
      })
      expect(world.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('in a release phase without end says that it goes on, and starts no second one', async () => {
      const phase = (exits?: { after: number; status: number }): Behaviour => ({
        build: { types: ['web', 'release'] },
        at: ({ type }) => (type === 'release' && exits ? { exits } : undefined),
      })
      await start(phase({ after: 100, status: 0 }), [OLD, NEW])
      await world.rollBack(3)
      world.behaviours[NEW] = phase()
      const error = await failureOf(deploy(NEW, { waitTimeout: 30_000 }))
      expect(error.code).to.equal('timeout')
      expect(world.calls).to.deep.equal(['push bbbbbbb', 'release slug'])
    })

    it('because a dyno crashes goes back to the release before, and shows the last lines', async () => {
      await start({
        listensAfter: 3000,
        prints: ['Error: no database', '    at db.js:3'],
        exits: { after: 1000, status: 7 },
      })
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('boot')
      expect(error.message).to.equal(
        'web.1 of v4 exited with status 7. Rolled back: v3 serves again, as v5.',
      )
      expect(error.why).to.include('Error: no database')
      expect(error.details).to.deep.include({
        release: refOf(4),
        rolled_back_to: refOf(3),
        serving: refOf(5),
      })
      expect(world.currentCommit).to.equal(OLD)
      expect(started()).to.deep.equal(['preflight', 'push', 'release', 'boot', 'rollback'])
    })

    it('says it when the dyno printed nothing', async () => {
      await start(crashing)
      expect((await failureOf(deploy(NEW))).why).to.include('web.1 printed nothing')
    })

    it('because the app dies after it said that it listens', async () => {
      await start({ prints: ['listening on 3000'], exits: { after: 1200, status: 1 } })
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('boot')
      expect(error.why).to.include('listening on 3000')
      expect(world.currentCommit).to.equal(OLD)
    })

    it('because the platform started a dyno again between two looks', async () => {
      await start({ listensAfter: Infinity })
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('boot')
      expect(error.message).to.include('R10 (Boot timeout) -> Web process failed to bind')
    })

    it('because the runtime keeps starting an app again inside a dyno that stays up', async () => {
      const exit = (restarts: number) =>
        `shipit source=web.1 app=api instance=0 event=exit code=1 restarts=${restarts} backoff=100ms`
      await start({
        prints: [
          'TypeError: x is not a function',
          exit(1),
          exit(2),
          'shipit source=web.1 app=api instance=0 pid=3 status=online sample#memory_rss=60MB',
        ],
      })
      const error = await failureOf(deploy(NEW))
      expect(error.message).to.include('web.1 of v4 has to start api again and again (code 1)')
      expect(error.why).to.include('TypeError').and.not.include('sample#')
    })

    it('but not because of one exit, or of what the log says of earlier releases', async () => {
      await start({
        prints: [
          'shipit source=web.1 app=api instance=0 event=exit code=1 restarts=1 backoff=100ms',
          'shipit source=web.1 app=api instance=1 event=exit code=1 restarts=1 backoff=100ms',
        ],
      })
      world.running('web.1').end(1)
      await pass(1100)
      expect((await deploy(NEW)).release.version).to.equal(4)
    })

    it('because the dynos never come up in the time given', async () => {
      await start({ listensAfter: Infinity })
      const error = await failureOf(deploy(NEW, { waitTimeout: 30_000 }))
      expect(error.code).to.equal('boot')
      expect(error.message).to.include('web.1 is starting').and.include('v3 serves again')
    })

    it('because the URL answers 500', async () => {
      await start({ status: 500, prints: ['oops'] })
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('health')
      expect(error.exitCode).to.equal(13)
      expect(error.message).to.include('500').and.include('v3 serves again, as v5')
      expect(error.why).to.include('oops')
    })

    it('asks nothing of the release before that came with the new one', async () => {
      await start({ status: 500 })
      world.behaviours[OLD] = { status: 404 }
      const target = { health: { path: '/healthz', status: '204' } }
      const error = await failureOf(deploy(NEW, { environment: { name: 'production', target } }))
      expect(error.code).to.equal('health')
      expect(error.message).to.include('v3 serves again, as v5')
    })

    it('waits no longer for the release before than for the new one', async () => {
      await start({ status: 500 })
      world.behaviours[OLD] = { status: 500 }
      const planned = await plan(NEW)
      const begun = Date.now()
      const error = await failureOf(run(planned))
      expect(error.code).to.equal('rollback')
      expect(error.message).to.include('Going back to v3 failed too')
      expect(Date.now() - begun).to.be.below(planned.waitTimeout)
    })

    it('leaves the new release with --no-rollback, and says how to go back', async () => {
      await start({ status: 500 })
      const error = await failureOf(deploy(NEW, { rollback: false }))
      expect(error.message).to.include('shipit rollback v3')
      expect(world.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('at the first deploy has nothing to go back to, and says so', async () => {
      await start(crashing, [])
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('boot')
      expect(error.message).to.include('none to go back to')
      expect(world.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('and whose rollback fails too tells both', async () => {
      await start({ status: 500 })
      const json = { id: 'invalid_params', message: 'The platform is in maintenance.' }
      world.proxy.reply('POST', /\/releases$/, { status: 422, json })
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('rollback')
      expect(error.message).to.include('500').and.include('The platform is in maintenance.')
      expect((error.details?.failure as { code: string }).code).to.equal('health')
    })

    it('because the platform dies before a release was made speaks of no rollback', async () => {
      await start()
      world.onPush = () => {
        world.proxy.reply('GET', /\/releases$/, 'breaks before')
        throw new ShipitError('network', { message: 'The connection failed during the push.' })
      }
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('network')
      expect(error.message).to.equal(
        'The connection failed during the push. No release of this deploy was seen, so v3 should still serve, but that could not be looked at: Heroku at ' +
          `${new URL(world.proxy.url).host} could not be reached or did not answer in full: the connection broke.`,
      )
      expect(error.next).to.include('shipit releases --app a1')
      expect(error.details).to.deep.include({ release: null, rolled_back_to: null, serving: null })
    })

    it('and stays, as --no-rollback asks, tells which release serves', async () => {
      await start({ status: 500 })
      const error = await failureOf(deploy(NEW, { rollback: false }))
      expect(error.message).to.include('stays, as --no-rollback asks')
      expect(error.details).to.deep.include({ release: refOf(4), rolled_back_to: null })
      expect(error.details).to.deep.include({ serving: refOf(4) })
    })

    it('because the push broke off takes back config vars that were set, whose release is not its own', async () => {
      await start()
      world.onPush = () => {
        throw new ShipitError('network', { message: 'The connection failed during the push.' })
      }
      const error = await failureOf(
        deploy(NEW, { environment: { name: 'homolog', target: { env: 'homolog' } } }),
      )
      expect(error.code).to.equal('network')
      expect(error.message).to.include('v3 serves again, as v5')
      expect(error.next).to.equal('Check the connection to the platform, then deploy again.')
      expect(world.calls).to.deep.equal(['config SHIPIT_ENV', 'push bbbbbbb', 'rollback v3'])
      expect(world.app.config_vars).to.deep.equal({})
    })

    it('because the push broke off before a build that fails leaves the old release', async () => {
      await start({ build: { takes: 20_000, fails: true } })
      world.git.breaks = 5000
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('build')
      expect(error.message).to.equal('The build of bbbbbbb failed. v3 serves, as before.')
      expect(error.why).to.include('The connection broke off before its end')
      expect(world.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('because the push broke off and the build does not end says that it may still be released', async () => {
      await start({ build: { takes: Infinity } })
      world.git.breaks = 5000
      const error = await failureOf(deploy(NEW, { waitTimeout: 60_000 }))
      expect(error.code).to.equal('network')
      expect(error.message)
        .to.include('The build of bbbbbbb goes on at Heroku')
        .and.include('Until then v3 serves')
      expect(error.next).to.include('Deploy again')
    })

    it('does not take the last words of the dyno that crashed for a crash of the one that comes back', async () => {
      await start(crashing)
      world.proxy.on('POST', /\/releases$/, () =>
        setTimeout(
          () =>
            world
              .running('web.1')
              .print('shipit source=web.1 app=api instance=0 event=crash code=3'),
          200,
        ),
      )
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('boot')
      expect(error.message).to.include('v3 serves again, as v5')
    })

    it('believes the log of a dyno whose predecessor crashed once that one has had its last words', async () => {
      await start({ status: 503 })
      world.running('web.1').end(1)
      await pass(20)
      const told = setTimeout(
        () =>
          world.running('web.1').print('shipit source=web.1 app=api instance=0 event=crash code=9'),
        3300,
      )
      const planned = await plan(NEW, {})
      const error = await failureOf(
        runDeploy(planned, {
          platform: world.platform,
          git: world.git,
          events: (event) => events.push(event),
        }),
      ).finally(() => clearTimeout(told))
      expect(error.message).to.include('web.1 of v4 cannot keep api up (code 9)')
    })

    it('watches for the full time where the log could not be believed at first', async () => {
      await start()
      world.running('web.1').end(1)
      await pass(20)
      const told = [3600, 4200].map((ms) =>
        setTimeout(
          () =>
            world
              .running('web.1')
              .print('shipit source=web.1 app=api instance=0 event=exit code=7'),
          ms,
        ),
      )
      const planned = await plan(NEW, { rollback: false })
      const error = await failureOf(
        runDeploy(planned, {
          platform: world.platform,
          git: world.git,
          events: (event) => events.push(event),
        }),
      ).finally(() => told.forEach(clearTimeout))
      expect(error.message).to.include('has to start api again and again (code 7)')
    })

    it('and whose old release does not come up again tells both', async () => {
      await start({ status: 500 })
      world.behaviours[OLD] = crashing
      expect((await failureOf(deploy(NEW))).code).to.equal('rollback')
    })

    it('before anything changes when somebody else has released since the plan', async () => {
      await start()
      const planned = await plan(NEW)
      await world.deploy(OTHER)
      const error = await failureOf(run(planned))
      expect(error.code).to.equal('refused')
      expect(world.calls).to.deep.equal([])
    })

    it('leaves the crash of a log that cannot be read to the list of dynos', async () => {
      await start({ exits: { after: 3000, status: 1 } })
      const json = { id: 'internal_server_error', message: 'no log' }
      world.proxy.reply('POST', /\/log-sessions$/, { status: 500, json })
      const error = await failureOf(deploy(NEW))
      expect(error.code).to.equal('boot')
      expect(error.why).to.include('could not be read: ')
    })
  })

  describe('that is stopped', () => {
    const refuseCancel = () => {
      const json = { id: 'invalid_params', message: 'The build cannot be cancelled.' }
      world.proxy.reply('DELETE', /\/builds\//, { status: 422, json })
    }
    const stopWhen = async (
      condition: (event: DeployEvent) => boolean,
      more: Partial<PlanRequest> = {},
      by: 'SIGINT' | 'SIGTERM' | 'SIGHUP' = 'SIGINT',
    ) => {
      const stop = new AbortController()
      const planned = await plan(NEW, more)
      return failureOf(
        runDeploy(planned, {
          platform: world.platform,
          git: world.git,
          signal: stop.signal,
          events: (event) => {
            events.push(event)
            if (condition(event)) stop.abort(new Interruption(by))
          },
        }),
      )
    }

    it('before the push has changed nothing', async () => {
      await start()
      const error = await stopWhen(({ type, step }) => type === 'started' && step === 'preflight')
      expect(error).to.include({ code: 'interrupted', exitCode: 130 })
      expect(error.message).to.include('Nothing was changed')
      expect(world.calls).to.deep.equal([])
    })

    it('in the push, where no build came of it, leaves the old release', async () => {
      await start({ build: { takes: 1000, fails: true } })
      refuseCancel()
      const error = await stopWhen(
        ({ type, step }) => type === 'line' && step === 'push',
        {},
        'SIGTERM',
      )
      expect(error.exitCode).to.equal(143)
      expect(error.message).to.include('v3 serves, as before')
      expect(error.details).to.deep.include({
        signal: 'SIGTERM',
        serving: refOf(3),
      })
      expect(world.calls).to.deep.equal(['push bbbbbbb'])
    })

    it('in the push cancels the build', async () => {
      await start({ build: { takes: Infinity } })
      const error = await stopWhen(({ type, step }) => type === 'line' && step === 'push')
      expect(error).to.include({ code: 'interrupted', exitCode: 130 })
      expect(error.message).to.include('v3 serves, as before')
      expect(linesOf('interrupt').join()).to.include('The build is cancelled')
      expect(world.calls).to.deep.equal(['push bbbbbbb', 'cancel'])
    })

    it('in the push, where the build cannot be cancelled, waits for it and takes its release back', async () => {
      await start({ build: { takes: 4000 } })
      refuseCancel()
      const error = await stopWhen(({ type, step }) => type === 'line' && step === 'push')
      expect(error.message).to.include('v3 serves again, as v5')
      expect(world.calls).to.deep.equal(['push bbbbbbb', 'rollback v3'])
      expect(linesOf('interrupt').join()).to.include('The build goes on at Heroku')
    })

    it('in the push, where the build does not end, says that it may still be released', async () => {
      await start({ build: { takes: Infinity } })
      refuseCancel()
      const error = await stopWhen(({ type, step }) => type === 'line' && step === 'push')
      expect(error.message).to.include('goes on at Heroku').and.include('Until then v3 serves')
      expect(world.calls).to.deep.equal(['push bbbbbbb'])
    })

    for (const step of ['release', 'boot', 'health'] as const) {
      it(`in ${step} brings the old release back`, async () => {
        await start()
        const error = await stopWhen(
          (event) => event.type === 'started' && event.step === step,
          {},
          'SIGHUP',
        )
        expect(error).to.include({ code: 'interrupted', exitCode: 129 })
        expect(error.message).to.include('v3 serves again, as v5')
        expect(world.currentCommit).to.equal(OLD)
      })
    }

    it('in a rollback says that it was made', async () => {
      await start({ status: 500 })
      world.behaviours[OLD] = { listensAfter: Infinity }
      const error = await stopWhen(({ type, step }) => type === 'line' && step === 'rollback')
      expect(error.code).to.equal('interrupted')
      expect(error.message).to.include('rollback to v3 was made, as v5')
      expect(error.details).to.deep.include({
        release: refOf(4),
        rolled_back_to: refOf(3),
        serving: refOf(5),
      })
      expect(linesOf('interrupt')).to.deep.equal([])
      expect(world.calls).to.deep.equal(['push bbbbbbb', 'rollback v3'])
    })

    it('at a first deploy says that the new release stays', async () => {
      await start({}, [])
      const error = await stopWhen(({ type, step }) => type === 'started' && step === 'boot')
      expect(error.message).to.include('v3 stays')
    })

    it('says it when the live release cannot be determined', async () => {
      await start()
      const error = await stopWhen(({ type, step }) => {
        const isBoot = type === 'started' && step === 'boot'
        if (isBoot) world.proxy.reply('GET', /\/releases/, 'breaks before')
        return isBoot
      })
      expect(error.code).to.equal('interrupted')
      expect(error.message).to.include('could not be reached')
    })
  })
})
