import { useMemo, useRef, useState } from 'preact/hooks'
import { ask } from '../control/ask.js'
import { scaleBy } from '../control/scale-by.js'
import { count, duration, megabytes, milliseconds, percent, plural } from '../format.js'
import { stepsOf, useKeys } from '../keys.js'
import { go } from '../route.js'
import { serverNow, useStore } from '../store/store.js'
import { showRow, useNarrow, VirtualList } from '../virtual-list.js'
import { type Column, COLUMNS, type Row, rowsOf, type Sort } from './dyno-rows.js'
import { Empty, Meter } from './parts.js'

/** Every dyno, and every instance in it, with the figures of now. */
export function DynoList({ app }: { app: string }) {
  const dynos = useLiveDynos()
  const areKnown = useStore((state) => state.areDynosKnown)
  const [sort, setSort] = useState<Sort>()
  const [filter, setFilter] = useState('')
  const rows = useMemo(
    () => rowsOf(dynos, { sort, filter, now: serverNow() }),
    [dynos, sort, filter],
  )
  if (areKnown && dynos.size === 0)
    return (
      <Empty title="No dynos">
        <p>
          Nothing of {app} runs. Scale it on the tab Formation, or deploy it:{' '}
          <code>shipit deploy --app {app}</code>
        </p>
      </Empty>
    )
  const instances = rows.filter(({ instance }) => instance !== undefined).length
  return (
    <section class="dynos" aria-label="Dynos">
      <div class="toolbar">
        <input
          type="search"
          data-filter
          placeholder="Filter dynos"
          aria-label="Filter dynos"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <p class="muted">
          {plural(rows.length - instances, 'dyno')}, {plural(instances, 'instance')}
        </p>
      </div>
      <Grid app={app} rows={rows} sort={sort} onSort={setSort} />
    </section>
  )
}

/** Stands still while the page is paused. */
function useLiveDynos() {
  const dynos = useStore((state) => state.dynos)
  const isPaused = useStore((state) => state.isPaused)
  const held = useRef(dynos)
  if (!isPaused) held.current = dynos
  return held.current
}

const nextSort = (sort: Sort | undefined): Sort | undefined => {
  const next = COLUMNS[COLUMNS.findIndex(({ id }) => id === sort?.by) + 1]
  return next && { by: next.id, isDescending: true }
}

function Grid({
  app,
  rows,
  sort,
  onSort,
}: {
  app: string
  rows: readonly Row[]
  sort: Sort | undefined
  onSort(sort: Sort | undefined): void
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const [cursor, setCursor] = useState('')
  const isNarrow = useNarrow()
  const rowHeight = isNarrow ? 60 : 38
  const at = rows.findIndex(({ key }) => key === cursor)
  const chosen = rows[at]
  const open = (row: Row) =>
    go({ view: 'app', app, tab: 'dynos', dyno: row.dyno, instance: row.instance })
  useKeys((event) => {
    const steps = stepsOf(event, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight))
    if (steps !== undefined && rows.length > 0) {
      const next = Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + steps))
      setCursor(rows[next]!.key)
      showRow(scroller.current, next, rowHeight)
    } else if (event.key === 'Enter' && chosen && !isOnControl()) open(chosen)
    else if (event.key === 'Escape' && chosen) setCursor('')
    else if (event.key === 's') onSort(nextSort(sort))
    else if (event.key === 'S') onSort(sort && { ...sort, isDescending: !sort.isDescending })
    else return actOn(event.key, app, chosen, rows)
    return true
  })
  const sortBy = (by: Column) =>
    onSort({ by, isDescending: sort?.by === by ? !sort.isDescending : true })
  return (
    <div
      class="grid card"
      role="grid"
      tabIndex={0}
      aria-label="Dynos and instances"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={chosen ? rowId(chosen) : undefined}
    >
      <div class="grid-head" role="row" aria-rowindex={1}>
        <span role="columnheader">Name</span>
        <span role="columnheader">State</span>
        {COLUMNS.map(({ id, name }) => (
          <span
            key={id}
            role="columnheader"
            class="number"
            aria-sort={sort?.by === id ? (sort.isDescending ? 'descending' : 'ascending') : 'none'}
          >
            <button type="button" class="plain" tabIndex={-1} onClick={() => sortBy(id)}>
              {name}
              <i aria-hidden="true">{sort?.by === id ? (sort.isDescending ? '↓' : '↑') : ''}</i>
            </button>
          </span>
        ))}
      </div>
      <VirtualList
        items={rows}
        rowHeight={rowHeight}
        scroller={scroller}
        class="grid-rows"
        attributes={{ role: 'rowgroup' }}
        keyOf={({ key }) => key}
        draw={(row, index) => (
          <GridRow
            row={row}
            index={index}
            isChosen={row.key === cursor}
            onChoose={() => (row.key === cursor ? open(row) : setCursor(row.key))}
            onOpen={() => open(row)}
          />
        )}
      />
    </div>
  )
}

const rowId = ({ key }: Row): string => `row-${key.replace(/[^\w-]/g, '_')}`
const isOnControl = (): boolean => document.activeElement?.matches('a, button') ?? false

function GridRow({
  row,
  index,
  isChosen,
  onChoose,
  onOpen,
}: {
  row: Row
  index: number
  isChosen: boolean
  onChoose(): void
  onOpen(): void
}) {
  // What has not changed is the same element: Preact looks no further into it.
  return useMemo(
    () => (
      <div
        id={rowId(row)}
        class={`grid-row ${row.instance ? 'is-instance' : 'is-dyno'}`}
        role="row"
        aria-rowindex={index + 2}
        aria-selected={isChosen}
        onClick={onChoose}
        onDblClick={onOpen}
      >
        <span role="gridcell" class="name">
          {row.name}
        </span>
        <span role="gridcell" class="state">
          <i class={`dot ${row.tone}`} aria-hidden="true" />
          {row.state}
        </span>
        <span role="gridcell" class="number cpu" data-name="CPU">
          {percent(row.cpu)}
        </span>
        <span role="gridcell" class="number memory" data-name="mem">
          {megabytes(row.memory)}
          <Meter value={row.memory} of={row.limit} />
        </span>
        <span role="gridcell" class="number loop" data-name="loop">
          {milliseconds(row.loop)}
        </span>
        <span role="gridcell" class="number requests" data-name="rpm">
          {count(row.requests)}
        </span>
        <span
          role="gridcell"
          class={`number restarts ${row.restarts ? 'some' : ''}`}
          data-name="restarts"
        >
          {count(row.restarts)}
        </span>
        <span role="gridcell" class="number uptime" data-name="up">
          {duration(row.uptime)}
        </span>
      </div>
    ),
    [row, index, isChosen],
  )
}

/** The keys that change something, as monit has them: of the row, else of the whole app. */
function actOn(key: string, app: string, row: Row | undefined, rows: readonly Row[]): boolean {
  switch (key) {
    case 'r':
      void ask(app, { kind: 'restart', ...(row ? { dyno: row.dyno } : {}) })
      return true
    case 'R':
      void ask(app, { kind: 'reload', ...(row ? { type: row.type } : {}) })
      return true
    case '+':
    case '=':
    case '-': {
      const types = [...new Set(rows.map(({ type }) => type).filter((type) => type !== 'run'))]
      scaleBy(app, row?.type ?? (types.length === 1 ? types[0] : undefined), key === '-' ? -1 : 1)
      return true
    }
    default:
      return false
  }
}
