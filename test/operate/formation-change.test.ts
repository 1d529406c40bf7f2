import { expect } from 'chai'
import { planDeploy, runDeploy, type DeployEvent } from '../../src/deploy/index.js'
import {
  grows,
  peakOf,
  planFormation,
  shrinks,
  typedScale,
  updateTo,
} from '../../src/operate/formation-change.js'
import { requestOf } from '../support/deploys.js'
import { NEW, OTHER, World } from '../support/embedded/index.js'
import { failureOf, refusal } from '../support/failures.js'
import { formation } from '../support/records.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('the formation of an environment', () => {
  const plan = (wanted: Record<string, string>) =>
    planFormation('production', wanted, [
      formation('web', 2),
      formation('worker', 1, 'Standard-2X'),
      formation('clock', 0, 'Basic'),
    ])

  for (const [wanted, before, after, costClass, costs] of [
    ['web=3', '2:Standard-1X', '3:Standard-1X', 'standard', 'more'],
    ['web=1', '2:Standard-1X', '1:Standard-1X', 'standard', 'less'],
    ['web=1:standard-2x', '2:Standard-1X', '1:Standard-2X', 'standard', 'same'],
    ['web=1:performance-m', '2:Standard-1X', '1:Performance-M', 'performance', 'more'],
    ['worker=1:standard-1x', '1:Standard-2X', '1:Standard-1X', 'standard', 'less'],
    ['worker=0', '1:Standard-2X', '0:Standard-2X', 'standard', 'less'],
    ['clock=1:standard-1x', '0:Basic', '1:Standard-1X', 'standard', 'more'],
  ] as const) {
    it(`${wanted} is a change from ${before} to ${after}`, () => {
      const [type, text] = wanted.split('=') as [string, string]
      const [change] = plan({ [type]: text })
      const words = (count: { quantity: number; size: string | null } | null | undefined) =>
        `${count?.quantity}:${count?.size}`
      expect([
        words(change?.before),
        words(change?.after),
        change?.costClass,
        change?.costs,
      ]).to.deep.equal([before, after, costClass, costs])
    })
  }

  it('is what --scale says of a type before what the environment says', () => {
    expect(typedScale(['web=0', 'worker=2:standard-2x'])).to.deep.equal({
      web: '0',
      worker: '2:Standard-2X',
    })
    expect(
      planFormation('production', { web: '3', jobs: '1' }, [], { web: '0' }).map(
        ({ type, after }) => `${type}=${after.quantity}`,
      ),
    ).to.deep.equal(['web=0', 'jobs=1'])
    expect(() => planFormation('production', {}, [], { web: '1:huge' })).to.throw('--scale web: ')
    expect(() =>
      planFormation('production', {}, [formation('worker', 1)], { web: '1:eco' }),
    ).to.throw('--scale leaves the app with dynos of Eco and Standard-1X')
    for (const words of ['web+1', 'web:basic'])
      expect(() => typedScale([words])).to.throw(`--scale ${words} says no count of dynos.`)
  })

  it('is no change where it is as it is asked for, and leaves alone what it does not name', () => {
    expect(plan({ web: '2', worker: '1:standard-2x' })).to.deep.equal([])
  })

  it('knows nothing of the price of a type that is new with the release, unless its size is asked for', () => {
    expect(plan({ jobs: '1' })).to.deep.equal([
      {
        type: 'jobs',
        before: null,
        after: { quantity: 1, size: null },
        costClass: null,
        costs: null,
      },
    ])
    expect(plan({ jobs: '1:standard-2x' })[0]).to.include({ costClass: 'standard', costs: 'more' })
  })

  it('never has less on the way than before or after', () => {
    const [change] = plan({ web: '1:standard-2x' })
    expect(peakOf(change!)).to.deep.equal({ quantity: 2, size: 'Standard-2X' })
    expect([grows(change!), shrinks(change!)]).to.deep.equal([true, true])
    const [fewer] = plan({ web: '1' })
    expect([grows(fewer!), shrinks(fewer!)]).to.deep.equal([false, true])
  })

  it('has at its peak the more and the larger of both, and never a size that is not known', () => {
    const peak = (one: string | null, other: string | null) =>
      peakOf({
        type: 'web',
        before: { quantity: 1, size: one },
        after: { quantity: 3, size: other },
        costClass: null,
        costs: null,
      })
    expect(peak('Standard-2X', 'Standard-1X')).to.deep.equal({ quantity: 3, size: 'Standard-2X' })
    for (const [one, other, larger] of [
      ['Standard-1X', 'Standard-2X', 'Standard-2X'],
      [null, 'Eco', 'Eco'],
      ['Eco', null, 'Eco'],
      ['Huge-9', 'Eco', 'Eco'],
      ['Eco', 'Huge-9', 'Eco'],
      ['Huge-9', 'Huge-8', 'Huge-8'],
    ] as const)
      expect(peak(one, other).size, `${one} and ${other}`).to.equal(larger)
    expect(updateTo({ type: 'web', quantity: 1, size: null })).to.deep.equal({
      type: 'web',
      quantity: 1,
    })
  })

  it('is refused for a size that is not, and for more dynos than one allows', () => {
    expect(refusal(() => plan({ web: 'two' })).message).to.equal(
      'deploy.production.formation.web: two is not a valid number of dynos.',
    )
    expect(refusal(() => plan({ web: '2:standart-1x' })).why).to.equal('Did you mean Standard-1X?')
    expect(refusal(() => plan({ web: '2:basic' })).message).to.equal(
      'deploy.production.formation.web asks for 2 dynos of Basic, which allows 1 of a process type.',
    )
    expect(refusal(() => plan({ clock: '2' })).code).to.equal('project')
  })

  it('is refused where it leaves sizes together that cannot be in one app', () => {
    const { message, why } = refusal(() => plan({ web: '1:eco', clock: '1:eco' }))
    expect(message).to.equal(
      'deploy.production.formation leaves the app with dynos of Eco and Standard-2X, which cannot be in one app.',
    )
    expect(why).to.contain('It does not name worker=1:Standard-2X.')
    const mixed = [formation('web', 1, 'Eco'), formation('worker', 1)]
    expect(planFormation('production', { web: '1' }, mixed)).to.deep.equal([])
    expect(plan({ web: '1:eco', worker: '1:eco' }).map(({ costs }) => costs)).to.deep.equal([
      'less',
      'less',
    ])
  })
})

