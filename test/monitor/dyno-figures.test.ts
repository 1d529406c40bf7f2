import { expect } from 'chai'
import type { Dyno } from '../../src/heroku/index.js'
import { FormationModel, reportDynos } from '../../src/monitor/index.js'
import { changed, line, requested, sampled, START } from './lines.js'

const dyno = (more: Partial<Dyno> = {}) =>
  ({
    name: 'web.1',
    type: 'web',
    created_at: new Date(START - 1000).toISOString(),
    size: 'Standard-1X',
    ...more,
  }) as Dyno

describe("a dyno's own figures", () => {
  let model: FormationModel
  beforeEach(() => {
    model = new FormationModel()
  })
  const says = (message: string, seconds = 0) => model.add(line('heroku[web.1]', message, seconds))
  const figures = (text: string, seconds = 0) =>
    says(`source=web.1 dyno=heroku.1.x ${text}`, seconds)
  const known = () => model.dynos.get('web.1')!
  const report = (seconds: number, more: Partial<Dyno> = {}) =>
    reportDynos([dyno(more)], model, START + seconds * 1000)[0]!

  it('come in two lines, each of which keeps what the other told', () => {
    figures('sample#load_avg_1m=0.50')
    figures(
      'sample#memory_total=530.00MB sample#memory_swap=1.50MB sample#memory_quota=1024.00MB',
      1,
    )
    figures('sample#load_avg_1m=0.75', 20)
    expect(known().figures).to.deep.equal({ load: 0.75, memory: 530, quota: 1024, swap: 1.5 })
    figures('sample#memory_total=520.00MB', 21)
    expect(known().figures).to.deep.equal({ load: 0.75, memory: 520, quota: 1024, swap: 1.5 })
    const { history } = known()
    expect([...history.at]).to.deep.equal([START + 1000, START + 21_000])
    expect([...history.of('memoryMb')]).to.deep.equal([530, 520])
    expect([...history.of('loadAverage')]).to.deep.equal([0.5, 0.75])
    expect(report(30)).to.include({
      figuresFrom: 'log-runtime-metrics',
      memoryMb: 520,
      memoryQuotaMb: 1024,
      loadAverage: 0.75,
    })
  })

  it('are none of zero where a line says so', () => {
    figures('sample#load_avg_1m=0.00')
    figures('sample#memory_total=0.00MB sample#memory_swap=0.00MB')
    figures('sample#memory_total=0.00MB sample#memory_swap=2.00MB')
    figures('sample#memory_total=0.00MB sample#memory_swap=0.00MB')
    expect(known().figures).to.include({ load: 0, memory: 0, swap: 0 })
    expect(report(1)).to.include({ memoryMb: 0, loadAverage: 0 })
  })

  it('are charted from what R14 says only where Heroku prints none', () => {
    says('Process running mem=600M(117.2%)')
    expect([...known().history.of('memoryMb')]).to.deep.equal([600])
    expect([...known().history.of('loadAverage')]).to.deep.equal([NaN])
    figures('sample#memory_total=530.00MB', 1)
    says('Process running mem=601M(117.4%)', 2)
    expect([...known().history.of('memoryMb')]).to.deep.equal([600, 530])
    expect(report(3).memoryMb).to.equal(530)
  })

  it('are over when the dyno starts anew', () => {
    model.add(sampled('web.1', 'api', 0))
    figures('sample#load_avg_1m=0.50 sample#memory_total=530.00MB sample#memory_quota=1024.00MB')
    says('Process running mem=600M(117.2%)')
    says('Error R15 (Memory quota vastly exceeded)')
    says('Starting process with command `npm start`', 1)
    expect(known()).to.include({
      figures: undefined,
      overQuota: undefined,
      fault: undefined,
      expected: undefined,
    })
    expect(known().instances.size).to.equal(0)
    expect(report(2)).to.include({
      figuresFrom: null,
      memoryMb: null,
      memoryQuotaMb: 512,
      loadAverage: null,
      fault: null,
    })
  })

  it('are those of its instances together, where it has none of its own', () => {
    model.add(sampled('web.1', 'jobs', 0, { memoryMb: 10.126 }))
    model.add(sampled('web.1', 'api', 1, { memoryMb: 20.25 }))
    model.add(sampled('web.1', 'api', 0, { memoryMb: 30 }))
    model.add(changed('web.1', 'api', 2, 'start', { pid: 9 }))
    const { instances, ...seen } = report(10)
    expect(seen).to.include({ figuresFrom: 'shipit-runtime', memoryMb: 60.38, memoryQuotaMb: 512 })
    expect(instances.map(({ id, memoryMb }) => `${id} ${memoryMb}`)).to.deep.equal([
      'api:0 30',
      'api:1 20.25',
      'api:2 null',
      'jobs:0 10.13',
    ])
    expect(report(10, { size: 'of-tomorrow' }).memoryQuotaMb).to.equal(null)
  })

  it('are none of a dyno of the same name that was there before', () => {
    model.add(sampled('web.1', 'api', 0, {}, 10))
    figures('sample#load_avg_1m=0.50', 10)
    says('Error R15 (Memory quota vastly exceeded)', 10)
    model.add(requested('web.1', 500, undefined, 10))
    const young = { created_at: new Date(START + 11_000).toISOString() }
    expect(report(20, young)).to.deep.include({
      figuresFrom: null,
      loadAverage: null,
      fault: null,
      requestsPerMinute: null,
      errorsPerMinute: null,
      instances: [],
    })
    // The log's clock may be of whole seconds.
    const same = { created_at: new Date(START + 10_900).toISOString() }
    expect(report(20, same)).to.include({
      figuresFrom: 'shipit-runtime',
      loadAverage: 0.5,
      fault: 'R15',
      requestsPerMinute: 3,
      errorsPerMinute: 3,
    })
    // Something else told of it since, the fault did not.
    model.add(sampled('web.1', 'api', 0, {}, 12))
    expect(report(20, young).fault).to.equal(null)
  })

  it('end with R14 after a minute without one, and not with other codes', () => {
    says('Error R14 (Memory quota exceeded)')
    expect([59.9, 60].map((seconds) => report(seconds).fault)).to.deep.equal(['R14', null])
    says('Process running mem=600M(117.2%)')
    expect([59.9, 60].map((seconds) => report(seconds).memoryMb)).to.deep.equal([600, null])
    says('Error R15 (Memory quota vastly exceeded)')
    expect(report(600).fault).to.equal('R15')
  })
})

