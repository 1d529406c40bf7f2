/** A day of a large app, written by the recorder that the embedded Heroku and --record use. */
import { setImmediate as turn } from 'node:timers/promises'
import { recordHistory } from '../../src/history/index.js'
import { eventLine, sampleLines } from '../../src/runtime/event-line.js'

const SPAN = 20_000
export const DAY = 86_400_000

export interface DayOf {
  dynos: number
  instances: number
  /** A second, of the whole app. */
  requests: number
}

/** Texts that come again and again, so that what is measured is the recorder alone. */
const VARIETY = 20_000

const routerText = (at: number, dynos: number) =>
  `at=info method=GET path="/items/${at}" host=loud.example request_id=6b1f1c2e-${at} fwd="203.0.113.${at % 255}" dyno=web.${1 + (at % dynos)} connect=0ms service=${serviceOf(at)}ms status=${at % 100 === 0 ? 500 : at % 40 === 0 ? 404 : 200} bytes=512 protocol=https`

/** Most answers are quick, some take a second: every class of times is met. */
const serviceOf = (at: number) => Math.round(4 + 30 * ((at * 7919) % 97) ** 1.5 * 0.03)

/** A dyno's line of figures: they drift over the day, each instance by itself. */
function figuresText(dyno: number, instances: number, span: number): string {
  const samples = Array.from({ length: instances }, (_, instance) => {
    const turns = span / 90 + dyno + instance * 1.7
    return {
      app: 'api',
      instance,
      sample: {
        pid: 100 + instance,
        status: 'online',
        restarts: 0,
        uptime: span * 20,
        version: '1.2.0',
        memoryMb: 120 + 60 * Math.sin(turns / 7) + ((span * 31 + instance) % 40) / 10,
        heapMb: 40 + ((span + instance) % 200) / 10,
        externalMb: 2,
        memoryLimitMb: 230,
        cpuPercent: 30 + 25 * Math.sin(turns) + ((span * 17 + dyno) % 50) / 10,
        eventLoopP95Ms: 3 + ((span * 13 + dyno * 5 + instance) % 120) / 10,
        requestsPerMinute: 25 + Math.round(20 * Math.sin(turns)) + (span % 7),
        activeRequests: span % 5,
      },
    }
  })
  return sampleLines(`web.${dyno + 1}`, samples)[0]!.trimEnd()
}

/**
 * Records the day up to `until` (ms since the epoch).
 * @returns how many lines that were, and the CPU seconds that they took: texts are made beforehand,
 * or not counted
 */
export async function recordDay(
  folder: string,
  id: string,
  { dynos, instances, requests }: DayOf,
  until: number,
): Promise<{ lines: number; seconds: number }> {
  const problems: string[] = []
  const recorder = await recordHistory({ id, folder, report: (one) => problems.push(one) })
  if (!recorder) throw new Error(`${id} is recorded already`)
  const texts = Array.from({ length: VARIETY }, (_, at) => routerText(at, dynos))
  const first = Math.ceil((until - DAY) / SPAN)
  const perSpan = (requests * SPAN) / 1000
  let lines = 0
  let micros = 0
  for (let span = first; span * SPAN < until; span += 1) {
    const figures = Array.from({ length: dynos }, (_, at) => figuresText(at, instances, span))
    const began = process.cpuUsage()
    for (let at = 0; at < perSpan; at += 1)
      recorder.take({
        time: span * SPAN + Math.floor((at / perSpan) * SPAN),
        source: 'heroku',
        dyno: 'router',
        message: texts[lines++ % VARIETY]!,
      })
    for (const [at, message] of figures.entries())
      recorder.take({
        time: span * SPAN + SPAN - 100,
        source: 'app',
        dyno: `web.${at + 1}`,
        message,
      })
    lines += dynos
    // Every hour or so an instance crashes, so that there are marks.
    if (span % 150 === 0) recorder.take(crashAt(span, dynos))
    // The file is written meanwhile, as it is when lines come one by one.
    await turn()
    const { user, system } = process.cpuUsage(began)
    micros += user + system
  }
  const began = process.cpuUsage()
  await recorder.close()
  const { user, system } = process.cpuUsage(began)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return { lines, seconds: (micros + user + system) / 1e6 }
}

function crashAt(span: number, dynos: number) {
  const source = `web.${1 + (span % dynos)}`
  const fields = { code: 1, restarts: 1, backoff: '100ms' }
  return {
    time: span * SPAN + SPAN - 50,
    source: 'app',
    dyno: source,
    message: eventLine({ source, app: 'api', instance: 0 }, 'exit', fields).trimEnd(),
  }
}
