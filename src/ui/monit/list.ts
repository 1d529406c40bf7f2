import { shortDuration } from '../../lib/duration.js'
import { printable } from '../printable.js'
import { fit } from '../fit.js'
import { type Block, type Style, framed } from './frame.js'
import type { Sort } from '../flags.js'
import type { Row } from './rows.js'

interface Column {
  head: string
  sort?: Sort['field']
  width: number
  say(row: Row): string
}

const or = <T>(value: T | null, say: (value: T) => string): string =>
  value === null ? '-' : say(value)
const megabytes = (value: number): string =>
  value >= 10_000 ? `${(value / 1024).toFixed(1)}G` : `${Math.round(value)}M`

/** In the order in which they find room. */
const COLUMNS: readonly Column[] = [
  { head: 'STATUS', width: 8, say: ({ status }) => status },
  {
    head: 'CPU',
    sort: 'cpu',
    width: 4,
    say: ({ cpu }) => or(cpu, (value) => `${Math.round(value)}%`),
  },
  {
    head: 'MEMORY',
    sort: 'memory',
    width: 8,
    say: ({ memory, limit }) =>
      or(memory, (value) =>
        limit === null ? megabytes(value) : `${Math.round(value)}/${megabytes(limit)}`,
      ),
  },
  {
    head: 'LOOP',
    sort: 'loop',
    width: 6,
    say: ({ loop }) => or(loop, (value) => `${Math.round(value)}ms`),
  },
  {
    head: 'REQ/M',
    sort: 'requests',
    width: 6,
    say: ({ requests }) =>
      or(requests, (value) =>
        value >= 100_000 ? `${Math.round(value / 1000)}k` : String(Math.round(value)),
      ),
  },
  { head: 'RST', sort: 'restarts', width: 4, say: ({ restarts }) => or(restarts, String) },
  {
    head: 'UP',
    sort: 'uptime',
    width: 4,
    say: ({ uptimeSeconds }) => or(uptimeSeconds, shortDuration),
  },
]
/** The cursor, the mark of the state, and spaces. */
const MARKS = 4
const SHORTEST_NAME = 11
/** Where each instance has its dyno's name before its own. */
const SHORTEST_FULL_NAME = 15

/** What the list is sorted by finds room first. */
function columnsFor(sort: Sort | undefined, room: number): { columns: Column[]; name: number } {
  const wanted = sort
    ? [...COLUMNS].sort(
        (one, other) => Number(other.sort === sort.field) - Number(one.sort === sort.field),
      )
    : COLUMNS
  const columns: Column[] = []
  let name = room
  for (const column of wanted) {
    if (name - column.width - 1 < (sort ? SHORTEST_FULL_NAME : SHORTEST_NAME)) break
    columns.push(column)
    name -= column.width + 1
  }
  return { columns, name }
}

interface ListView {
  width: number
  height: number
  cursor: string
  sort: Sort | undefined
  title: string
}

/** Dynos and their instances, the row of the cursor always among those that are seen. */
export function list(
  rows: readonly Row[],
  { width, height, cursor, sort, title }: ListView,
  style: Style,
): Block {
  const { colours: c, glyphs } = style
  const inner = width - 2
  const { columns, name } = columnsFor(sort, inner - MARKS)
  const { ellipsis } = glyphs
  const head = c.dim(
    '   ' +
      fit('NAME', name) +
      columns
        .map(({ head, width: room }) => ` ${fit(head, room, { end: head !== 'STATUS' })}`)
        .join('') +
      ' ',
  )
  const drawn = windowOf(
    rows,
    height - 3,
    rows.findIndex(({ key }) => key === cursor),
  ).map((row) => {
    const isChosen = row.key === cursor
    const tone = row.tone === 'bad' ? c.red : row.tone === 'warn' ? c.yellow : c.green
    const mark =
      row.instance === undefined ? (row.tone === 'bad' ? glyphs.crashed : glyphs.up) : ' '
    const cells = columns
      .map((column) => {
        const text =
          ' ' +
          `${fit(printable(column.say(row)), column.width, { ellipsis, end: column.head !== 'STATUS' })}`
        return column.head === 'STATUS' ? tone(text) : text
      })
      .join('')
    const label = fit(printable(row.name), name, { ellipsis })
    const line =
      `${isChosen ? glyphs.cursor : ' '}${tone(mark)} ` +
      `${row.instance === undefined ? c.bold(label) : label}${cells} `
    return isChosen ? c.inverse(line) : line
  })
  return framed(
    [head, ...drawn],
    {
      title,
      note: sort ? `by ${sort.field} ${sort.isDescending ? 'down' : 'up'}` : '',
      width,
      height,
    },
    style,
  )
}

/** As many rows as there is room for, with the one in the middle if it can be. */
function windowOf<T>(rows: readonly T[], room: number, chosen: number): T[] {
  const first = Math.max(
    0,
    Math.min(rows.length - room, Math.max(0, chosen) - Math.floor(room / 2)),
  )
  return rows.slice(first, first + room)
}
