import type { Details, DynoReport, InstanceReport } from '../monitor/index.js'
import { ago, timeAndAge } from './phrases.js'
import { shortDuration } from '../lib/duration.js'
import { colours, printable } from './printable.js'
import { metricText, placed, renderInstances } from './instances.js'

interface Shown {
  app: string
  dyno: DynoReport
  /** Where one instance was asked for. */
  instance: InstanceReport | undefined
  details: Details
  /** What the release did, such as `Deploy 29a0b4c`; undefined if there is none. */
  release: string | undefined
  /** Instead of the app's name, and what else is known of the instance. */
  place?: string
  more?: readonly Fact[]
}

const mb = (size: number) => `${Math.round(size * 10) / 10} MB`
const mbOr = (size: number | null) => (size === null ? 'not known' : mb(size))
const or = (value: string | number | null, unit = '') =>
  value === null ? 'not known' : `${value}${unit}`

/**
 * All that is known of a dyno or of one instance in it, as `show` prints it. @param width columns
 * of the terminal
 */
export function renderDetails(shown: Shown, width: number | undefined, now = Date.now()): string {
  const { app, dyno, instance, details, place } = shown
  const c = colours()
  const title =
    '=== ' +
    `${c.bold(instance ? `${instance.id}${place === undefined ? ` in ${dyno.name}` : ''}` : dyno.name)} ` +
    `of ${place ?? app}`
  const facts = instance ? instanceFacts(shown, instance, now) : dynoFacts(shown, now)
  const lines = factLines(facts)
  const table =
    instance || dyno.instances.length === 0 ? [] : ['', renderInstances(placed([dyno]), { width })]
  const past = [
    ...(instance
      ? []
      : renderPast('Metrics', dyno.instances.flatMap(ownFigures).map(printable), 20)),
    ...renderExceptions(details.exceptions, instance === undefined, now, c.red),
    ...renderPast(
      'Last events',
      details.events.map((event) => pastEvent(event, instance === undefined, now, c.red)),
      10,
    ),
    ...renderPast(
      'Last error lines',
      details.errorLines.map(({ at, text }) => `${ago(at, now).padEnd(8)} ${printable(text)}`),
      10,
    ),
  ]
  return [title, ...lines, ...table, ...past].join('\n')
}

export type Fact = [name: string, value: string]

/** A line a fact, in two columns. */
export function factLines(facts: readonly Fact[]): string[] {
  const column = Math.max(...facts.map(([name]) => name.length)) + 2
  return facts.map(
    ([name, value]) => `${(name === '' ? '' : `${name}:`).padEnd(column)}${printable(value)}`,
  )
}

function dynoFacts(shown: Shown, now: number): Fact[] {
  const { dyno, details, release } = shown
  const {
    state,
    updated_at,
    size,
    memoryQuotaMb,
    memoryMb,
    loadAverage,
    requestsPerMinute,
    errorsPerMinute,
    fault,
    command,
    instances,
  } = dyno
  const facts: Fact[] = [
    ['State', `${state} ${timeAndAge(updated_at, now)}`],
    ['Release', `v${dyno.release.version}: ${release}`],
    ['Size', `${size}${memoryQuotaMb === null ? '' : `, ${mb(memoryQuotaMb)}`}`],
    ['Command', command],
  ]
  if (memoryMb !== null) facts.push(['Memory', memoryInWords(shown)])
  if (instances.length === 0 && state === 'up')
    facts.push(['Instances', 'not known: the log has no lines of shipit-runtime'])
  if (loadAverage !== null) facts.push(['Load', String(loadAverage)])
  if (requestsPerMinute !== null)
    facts.push([
      'Requests',
      `${requestsPerMinute} a ` +
        `minute${errorsPerMinute ? `, ${errorsPerMinute} of them failed` : ''}`,
    ])
  const codes = [
    ...Object.entries(details.codes).map(([code, count]) => `${code} × ${count}`),
    ...(fault === null ? [] : [fault]),
  ]
  if (codes.length > 0) facts.push(['Codes', codes.join(', ')])
  return facts
}

function memoryInWords({
  dyno: { memoryMb, memoryQuotaMb, instances, figuresFrom },
  details,
}: Shown): string {
  if (figuresFrom === 'shipit-runtime')
    return (
      `${mb(memoryMb!)} in ${instances.length} instance${instances.length === 1 ? '' : 's'}, at ` +
      `most ${mbOr(details.peaks.memoryMb)} in one`
    )
  return [
    mb(memoryMb!),
    memoryQuotaMb === null ? [] : `${Math.round((100 * memoryMb!) / memoryQuotaMb)}% of its quota`,
    figuresFrom === null ? [] : `by ${figuresFrom}`,
  ]
    .flat()
    .join(', ')
}

