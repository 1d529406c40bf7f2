/** `show --since` as a terminal shows it. */
import type { Extreme, HistorySeries } from '../../history/index.js'
import type { Stretch, ToldOf } from '../../json/history.js'
import { duration } from '../../lib/duration.js'
import { factLines, type Fact } from '../details.js'
import { chart } from '../monit/charts.js'
import { styleOf } from '../monit/frame.js'
import { colours, printable } from '../printable.js'
import { when } from './record.js'
import { renderTable } from '../table.js'

interface Drawing {
  /** As it was typed: `web.1`; undefined for the whole app. */
  place: string | undefined
  /** Columns of the terminal; undefined off one. */
  width: number | undefined
  /** For the sparklines, of what the history can tell apart; undefined for none. */
  series: HistorySeries | undefined
}

/** Events that are listed; `--json` has them all. */
const MOST_EVENTS = 20

/** The stretch as `show --since` prints it. */
export function renderStretch(stretch: Stretch, { place, width, series }: Drawing): string {
  const c = colours()
  const { app, from, to, recordedFrom, marks } = stretch
  const of = place === undefined ? c.bold(app) : `${c.bold(place)} of ${app}`
  const head = `=== ${of} from ${when(from)} to ${when(to)} (${duration(to - from)})`
  const late = recordedFrom > from + 60_000 ? [`Recorded since ${when(recordedFrom)}.`] : []
  const events = marks.slice(-MOST_EVENTS).map(({ at, place: where, text, isBad }) => {
    const line = `${when(at)}  ${printable(where)}  ${printable(text)}`
    return `  ${isBad ? c.red(line) : line}`
  })
  const more = marks.length - events.length
  return [
    head,
    ...late,
    ...withSparklines(factsOf(stretch.total), series, width),
    ...(stretch.dynos.length === 0 ? [] : ['', table(stretch, width)]),
    ...(events.length === 0 ? [] : ['', 'Events', ...events]),
    ...(more > 0 ? [`  and ${more} before them: --json has all.`] : []),
  ].join('\n')
}

/** A fact, and of what a sparkline may stand behind it. */
type Drawn = [name: string, value: string, of?: Exclude<keyof HistorySeries, 'at' | 'stepMs'>]

function factsOf({ totals, counts }: ToldOf): Drawn[] {
  const { requests } = totals
  const codes = Object.entries(counts.codes).map(([code, count]) => `${code} × ${count}`)
  const happened = [
    [counts.releases, 'release'],
    [counts.scalings, 'scaling'],
    [counts.configChanges, 'change of config vars', 'changes of config vars'],
  ] as const
  return [
    ['CPU', inWords(totals.cpuPercent, 0, '%'), 'cpuPercent'],
    ['Memory', inWords(totals.memoryMb, 1, ' MB'), 'memoryMb'],
    ['Event loop p95', inWords(totals.eventLoopP95Ms, 1, ' ms'), 'eventLoopP95Ms'],
    [
      'Requests',
      (requests ? `${requests.all.toLocaleString('en')}; a minute ` : 'a minute ') +
        inWords(totals.requestsPerMinute, 0, ''),
      'requestsPerMinute',
    ],
    ...(requests
      ? ([
          [
            'Errors',
            `${requests.serverErrors} of 5xx or broken off, ${requests.clientErrors} of 4xx`,
            'serverErrorsPerMinute',
          ],
          [
            'Service time',
            `p50 ${ms(requests.serviceP50Ms)}, p95 ${ms(requests.serviceP95Ms)}, p99 ${ms(requests.serviceP99Ms)}`,
            'serviceP95Ms',
          ],
        ] satisfies Drawn[])
      : []),
    ['Restarts', `${counts.restarts}, crashes ${counts.crashes}`],
    ...(codes.length > 0 ? ([['Codes', codes.join(', ')]] satisfies Drawn[]) : []),
    ...(happened.some(([count]) => count > 0)
      ? ([
          [
            'Changes',
            happened
              .filter(([count]) => count > 0)
              .map(([count, one, more = `${one}s`]) => `${count} ${count === 1 ? one : more}`)
              .join(', '),
          ],
        ] satisfies Drawn[])
      : []),
  ]
}

const ms = (value: number) => (Number.isNaN(value) ? 'not known' : `${fixed(value, 0)} ms`)
const fixed = (value: number, digits: number) => String(Number(value.toFixed(digits)))

function inWords({ mean, worst, worstAt }: Extreme, digits: number, unit: string): string {
  if (Number.isNaN(mean)) return 'not known'
  return `mean ${fixed(mean, digits)}${unit}, worst ${fixed(worst, digits)}${unit} at ${when(worstAt)}`
}

const SPARKLINE = 40

function withSparklines(
  facts: readonly Drawn[],
  series: HistorySeries | undefined,
  width: number | undefined,
): string[] {
  const lines = factLines(facts.map(([name, value]): Fact => [name, value]))
  if (!series || width === undefined) return lines
  const { glyphs, colours: c } = styleOf()
  const column = Math.max(...lines.map((line) => line.length)) + 2
  const room = Math.min(SPARKLINE, width - column)
  if (room < 10) return lines
  return lines.map((line, at) => {
    const of = facts[at]![2]
    if (of === undefined) return line
    const values = series[of].slice(-room)
    const most = Math.max(...values.filter((value) => !Number.isNaN(value)), 0)
    const [row = ''] = chart(values, { width: values.length, height: 1, most }, glyphs)
    return most === 0 ? line : `${line.padEnd(column)}${c.cyan(row.trimEnd())}`
  })
}

const HEAD = ['', 'CPU', 'MEMORY', 'LOOP', 'RPM', '5XX', 'P95', '↺', 'CRASHES', 'CODES']

/** A row a dyno, and below it its instances: mean and worst of each. */
function table({ dynos }: Stretch, width: number | undefined): string {
  const rows = dynos.flatMap(({ name, size, instances, ...told }) => [
    row(size === undefined ? name : `${name} (${size})`, told),
    ...instances.map(({ id, ...one }) => row(`  ${id}`, one)),
  ])
  // A cell is cleaned of white space in a row: the mark of an instance is put back.
  const marked = rows.map(([name = '', ...cells]) => [name.replace(/^ {2}/, '· '), ...cells])
  return renderTable(['MEAN/WORST', ...HEAD.slice(1)], marked, { width, flexible: 0 })
}

function row(name: string, { totals, counts }: ToldOf): string[] {
  const pair = ({ mean, worst }: Extreme, digits: number, unit = '') =>
    Number.isNaN(mean) ? '-' : `${fixed(mean, digits)}/${fixed(worst, digits)}${unit}`
  const { requests } = totals
  return [
    name,
    pair(totals.cpuPercent, 0, '%'),
    pair(totals.memoryMb, 0, ' MB'),
    pair(totals.eventLoopP95Ms, 1, 'ms'),
    pair(totals.requestsPerMinute, 0),
    requests ? String(requests.serverErrors) : '-',
    requests && !Number.isNaN(requests.serviceP95Ms) ? `${fixed(requests.serviceP95Ms, 0)}ms` : '-',
    String(counts.restarts),
    String(counts.crashes),
    Object.keys(counts.codes).join(' ') || '-',
  ]
}
