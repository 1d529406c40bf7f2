import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parseLogLine } from '../../src/heroku/logs.js'
import { errorFilter, FormationModel } from '../../src/monitor/index.js'
import { eventLine, sampleLine } from '../../src/runtime/event-line.js'
import { median, type Bench, type Figure } from './figures.js'

const DYNOS = 100
const INSTANCES = 8
/** Different lines of a kind, so that no line is read twice from a warm cache. */
const VARIETY = 20_000
const LINES = 400_000
/** Seconds between two lines of an instance. */
const INTERVAL = 20
const DAY = 86_400

const START = Date.parse('2026-11-22T00:00:00Z')
const stamp = (second: number) =>
  new Date(START + second * 1000).toISOString().replace('Z', '000+00:00')
const dynoOf = (i: number) => `web.${1 + (Math.floor(i / INSTANCES) % DYNOS)}`

function sampleText(i: number, second: number): string {
  const name = { source: dynoOf(i), app: 'api', instance: i % INSTANCES }
  return `${stamp(second)} app[${name.source}]: ${sampleLine(name, {
    pid: 100 + (i % 900),
    status: 'online',
    restarts: 0,
    uptime: second,
    version: '1.2.0',
    memoryMb: 60 + (i % 700) / 10,
    heapMb: 20 + (i % 90) / 10,
    externalMb: 1.2,
    memoryLimitMb: 230,
    cpuPercent: (i % 1000) / 10,
    eventLoopP95Ms: (i % 300) / 10,
    requestsPerMinute: i % 4000,
    activeRequests: i % 7,
  }).trimEnd()}`
}

const foreignText = (i: number) =>
  `${stamp(i / 1000)} app[${dynoOf(i)}]: {"level":30,"time":${START + i},"pid":23,"req":{"id":${i},"method":"GET","url":"/items/${i}"},"res":{"statusCode":200},"responseTime":${i % 90},"msg":"request completed"}`

const routerText = (i: number) =>
  `${stamp(i / 1000)} heroku[router]: at=info method=GET path="/items/${i}" host=myapp.herokuapp.com request_id=6b1f1c2e-${i} fwd="203.0.113.${i % 255}" dyno=${dynoOf(i)} connect=0ms service=${i % 90}ms status=${i % 100 === 0 ? 500 : 200} bytes=512 protocol=https`

/** Lines a second, from the text of a line to the model that has taken it. */
function speed(texts: readonly string[], take: (text: string) => unknown): number {
  const begun = performance.now()
  for (let line = 0; line < LINES; line += 1) take(texts[line % texts.length]!)
  return LINES / ((performance.now() - begun) / 1000)
}

function bytesInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { heapUsed, arrayBuffers, external } = process.memoryUsage()
  return heapUsed + Math.max(arrayBuffers, external)
}

/** A day of figures, and now and then an error, a crash and a request of every dyno. */
function aDay(): FormationModel {
  const model = new FormationModel()
  for (let second = 0; second < DAY; second += INTERVAL) {
    for (let i = 0; i < DYNOS * INSTANCES; i += 1) {
      model.add(parseLogLine(sampleText(i, second)))
      if ((second / INTERVAL + i) % 500 === 0) {
        model.add(
          parseLogLine(
            `${stamp(second)} app[${dynoOf(i)}]: Error: ${'no connection to the database '.repeat(20)}${i}`,
          ),
        )
        model.add(
          parseLogLine(
            `${stamp(second)} app[${dynoOf(i)}]: ${eventLine({ source: dynoOf(i), app: 'api', instance: i % INSTANCES }, 'exit', { code: 1, restarts: 1, backoff: '100ms' }).trimEnd()}`,
          ),
        )
      }
    }
    for (let i = 0; i < DYNOS; i += 1)
      model.add(parseLogLine(routerText(i * INSTANCES).replace(/^\S+/, stamp(second))))
  }
  return model
}

const figure = (values: number[], unit: string, versus: string): Figure => ({
  value: median(values),
  unit,
  min: Math.min(...values),
  max: Math.max(...values),
  versus,
})

/** What reading a log costs, and what the model of a large app holds after a day. */
const bench: Bench = async ({ rounds, note }) => {
  const kinds = {
    foreign: Array.from({ length: VARIETY }, (_, i) => foreignText(i)),
    samples: Array.from({ length: VARIETY }, (_, i) => sampleText(i, i % DAY)),
    router: Array.from({ length: VARIETY }, (_, i) => routerText(i)),
  }
  const speeds: Record<string, number[]> = { foreign: [], samples: [], router: [], errors: [] }
  for (let round = -1; round < rounds; round += 1) {
    for (const [kind, texts] of Object.entries(kinds)) {
      const model = new FormationModel()
      const measured = speed(texts, (text) => model.add(parseLogLine(text)))
      if (round >= 0) speeds[kind]!.push(measured)
    }
    const isError = errorFilter()
    const measured = speed(kinds.foreign, (text) => isError(parseLogLine(text)))
    if (round >= 0) speeds.errors!.push(measured)
  }
  note(
    `a day of ${DYNOS} dynos × ${INSTANCES} instances, ${(((DAY / INTERVAL) * DYNOS * INSTANCES) / 1e6).toFixed(1)} million lines of figures`,
  )
  const before = bytesInUse()
  const model = aDay()
  const held = (bytesInUse() - before) / 2 ** 20
  if (model.dynos.size !== DYNOS) throw new Error(`the model lost dynos: ${model.dynos.size}`)
  return {
    'foreign lines': figure(speeds.foreign!, '/s', 'text → model; goal ≥ 1,000,000'),
    'figures of an instance': figure(speeds.samples!, '/s', 'text → model; goal ≥ 300,000'),
    'router lines': figure(speeds.router!, '/s', 'text → model'),
    'lines through logs --errors': figure(speeds.errors!, '/s', 'text → verdict'),
    'a day of 100 dynos × 8': figure([held], 'MB', 'held by the model; bounded by its rings'),
  }
}
bench.rounds = 5

export default bench