describe('an instance', () => {
  const report = (...lines: Parameters<FormationModel['add']>[0][]) => {
    const model = new FormationModel()
    for (const one of lines) model.add(one)
    return reportDynos([dyno()], model, START + 30_400)[0]!.instances[0]!
  }

  it('has the time since its start, and a process, while it runs', () => {
    expect(report(sampled('web.1', 'api', 0, { uptime: 5, pid: 7, restarts: 2 }, 10))).to.include({
      pid: 7,
      status: 'online',
      restarts: 2,
      uptimeSeconds: 25,
      sampledAt: new Date(START + 10_000).toISOString(),
    })
    expect(report(changed('web.1', 'api', 0, 'start', { pid: 8 }, 20))).to.include({
      pid: 8,
      status: 'launching',
      restarts: null,
      uptimeSeconds: 10,
      memoryMb: null,
      sampledAt: null,
    })
    // The log's clock may be ahead of ours.
    expect(report(changed('web.1', 'api', 0, 'start', { pid: 8 }, 40)).uptimeSeconds).to.equal(0)
  })

  for (const [event, fields, status] of [
    ['exit', { code: 1, backoff: '1ms' }, 'waiting restart'],
    ['exit', { code: 0 }, 'stopped'],
    ['crash', { code: 1 }, 'errored'],
  ] as const)
    it(`that is ${status} has neither`, () =>
      expect(
        report(sampled('web.1', 'api', 0, {}, 10), changed('web.1', 'api', 0, event, fields, 20)),
      ).to.include({ status, pid: null, uptimeSeconds: null, memoryMb: 60 }))

  it('has no figures of the process before', () => {
    const lines = [
      sampled('web.1', 'api', 0, { version: '1.0.0' }, 10),
      changed('web.1', 'api', 0, 'start', { pid: 8, restarts: 1 }, 20),
    ]
    expect(report(...lines)).to.deep.include({
      pid: 8,
      restarts: 1,
      uptimeSeconds: 10,
      memoryMb: null,
      version: null,
      metrics: [],
      actions: [],
      sampledAt: null,
    })
  })
})
