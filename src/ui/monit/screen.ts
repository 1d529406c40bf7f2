import type { LogLine } from '../../heroku/index.js'
import type { Series } from '../../monitor/index.js'
import { printable } from '../printable.js'
import { charts, chartColumns } from './charts.js'
import type { Happening } from './recent.js'
import { cut, fit } from '../fit.js'
import { type Block, type Style, beside } from './frame.js'
import { list } from './list.js'
import { eventPane, logPane, metricPane, textPane } from './panes.js'
import type { Row } from './rows.js'

import type { View } from './view.js'

interface Size {
  columns: number
  rows: number
}

/** What a frame shows, ready to be cut to its places. */
export interface Shown {
  app: string
  /** What the list is of. */
  unit: 'dynos' | 'instances'
  /** The row of the app first. */
  rows: readonly Row[]
  series: Series
  events: readonly Happening[]
  lines: readonly LogLine[]
  /** Requests that failed, a minute. */
  errorsPerMinute: number | null
  /** Why the dyno under the cursor has no figures. */
  missing: string | undefined
  /** Why the log or the list of dynos may be behind. */
  problem: string | undefined
  /** Whether the first list of dynos is there. */
  isLoaded: boolean
}

const SMALLEST: Size = { columns: 30, rows: 6 }

/** Where everything stands on a terminal of this size; 0 is what has no room. */
export function layout({ columns, rows }: Size) {
  const chartRows = rows < 16 ? 0 : Math.max(5, Math.min(12, Math.floor(rows / 5)))
  const mainRows = rows - 2 - chartRows
  const eventRows = mainRows < 12 ? 0 : Math.max(5, Math.min(14, Math.floor(mainRows / 3)))
  const listColumns =
    columns < 70 ? columns : Math.max(40, Math.min(84, Math.floor(columns * 0.42)))
  return {
    chartRows,
    mainRows,
    eventRows,
    listRows: mainRows - eventRows,
    listColumns,
    logColumns: columns - listColumns,
    chartValues: chartColumns(columns),
  }
}

const helpOf = ({ unit }: Shown): string => (unit === 'dynos' ? HELP : DEV_HELP)

const WEB = 'w: the dashboard in a browser, for as long as monit runs'

const HELP = [
  'up, down, j, k: choose the app, a dyno or an instance; the log, the charts and the keys ' +
    'below are about it. PgUp, PgDn, g, G: by pages, first, last',
  '/: only lines of the log with a text, and dynos and instances whose name or state has it. ' +
    'Escape takes it back',
  's, S: sort by CPU, memory, loop, requests or restarts; the other way round',
  'r: restart the dyno, or all dynos, at once',
  'R: reload the process type without a gap',
  '+, -: one dyno more or less of the process type',
  WEB,
  'space: hold the log. q: leave',
].join('\n')

const DEV_HELP = HELP.replace('the app, a dyno or an instance', 'all or an instance')
  .replace('dynos and instances whose', 'instances whose')
  .replace('r: restart the dyno, or all dynos, at once', 'r: restart the instance, or all, at once')
  .replace(
    'R: reload the process type without a gap',
    'R: reload the instance, or all, without a gap in cluster mode',
  )
  .replace(`${WEB}\n`, '')
  .replace('one dyno more or less of the process type', 'one instance more or less of its app')

/**
 * The whole screen as `rows` lines of at most `columns` columns. Pure: of the same data it is the
 * same text.
 */
export function screen(shown: Shown, view: View, size: Size, style: Style): string[] {
  const { columns, rows } = size
  if (columns < SMALLEST.columns || rows < SMALLEST.rows)
    return filled([cut(`${columns}x${rows} is too small a terminal.`, columns)], rows)
  const { chartRows, mainRows, eventRows, listRows, listColumns, logColumns } = layout(size)
  const left = leftPanes(shown, view, { width: listColumns, listRows, eventRows }, style)
  // On a narrow terminal the help takes the list's place, and the log waits for a wider one.
  const right =
    logColumns > 0
      ? rightPane(shown, view, { width: logColumns, height: mainRows }, style)
      : undefined
  const main = right
    ? beside(left, right)
    : view.isHelp
      ? textPane(helpOf(shown), { title: 'Help', width: columns, height: mainRows }, style)
      : left
  const bottom =
    chartRows === 0
      ? []
      : view.question
        ? textPane(
            `${view.question.text}\n\n(y) yes   (n) no`,
            { title: view.question.title, width: columns, height: chartRows },
            style,
          )
        : charts(shown.series, { width: columns, height: chartRows }, style)
  return filled(
    [header(shown, columns, style), ...main, ...bottom, footer(shown, view, columns, style)],
    rows,
  )
}

