import { expect } from 'chai'
import type { App } from '../../src/runtime/app.js'
import { DynoSize } from '../../src/runtime/dyno-size.js'
import type { OwnDyno } from '../../src/runtime/dyno.js'
import { Filling } from '../../src/runtime/filling.js'
import { FirstInstances, isStartedAtOnce } from '../../src/runtime/first-instances.js'
import type { God, Keeper } from '../../src/runtime/god.js'
import { Instances, type Instance } from '../../src/runtime/instances.js'
import { dynoOutput } from '../../src/runtime/outlet.js'
import { monotonic } from '../../src/lib/monotonic.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const appOf = (name: string, more: Partial<App> = {}): App =>
  ({
    name,
    isCluster: true,
    wanted: 2,
    options: {},
    nodeArgs: [],
    env: {},
    interpreter: { isNode: true },
    ...more,
  }) as App

interface Given {
  apps: App[]
  dyno?: Partial<OwnDyno>
  env?: Record<string, string>
  /** ms until each instance listens. */
  listensAfter?: number
  /** An app whose instances end at once. */
  ended?: App
  /** Whether what an instance runs comes to rest at once, long before it listens. */
  rests?: boolean
}

describe('the start of a dyno', () => {
  useVirtualClock()
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  let printed: string[] = []
  const { out, err } = dynoOutput
  const writes = [out.write, err.write] as const
  beforeEach(() => {
    printed = []
    out.write = err.write = ((text: string) => void printed.push(text)) as typeof out.write
  })
  afterEach(() => {
    ;[out.write, err.write] = writes
  })

  const setUp = ({ apps, dyno, env = {}, listensAfter = 500, ended, rests }: Given) => {
    const instances = new Instances()
    const said: string[] = []
    const state = { hasBegun: false, bound: 0 }
    const begun = monotonic()
    const say = (text: string) => void said.push(`${monotonic() - begun} ${text}`)
    const god = {
      prepare: (
        { name, instances: number }: { name: string; instances: number },
        done: () => void,
      ) => {
        const app = apps.find((one) => one.name === name)!
        const pm2_env = { pm_id: 0, instance_var: 'N', N: instances.of(app).length }
        const pid = rests ? 2 ** 30 : process.pid
        const instance = instances.add(app, { pm2_env } as unknown as Keeper, pid, 'mark')
        if (rests) instance.begunAt = monotonic()
        if (app === ended) instances.end(instance)
        setTimeout(() => (instance.isListening = true), listensAfter)
        say(`${name} × ${number}`)
        done()
      },
    } as unknown as God
    const filling = new Filling({
      god,
      instances,
      exits: {
        filled: ({ name }: App) => say(`${name} is filled`),
        isIdle: (app: App) => instances.of(app).length === 0,
      } as never,
      conf: ({ name }) => ({ name, instances: 9 }),
      isStopping: () => state.hasBegun,
    })
    const own = {
      name: 'web.1',
      memory: 512,
      memorySource: 'said',
      isMemoryStated: false,
      cpus: 4,
      ...dyno,
    } as OwnDyno
    let startAnew: (app: App) => Promise<void> = () => Promise.resolve()
    const first = new FirstInstances({
      apps,
      dyno: own,
      env,
      instances,
      reports: {
        warnUnlessBound: (name: string, port: string, isStopping: () => boolean) =>
          say(`warn of ${name} ${port} ${isStopping()}`),
      } as never,
      end: state as never,
      size: new DynoSize({ apps, dyno: own, env, hasAgent: false, instances }),
      scaling: { count: (app: App) => instances.of(app).length } as never,
      filling,
      reloads: {
        isRunning: false,
        reload: ([instance]: Instance[]) => Promise.resolve(say(`reload ${instance!.app.name}`)),
      } as never,
      openDoors: (anew) => {
        startAnew = anew
        say('doors are open')
        return Promise.resolve()
      },
    })
    return { first, said, state, instances, anew: (app: App) => startAnew(app) }
  }

  it('begins all that the file asks for, the first of each before the others, and opens the doors meanwhile', async () => {
    const { first, said } = setUp({
      apps: [
        appOf('api'),
        appOf('job', { wanted: 1 }),
        appOf('idle', { options: { autostart: false } as never }),
      ],
    })
    expect(await first.start()).to.deep.include({ isMeasured: false })
    expect(said).to.deep.equal([
      '0 api × 1',
      '0 job × 1',
      '0 doors are open',
      '500 api × 1',
      '500 api is filled',
      '500 job is filled',
    ])
    expect(printed.join('')).to.match(
      /^shipit: api × 2 \(the file\), job × 1 \(the file\); this dyno/,
    )
  })

  it('begins the others once the first has come to rest, and counts an only one as there once it listens', async () => {
    const { first, said } = setUp({
      apps: [appOf('api'), appOf('pair'), appOf('job', { wanted: 1 })],
      listensAfter: 2000,
      rests: true,
    })
    const begun = monotonic()
    expect((await first.start()).isMeasured).to.equal(false)
    expect(said).to.deep.equal([
      '0 api × 1',
      '0 pair × 1',
      '0 job × 1',
      '0 doors are open',
      '300 api × 1',
      '300 api is filled',
      '300 pair × 1',
      '300 pair is filled',
      '2000 job is filled',
    ])
    expect(monotonic() - begun).to.equal(2000)
    const pairs = setUp({ apps: [appOf('api')], listensAfter: 2000, rests: true })
    await pairs.first.start()
    expect(monotonic() - begun).to.equal(2300)
  })

  it('measures all where the number of one app is to be chosen', async () => {
    const { first } = setUp({
      apps: [appOf('job', { wanted: 1 }), appOf('api', { wanted: 'max' })],
    })
    expect((await first.start()).isMeasured).to.equal(true)
    expect(printed).to.deep.equal([])
  })

  it('measures the first a second after it listens, where the dyno states its memory, and fills it by that', async function () {
    if (process.platform !== 'linux') this.skip()
    const { first, said } = setUp({
      apps: [appOf('api', { wanted: 'max' }), appOf('job', { wanted: 1 })],
      dyno: { isMemoryStated: true, memory: 100_000 },
    })
    const { estimate, isMeasured } = await first.start()
    expect([isMeasured, estimate[0]!.isEstimate, first.memory]).to.deep.equal([
      true,
      true,
      undefined,
    ])
    expect(printed).to.deep.equal([])
    await first.settle(estimate)
    expect(said).to.deep.equal([
      '0 api × 1',
      '0 job × 1',
      '0 doors are open',
      '500 job is filled',
      '1500 api × 1',
      '1500 api × 1',
      '1500 api × 1',
      '1500 api is filled',
    ])
    expect(printed.join('')).to.match(
      /^shipit: api × 4 \(memory holds \d+, CPUs 4, \d+ MB an instance under load, \d+ MB measured\), job × 1 .*once the dyno is full/,
    )
    expect(first.memory!.budget.shares.get('api')).to.be.above(1000)
  })

  it('measures without a budget where the number is to be chosen and nothing states the memory', async () => {
    const { first } = setUp({ apps: [appOf('api', { wanted: 'max' })] })
    const { estimate, isMeasured } = await first.start()
    expect(isMeasured).to.equal(true)
    await first.settle(estimate)
    expect(first.memory).to.equal(undefined)
    expect(printed).to.have.lengthOf(1)
  })

  it('is held to its memory from then on', async function () {
    if (process.platform !== 'linux') this.skip()
    const { first, said } = setUp({
      apps: [appOf('api', { wanted: 1 })],
      dyno: { isMemoryStated: true, memory: 64 },
    })
    await first.settle((await first.start()).estimate)
    expect(printed.filter((line) => line.includes('; this dyno has'))).to.have.lengthOf(1)
    await pass(31_000)
    expect(printed.join('')).to.include('more than this dyno of 64 MB has for it')
    expect(said).to.include('500 api is filled')
  })

  it('is over where the dyno stops meanwhile', async () => {
    const { first, state, said } = setUp({
      apps: [appOf('api', { wanted: 'max' })],
      dyno: { isMemoryStated: true },
      listensAfter: 60_000,
    })
    setTimeout(() => (state.hasBegun = true), 2000)
    const { estimate } = await first.start()
    await first.settle(estimate)
    expect(first.memory).to.equal(undefined)
    expect([said.length, printed.length]).to.deep.equal([2, 0])
  })

  it('adds nothing once the dyno stops, or to an app that has ended', async () => {
    const stopped = setUp({ apps: [appOf('api', { wanted: 4 })] })
    stopped.state.hasBegun = true
    await stopped.first.start()
    expect(stopped.instances.all).to.have.lengthOf(1)
    const once = appOf('once', { wanted: 1 })
    const { first, said } = setUp({ apps: [once], ended: once, listensAfter: 60_000 })
    await first.start()
    expect(said).to.deep.equal(['0 once × 1', '0 doors are open', '0 once is filled'])
  })

  it('takes an app that does not listen for started after three seconds', async () => {
    const { first, said } = setUp({ apps: [appOf('job', { wanted: 1 })], listensAfter: 60_000 })
    await first.start()
    expect(said.at(-1)).to.equal('3000 job is filled')
  })

  it('begins an app that waits to be started by hand as it would have been at first', async () => {
    const idle = appOf('idle', { options: { autostart: false } as never })
    const { first, said, anew } = setUp({ apps: [idle] })
    await first.start()
    expect([said, isStartedAtOnce(idle)]).to.deep.equal([['0 doors are open'], false])
    await anew(idle)
    expect(said.slice(1)).to.deep.equal(['0 idle × 1', '0 idle × 1', '0 idle is filled'])
  })

  it('has its port looked at when the patience is over', async () => {
    const { said, first } = setUp({
      apps: [appOf('api', { wanted: 1 })],
      env: { PORT: '5000', SHIPIT_PATIENCE: '7' },
    })
    await first.start()
    await pass(6000)
    expect(said.join()).to.not.include('warn of')
    await pass(1000)
    expect(said.at(-1)).to.equal('7000 warn of web.1 5000 false')
  })
})