function instanceFacts(
  { dyno, details, release, more = [] }: Shown,
  instance: InstanceReport,
  now: number,
): Fact[] {
  const {
    status,
    pid,
    restarts,
    uptimeSeconds,
    version,
    cpuPercent,
    memoryMb,
    eventLoopP95Ms,
    requestsPerMinute,
    activeRequests,
    sampledAt,
  } = instance
  const { peaks } = details
  return [
    [
      'Status',
      [
        or(status),
        pid === null ? '' : `pid ${pid}`,
        restarts === null ? '' : `${restarts} restart${restarts === 1 ? '' : 's'}`,
        uptimeSeconds === null ? '' : `up ${shortDuration(uptimeSeconds)}`,
      ]
        .filter(Boolean)
        .join(', '),
    ],
    ...more,
    [
      'Version',
      release === undefined
        ? or(version)
        : `${or(version)}, of v${dyno.release.version}: ${release}`,
    ],
    ...(memoryMb === null
      ? [['Memory', 'not known yet'] as Fact]
      : memoryFacts(instance, memoryMb, dyno, peaks.memoryMb)),
    [
      'CPU',
      cpuPercent === null ? 'not known yet' : `${cpuPercent}% of one, at most ${peaks.cpuPercent}%`,
    ],
    [
      'Event loop',
      eventLoopP95Ms === null
        ? 'not known'
        : `${eventLoopP95Ms} ms late (95th percentile), at most ${peaks.eventLoopP95Ms} ms`,
    ],
    [
      'Requests',
      requestsPerMinute === null
        ? 'not known'
        : `${requestsPerMinute} a minute, ${activeRequests ?? 0} under way`,
    ],
    ...appFacts(instance),
    [
      'Figures',
      sampledAt === null
        ? 'none yet: shipit-runtime ' +
          `${release === undefined ? 'takes them every 2 s' : 'prints them every 20 s'}`
        : ago(sampledAt, now),
    ],
  ]
}

/** One line an instance that tells any. */
function ownFigures({ id, metrics, actions }: InstanceReport): string[] {
  const figures = metrics.map((metric) => `${metric.name} ${metricText(metric)}`)
  const all = actions.length === 0 ? figures : [...figures, `actions ${actions.join(', ')}`]
  return all.length === 0 ? [] : [`${id}: ${all.join('; ')}`]
}

/** What the app tells of itself. */
function appFacts({ metrics, actions }: InstanceReport): Fact[] {
  return [
    ...metrics.map((metric, at): Fact => [
      at === 0 ? 'Metrics' : '',
      `${metric.name} ${metricText(metric)}`,
    ]),
    ...(actions.length === 0 ? [] : [['Actions', actions.join(', ')] as Fact]),
  ]
}

/**
 * Where the memory goes. What is neither on V8's heap nor in buffers is Node.js itself: code,
 * stacks, and pages that instances may share.
 */
function memoryFacts(
  { heapMb, externalMb, memoryLimitMb }: InstanceReport,
  memoryMb: number,
  dyno: DynoReport,
  peak: number | null,
): Fact[] {
  const limit =
    memoryLimitMb === null
      ? 'without a limit of its own'
      : `of ${mb(memoryLimitMb)}, where it is restarted`
  const facts: Fact[] = [['Memory', `${mb(memoryMb)} ${limit}; at most ${mbOr(peak)}`]]
  const share = (size: number) => `${Math.round((100 * size) / memoryMb)}%`
  if (heapMb !== null) facts.push(['  heap', `${mb(heapMb)}, ${share(heapMb)}`])
  if (externalMb !== null) facts.push(['  external', `${mb(externalMb)}, ${share(externalMb)}`])
  if (heapMb !== null && externalMb !== null)
    facts.push([
      '  the rest',
      `${mb(Math.max(0, memoryMb - heapMb - externalMb))}, of Node.js itself`,
    ])
  const { memoryQuotaMb, instances } = dyno
  if (memoryQuotaMb !== null)
    facts.push([
      '  of the dyno',
      `${Math.round((100 * memoryMb) / memoryQuotaMb)}% of ${mb(memoryQuotaMb)}, which ` +
        `${instances.length === 1 ? 'it has alone' : `${instances.length} instances share`}`,
    ])
  return facts
}

function pastEvent(
  { at, instance, text, isBad }: Details['events'][number],
  withInstance: boolean,
  now: number,
  bad: (text: string) => string,
): string {
  const line =
    `${ago(at, now).padEnd(8)} ` +
    `${withInstance && instance !== null ? `${instance} ` : ''}${text}`
  return isBad ? bad(printable(line)) : printable(line)
}

/** Where the same error came again and again, one line tells so. */
function renderExceptions(
  exceptions: Details['exceptions'],
  withInstance: boolean,
  now: number,
  paint: (text: string) => string,
): string[] {
  const lines = exceptions.map(
    ({ instance, type, message, at, isUncaught, count, firstAt, lastAt }) => {
      const times =
        count === 1
          ? ago(lastAt, now)
          : `${count} times, first ${ago(firstAt, now)}, last ${ago(lastAt, now)}`
      const what =
        `${withInstance ? `${instance} ` : ''}${type}: ` +
        `${message}${at === null ? '' : ` (${at})`}`
      const line = printable(
        `${what}; ${isUncaught ? 'not caught' : 'reported'}, ${times}`,
      ).replaceAll('\n', ' ')
      return isUncaught ? paint(line) : line
    },
  )
  return renderPast('Errors', lines, 10)
}

function renderPast(title: string, lines: readonly string[], most: number): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.slice(-most).map((line) => `  ${line}`)]
}
