import { expect } from 'chai'
import type { Dyno, LogLine } from '../../src/heroku/index.js'
import { detailsOf, FormationModel, reportDynos } from '../../src/monitor/index.js'
import { changed, line, printed, requested, sampled, START } from './lines.js'

const DYNO = {
  name: 'web.1',
  type: 'web',
  created_at: new Date(START - 1000).toISOString(),
  size: 'Standard-1X',
} as Dyno
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString()

function seen(...lines: LogLine[]) {
  const model = new FormationModel()
  for (const one of lines) model.add(one)
  const [dyno] = reportDynos([DYNO], model, START + 100_000)
  const of = (id?: string) =>
    detailsOf(
      model,
      dyno!,
      dyno!.instances.find((one) => one.id === id),
    )
  return { of, dyno: dyno!, model }
}

describe('all that the log tells', () => {
  const both = seen(
    sampled('web.1', 'api', 0, { memoryMb: 50.123, cpuPercent: 3 }, 0),
    sampled('web.1', 'jobs', 0, { memoryMb: 40, cpuPercent: 9, eventLoopP95Ms: 2.5 }, 0),
    sampled('web.1', 'api', 0, { memoryMb: 49, cpuPercent: 4 }, 20),
    changed('web.1', 'api', 0, 'exit', { code: 1 }, 21),
    line('heroku[web.1]', 'Error R14 (Memory quota exceeded)', 22),
    printed('web.1', '[api:0] Error: no api', 23),
    printed('web.1', '[jobs:0] Error: no jobs', 24),
    changed('web.1', 'api', 0, 'exception', { type: 'E', message: 'm', at: 'a.js:1:2' }, 25),
    changed(
      'web.1',
      'api',
      0,
      'exception',
      { type: 'E', message: 'n', at: 'a.js:1:2', count: 2 },
      26,
    ),
    changed('web.1', 'jobs', 0, 'exception', { type: 'F', message: 'o', uncaught: 'yes' }, 27),
    requested('web.1', 503, 'H12', 28),
    requested('web.1', 503, 'H12', 29),
    requested('web.1', 200, undefined, 30),
  )

  it('of a dyno is of all its instances, and of itself', () => {
    const { events, errorLines, exceptions, codes, peaks } = both.of()
    expect(
      events.map(({ at: time, instance, text, isBad }) => [time, instance, text, isBad]),
    ).to.deep.equal([
      [at(21), 'api:0', 'exited with code 1', true],
      [at(22), null, 'R14 memory quota exceeded', true],
      [at(25), 'api:0', 'reported E: m (a.js:1:2)', true],
      [at(26), 'api:0', 'reported E: n (a.js:1:2) x2', true],
      [at(27), 'jobs:0', 'uncaught F: o', true],
    ])
    expect(errorLines).to.deep.equal([
      { at: at(23), text: '[api:0] Error: no api' },
      { at: at(24), text: '[jobs:0] Error: no jobs' },
    ])
    expect(exceptions).to.deep.equal([
      {
        instance: 'api:0',
        type: 'E',
        message: 'n',
        at: 'a.js:1:2',
        isUncaught: false,
        count: 3,
        firstAt: at(25),
        lastAt: at(26),
      },
      {
        instance: 'jobs:0',
        type: 'F',
        message: 'o',
        at: null,
        isUncaught: true,
        count: 1,
        firstAt: at(27),
        lastAt: at(27),
      },
    ])
    expect(codes).to.deep.equal({ H12: 2 })
    expect(peaks).to.deep.equal({ memoryMb: 50.12, cpuPercent: 9, eventLoopP95Ms: 2.5 })
  })

  it('of an instance is its own', () => {
    const { events, errorLines, exceptions, codes, peaks } = both.of('api:0')
    expect(events.map(({ instance }) => instance)).to.deep.equal(['api:0', 'api:0', 'api:0'])
    expect(errorLines.map(({ text }) => text)).to.deep.equal(['[api:0] Error: no api'])
    expect(exceptions.map(({ type }) => type)).to.deep.equal(['E'])
    expect(codes).to.deep.equal({ H12: 2 })
    expect(peaks).to.deep.equal({ memoryMb: 50.12, cpuPercent: 4, eventLoopP95Ms: null })
  })

  it('of an instance has all error lines where one app alone runs in the dyno', () => {
    const one = seen(
      sampled('web.1', 'api', 0),
      sampled('web.1', 'api', 1),
      printed('web.1', 'Error: x', 1),
    )
    expect(one.of('api:1').errorLines.map(({ text }) => text)).to.deep.equal(['Error: x'])
  })

  it('is nothing of a dyno that the log does not tell of', () => {
    const { of, model } = seen()
    const nothing = {
      events: [],
      errorLines: [],
      exceptions: [],
      codes: {},
      peaks: { memoryMb: null, cpuPercent: null, eventLoopP95Ms: null },
    }
    expect(of()).to.deep.equal(nothing)
    model.add(line('heroku[web.1]', 'source=web.1 dyno=x sample#load_avg_1m=1.0'))
    expect(of()).to.deep.equal(nothing)
  })

  it('keeps the fifty kinds of exceptions that were seen last', () => {
    const { of } = seen(
      ...Array.from({ length: 52 }, (_, n) =>
        changed('web.1', 'api', 0, 'exception', { type: `E${n === 50 ? 0 : n}`, message: 'm' }, n),
      ),
    )
    const types = of().exceptions.map(({ type }) => type)
    expect(types).to.have.length(50)
    expect(types.slice(0, 2)).to.deep.equal(['E2', 'E3'])
    expect(types.slice(-2)).to.deep.equal(['E0', 'E51'])
  })

  it('tells kinds of exceptions apart by app, instance, type, place and whether they were caught', () => {
    const base = { type: 'E', message: 'm', at: 'a.js:1:1' }
    const { of } = seen(
      changed('web.1', 'api', 0, 'exception', base),
      changed('web.1', 'api', 1, 'exception', base),
      changed('web.1', 'jobs', 0, 'exception', base),
      changed('web.1', 'api', 0, 'exception', { ...base, type: 'F' }),
      changed('web.1', 'api', 0, 'exception', { ...base, at: 'b.js:1:1' }),
      changed('web.1', 'api', 0, 'exception', { ...base, uncaught: 'yes' }),
      changed('web.1', 'api', 0, 'exception', { type: 'E', message: 'm' }),
      changed('web.1', 'api', 0, 'exception', { type: 'E', message: 'n' }),
      changed('web.1', 'api', 0, 'exception', { ...base, message: 'other', count: 0 }),
      changed('web.1', 'api', 0, 'exception', { ...base, count: 'x' }),
    )
    expect(of().exceptions.map(({ count }) => count)).to.deep.equal([1, 1, 1, 1, 1, 1, 1, 3])
  })
})
