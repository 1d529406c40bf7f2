import { expect } from 'chai'
import type { App } from '../../src/runtime/app.js'
import { UNMEASURED_INSTANCE } from '../../src/runtime/sizing.js'
import type { Budget } from '../../src/runtime/budget.js'
import { DynoMemory } from '../../src/runtime/dyno-memory.js'
import { DynoSize } from '../../src/runtime/dyno-size.js'
import type { OwnDyno } from '../../src/runtime/dyno.js'
import type { Instance, Instances } from '../../src/runtime/instances.js'
import { SOON } from '../../src/runtime/memory-guard.js'
import { MemoryWatch } from '../../src/runtime/memory-watch.js'
import { dynoOutput } from '../../src/runtime/outlet.js'
import { AGENT_MEMORY, SUPERVISOR_MEMORY, type SizingInput } from '../../src/runtime/sizing.js'
import { usageOf } from '../../src/runtime/tree.js'
import { monotonic } from '../../src/lib/monotonic.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const MB = 2 ** 20
const appOf = (name: string, more: Partial<App> = {}): App =>
  ({ name, isCluster: true, wanted: 'max', options: {}, nodeArgs: [], env: {}, ...more }) as App
const API = appOf('api')
const JOBS = appOf('jobs', { wanted: 1 })

/** An instance whose process is this one, or none. */
const instanceOf = (app = API, more: Partial<Instance> = {}): Instance =>
  ({
    app,
    index: 0,
    pid: process.pid,
    mark: 'no process has it',
    hasEnded: false,
    startedAt: monotonic() - 10 * SOON,
    isListening: true,
    keeper: { pm2_env: { status: 'online' } },
    ...more,
  }) as Instance

let printed: string[] = []
const { out, err } = dynoOutput
const writes = [out.write, err.write] as const
/** Of this `describe`: what the dyno prints is kept. */
function keepPrinted(): void {
  beforeEach(() => {
    printed = []
    const keep = (text: string) => void printed.push(text)
    out.write = err.write = keep as typeof out.write
  })
  afterEach(() => {
    ;[out.write, err.write] = writes
  })
}

