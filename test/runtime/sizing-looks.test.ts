import { expect } from 'chai'
import type { App } from '../../src/runtime/app.js'
import type { Instance } from '../../src/runtime/instances.js'
import { dynoOutput } from '../../src/runtime/outlet.js'
import type { Scaling } from '../../src/runtime/scaling.js'
import { SizingWatch } from '../../src/runtime/sizing-watch.js'
import { monotonic } from '../../src/lib/monotonic.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const appOf = (name: string) => ({ name }) as App
const API = appOf('api')

/** Its process is this one. Late by 50 ms with two requests under way: busy. */
const instanceOf = (app = API, more: Partial<Instance> = {}): Instance =>
  ({
    app,
    index: 0,
    pid: process.pid,
    mark: 'no process has it',
    hasEnded: false,
    startedAt: monotonic() - 10_000,
    isListening: true,
    keeper: { pm2_env: { status: 'online' } },
    lateness: 50,
    reports: new Map([[1, { activeRequests: 2 }]]),
    ...more,
  }) as unknown as Instance
const idle = { lateness: 0, reports: new Map() } as unknown as Partial<Instance>

describe('the number of instances, looked at each second', () => {
  useVirtualClock()
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  let printed = ''
  const { write } = dynoOutput.out
  beforeEach(() => {
    printed = ''
    dynoOutput.out.write = (text) => void (printed += text)
  })
  afterEach(() => {
    dynoOutput.out.write = write
  })
  before(function () {
    if (process.platform !== 'linux') this.skip()
  })

  interface Given {
    all: Instance[]
    /** MB: more than all take, or less. */
    memory?: number
    isUnknown?: boolean
    most?: [App, number][]
    isGivenUp?: boolean
    /** A change takes so many ms. */
    takes?: number
    counts?: Record<string, number>
  }
  const watch = ({ all, memory = 1e6, most = [[API, 8]], takes = 0, ...given }: Given) => {
    const calls: string[] = []
    const state = { isReloading: false, memory }
    const counts: Record<string, number> = { ...given.counts }
    const count = ({ name }: App) =>
      counts[name] ?? all.filter(({ app }) => app.name === name).length
    const change = (what: string, by: number) => async (app: App) => {
      calls.push(`${what} ${app.name}`)
      await pass(takes)
      counts[app.name] = count(app) + by
    }
    new SizingWatch({
      source: 'web.1',
      instances: { all } as never,
      scaling: {
        count,
        indexes: () => ({ next: 4, last: 3 }),
        sizeOf: () => 77,
        add: change('add', 1),
        remove: change('remove', -1),
      } as unknown as Scaling,
      most: new Map(most),
      room: () => (given.isUnknown ? undefined : { memory: state.memory, overhead: 40 }),
      isReloading: () => state.isReloading,
      isGivenUp: () => given.isGivenUp === true,
      onFull: () => Promise.resolve(void calls.push('full')),
      onChange: ({ name }, number, size) => void calls.push(`${name} has ${number} of ${size} MB`),
    })
    return { calls, state }
  }

  it('grows by one of a busy app, which is said with its reason', async () => {
    const { calls } = watch({ all: [instanceOf()], takes: 100 })
    await pass(3900)
    expect(calls).to.deep.equal([])
    await pass(300)
    expect(calls).to.deep.equal(['add api', 'api has 2 of 77 MB'])
    expect(printed).to.match(
      /^shipit source=web\.1 app=api instance=4 event=scale instances=2 was=1 why="busy \(\d+% of a CPU each, event loop 50 ms late, 2 requests under way\), and \d+ MB are free for one more of \d+ MB"\n$/,
    )
  })

  it('falls by one in a full dyno', async () => {
    const { calls } = watch({ all: [instanceOf(API, idle), instanceOf(API, idle)], memory: 50 })
    await pass(1500)
    expect(calls).to.deep.equal(['remove api', 'api has 1 of 77 MB'])
    expect(printed).to.match(
      /^shipit source=web\.1 app=api instance=3 event=scale instances=1 was=2 why="the dyno is full: \d+ of 50 MB, \d+ MB an instance"\n$/,
    )
  })

  it('is left to a reload where it cannot be less', async () => {
    const { calls } = watch({ all: [instanceOf(API, idle)], memory: 50 })
    await pass(1500)
    expect(calls).to.deep.equal(['full'])
    expect(printed).to.equal('')
  })

  it('is not looked at twice at once, nor during a reload, nor if nothing states the memory', async () => {
    const slow = watch({ all: [instanceOf()], takes: 60_000 })
    const reloading = watch({ all: [instanceOf()] })
    reloading.state.isReloading = true
    const unknown = watch({ all: [instanceOf()], isUnknown: true })
    const fixed = watch({ all: [instanceOf()], most: [] })
    const fullOfFixed = watch({ all: [instanceOf()], most: [], memory: 50 })
    await pass(30_000)
    expect(slow.calls).to.deep.equal(['add api'])
    expect(reloading.calls).to.deep.equal([])
    expect(unknown.calls).to.deep.equal([])
    expect(fixed.calls.concat(fullOfFixed.calls)).to.deep.equal([])
    reloading.state.isReloading = false
    await pass(4500)
    expect(reloading.calls[0]).to.equal('add api')
  })

  it('grows to no more than the CPUs hold, and by none beside one that does not serve', async () => {
    const starting = { pm2_env: { status: 'launching' } } as Instance['keeper']
    const all = {
      'its CPUs are full': watch({ all: [instanceOf()], most: [[API, 1]] }),
      'one is launching': watch({ all: [instanceOf(), instanceOf(API, { keeper: starting })] }),
      'one does not listen': watch({
        all: [instanceOf(), instanceOf(API, { isListening: false })],
      }),
      'one waits for its restart': watch({ all: [instanceOf()], counts: { api: 2 } }),
      'nothing is under way': watch({ all: [instanceOf(API, { reports: new Map() })] }),
      'of another app': watch({ all: [instanceOf(appOf('jobs')), instanceOf(API, idle)] }),
    }
    await pass(6000)
    for (const [what, { calls }] of Object.entries(all)) expect(calls, what).to.deep.equal([])
  })

  it('takes a leak for one, unless a reload did not help', async () => {
    const old = { ...idle, startedAt: monotonic() - 400_000 }
    const gone = { ...old, pid: 2 ** 30 }
    const all = [instanceOf(API, old), instanceOf(API, gone)]
    const leak = watch({ all, memory: 50 })
    const need = watch({ all, memory: 50, isGivenUp: true })
    await pass(1500)
    expect(leak.calls).to.deep.equal(['full'])
    expect(need.calls[0]).to.equal('remove api')
  })
})
