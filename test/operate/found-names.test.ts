import { expect } from 'chai'
import {
  findNamed,
  resolveName,
  selectionsOf,
  stoppable,
  type NamedInstances,
  type Placed,
} from '../../src/operate/names.js'
import { sampleLine } from '../../src/runtime/event-line.js'
import { World } from '../support/embedded/index.js'
import { failureOf, refusal } from '../support/failures.js'
import { dyno } from '../support/records.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const at = (name: string, app: string, instance: number): Placed => ({
  dyno: name,
  type: name.split('.')[0]!,
  app,
  instance,
  isUp: true,
})

describe('the number of an instance as a name', () => {
  const resolve = (text: string, instances: Placed[]) =>
    resolveName(text, { types: ['web'], dynos: ['web.1'], instances })

  it('is that of the only app that has it', () => {
    const two = [at('web.1', 'api', 0), at('web.1', 'jobs', 1)]
    expect(resolve('1', two)).to.deep.include({ kind: 'instances', app: 'jobs', instance: 1 })
    expect(refusal(() => resolve('0', [...two, at('web.1', 'jobs', 0)]))).to.include({
      code: 'usage',
      next: 'Name one of api:0, jobs:0',
    })
    for (const text of ['2', '0x', 'x0', '0:', 'x\napi:0', 'api:0x', ''])
      expect(refusal(() => resolve(text, two)).code, text).to.equal('not_found')
  })

  it('is one of those that run, before one that ran', () => {
    const gone = { ...at('web.9', 'api', 0), isUp: false }
    const both = resolve('api', [gone, at('web.1', 'api', 0), at('web.9', 'jobs', 0)])
    expect(both).to.deep.include({ at: [at('web.1', 'api', 0)], others: [] })
    const left = resolve('api', [gone, at('web.9', 'jobs', 0)])
    expect(left).to.deep.include({ at: [gone], others: ['jobs'] })
    expect(refusal(() => selectionsOf(left, [dyno('web.1')], 'a1'))).to.include({
      code: 'not_found',
      message: 'No dyno of a1 runs api now.',
      next: 'shipit start web --app a1',
    })
  })

  it('has beside it the other instances of its dynos', () => {
    const all = [
      at('web.1', 'api', 0),
      at('web.1', 'api', 1),
      at('web.1', 'jobs', 0),
      at('web.2', 'x', 0),
    ]
    expect(resolve('api:1', all)).to.deep.include({ instance: 1, others: ['api:0', 'jobs:0'] })
    expect(resolve('api', all)).to.deep.include({ instance: undefined, others: ['jobs'] })
    expect(resolve('1', all)).to.deep.include({ app: 'api', instance: 1 })
  })

  it('is told to the platform as the dynos of its type alone', () => {
    const named = resolve('api', [at('web.1', 'api', 0), at('worker.1', 'api', 0)])
    const dynos = ['web.1', 'web.2', 'worker.1', 'worker.2'].map((name) => dyno(name))
    expect(selectionsOf(named, dynos, 'a1')).to.deep.equal([
      { name: 'web.1' },
      { name: 'worker.1' },
    ])
  })

  it('stops nothing that others share its dyno with', () => {
    const named = resolve('api:0', [at('web.1', 'api', 0), at('web.1', 'jobs', 0)])
    const error = refusal(() => stoppable(named as NamedInstances, 'a1'))
    expect(error.next).to.include('Only api: take it out of the ecosystem file')
  })
})

describe('a name on a platform', () => {
  useVirtualClock()

  let world: World
  beforeEach(async () => {
    world = await World.start()
    world.running('web.1').print(
      sampleLine({ source: 'web.1', app: 'api', instance: 0 }, {
        pid: 20,
        status: 'online',
        restarts: 0,
        uptime: 80,
        memoryMb: 60,
      } as never).trimEnd(),
    )
  })
  afterEach(() => world.stop())

  it('of all or of a dyno is known without a call', async () => {
    const paths = [/\/formation$/, /\/dynos$/]
    let calls = 0
    for (const path of paths) world.proxy.on('GET', path, () => (calls += 1), 99)
    for (const text of [undefined, 'all'])
      expect(await findNamed(world.api, 'a1', text)).to.deep.equal({ named: { kind: 'all' } })
    expect(await findNamed(world.api, 'a1', 'web.7')).to.deep.equal({
      named: { kind: 'dyno', name: 'web.7' },
    })
    expect((await failureOf(findNamed(world.api, 'a1', 'web 1'))).code).to.equal('usage')
    expect(calls).to.equal(0)
  })

  it('of a process type takes the formation alone', async () => {
    const { named, formation, dynos } = await findNamed(world.api, 'a1', 'web')
    expect(named).to.deep.equal({ kind: 'type', type: 'web' })
    expect(formation?.map(({ type }) => type)).to.deep.equal(['web'])
    expect(dynos).to.equal(undefined)
  })

  it('of an app is found by what the log tells of its dynos', async () => {
    const { named, dynos } = await findNamed(world.api, 'a1', 'api')
    expect(named).to.deep.equal({
      kind: 'instances',
      app: 'api',
      instance: undefined,
      at: [at('web.1', 'api', 0)],
      others: [],
    })
    expect(dynos?.map(({ name }) => name)).to.deep.equal(['web.1'])
    expect((await failureOf(findNamed(world.api, 'a1', 'jobs'))).code).to.equal('not_found')
    expect((await failureOf(findNamed(world.api, 'a1', 'web.1x'))).code).to.equal('not_found')
  })
})