describe('the watch over the memory of a dyno', () => {
  keepPrinted()
  useVirtualClock()

  before(function () {
    if (process.platform !== 'linux') this.skip()
  })

  interface Given {
    all?: Instance[]
    budget?: Partial<Budget>
    free?: number
    spare?: boolean
    isSizing?: boolean
  }
  const watch = ({
    all = [instanceOf()],
    budget,
    free = Infinity,
    spare = false,
    isSizing = true,
  }: Given) => {
    const reloaded: Instance[] = []
    let isHeld: Promise<void> | undefined
    const memory = new MemoryWatch({
      instances: { all } as Instances,
      memory: 512,
      free,
      budget: () => ({ total: 1, shares: new Map([['api', 1]]), ...budget }),
      hasSpare: () => spare,
      isSizing: () => isSizing,
      reload: async (instance) => {
        reloaded.push(instance)
        await isHeld
      },
    })
    const hold = (until: Promise<void>) => (isHeld = until)
    return { memory, reloaded, hold }
  }

  it('reloads what is over its share once the dyno is full, and says so', async () => {
    const instance = instanceOf()
    const { memory, reloaded } = watch({ all: [instance] })
    await memory.look()
    expect(reloaded).to.deep.equal([instance])
    expect(printed).to.have.lengthOf(1)
    expect(printed[0]).to.match(
      /^shipit: instance 0 of api takes \d+ MB, where its share of this dyno is 1 MB and the dyno is full: it is reloaded\n$/,
    )
  })

  it('looks by itself, each half a minute, and never twice at once', async () => {
    const { reloaded, hold } = watch({})
    await new Promise((resolve) => setTimeout(resolve, 29_000))
    expect(reloaded).to.have.lengthOf(0)
    await new Promise((resolve) => setTimeout(resolve, 999))
    expect(reloaded).to.have.lengthOf(0)
    let free: () => void = () => undefined
    hold(new Promise((resolve) => (free = resolve)))
    await new Promise((resolve) => setTimeout(resolve, 1))
    expect(reloaded).to.have.lengthOf(1)
    await new Promise((resolve) => setTimeout(resolve, 50_000))
    expect(reloaded).to.have.lengthOf(1)
    free()
    await new Promise((resolve) => setTimeout(resolve, 31_000))
    expect(reloaded).to.have.lengthOf(2)
  })

  it('looks as often as PM2_WORKER_INTERVAL says', async () => {
    process.env.PM2_WORKER_INTERVAL = '2000'
    try {
      const { reloaded } = watch({})
      await new Promise((resolve) => setTimeout(resolve, 1999))
      expect(reloaded).to.have.lengthOf(0)
      await new Promise((resolve) => setTimeout(resolve, 1))
      expect(reloaded).to.have.lengthOf(1)
    } finally {
      delete process.env.PM2_WORKER_INTERVAL
    }
  })

  it('leaves by itself what has an instance to spare, of which the dyno may want one fewer', async () => {
    const { memory, reloaded } = watch({ spare: true })
    await new Promise((resolve) => setTimeout(resolve, 95_000))
    expect(reloaded).to.have.lengthOf(0)
    expect(printed).to.deep.equal([])
    await memory.look()
    expect(reloaded).to.have.lengthOf(1)
    const { reloaded: alone } = watch({ spare: true, isSizing: false })
    await new Promise((resolve) => setTimeout(resolve, 31_000))
    expect(alone).to.have.lengthOf(1)
  })

  it('reloads the one that is over its share, whatever stands before it', async () => {
    const all = [instanceOf(API, { pid: 2 ** 30 }), instanceOf(API, { index: 1 })]
    const { memory, reloaded } = watch({ all })
    await memory.look()
    expect(reloaded).to.deep.equal([all[1]])
    expect(printed[0]).to.match(/^shipit: instance 1 of api takes/)
  })

  it('leaves alone what is not full, or cannot be reloaded without a gap', async () => {
    const { memory, reloaded } = watch({ budget: { total: 1e6 } })
    await memory.look()
    expect(reloaded).to.deep.equal([])
    for (const instance of [
      instanceOf(appOf('api', { isCluster: false })),
      instanceOf(appOf('api', { maxMemory: 200 * MB })),
      instanceOf(API, { isListening: false }),
      instanceOf(API, { keeper: { pm2_env: { status: 'launching' } } as Instance['keeper'] }),
      instanceOf(API, { pid: 2 ** 30 }),
    ]) {
      const one = watch({ all: [instance] })
      await one.memory.look()
      expect(one.reloaded).to.deep.equal([])
    }
    expect(printed).to.deep.equal([])
  })

  it('gives up an app that is over its share again soon, and says what would help', async () => {
    const young = () => instanceOf(API, { startedAt: monotonic() - 5000 })
    const all = [instanceOf()]
    const { memory, reloaded } = watch({ all })
    await memory.look()
    all[0] = young()
    await memory.look()
    expect(reloaded).to.have.lengthOf(1)
    expect(memory.hasGivenUp(API)).to.equal(true)
    expect(printed[1]).to.include('5 s after it was reloaded for that; api is not reloaded for it')
    memory.forget(API)
    expect(memory.hasGivenUp(API)).to.equal(false)

    const spared = [instanceOf()]
    const other = watch({ all: spared, spare: true })
    await other.memory.look()
    expect(other.reloaded).to.have.lengthOf(1)
    spared[0] = young()
    printed.length = 0
    await other.memory.look()
    expect(printed).to.deep.equal([])
    expect(other.reloaded).to.have.lengthOf(1)
  })

  it('says once of an app that one of it alone is larger than the dyno', async () => {
    const budget = { total: 1e6 }
    const { memory } = watch({ budget, free: 1, all: [instanceOf(), instanceOf()] })
    await memory.look()
    expect(printed).to.have.lengthOf(1)
    expect(printed[0]).to.match(
      /^shipit: warning: one instance of api takes \d+ MB, more than this dyno of 512 MB has for it/,
    )
    printed.length = 0
    const first = watch({ budget, free: 1, all: [instanceOf()] })
    expect(first && printed).to.have.lengthOf(1)
    printed.length = 0
    const later: Instance[] = []
    const grown = watch({ budget, free: 1, all: later })
    later.push(instanceOf())
    await grown.memory.look()
    expect(printed).to.have.lengthOf(1)
    printed.length = 0
    const fits = watch({ budget, free: 1e6, all: [instanceOf()] })
    await fits.memory.look()
    watch({ budget, free: 0, all: [instanceOf(API, { pid: 2 ** 30 })] })
    expect(printed).to.deep.equal([])
  })
})

