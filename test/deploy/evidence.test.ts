/** What a deploy takes for a release that serves, and what it does not. */
import { expect } from 'chai'
import {
  planDeploy,
  runDeploy,
  type DeployEvent,
  type PlanRequest,
} from '../../src/deploy/index.js'
import type { Dyno } from '../../src/heroku/index.js'
import { requestOf } from '../support/deploys.js'
import { NEW, OLD, World } from '../support/embedded/index.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const exit = (instance = 0) => `shipit source=web.1 app=api instance=${instance} event=exit code=1`

describe('what a deploy takes for evidence', () => {
  useVirtualClock()

  let world: World
  let events: DeployEvent[]
  let begun: number
  const timers: NodeJS.Timeout[] = []
  beforeEach(() => {
    events = []
  })
  afterEach(() => {
    for (const timer of timers.splice(0)) clearTimeout(timer)
    return world.stop()
  })

  const deploy = async (more: Partial<PlanRequest> = {}) => {
    const { platform, git } = world
    const plan = await planDeploy(platform, requestOf(NEW, more))
    begun = Date.now()
    return runDeploy(plan, { platform, git, events: (event) => events.push(event) })
  }
  /** So long after the push has begun, whose build takes no time. */
  const afterPush = (ms: number, work: () => void) => {
    const { onPush } = world
    world.onPush = () => {
      timers.push(setTimeout(work, ms))
      return onPush()
    }
  }
  const seconds = () => (Date.now() - begun) / 1000

  it('goes back from a worker that comes up and dies', async () => {
    const build = { types: ['worker'] }
    world = await World.start({
      behaviours: { [OLD]: { build }, [NEW]: { build, exits: { after: 1000, status: 3 } } },
    })
    await world.scale('worker', 1)
    const error = await failureOf(deploy())
    expect(error.code).to.equal('boot')
    expect(error.message)
      .to.include('worker.1 of v4 exited with status 3')
      .and.include('v3 serves again')
  })

  it('takes a formation that is listed late for no app of no dynos', async () => {
    world = await World.start({ commits: [] })
    world.onPush = () => {
      world.proxy.reshape('GET', /\/formation$/, () => [], 3)
      world.proxy.reshape('GET', /\/dynos$/, () => [], 2)
    }
    expect((await deploy()).dynos).to.deep.equal(['web.1'])
    expect(world.requests).to.not.deep.equal([])
  })

  it('takes a first release whose formation stays empty for one of no dynos', async () => {
    world = await World.start({ commits: [], behaviours: { [NEW]: { build: { types: [] } } } })
    expect((await deploy()).dynos).to.deep.equal([])
    expect(events).to.deep.include({
      type: 'skipped',
      step: 'health',
      reason: 'no web dyno answers HTTP',
    })
  })

  // https://devcenter.heroku.com/articles/eco-dyno-hours#dyno-sleeping: the next request wakes them.
  it('takes Eco dynos that sleep for ones that serve if the commit is live already', async () => {
    world = await World.start({ commits: [NEW] })
    await world.scale('web', 1, 'Eco')
    await world.settled()
    world.proxy.reshape<Dyno[]>('GET', /\/dynos$/, (dynos) =>
      dynos.map((dyno) => ({ ...dyno, state: 'idle' })),
    )
    expect(await deploy()).to.deep.include({ alreadyLive: true, dynos: ['web.1'] })
    expect(world.calls).to.deep.equal([])
  })

  it('watches on from an exit in the middle of the window, until the next one would have come', async () => {
    world = await World.start()
    for (const ms of [1000, 5500]) afterPush(ms, () => world.running('web.1').print(exit()))
    const error = await failureOf(deploy())
    expect(error.message).to.include('web.1 of v4 has to start api again and again (code 1)')
  })

  it('ends the watch over one exit when it has lived twice as long', async () => {
    world = await World.start({ behaviours: { [NEW]: { listensAfter: 3000 } } })
    afterPush(4000, () => world.running('web.1').print(exit()))
    await deploy()
    expect(seconds()).to.be.within(11, 16)
  })

  it('catches an app that lives for 40 s, if another dyno boots for as long', async () => {
    world = await World.start({
      behaviours: {
        [NEW]: { at: ({ name }) => ({ listensAfter: name === 'web.2' ? 45_000 : 0 }) },
      },
    })
    await world.scale('web', 2)
    for (const ms of [40_000, 81_000]) afterPush(ms, () => world.running('web.1').print(exit()))
    const error = await failureOf(deploy())
    expect(error.message).to.include('has to start api again and again')
  })

  it('watches for the longest time if the log cannot be read', async () => {
    world = await World.start({ behaviours: { [NEW]: { exits: { after: 4000, status: 1 } } } })
    const json = { id: 'internal_server_error', message: 'There is no log.' }
    world.proxy.reply('POST', /\/log-sessions$/, { status: 500, json })
    const error = await failureOf(deploy())
    expect(error.code).to.equal('boot')
    expect(seconds()).to.be.within(4, 60)
  })

  it('watches for the longest time if the log was read, and breaks off for good', async () => {
    world = await World.start({
      behaviours: { [NEW]: { listensAfter: 3000, exits: { after: 7500, status: 1 } } },
    })
    afterPush(3300, () => {
      const gone = { status: 404, json: { id: 'not_found', message: 'There is no log.' } }
      world.proxy.reply('GET', /^\/streams\//, gone)
      world.proxy.reply('POST', /\/log-sessions$/, gone)
      world.proxy.cutStreams()
    })
    expect((await failureOf(deploy())).code).to.equal('boot')
  })

  it('asks for no health in maintenance mode, and says so', async () => {
    world = await World.start({ behaviours: { [NEW]: { status: 500 } } })
    await world.directly('PATCH', '/apps/a1', { maintenance: true })
    expect((await deploy()).release.version).to.equal(4)
    const reason = 'maintenance mode is on'
    expect(events).to.deep.include({ type: 'skipped', step: 'health', reason })
    expect(world.requests).to.deep.equal([])
  })

  it('asks for no health of the release that comes back in maintenance mode', async () => {
    world = await World.start({
      behaviours: { [NEW]: { exits: { after: 10, status: 1 } }, [OLD]: { status: 503 } },
    })
    await world.directly('PATCH', '/apps/a1', { maintenance: true })
    const error = await failureOf(deploy())
    expect(error.code).to.equal('boot')
    expect(error.message).to.include('v3 serves again, as v5')
    expect(world.requests).to.deep.equal([])
  })

  it('goes back from what does not answer to what does not either, and says so', async () => {
    world = await World.start({
      behaviours: { [NEW]: { exits: { after: 10, status: 1 } }, [OLD]: { status: 503 } },
    })
    expect((await failureOf(deploy())).code).to.equal('rollback')
  })

  it('is not replaced by a release of the same slug that comes while it boots', async () => {
    world = await World.start({ behaviours: { [NEW]: { listensAfter: 4000 } } })
    afterPush(1500, () => void world.setConfig({ COLOUR: 'blue' }))
    const { release } = await deploy()
    expect(release.version).to.equal(4)
    expect(world.version).to.equal(5)
  })
})