describe('a deploy with a formation', () => {
  useVirtualClock()

  let world: World
  let events: DeployEvent[]
  beforeEach(async () => {
    events = []
    world = await World.start()
  })
  afterEach(() => world.stop())

  const deploy = async (wanted: Record<string, string>, commit = NEW) => {
    const request = requestOf(commit, {
      environment: { name: 'production', target: { formation: wanted } },
    })
    return runDeploy(await planDeploy(world.platform, request), {
      platform: world.platform,
      git: world.git,
      events: (event) => events.push(event),
    })
  }
  const started = () => events.flatMap((event) => (event.type === 'started' ? [event.step] : []))

  const quantities = () =>
    Object.fromEntries(
      Object.values(world.app.formation).map(({ type, quantity }) => [type, quantity]),
    )

  it('scales up once the release is there, and judges it on those dynos', async () => {
    const result = await deploy({ web: '2:standard-2x' })
    expect(world.calls).to.deep.equal(['push bbbbbbb', 'scale web=2:Standard-2X'])
    expect(started()).to.deep.equal(['preflight', 'push', 'release', 'scale_up', 'boot', 'health'])
    expect(result.dynos).to.deep.equal(['web.1', 'web.2'])
  })

  it('scales down only once the release serves', async () => {
    await world.scale('web', 3)
    await world.settled()
    const result = await deploy({ web: '1' })
    expect(world.calls).to.deep.equal(['push bbbbbbb', 'scale web=1:Standard-1X'])
    expect(started()).to.deep.equal([
      'preflight',
      'push',
      'release',
      'boot',
      'health',
      'scale_down',
    ])
    expect(result.dynos).to.deep.equal(['web.1'])
  })

  it('scales back when the release fails, and says so', async () => {
    world.behaviours[NEW] = { exits: { after: 500, status: 1 } }
    const error = await failureOf(deploy({ web: '2' }))
    expect(world.calls).to.deep.equal([
      'push bbbbbbb',
      'scale web=2:Standard-1X',
      'scale web=1:Standard-1X',
      'rollback v3',
    ])
    expect(error.message).to.include(
      'Rolled back: v3 serves again, as v5. Scaled back to web=1:Standard-1X.',
    )
  })

  it('pushes nothing where only the formation differs, and nothing at all where that is as asked for', async () => {
    await deploy({ web: '1' })
    world.calls.length = 0
    const result = await deploy({ web: '2' })
    expect(world.calls).to.deep.equal(['scale web=2:Standard-1X'])
    expect(result.alreadyLive).to.equal(false)
    expect((await deploy({ web: '2' })).alreadyLive).to.equal(true)
    expect(world.calls).to.have.lengthOf(1)
  })

  it('scales a type that comes with the release, and fails where none comes', async () => {
    world.behaviours[NEW] = { build: { types: ['web', 'worker'] } }
    await deploy({ worker: '1' })
    expect(quantities()).to.deep.equal({ web: 1, worker: 1 })
    const error = await failureOf(deploy({ wroker: '1' }, OTHER))
    expect(error.code).to.equal('project')
    expect(error.message)
      .to.include('There is no process type called wroker')
      .and.include('v4 serves again')
  })

  it('that the platform refuses is undone', async () => {
    const json = {
      id: 'invalid_params',
      message: 'Cannot update to more than 1 Eco size dynos per process type.',
    }
    world.proxy.reply('PATCH', /\/formation$/, { status: 422, json }, 1)
    const error = await failureOf(deploy({ web: '2' }))
    expect(error.code).to.equal('refused')
    expect(error.message)
      .to.include('Cannot update to more than 1 Eco')
      .and.include('v3 serves again, as v5')
    expect(quantities()).to.deep.equal({ web: 1 })
  })
})
