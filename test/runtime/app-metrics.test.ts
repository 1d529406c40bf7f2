import { expect } from 'chai'
import { parseLogLine } from '../../src/heroku/logs.js'
import { readLine } from '../../src/monitor/index.js'
import { metricFields, takeAppMessage, type AppMetrics } from '../../src/runtime/app-metrics.js'
import { sampleLine } from '../../src/runtime/event-line.js'

const monitor = (data: object) => ({ type: 'axm:monitor', data })
const told = (...messages: unknown[]) =>
  messages.reduce<AppMetrics | undefined>(
    (before, message) => takeAppMessage(before, message) ?? before,
    undefined,
  )

/** The line of figures, and what a reader of the log makes of it. */
function line(metrics: AppMetrics | undefined) {
  const text = sampleLine(
    { source: 'web.1', app: 'api', instance: 0 },
    {
      pid: 1,
      status: 'online',
      restarts: 0,
      uptime: 1,
      memoryMb: 10,
      cpuPercent: 0,
      told: metrics && metricFields(metrics),
    },
  ).trimEnd()
  const read = readLine(parseLogLine(`2026-11-22T20:00:00.000000+00:00 app[web.1]: ${text}`))
  return { text, read: read.kind === 'sample' ? read : undefined }
}

describe('metrics of an app in the line of figures', () => {
  it('have their name, value and unit', () => {
    const { text, read } = line(
      told(
        monitor({
          'req/min': { value: 12.5 },
          users: { value: 23, unit: 'users' },
          latency: { value: '3.13', unit: 'ms' },
          load: { value: 63, unit: '%' },
          worker: { value: 'idle' },
          up: { value: true },
        }),
      ),
    )
    expect(text).to.match(
      / metric#req\/min=12.5 metric#users=23users metric#latency=3.13ms metric#load=63% metric#worker=idle metric#up=true$/,
    )
    expect(read!.metrics).to.deep.equal([
      { name: 'req/min', value: 12.5, unit: null },
      { name: 'users', value: 23, unit: 'users' },
      { name: 'latency', value: 3.13, unit: 'ms' },
      { name: 'load', value: 63, unit: '%' },
      { name: 'worker', value: 'idle', unit: null },
      { name: 'up', value: 'true', unit: null },
    ])
  })

  it('survive any name, text and unit', () => {
    const names = [
      'Realtime user',
      'Users "now"',
      'a=b',
      'c,d',
      'é ü 漢字',
      '50%',
      "it's (x)*!",
      'new\nline',
      '\x1b[2J',
      '\ud800',
      'metric#x',
      'instance',
    ]
    const { text, read } = line(
      told(
        monitor(
          Object.fromEntries(names.map((name) => [name, { value: `v "${name}"`, unit: 'x' }])),
        ),
        monitor({ n: { value: 5, unit: 'e3' } }),
      ),
    )
    // eslint-disable-next-line no-control-regex
    expect(text).not.to.match(/[\u0000-\u001F\u007F-\u009F]/)
    expect(read!.metrics.map(({ name, value }) => [name, value])).to.deep.equal([
      ...names.map((name) => [name.replace('\ud800', '\uFFFD'), `v "${name}"`]),
      ['n', 5],
    ])
    expect(read!.app).to.equal('api')
  })

  it("leave out Node's own figures, which the line has, and what is no value", () => {
    const internal = {
      'Heap Size': { value: '9.23', type: 'internal/v8/heap/total', unit: 'MiB' },
      'Loop delay': { value: '0ms', type: 'libuv/latency' },
      'Active handles': { value: 2, type: 'Active handles' },
    }
    const nothing = {
      a: { value: NaN },
      b: { value: undefined },
      c: { value: {} },
      d: null,
      e: { value: Infinity },
      f: 5,
    }
    expect(
      told(
        monitor(internal),
        monitor(nothing),
        monitor({}),
        { type: 'axm:option:configuration', data: {} },
        { type: 'axm:monitor' },
        'ready',
        null,
      ),
    ).to.equal(undefined)
    expect(line(undefined).text).not.to.include('metric')
  })

  it('are bounded in number and length, and say how many are left out', () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [
        `${'漢'.repeat(500)}${at}`.slice(at % 2),
        { value: '"'.repeat(10_000), unit: 'u'.repeat(1000) },
      ]),
    )
    const few = Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`m${at}`, { value: at }]))
    expect(line(told(monitor(many))).text.length).to.be.below(9000)
    const { text, read } = line(told(monitor(few), monitor({ m0: { value: 7 } })))
    expect(read!.metrics).to.have.length(20)
    expect(read!.metrics[0]!.value).to.equal(7)
    expect(text).to.include('metrics_left_out=5')
  })

  const fields = (...messages: unknown[]) => metricFields(told(...messages)!)
  const action = (name: unknown, kind?: string) => ({
    type: 'axm:action',
    data: { action_name: name, action_type: kind, arity: 1 },
  })

  it('are cut: names and texts at 60 characters, units at 16, numbers at ten digits', () => {
    expect(
      fields(
        monitor({
          [`${'n'.repeat(60)}cut`]: { value: 't'.repeat(61) },
          unit: { value: 5, unit: ` ${'u'.repeat(17)}` },
          precise: { value: 1.234567891234 },
        }),
      ),
    ).to.deep.equal({
      [`metric#${'n'.repeat(60)}`]: 't'.repeat(60),
      'metric#unit': `5${'u'.repeat(16)}`,
      'metric#precise': '1.234567891',
    })
  })

  it('fill 4,000 characters at most, quotes as long as they may get', () => {
    const named = (last: number) =>
      Object.fromEntries([
        ...Array.from({ length: 19 }, (_, at) => [
          `${at}`.padEnd(60, 'n'),
          { value: 'v'.repeat(22) },
        ]),
        ['l'.repeat(last), { value: 'v'.repeat(26) }],
      ])
    // 19 × (7 + 60 + 6 × 22), and 7 + 56 + 6 × 26.
    const fitting = fields(monitor(named(56)))
    expect(Object.keys(fitting)).to.have.length(20)
    expect(fitting).not.to.have.property('metrics_left_out')
    const tooLong = fields(monitor(named(57)))
    expect(tooLong).to.include({ metrics_left_out: '1' }).and.not.to.have.property('l'.repeat(57))
    expect(Object.keys(tooLong)).to.have.length(20)
  })

  it('count names without a place up to 1,000', () => {
    const names = Array.from({ length: 1200 }, (_, at) => [`m${at}`, { value: at }])
    expect(fields(monitor(Object.fromEntries(names)))).to.include({ metrics_left_out: '1000' })
  })

  for (const name of [
    'Active requests',
    'Active handles',
    'Loop delay',
    'HTTP',
    'pmx:http:latency',
  ])
    it(`leave out ${name}, which pmx adds without a type`, () => {
      expect(told(monitor({ [name]: { value: 1 } }))).to.equal(undefined)
    })

  it('are taken whatever an app calls their type, unless it begins as those of the packages', () => {
    const types = ['my/v8/heap', 'libuv', 5, ['v8/heap'], undefined]
    const metrics = fields(
      monitor(Object.fromEntries(types.map((type, at) => [`m${at}`, { value: at, type }]))),
    )
    expect(metrics).to.deep.equal({
      'metric#m0': '0',
      'metric#m1': '1',
      'metric#m2': '2',
      'metric#m3': '3',
      'metric#m4': '4',
    })
    for (const type of ['internal/x', 'libuv/x', 'v8/x'])
      expect(told(monitor({ m: { value: 1, type } }))).to.equal(undefined)
  })

  const UNITS: [value: unknown, unit: string, text: string][] = [
    [5, 'E3', '5 E3'],
    [5, '1x', '5 1x'],
    [5, '°C', '5°C'],
    ['', 'ms', ''],
    ['idle', 'ms', 'idle'],
    [5, ' ms ', '5ms'],
  ]
  for (const [value, unit, text] of UNITS)
    it(`tell ${JSON.stringify(value)} in ${JSON.stringify(unit)} as ${JSON.stringify(text)}`, () => {
      expect(fields(monitor({ m: { value, unit } }))).to.deep.equal({ 'metric#m': text })
    })

  it('stay as they are where a message is none of these', () => {
    const before = told(monitor({ m: { value: 1 } }))
    for (const message of [
      { type: 'axm:monitor', data: null },
      { type: 'axm:monitor', data: 'text' },
      { type: 'axm:action', data: null },
      { type: 'axm:action', data: 'text' },
      { type: 'axm:other', data: { action_name: 'x' } },
      action(''),
      action(5),
      action('x', 'internal'),
      action('km:heapdump', 'custom'),
    ])
      expect(takeAppMessage(before, message), JSON.stringify(message)).to.equal(undefined)
  })

  it('stand beside 20 actions at most, of 60 characters each, and 1,000 in all', () => {
    expect(fields(action('dokm:'))).to.deep.equal({ actions: 'dokm:' })
    const short = Array.from({ length: 22 }, (_, at) => action(`a${at}`))
    expect(fields(...short)['actions']!.split(',')).to.have.length(20)
    expect(fields(action('n'.repeat(61)))).to.deep.equal({ actions: 'n'.repeat(60) })
    const long = Array.from({ length: 20 }, (_, at) => action(`${at}`.padEnd(60, 'n')))
    expect(fields(...long)['actions']).to.have.length(1000)
  })

  it('stand beside the actions that an app offers, without those of the package', () => {
    const { text, read } = line(
      told(
        action('db:clean', 'custom'),
        action('km:heapdump', 'internal'),
        action('say "hi", you', undefined),
        action('db:clean'),
      ),
    )
    expect(text).to.include(' actions=db:clean,say%20%22hi%22%2C%20you')
    expect(read!.actions).to.deep.equal(['db:clean', 'say "hi", you'])
  })
})
