import { expect } from 'chai'
import type { App } from '../../src/runtime/app.js'
import type { God, Keeper } from '../../src/runtime/god.js'
import { Instances, type Instance } from '../../src/runtime/instances.js'
import {
  installMonitor,
  metricsInterval,
  printIfRead,
  startMetrics,
} from '../../src/runtime/metrics.js'
import { dynoOutput } from '../../src/runtime/outlet.js'
import { usageOf } from '../../src/runtime/tree.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const MB = 2 ** 20
const API = { name: 'api' } as App

/** Runs until this process has taken so much CPU that what it takes meanwhile is little of it. */
function takeTwoSeconds(): void {
  while (usageOf({ pid: process.pid, mark: '', hasEnded: false })!.cpuSeconds < 2);
}

const keeperOf = (more: object = {}): Keeper =>
  ({
    pm2_env: { pm_id: 0, instance_var: 'N', N: 0, status: 'online', restart_time: 2, ...more },
  }) as unknown as Keeper

describe('the figures of a dyno', () => {
  useVirtualClock()
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  before(function () {
    if (process.platform !== 'linux') this.skip()
    takeTwoSeconds()
  })

  /** Of instances of which this process is one. */
  const start = (interval = 20_000, limit?: number) => {
    const instances = new Instances()
    const lines: string[] = []
    startMetrics(
      instances,
      'web.1',
      interval,
      () => limit,
      (line) => void lines.push(line),
    )
    const begin = (more: Partial<Instance> = {}, env: object = {}) =>
      Object.assign(instances.add(API, keeperOf(env), process.pid, 'no process has it'), more)
    return { instances, lines, begin }
  }
  const told = (more: object) => new Map([[1, more]]) as unknown as Instance['reports']

  it('are a line each 20 s, or as SHIPIT_METRICS has it', () => {
    const table = {
      '': 20_000,
      '5': 5000,
      '0.05': 100,
      '0': 0,
      '-1': 0,
      off: 0,
      on: 20_000,
      Infinity: 0,
      often: 0,
    }
    expect(metricsInterval(undefined)).to.equal(20_000)
    for (const [setting, ms] of Object.entries(table))
      expect(metricsInterval(setting), setting).to.equal(ms)
  })

  it('come at their time, not of what has gone, and never if they are off', async () => {
    const { lines, begin, instances } = start()
    const off = start(0)
    begin()
    off.begin()
    await pass(19_999)
    expect(lines).to.deep.equal([])
    await pass(1)
    expect(lines).to.have.lengthOf(1)
    instances.add(API, keeperOf({ N: 1 }), 2 ** 30, 'no process has it either')
    await pass(20_000)
    expect(lines[1]).to.include(' instance=0 of=1 ').and.not.include('instance=1')
    expect(off.lines).to.deep.equal([])
  })

  it('are those of each instance', async () => {
    const { lines, begin } = start(20_000, 150)
    const instance = begin(
      {
        requests: 10,
        eventLoopP95Ms: 4.2,
        reports: told({ activeRequests: 3, heapMb: 20, externalMb: 2 }),
        told: { values: new Map([['users', '23']]), actions: new Set(), left: new Set() },
      },
      { version: '1.2.3' },
    )
    await pass(20_000)
    const rss = usageOf(instance)!.rss
    const { memory, cpu } = /memory_rss=(?<memory>[\d.]+)MB .*cpu=(?<cpu>[\d.]+)%/.exec(
      lines[0]!,
    )!.groups!
    expect(Number(memory)).to.be.closeTo(rss, 40)
    // All that this process has run, in 20 s of the clock.
    expect(Number(cpu)).to.be.closeTo((100 * usageOf(instance)!.cpuSeconds) / 20, 1.5)
    expect(lines[0]!.replaceAll(/(memory_rss|cpu)=[\d.]+/g, '$1=')).to.equal(
      `shipit source=web.1 app=api instance=0 of=1 pid=${process.pid} status=online restarts=2 ` +
        'uptime=20s version=1.2.3 sample#memory_rss=MB sample#memory_heap=20.00MB ' +
        'sample#memory_external=2.00MB sample#memory_limit=150.00MB sample#cpu=% ' +
        'sample#event_loop_p95=4.20ms sample#requests=30rpm sample#active_requests=3 ' +
        'metric#users=23\n',
    )
    await pass(20_000)
    expect(lines[1]).to.include('sample#requests=0rpm').and.not.include('event_loop')
    expect(Number(/cpu=([\d.]+)%/.exec(lines[1]!)![1])).to.be.below(1.5)
  })

  it('leave out what is not known, and take the limit of the file before that of the dyno', async () => {
    const { lines, begin } = start(20_000, 150)
    begin({ requests: 10 }, { max_memory_restart: 200 * MB, version: 'N/A' })
    await pass(20_000)
    expect(lines[0]).to.include('memory_limit=200.00MB')
    expect(lines[0]).to.not.match(/version|requests|event_loop|heap|metric/)
    const unlimited = start()
    unlimited.begin({}, { version: 5 })
    await pass(20_000)
    expect(unlimited.lines[0]).to.not.match(/memory_limit|version/)
  })

  it('are printed where somebody reads', () => {
    const { out } = dynoOutput
    const { write } = out
    let printed = ''
    out.write = (text) => void (printed += text)
    try {
      printIfRead('one\n')
      Object.defineProperty(out, 'isFull', { value: true, configurable: true })
      printIfRead('two\n')
    } finally {
      delete (out as { isFull?: boolean }).isFull
      out.write = write
    }
    expect(printed).to.equal('one\n')
  })
})

