import { expect } from 'chai'
import { openHistory } from '../../src/history/index.js'
import { dyno } from '../support/records.js'
import { apiAt, changeAt, feed, herokuAt, requestAt, sampleAt } from '../support/history-log.js'

const START = Date.parse('2026-11-26T10:00:00Z')
const SPAN = 20_000
const at = (span: number, ms = 5_000) => START + span * SPAN + ms
const range = (spans: number, points = spans) => ({ from: START, to: START + spans * SPAN, points })
const rounded = (values: readonly number[]) => values.map((value) => Math.round(10 * value) / 10)

describe('history: an app', () => {
  it('adds up figures of instances, by app, dyno and instance', async () => {
    const history = await openHistory({ app: 'a1' })
    for (let span = 0; span < 3; span += 1)
      feed(
        history,
        ['web.1', 'web.2'].flatMap((source, d) =>
          [0, 1].map((instance) =>
            sampleAt(at(span), source, instance, {
              cpuPercent: 10 + d,
              memoryMb: 100 + span,
              eventLoopP95Ms: 2 + instance,
              requestsPerMinute: 30,
            }),
          ),
        ),
      )
    const app = history.series({}, range(3))
    expect(app.at).to.deep.equal([0, 1, 2].map((span) => START + span * SPAN))
    expect(rounded(app.cpuPercent)).to.deep.equal([42, 42, 42])
    expect(rounded(app.memoryMb)).to.deep.equal([400, 404, 408])
    expect(rounded(app.eventLoopP95Ms)).to.deep.equal([3, 3, 3])
    expect(rounded(app.requestsPerMinute)).to.deep.equal([120, 120, 120])
    expect(rounded(history.series({ dyno: 'web.2' }, range(3)).cpuPercent)).to.deep.equal([
      22, 22, 22,
    ])
    const one = history.series({ dyno: 'web.1', instance: 'api:1' }, range(3))
    expect(rounded(one.memoryMb)).to.deep.equal([100, 101, 102])
    expect(history.series({ dyno: 'web.9' }, range(3)).memoryMb).to.deep.equal([NaN, NaN, NaN])
  })

  it('tells the instances of a dyno then in their order, however their lines came', async () => {
    const history = await openHistory({ app: 'a1' })
    const samples = [10, 2, 0].map((instance) => sampleAt(at(0), 'web.1', instance))
    feed(history, [...samples, sampleAt(at(0), 'web.1', 1, {}, 'aside')])
    const [told] = history.dynosAt(at(0))!
    expect(told!.instances.map(({ id }) => id)).to.deep.equal([
      'api:0',
      'api:2',
      'api:10',
      'aside:1',
    ])
  })

  it('counts requests by the router, and joins their percentiles over spans and dynos', async () => {
    const history = await openHistory({ app: 'a1' })
    const lines: string[] = []
    for (let span = 0; span < 4; span += 1)
      for (let index = 0; index < 20; index += 1)
        lines.push(
          requestAt(at(span, index * 1000), `web.${1 + (index % 2)}`, {
            service: 10 * index,
            status: index === 0 ? 404 : index === 1 ? 500 : 200,
          }),
        )
    feed(history, [...lines, requestAt(at(4, 6_000), 'web.1')])
    const app = history.series({}, range(4))
    expect(app.requestsPerMinute).to.deep.equal([60, 60, 60, 60])
    expect(app.clientErrorsPerMinute).to.deep.equal([3, 3, 3, 3])
    expect(app.serverErrorsPerMinute).to.deep.equal([3, 3, 3, 3])
    const joined = history.series({}, { ...range(4), points: 1 })
    expect(joined.stepMs).to.equal(4 * SPAN)
    const last = joined.at.length - 1
    expect(joined.at[last]).to.be.within(START - 4 * SPAN, START + 4 * SPAN)
    expect(app.serviceP50Ms[0]).to.be.closeTo(90, 3)
    expect(app.serviceP99Ms[0]).to.be.closeTo(190, 6)
    const web2 = history.series({ dyno: 'web.2' }, range(4))
    expect(web2.requestsPerMinute).to.deep.equal([30, 30, 30, 30])
    expect(web2.clientErrorsPerMinute).to.deep.equal([0, 0, 0, 0])
  })

  it('counts no line twice that a resumed session tells again', async () => {
    const history = await openHistory({ app: 'a1' })
    const lines = Array.from({ length: 1500 }, (_, index) => [
      requestAt(START + index * 40, 'web.1'),
      ...(index === 700 ? [changeAt(START + index * 40, 'web.1', 0, 'crash', { code: 1 })] : []),
    ]).flat()
    feed(history, lines)
    feed(history, lines)
    feed(history, [requestAt(START + 3 * SPAN + 6_000, 'web.1')])
    const { requestsPerMinute } = history.series({}, range(3))
    expect(requestsPerMinute).to.deep.equal([1500, 1500, 1500])
    expect(history.marks(range(3))).to.have.length(1)
  })

  it('has no hole where a line comes a little late, and one where an instance is silent', async () => {
    const history = await openHistory({ app: 'a1' })
    feed(history, [
      sampleAt(at(0, 19_900), 'web.1', 0),
      sampleAt(at(2, 100), 'web.1', 0),
      sampleAt(at(6, 100), 'web.1', 0),
    ])
    const { memoryMb } = history.series({}, range(7))
    expect(rounded(memoryMb)).to.deep.equal([61.2, 61.2, 61.2, 61.2, NaN, NaN, 61.2])
  })

  it("takes Heroku's own figures of a dyno where there is no runtime", async () => {
    const history = await openHistory({ app: 'a1' })
    feed(history, [
      herokuAt(
        at(0),
        'web.1',
        'source=web.1 dyno=heroku.1 sample#memory_total=120.50MB sample#memory_quota=512.00MB',
      ),
      herokuAt(at(0), 'web.1', 'source=web.1 dyno=heroku.1 sample#load_avg_1m=0.25'),
    ])
    expect(rounded(history.series({}, range(1)).memoryMb)).to.deep.equal([120.5])
    expect(rounded(history.series({ dyno: 'web.1' }, range(1)).memoryMb)).to.deep.equal([120.5])
  })

  it('marks what changed, and repeats no code that lasts', async () => {
    const history = await openHistory({ app: 'a1' })
    feed(history, [
      apiAt(at(0), 'Deploy 29a0b4c1 by user me@example.com'),
      apiAt(at(0), 'Release v7 created by user me@example.com'),
      apiAt(at(1), 'Set KEY config vars by user me@example.com'),
      apiAt(at(1), 'Scaled to web@2:Standard-1X by user me@example.com'),
      changeAt(at(2), 'web.1', 0, 'exit', { code: 1, restarts: 1, backoff: '100ms' }),
      herokuAt(at(2), 'web.1', 'Error R14 (Memory quota exceeded)'),
      herokuAt(at(3), 'web.1', 'Error R14 (Memory quota exceeded)'),
      requestAt(at(3), '', { code: 'H10', status: 503 }),
      requestAt(at(3), '', { code: 'H10', status: 503 }),
      herokuAt(at(3), 'web.1', 'State changed from up to crashed'),
    ])
    const marks = history.marks(range(4))
    expect(marks.map(({ kind, place, isBad }) => [kind, place, isBad])).to.deep.equal([
      ['release', 'a1', false],
      ['release', 'a1', false],
      ['config', 'a1', false],
      ['scale', 'a1', false],
      ['restart', 'web.1 api:0', true],
      ['memory', 'web.1', true],
      ['fault', 'a1', true],
      ['crash', 'web.1', true],
    ])
    expect(JSON.stringify(marks)).not.to.include('me@example.com')
    expect(history.marks({ from: at(2, 0), to: at(3, 0) })).to.have.length(2)
  })

  it('marks a dyno that the platform starts anew, but not each one of a release', async () => {
    const history = await openHistory({ app: 'a1' })
    feed(history, [
      herokuAt(at(0), 'web.1', 'State changed from up to crashed'),
      herokuAt(at(0), 'web.1', 'State changed from crashed to starting'),
      herokuAt(at(1), 'web.2', 'Cycling'),
      herokuAt(at(1), 'web.2', 'State changed from up to starting'),
      apiAt(at(2), 'Release v7 created by user me@example.com'),
      herokuAt(at(2), 'web.1', 'Restarting'),
      herokuAt(at(3), 'web.2', 'Restarting'),
      herokuAt(at(4), 'web.1', 'Restarting'),
      herokuAt(at(4), 'web.1', 'State changed from up to starting'),
    ])
    expect(history.marks(range(5)).map(({ kind, place, text }) => [kind, place, text])).to.eql([
      ['crash', 'web.1', 'crashed'],
      ['restart', 'web.1', 'started again after its crash'],
      ['restart', 'web.2', 'cycling'],
      ['release', 'a1', 'Release v7 created'],
      ['restart', 'web.1', 'restarting'],
    ])
  })

  it('has the number of dynos, and their mean over joined points', async () => {
    const history = await openHistory({ app: 'a1' })
    history.addDynoCount(at(0), 2)
    history.addDynos(at(1), [dyno('web.1'), dyno('web.2'), dyno('run.4'), dyno('web.3', 'crashed')])
    history.addDynoCount(at(2), 4)
    expect(history.series({}, range(3)).dynoCount).to.deep.equal([2, 2, 4])
    expect(history.span).to.deep.equal({ from: at(0), to: at(2) })
  })

  it('adds up a stretch as its series has it, of the app, of dynos and of instances', async () => {
    const history = await openHistory({ app: 'a1' })
    for (let span = 0; span < 6; span += 1)
      feed(
        history,
        ['web.1', 'web.2', 'worker.1'].flatMap((source, d) => [
          sampleAt(at(span), source, 0, { cpuPercent: 10 + d + span, memoryMb: 100 - span }),
          sampleAt(at(span), source, 1, { cpuPercent: 5, memoryMb: 50 }),
          ...(d < 2 ? [requestAt(at(span, 10_000), source, { service: 100 * (d + 1) })] : []),
        ]),
      )
    feed(history, [requestAt(at(6, 6_000), '', { status: 503, code: 'H14' })])
    const mean = (values: number[]) => values.reduce((sum, one) => sum + one) / values.length
    const choices = [
      { of: {}, choice: undefined },
      { of: { dyno: 'web.2' }, choice: (dyno: string) => dyno === 'web.2' },
      {
        of: { dyno: 'web.1', instance: 'api:0' },
        choice: (dyno: string, id?: string) => dyno === 'web.1' && id === 'api:0',
      },
    ]
    for (const { of, choice } of choices) {
      const series = history.series(of, range(6))
      const { total } = history.totals(range(6), choice)
      for (const name of ['cpuPercent', 'memoryMb'] as const) {
        expect(total[name].mean).to.be.closeTo(mean(series[name]), 0.01)
        expect(total[name].worst).to.be.closeTo(Math.max(...series[name]), 0.01)
        expect(total[name].worstAt).to.equal(
          series.at[series[name].indexOf(Math.max(...series[name]))],
        )
      }
    }
    const { dynos } = history.totals(range(6))
    expect(dynos.map(({ name, requests }) => [name, requests?.all])).to.deep.equal([
      ['web.1', 6],
      ['web.2', 6],
      ['worker.1', undefined],
    ])
    const web = history.totals(range(6), (dyno) => dyno.startsWith('web.')).total
    expect(web.requests).to.include({ all: 12, serverErrors: 0 })
    expect(web.requests!.serviceP50Ms).to.be.closeTo(100, 4)
    expect(web.requests!.serviceP99Ms).to.be.closeTo(200, 7)
    expect(rounded([web.requestsPerMinute.mean])).to.deep.equal([6.3])
    expect(history.totals({ from: START, to: at(7) }).total.requests?.serverErrors).to.equal(0)
    feed(history, [requestAt(at(6, 19_000), 'web.1')])
    expect(history.totals({ from: START, to: at(7) }).total.requests?.serverErrors).to.equal(1)
  })

  it('goes on where the clock is set back, and takes a replay for none', async () => {
    let clock = 0
    const history = await openHistory({ app: 'a1', monotonic: () => clock })
    for (let span = 100; span < 110; span += 1) feed(history, [sampleAt(at(span), 'web.1', 0)])
    // A replay of what is closed.
    for (let span = 100; span < 108; span += 1) feed(history, [sampleAt(at(span), 'web.1', 0)])
    expect(history.span?.to).to.equal(at(109))
    for (let span = 0; span < 10; span += 1) {
      feed(history, [sampleAt(at(span), 'web.1', 0, { memoryMb: 50 })])
      clock += SPAN
    }
    expect(history.span?.to).to.equal(at(9))
    expect(rounded(history.series({}, range(10)).memoryMb).slice(4)).to.deep.equal(
      new Array(6).fill(50),
    )
  })
})