describe('the size of a dyno', () => {
  keepPrinted()

  const dynoOf = (more: Partial<OwnDyno> = {}): OwnDyno =>
    ({ memory: 512, memorySource: 'said', isMemoryStated: true, cpus: 2, ...more }) as OwnDyno
  const size = (more: Partial<ConstructorParameters<typeof DynoSize>[0]> = {}) =>
    new DynoSize({
      apps: [API, appOf('jobs', { isCluster: false, wanted: 2, maxMemory: 200 * MB })],
      dyno: dynoOf(),
      env: { SHIPIT_INSTANCES: 'api=2' },
      hasAgent: false,
      instances: { of: () => [] as Instance[] } as unknown as Instances,
      ...more,
    })

  it('is what the number of instances is decided by', () => {
    const apps = [
      { name: 'api', wanted: 'max', isCluster: true, ceiling: undefined, measured: undefined },
      { name: 'jobs', wanted: 2, isCluster: false, ceiling: 200, measured: undefined },
    ]
    const input = {
      memory: 512,
      cpus: 2,
      hasAgent: false,
      env: { SHIPIT_INSTANCES: 'api=2' },
      apps,
    }
    expect(size().input()).to.deep.equal(input)
    expect(size().input(true)).to.deep.equal(input)
  })

  it('is told with what the first instance of each app takes once that is measured', function () {
    if (process.platform !== 'linux') this.skip()
    const first = instanceOf()
    const instances = {
      of: (app: App) => (app === API ? [first, instanceOf(API, { pid: 2 ** 30 })] : []),
    } as unknown as Instances
    const [api, jobs] = size({ instances }).input(true).apps
    expect(api!.measured).to.equal(usageOf(first)!.rss).and.to.be.above(10)
    expect(jobs!.measured).to.equal(undefined)
    expect(size({ instances }).input().apps[0]!.measured).to.equal(undefined)
  })

  it('leaves room beside the supervisor, and the agent if there is one', () => {
    const own = size().room()!
    expect(own.memory).to.equal(512)
    expect(own.overhead).to.be.at.least(SUPERVISOR_MEMORY)
    expect(own.overhead).to.be.closeTo(process.memoryUsage.rss() / MB, 20)
    const { rss } = process.memoryUsage
    try {
      process.memoryUsage.rss = () => 200 * MB
      expect(size().room()!.overhead).to.equal(200)
      expect(size({ hasAgent: true }).room()!.overhead).to.equal(200 + AGENT_MEMORY)
    } finally {
      process.memoryUsage.rss = rss
    }
    const withAgent = size({ hasAgent: true }).room()!
    expect(withAgent.overhead - own.overhead).to.be.closeTo(AGENT_MEMORY, 20)
    const limits = [size(), size({ hasAgent: true })].map(({ heap }) => heap)
    expect(limits[0]! - limits[1]!).to.equal(AGENT_MEMORY)
    const unknown = size({ dyno: dynoOf({ isMemoryStated: false }) })
    expect([unknown.room(), unknown.heap]).to.deep.equal([undefined, undefined])
  })

  it('is announced with the apps that were begun', () => {
    const idle = appOf('idle', {
      options: { autostart: false },
    } as unknown as Partial<App>)
    const node = { interpreter: { isNode: true } } as Partial<App>
    const sized = ['api', 'idle'].map((name) => ({
      name,
      instances: 1,
      why: 'as it says',
      isEstimate: false,
    }))
    size({ apps: [appOf('api', node), { ...idle, ...node }] }).announce(sized)
    expect(printed).to.have.lengthOf(1)
    expect(printed[0]).to.match(/^shipit: api × 1 \(as it says\); this dyno has 512 MB/)
    printed.length = 0
    // The heap of one app is the runtime's to limit, whatever the other is.
    const shell = { interpreter: { isNode: false } } as Partial<App>
    size({ apps: [appOf('api', node), appOf('jobs', shell)] }).announce([])
    expect(printed[0]).to.match(/heap limit \d+ MB\n$/)
    size({ apps: [appOf('jobs', shell)] }).announce([])
    expect(printed[1]).to.not.include('heap limit')
  })
})

