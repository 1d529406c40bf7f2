import { expect } from 'chai'
import type { Dyno } from '../../src/heroku/index.js'
import { FormationModel, LIMITS, reportDynos } from '../../src/monitor/index.js'
import { changed, line, requested, sampled, START } from './lines.js'

describe('the model of a formation', () => {
  let model: FormationModel
  beforeEach(() => {
    model = new FormationModel()
  })

  const say = (seconds: number, head: string, message: string) =>
    model.add(line(head, message, seconds))
  const sample = (
    seconds: number,
    dyno: string,
    app: string,
    at: number,
    figures?: Parameters<typeof sampled>[3],
  ) => model.add(sampled(dyno, app, at, figures, seconds))
  const change = (
    seconds: number,
    dyno: string,
    app: string,
    at: number,
    event: Parameters<typeof changed>[3],
    fields?: Parameters<typeof changed>[4],
  ) => model.add(changed(dyno, app, at, event, fields, seconds))
  const request = (seconds: number, dyno: string, status: number, code?: string) =>
    model.add(requested(dyno, status, code, seconds))
  const instance = (dyno: string, key: string) => model.dynos.get(dyno)?.instances.get(key)

  it('knows each instance of each dyno by its last line, and keeps what came before for charts', () => {
    sample(0, 'web.1', 'api', 0, { memoryMb: 60 })
    sample(0, 'web.1', 'api', 1)
    sample(0, 'web.2', 'jobs', 0)
    sample(20, 'web.1', 'api', 0, { memoryMb: 70, eventLoopP95Ms: 2.5, requestsPerMinute: 30 })
    expect(
      [...model.dynos].map(([name, dyno]) => `${name} ${[...dyno.instances.keys()].join()}`),
    ).to.deep.equal(['web.1 api:0,api:1', 'web.2 jobs:0'])
    const first = instance('web.1', 'api:0')!
    expect(first).to.include({
      status: 'online',
      pid: 10,
      startedAt: START,
      sampledAt: START + 20_000,
    })
    expect([...first.history.of('memoryMb')]).to.deep.equal([60, 70])
    expect([...first.history.of('eventLoopP95Ms')]).to.deep.equal([NaN, 2.5])
    expect([...first.history.at]).to.deep.equal([START, START + 20_000])
  })

  it('follows an instance through a crash and a restart by its changes alone', () => {
    const status = () => instance('web.1', 'api:0')?.status
    const seen: (string | undefined)[] = []
    for (const [event, fields] of [
      ['start', { pid: 5 }],
      ['online', {}],
      ['exit', { code: 1, restarts: 1, backoff: '100ms' }],
      ['start', { pid: 6 }],
      ['listening', {}],
      ['exit', { code: 0, asked: 'yes' }],
      ['crash', { code: 1 }],
      ['stop', { signal: 'SIGTERM' }],
      ['exit', { asked: 'yes' }],
    ] as const) {
      change(1, 'web.1', 'api', 0, event, fields)
      seen.push(status())
    }
    expect(seen).to.deep.equal([
      'launching',
      'online',
      'waiting restart',
      'launching',
      'online',
      'online',
      'errored',
      'stopping',
      'stopped',
    ])
    expect(instance('web.1', 'api:0')).to.include({ pid: 6, restarts: 1 })
    expect([...model.events].filter(({ isBad }) => isBad).map(({ text }) => text)).to.deep.equal([
      'exited with code 1, restarting in 100 ms',
      'cannot stay up: its dyno ends with code 1',
    ])
  })

  it('has one instance fewer when the runtime takes one out, which is no error, and keeps its reason', () => {
    change(1, 'web.1', 'api', 0, 'listening', {})
    change(1, 'web.1', 'api', 1, 'listening', {})
    change(2, 'web.1', 'api', 1, 'scale', { instances: 1, was: 2, why: 'the dyno is full' })
    change(2, 'web.1', 'api', 1, 'stop', { why: 'scale' })
    change(3, 'web.1', 'api', 1, 'exit', { code: 0, restarts: 0, asked: 'yes', removed: 'yes' })
    expect([...model.dynos.get('web.1')!.instances.keys()]).to.deep.equal(['api:0'])
    expect([...model.events].map(({ text }) => text)).to.include(
      'scaled from 2 to 1 instances: the dyno is full',
    )
    expect([...model.events].some(({ isBad }) => isBad)).to.equal(false)
  })

  it('forgets the instances of a dyno that starts anew, and not what happened to them', () => {
    change(0, 'web.1', 'api', 0, 'exit', { code: 1 })
    say(1, 'heroku[web.1]', 'Process exited with status 1')
    say(1, 'heroku[web.1]', 'State changed from up to crashed')
    say(2, 'heroku[web.1]', 'Starting process with command `npm start`')
    expect(model.dynos.get('web.1')!.instances.size).to.equal(0)
    expect(
      [...model.dynos.get('web.1')!.events].map(({ text, isBad }) => `${text} ${isBad}`),
    ).to.deep.equal([
      'exited with code 1 true',
      'exited 1 true',
      'state crashed true',
      'starting false',
    ])
  })

  it('counts requests and errors a minute of each dyno, and those that no dyno took', () => {
    for (let second = 0; second < 40; second += 1)
      request(second, second % 2 ? 'web.1' : 'web.2', 200)
    request(39, 'web.1', 500)
    request(39, '', 503, 'H14')
    expect(model.dynos.get('web.1')!.traffic.perMinute(START + 40_000)).to.deep.equal({
      requests: 32,
      errors: 2,
    })
    expect(model.dynos.get('web.2')!.traffic.perMinute(START + 40_000)).to.deep.equal({
      requests: 30,
      errors: 0,
    })
    expect(model.traffic).to.include({ requests: 42, errors: 2 })
    expect(model.traffic.codes.get('H14')).to.deep.equal({ count: 1, lastAt: START + 39_000 })
    expect(model.traffic.perMinute(START + 3_600_000)).to.deep.equal({ requests: 0, errors: 0 })
    expect([...model.dynos.keys()]).to.have.members(['web.1', 'web.2'])
  })

  it("keeps Heroku's own figures and its memory codes, which come again and again, as one event", () => {
    say(0, 'heroku[web.1]', 'source=web.1 dyno=heroku.1.x sample#load_avg_1m=0.50')
    say(
      0,
      'heroku[web.1]',
      'source=web.1 dyno=heroku.1.x sample#memory_total=530.00MB sample#memory_quota=512.00MB',
    )
    for (let time = 0; time < 100; time += 20)
      say(time, 'heroku[web.1]', 'Error R14 (Memory quota exceeded)')
    const dyno = model.dynos.get('web.1')!
    expect(dyno.figures).to.include({ load: 0.5, memory: 530, quota: 512 })
    expect(dyno.fault).to.deep.equal({ code: 'R14', time: START + 80_000 })
    expect([...dyno.events].map(({ text }) => text)).to.deep.equal(['R14 memory quota exceeded'])
    say(400, 'heroku[web.1]', 'Error R14 (Memory quota exceeded)')
    say(401, 'heroku[web.1]', 'Error R15 (Memory quota vastly exceeded)')
    expect([...dyno.events].map(({ text, isBad }) => `${text} ${isBad}`).slice(1)).to.deep.equal([
      'R14 memory quota exceeded true',
      'R15 memory quota vastly exceeded: killed true',
    ])
  })

  it("takes what R14 says of a dyno's memory for as long as it is repeated, and never for figures of log-runtime-metrics", () => {
    const dyno = {
      name: 'web.1',
      created_at: new Date(START - 1000).toISOString(),
      size: 'Standard-1X',
    } as Dyno
    const at = (time: number) => reportDynos([dyno], model, START + time)[0]!
    say(0, 'heroku[web.1]', 'Process running mem=537M(104.9%)')
    say(0, 'heroku[web.1]', 'Error R14 (Memory quota exceeded)')
    expect(at(20_000)).to.include({ figuresFrom: null, memoryMb: 537, fault: 'R14' })
    expect(at(70_000)).to.include({ figuresFrom: null, memoryMb: null, fault: null })
    say(
      80,
      'heroku[web.1]',
      'source=web.1 dyno=heroku.1.x sample#memory_total=500.00MB sample#memory_quota=512.00MB',
    )
    expect(at(80_000)).to.include({
      figuresFrom: 'log-runtime-metrics',
      memoryMb: 500,
      fault: null,
    })
  })

  it('keeps the last error lines of an app, cut to a length', () => {
    for (let line = 0; line < 30; line += 1)
      say(line, 'app[web.1]', `Error: no ${line} ${'x'.repeat(5000)}`)
    say(40, 'app[web.1]', 'all is well, 0 errors')
    const kept = [...model.dynos.get('web.1')!.errorLines]
    expect(kept).to.have.length(LIMITS.errorLines)
    expect(kept.at(-1)!.text)
      .to.have.length(LIMITS.errorLength)
      .and.match(/^Error: no 29 /)
  })

  it('is bounded, whatever an app invents', () => {
    sample(0, 'web.2', 'api', 0)
    for (let line = 0; line < 10_000; line += 1)
      sample(line, 'web.1', `invented${line}`, line % 500)
    for (let line = 0; line < 1000; line += 1) sample(1, `run.${line}`, 'x', 0)
    const count = [...model.dynos.values()].reduce((sum, dyno) => sum + dyno.instances.size, 0)
    expect(count).to.be.at.most(LIMITS.instances)
    expect(model.dynos.size).to.equal(LIMITS.dynos)
    for (let line = 0; line < 2 * LIMITS.points; line += 1)
      sample(line * 20, 'web.1', 'long', 0, { memoryMb: line })
    const { history } = instance('web.1', 'long:0')!
    expect(history.length).to.equal(LIMITS.points)
    expect([...history.of('memoryMb')]).to.deep.equal(
      Array.from({ length: LIMITS.points }, (_, i) => LIMITS.points + i),
    )
  })
})