describe("what PM2's God measures", () => {
  useVirtualClock()
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  before(function () {
    if (process.platform !== 'linux') this.skip()
    takeTwoSeconds()
  })

  const processOf = (more: object = {}, pid = process.pid) => ({
    pid,
    name: 'api',
    pm2_env: { status: 'online', pm_uptime: Date.now() - 10_000, ...more },
  })
  const measure = (god: God) =>
    new Promise<{ memory: number; cpu: number }[]>((resolve) =>
      god.getMonitorData({}, (_error, list) =>
        resolve((list as { monit: { memory: number; cpu: number } }[]).map(({ monit }) => monit)),
      ),
    )
  const godOf = (processes: unknown[], instances = new Instances()) => {
    const god = { getFormatedProcesses: () => processes } as unknown as God
    installMonitor(god, instances)
    return god
  }
  const own = () => usageOf({ pid: process.pid, mark: '', hasEnded: false })!

  it('is bytes, and the part of a CPU since the start, then since the look before', async () => {
    const god = godOf([processOf()])
    const [first] = await measure(god)
    expect(first!.memory / MB).to.be.closeTo(own().rss, 40)
    expect(Number.isInteger(first!.memory)).to.equal(true)
    expect(first!.cpu).to.be.closeTo((100 * own().cpuSeconds) / 10, 3)
    // In steps of a tenth.
    expect(Math.round(first!.cpu * 10) / 10).to.equal(first!.cpu)
    await pass(499)
    // Too soon: the kernel counts in steps.
    expect((await measure(god))[0]!.cpu).to.equal(first!.cpu)
    await pass(60_000)
    expect((await measure(god))[0]!.cpu).to.be.below(1.5)
  })

  it('is measured anew after half a second, and where nothing tells when it was started', async () => {
    const god = godOf([processOf()])
    const [first] = await measure(god)
    await pass(500)
    // All of it is of the time before.
    expect((await measure(god))[0]!.cpu).to.not.equal(first!.cpu)
    const [unknown] = await measure(godOf([processOf({ pm_uptime: undefined })]))
    expect(unknown!.cpu).to.be.closeTo((100 * own().cpuSeconds) / 0.5, 60)
  })

  it('is nothing of what is not online, and of another process if the app names one', async () => {
    const god = godOf([
      processOf({ status: 'stopped' }),
      processOf({}, 2 ** 30),
      { ...processOf(), pid: undefined },
      processOf({ axm_options: { pid: process.pid } }, 2 ** 30),
      processOf({ axm_options: { pid: 'none' } }),
      processOf({ axm_options: {} }),
    ])
    const memory = (await measure(god)).map((one) => one.memory > 0)
    expect(memory).to.deep.equal([false, false, false, true, false, true])
    expect((await measure(god))[0]).to.deep.equal({ memory: 0, cpu: 0 })
  })

  it('is that of the whole tree of an instance', async () => {
    const instances = new Instances()
    instances.add(API, keeperOf(), 2 ** 30, 'no process has it')
    const [gone] = await measure(godOf([processOf({}, 2 ** 30)], instances))
    expect(gone).to.deep.equal({ memory: 0, cpu: 0 })
  })
})