describe('the memory of a dyno while its number of instances changes', () => {
  keepPrinted()
  useVirtualClock()

  const begin = (
    counts: Record<string, number>,
    { all = [] as Instance[], room = 0, memory: dynoMemory = 1024, measured = 60 } = {},
  ) => {
    const apps = [API, JOBS]
    const input: SizingInput = {
      memory: dynoMemory,
      cpus: 4,
      hasAgent: false,
      env: {},
      apps: [
        { name: 'api', wanted: 'max', isCluster: true, measured },
        { name: 'jobs', wanted: 1, isCluster: true, measured },
      ],
    }
    const sized = apps.map(({ name }) => ({
      name,
      instances: name === 'api' ? 2 : 1,
      why: '',
      isEstimate: false,
    }))
    const memory = new DynoMemory(
      {
        apps,
        source: 'web.1',
        instances: { all, of: (app: App) => all.filter((one) => one.app === app) } as never,
        scaling: {
          count: (app: App) => counts[app.name],
          indexes: () => ({ next: 7, last: 6 }),
          sizeOf: () => 90,
          add: ({ name }: App) => Promise.resolve(void (counts[name]! += 1)),
          remove: ({ name }: App) => Promise.resolve(void (counts[name]! -= 1)),
        } as never,
        room: () => (room > 0 ? { memory: room, overhead: 0 } : undefined),
        isReloading: () => false,
        reload: (instance) => Promise.resolve(void reloaded.push(instance)),
      },
      input,
      sized,
    )
    return memory
  }
  const reloaded: Instance[] = []
  beforeEach(() => void (reloaded.length = 0))
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const busy = (app: App, index = 0) =>
    instanceOf(app, {
      index,
      lateness: 50,
      reports: new Map([[1, { activeRequests: 2 }]]) as never,
    })
  const sharesOf = ({ budget }: DynoMemory) => Object.fromEntries(budget.shares)

  it('is divided anew once a person has scaled an app', () => {
    const memory = begin({ api: 4, jobs: 1 })
    const before = sharesOf(memory)
    expect(before.api).to.be.above(UNMEASURED_INSTANCE)
    memory.recount()
    const after = sharesOf(memory)
    expect(after.api).to.be.below(before.api!)
    memory.recount()
    expect(sharesOf(memory)).to.deep.equal(after)
    const same = begin({ api: 2, jobs: 1 })
    const { budget } = same
    same.recount()
    expect(same.budget).to.deep.equal(budget)
  })

  it('stays as it was divided if all was stopped', () => {
    const memory = begin({ api: 0, jobs: 0 })
    const { budget } = memory
    memory.recount()
    expect(memory.budget).to.equal(budget)
  })

  it('is divided anew if all but one app were stopped', () => {
    const memory = begin({ api: 2, jobs: 0 })
    const before = sharesOf(memory)
    memory.recount()
    expect(sharesOf(memory).api).to.be.above(before.api!)
    const one = begin({ api: 1, jobs: 0 })
    one.recount()
    expect(sharesOf(one).api).to.be.above(sharesOf(memory).api!)
  })

  it('is divided anew once the runtime has added an instance, with what was learned of its size', async function () {
    if (process.platform !== 'linux') this.skip()
    const counts = { api: 2, jobs: 1 }
    const memory = begin(counts, { all: [busy(API), busy(API, 1)], room: 1e6 })
    const before = sharesOf(memory)
    memory.watch()
    await pass(5000)
    expect(counts).to.deep.equal({ api: 3, jobs: 1 })
    expect(printed.join('')).to.match(
      /^shipit source=web\.1 app=api instance=7 event=scale instances=3 was=2 why="busy \(/m,
    )
    // 3 of 90 MB and one of 132, in place of 2 of 132 and one.
    const total = 1024 - SUPERVISOR_MEMORY - 60
    expect(before.jobs).to.equal(Math.floor((total * 132) / (3 * 132)))
    expect(sharesOf(memory)).to.deep.equal({
      api: Math.floor((total * 90) / (3 * 90 + 132)),
      jobs: Math.floor((total * 132) / (3 * 90 + 132)),
    })
  })

  it('gets no instance more of an app that a person has scaled, or whose number is the file’s', async function () {
    if (process.platform !== 'linux') this.skip()
    for (const [app, isScaled] of [
      [API, true],
      [JOBS, false],
    ] as const) {
      const counts = { api: 2, jobs: 1 }
      const jobs = app === API ? [] : [busy(app)]
      const memory = begin(counts, { all: [busy(API), busy(API, 1), ...jobs], room: 1e6 })
      if (isScaled) counts.api = 3
      memory.recount()
      memory.watch()
      await pass(5000)
      expect(counts.jobs).to.equal(1)
      expect(counts.api).to.equal(3)
    }
  })

  it('is called too small for an app only where the runtime has no instance of it to spare', async function () {
    if (process.platform !== 'linux') this.skip()
    for (const [app, counts, says] of [
      [API, { api: 2, jobs: 1 }, false],
      [API, { api: 1, jobs: 1 }, true],
      // A person's number, and the file's.
      [API, { api: 3, jobs: 1 }, true],
      [JOBS, { api: 2, jobs: 2 }, true],
    ] as const) {
      printed.length = reloaded.length = 0
      const all = [instanceOf(app)]
      const memory = begin({ ...counts }, { all, memory: 100, measured: 1 })
      if (counts.api === 3) memory.recount()
      memory.watch()
      await pass(30_500)
      expect(reloaded).to.have.lengthOf(1)
      all[0] = instanceOf(app, { startedAt: monotonic() })
      await pass(30_000)
      expect(
        printed.join('').includes('fewer instances or a larger dyno'),
        String(counts.api),
      ).to.equal(says)
    }
  })
})
