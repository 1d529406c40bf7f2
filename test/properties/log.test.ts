/** What holds of every log: of the lines that the runtime writes, and of those that an app invents. */
import { expect } from 'chai'
import fc from 'fast-check'
import { FIGURES, type FigureName } from '../../src/lib/figures.js'
import { FormationModel, LIMITS, readLine } from '../../src/monitor/index.js'
import type { Change, Sample as ReadSample } from '../../src/monitor/index.js'
import { eventLine, sampleLines, type Sample } from '../../src/runtime/event-line.js'

const text = fc.string({ unit: 'binary', maxLength: 60 })
/** Names of apps are the user's own; PM2 takes any that is not empty. */
const app = text.filter((name) => name !== '')
const instance = fc.integer({ min: 0, max: 500 })
const figure = fc.option(fc.double({ min: 0, max: 100_000, noNaN: true }), { nil: undefined })
const sample: fc.Arbitrary<Sample> = fc.record({
  pid: fc.nat(4_000_000),
  status: fc.constantFrom('online', 'launching', 'stopping', 'stopped', 'waiting restart'),
  restarts: fc.nat(1_000),
  uptime: fc.nat(10_000_000),
  memoryMb: fc.double({ min: 0, max: 100_000, noNaN: true }),
  cpuPercent: fc.double({ min: 0, max: 800, noNaN: true }),
  heapMb: figure,
  externalMb: figure,
  memoryLimitMb: figure,
  eventLoopP95Ms: figure,
  requestsPerMinute: figure,
  activeRequests: figure,
})
const line = (message: string, dyno = 'web.1', source = 'app') => ({
  timestamp: '2026-11-26T12:00:00.000000+00:00',
  source,
  dyno,
  message,
})
const read = (message: string) => readLine(line(message.replace(/\n$/, '')))
/** Nearly what the runtime, the router and the platform write. */
const nearly = fc.oneof(
  text,
  fc
    .array(
      fc.constantFrom(
        'shipit source=web.1',
        'app=api',
        'app="a b"',
        'instance=0',
        'instance=-1',
        'instance=1e9',
        'of=3',
        'event=exit',
        'event=crash',
        'code=1',
        'removed=yes',
        'sample#memory_rss=12.00MB',
        'sample#cpu=x',
        'metric#a=1',
        'at=error code=H12',
        'dyno=web.7',
        'status=503',
        'Process exited with status 1',
        'State changed from up to crashed',
        'Error R14 (Memory quota exceeded)',
        '"',
        '\\',
      ),
      { maxLength: 8 },
    )
    .map((words) => words.join(' ')),
)

describe('of every log', () => {
  it('a change comes back as the runtime has written it, whatever is in its names and fields', () => {
    fc.assert(
      fc.property(
        app,
        instance,
        fc.dictionary(fc.stringMatching(/^[a-z_]{1,10}$/), text),
        (name, at, fields) => {
          fc.pre(!['app', 'instance', 'event', 'source', 'of'].some((key) => key in fields))
          const written = eventLine({ source: 'web.1', app: name, instance: at }, 'exit', fields)
          expect(written.indexOf('\n')).to.equal(written.length - 1)
          const {
            kind,
            app: readApp,
            instance: readAt,
            event,
            fields: readFields,
          } = read(written) as Change
          expect({ kind, event, readAt }).to.deep.equal({
            kind: 'change',
            event: 'exit',
            readAt: at,
          })
          expect(readApp).to.equal(name)
          const figures = Object.values(FIGURES).map(({ key }) => key as string)
          for (const [key, value] of Object.entries(fields))
            if (!figures.includes(key)) expect(readFields[key], key).to.equal(value)
        },
      ),
      { examples: [['api', 0, Object.fromEntries([['__proto__', 'x']])]] },
    )
  })

  it('figures of all instances of a dyno come back, in lines that Heroku does not split', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ app, instance, sample }), { minLength: 1, maxLength: 60 }),
        (all) => {
          const lines = sampleLines('web.1', all)
          const back = lines.flatMap((written) => {
            expect(Buffer.byteLength(written)).to.be.at.most(10_000)
            const first = read(written) as ReadSample
            expect(first.kind).to.equal('sample')
            return [first, ...first.others]
          })
          expect(back.map((one) => [one.app, one.instance, one.pid, one.status])).to.deep.equal(
            all.map((one) => [one.app, one.instance, one.sample.pid, one.sample.status]),
          )
          for (const [at, { sample: written }] of all.entries())
            for (const name of Object.keys(FIGURES) as FigureName[]) {
              const value = written[name]
              if (value === undefined) expect(back[at]![name], name).to.equal(undefined)
              else expect(back[at]![name], name).to.be.closeTo(value, 0.51)
            }
        },
      ),
      { numRuns: 50 },
    )
  })

  it('no line of an app or a platform breaks the model, and it keeps no more than its limits', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            message: nearly,
            dyno: fc.oneof(fc.constantFrom('web.1', 'web.2', 'router', 'api', ''), text),
            source: fc.constantFrom('app', 'heroku', 'x'),
          }),
          { maxLength: 200 },
        ),
        (lines) => {
          const model = new FormationModel()
          for (const { message, dyno, source } of lines) model.add(line(message, dyno, source))
          expect(model.dynos.size).to.be.at.most(LIMITS.dynos)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('an app that invents dynos and instances without end fills no memory', () => {
    const model = new FormationModel()
    for (let at = 0; at < 3 * LIMITS.dynos; at += 1)
      for (let other = 0; other < 20; other += 1)
        model.add(
          line(
            `shipit source=x app=a${other} instance=${at % 500} sample#memory_rss=1MB`,
            `web.${at}`,
          ),
        )
    const instances = [...model.dynos.values()].reduce((sum, dyno) => sum + dyno.instances.size, 0)
    expect(model.dynos.size).to.equal(LIMITS.dynos)
    expect(instances).to.be.within(1, LIMITS.instances)
  })

  it('what one dyno prints tells nothing of another', () => {
    fc.assert(
      fc.property(fc.array(nearly, { maxLength: 50 }), sample, (messages, figures) => {
        const own = sampleLines('web.1', [{ app: 'api', instance: 0, sample: figures }])[0]!.trim()
        const told = (others: string[]) => {
          const model = new FormationModel()
          model.add(line(own))
          for (const message of others) model.add(line(message, 'web.2'))
          const { instances, state, events, errorLines } = model.dynos.get('web.1')!
          return JSON.stringify([[...instances], state, events, errorLines])
        }
        expect(told(messages)).to.equal(told([]))
      }),
    )
  })
})
