import type { DynoReport, FormationModel } from '../../monitor/index.js'
import { printable } from '../printable.js'
import { happenings, type Happening } from './recent.js'
import { rowsOf } from './rows.js'
import type { MonitSource } from './source.js'

/** What a program reads of one look. */
interface MonitReport {
  app: string
  /** ISO 8601 */
  at: string
  requestsPerMinute: number | null
  errorsPerMinute: number | null
  dynos: readonly DynoReport[]
  /** Since the look before. */
  events: { at: string; place: string; text: string; isBad: boolean }[]
  /** Why figures may be missing. */
  problem: string | null
}

/** ms that this machine's clock and the platform's may differ. */
const CLOCKS_DIFFER = 60_000

/**
 * Says each event once, though the model tells of its last ones again and again; of those that the
 * first look has, and of older ones, none.
 */
export class NewEvents {
  private said: Set<string> | undefined

  /** @param began ms since the epoch */
  constructor(private readonly began = Date.now()) {}

  of(model: FormationModel): Happening[] {
    const all = happenings(model, undefined, 1000)
    const keyOf = ({ time, place, text }: Happening) => `${time} ${place} ${text}`
    const { said } = this
    this.said = new Set(all.map(keyOf))
    if (said === undefined) return []
    return all.filter((event) => !said.has(keyOf(event)) && event.time > this.began - CLOCKS_DIFFER)
  }
}

export function monitReport(
  app: string,
  dynos: readonly DynoReport[],
  model: FormationModel,
  events: readonly Happening[],
  problem: string | undefined,
  now: number,
): MonitReport {
  const traffic = model.traffic.perMinute(now)
  return {
    app,
    at: new Date(now).toISOString(),
    requestsPerMinute: traffic?.requests ?? null,
    errorsPerMinute: traffic?.errors ?? null,
    dynos,
    events: events.map(({ time, ...event }) => ({ at: new Date(time).toISOString(), ...event })),
    problem: problem ?? null,
  }
}

/**
 * The same for people, and for grep: a line of figures, one for each event, and one for a problem
 * that is not the one before.
 */
export function plainLines(
  { app, at, dynos, requestsPerMinute, errorsPerMinute, events, problem }: MonitReport,
  problemBefore: string | null,
  unit: MonitSource['unit'] = 'dynos',
): string[] {
  const [whole] = rowsOf(app, dynos, { sort: undefined, filter: '', now: 0 })
  const { status, cpu, memory, loop, restarts } = whole!
  const figures = [
    // What runs on a laptop is no dyno.
    ...(unit === 'dynos' ? [`dynos=${status.split(' ')[0]}`] : []),
    `instances=${dynos.reduce((sum, dyno) => sum + dyno.instances.length, 0)}`,
    ...figure('cpu', cpu, '%'),
    ...figure('memory', memory, 'MB'),
    ...figure('loop_p95', loop, 'ms'),
    ...figure('restarts', restarts),
    ...figure('requests', requestsPerMinute ?? whole!.requests, 'rpm'),
    ...figure('errors', errorsPerMinute, 'rpm'),
  ]
  return [
    ...events.map((event) =>
      printable(`${event.at} ${event.place}: ${event.text}`).replaceAll('\n', ' '),
    ),
    `${at} ${app}: ${figures.join(' ')}`,
    ...whole!.metrics.map((metric) => printable(`${at} ${metric}`).replaceAll('\n', ' ')),
    ...(problem === null || problem === problemBefore
      ? []
      : [`${at} ${app}: ${printable(problem).replaceAll('\n', ' ')}`]),
  ]
}

const figure = (name: string, value: number | null, unit = ''): string[] =>
  value === null ? [] : [`${name}=${Number(value.toFixed(1))}${unit}`]