/**
 * The list, what happened, and between them the app's own metrics of what the cursor is about: in
 * rows that the list leaves, else in half of the events'.
 */
function leftPanes(
  { rows, events, unit }: Shown,
  view: View,
  { width, listRows, eventRows }: { width: number; listRows: number; eventRows: number },
  style: Style,
): Block {
  const metrics = rows.find(({ key }) => key === view.cursor)?.metrics ?? []
  // A frame, and the list's head.
  const free = listRows - rows.length - 3
  const room = free >= 3 ? free : eventRows >= 6 ? Math.floor(eventRows / 2) : 0
  const metricRows = metrics.length === 0 ? 0 : Math.min(metrics.length + 2, room)
  const listHeight = free >= 3 ? listRows - metricRows : listRows
  const eventHeight = listRows + eventRows - listHeight - metricRows
  return [
    ...list(
      rows,
      {
        width,
        height: listHeight,
        cursor: view.cursor,
        sort: view.sort,
        title: unit === 'dynos' ? 'Dynos' : 'Instances',
      },
      style,
    ),
    ...(metricRows > 0 ? metricPane(metrics, { width, height: metricRows }, style) : []),
    ...(eventHeight > 0
      ? eventPane(events.slice(-(eventHeight - 2)), { width, height: eventHeight }, style)
      : []),
  ]
}

function rightPane(
  shown: Shown,
  view: View,
  size: { width: number; height: number },
  style: Style,
): Block {
  if (view.isHelp) return textPane(helpOf(shown), { title: 'Help', ...size }, style)
  const of = view.cursor === '' ? '' : ` of ${view.cursor.split(' ')[0]}`
  const note = [view.isPaused ? 'held' : '', view.filter === '' ? '' : `/${view.filter}`]
    .filter(Boolean)
    .join(' ')
  return logPane(
    shown.lines.slice(-(size.height - 2)),
    { title: `Log${of}`, note: cut(note, Math.max(0, size.width - 20)), ...size },
    style,
  )
}

function header(
  { app, unit, rows, errorsPerMinute, problem, isLoaded }: Shown,
  columns: number,
  { colours: c, glyphs }: Style,
): string {
  const [whole, ...rest] = rows
  const bad = rest.filter(({ tone }) => tone === 'bad').length
  const between = ` ${glyphs.between} `
  const facts = !isLoaded
    ? ['asking the platform']
    : [
        `${whole!.status} ${unit}`.replace(/(\S+) up (\w+)$/, '$1 $2 up'),
        ...(whole!.requests === null ? [] : [`${Math.round(whole!.requests)} req/min`]),
        ...(errorsPerMinute ? [`${errorsPerMinute} failed`] : []),
        ...(bad > 0 ? [`${bad} down`] : []),
        ...(problem === undefined ? [] : [problem]),
      ]
  const name = cut(` ${app} `, columns)
  const text = cut(facts.join(between), Math.max(0, columns - name.length - 1), glyphs.ellipsis)
  return (
    `${c.inverse(c.bold(name))} ` +
    `${bad > 0 || errorsPerMinute || problem !== undefined ? c.yellow(text) : text}`
  )
}

function footer(shown: Shown, view: View, columns: number, { colours: c, glyphs }: Style): string {
  if (view.isTyping) return cut(`/${view.filter}_`, columns, glyphs.ellipsis)
  if (view.question) return cut(`${view.question.text} [y/N]`, columns, glyphs.ellipsis)
  if (view.notice)
    return (view.notice.isBad ? c.red : c.bold)(
      cut(printable(view.notice.text), columns, glyphs.ellipsis),
    )
  const keys: [string, string][] = [
    ['q', 'quit'],
    ['?', 'help'],
    [glyphs.arrows, 'choose'],
    ['/', 'filter'],
    ['s', 'sort'],
    ['r', 'restart'],
    ['R', 'reload'],
    ['+-', 'scale'],
    ['space', 'hold'],
    ...(shown.unit === 'dynos' ? [['w', 'browser'] satisfies [string, string]] : []),
  ]
  if (shown.missing !== undefined) return c.yellow(cut(shown.missing, columns, glyphs.ellipsis))
  let room = columns
  return keys
    .filter(([key, what]) => (room -= key.length + what.length + 2) >= -1)
    .map(([key, what]) => `${c.bold(key)} ${c.dim(what)}`)
    .join(' ')
}

/** Exactly so many rows. */
const filled = (lines: readonly string[], rows: number): string[] =>
  Array.from({ length: rows }, (_, row) => lines[row] ?? fit('', 0))
