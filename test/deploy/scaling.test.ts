import { expect } from 'chai'
import { planDeploy, runDeploy, type PlanRequest } from '../../src/deploy/index.js'
import { requestOf } from '../support/deploys.js'
import { NEW, World } from '../support/embedded/index.js'
import type { Behaviour } from '../support/embedded/program.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('a deploy that scales', () => {
  useVirtualClock()
  let world: World
  let steps: string[]
  afterEach(() => world.stop())

  const start = async (behaviour: Behaviour = {}) => {
    steps = []
    world = await World.start({ behaviours: { [NEW]: behaviour } })
    await world.scale('web', 1, 'standard-1x')
    await world.settled()
  }
  const deploy = async (scale: Record<string, string>, more: Partial<PlanRequest> = {}) => {
    const plan = await planDeploy(world.platform, requestOf(NEW, { scale, ...more }))
    return runDeploy(plan, {
      platform: world.platform,
      git: world.git,
      events: (event) => {
        if (event.type === 'finished') steps.push(`${event.step} ${event.detail ?? ''}`.trim())
      },
    })
  }
  const dynos = async () =>
    (await world.platform.formation('a1')).map(({ type, quantity, size }) => [type, quantity, size])

  it('grows before the release is judged, and shrinks once it serves', async () => {
    await start()
    await deploy({ web: '3' })
    expect(await dynos()).to.deep.equal([['web', 3, 'Standard-1X']])
    expect(world.calls).to.deep.equal(['push bbbbbbb', 'scale web=3:Standard-1X'])
    expect(steps[3]).to.equal('scale_up web=3:Standard-1X')
    await world.deploy(NEW)
    world.calls.length = 0
    steps = []
    await deploy({ web: '1' })
    expect(await dynos()).to.deep.equal([['web', 1, 'Standard-1X']])
    expect(steps.at(-1)).to.equal('scale_down web=1:Standard-1X')
  })

  it('asks for what grows first, and for what shrinks alone at its end; to nothing it waits for none', async () => {
    await start({ build: { types: ['web', 'worker'] } })
    await world.scale('web', 3)
    await world.settled()
    world.calls.length = 0
    await deploy({ web: '1', worker: '2' })
    expect(world.calls).to.deep.equal(['push bbbbbbb', 'scale worker=2', 'scale web=1:Standard-1X'])
    expect(steps.at(-2)).to.match(/^health /)
    expect(steps.at(-1)).to.equal('scale_down web=1:Standard-1X')
    await deploy({ web: '0', worker: '0' })
    expect((await dynos()).map(([, quantity]) => quantity)).to.deep.equal([0, 0])
    expect(steps.at(-1)).to.equal('scale_down web=0:Standard-1X worker=0:Standard-1X')
  })

  it('and fails has its dynos back as they were, and says so', async () => {
    await start({ status: 500 })
    const before = await dynos()
    const error = await failureOf(deploy({ web: '3' }))
    expect(error.code).to.equal('health')
    expect(error.message).to.match(/v3 serves again, as v5\. Scaled back to web=1:\S+\.$/)
    expect(await dynos()).to.deep.equal(before)
  })

  it('to a type that came with it leaves that type, which the code before does not have', async () => {
    await start({ status: 500, build: { types: ['web', 'worker'] } })
    const error = await failureOf(deploy({ worker: '1' }))
    expect(error.message).to.not.include('Scaled back')
    expect(error.details).to.deep.include({
      rolled_back_to: { id: world.app.releases[2]!.id, version: 3 },
    })
  })

  it('names a type that the release does not have, and goes back', async () => {
    await start()
    const error = await failureOf(deploy({ wroker: '1' }))
    expect(error.code).to.equal('project')
    expect(error.message).to.include('--scale').and.include('wroker').and.include('v3 serves again')
  })

  it('says of a release that it could not verify that the dynos stay as they were scaled', async () => {
    await start()
    world.proxy.on('PATCH', /\/formation$/, () =>
      world.proxy.reply('GET', /\/dynos$/, { status: 503, json: { id: 'x', message: 'Later.' } }),
    )
    const error = await failureOf(deploy({ web: '3' }, { waitTimeout: 30_000 }))
    expect(error.code).to.equal('timeout')
    expect(error.message)
      .to.include('v4 stands and is unverified')
      .and.include('as they were scaled')
    expect(error.details).to.deep.include({ unverified: true, rolled_back_to: null, serving: null })
    expect((await dynos())[0]![1]).to.equal(3)
  })
})
