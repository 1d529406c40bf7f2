import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { LogDocument, LogEntry } from '../../wire.js'
import { clock, plural } from '../format.js'
import { stepsOf, useKeys } from '../keys.js'
import { go, hashOf } from '../route.js'
import { appPath, ApiError, getJson } from '../store/api.js'
import { setState, useStore } from '../store/store.js'
import { showRow, useNarrow, VirtualList } from '../virtual-list.js'
import { NO_FILTER, Shown } from './filter.js'
import { FilterBar } from './filter-bar.js'
import { fetchNewest, fetchOlder, getLines, type Lines, onLines } from './lines.js'
import { LineDetail, LogRow } from './row.js'

/** The app's log: live, or around a time. */
export function LogView({ app, around }: { app: string; around: number | undefined }) {
  const [filter, setFilter] = useState(NO_FILTER)
  const lines = useLines(app, around)
  const shown = useMemo(() => new Shown(filter), [filter, around])
  const entries = shown.update(lines.entries)
  const [chosenSeq, setChosen] = useState<number>()
  const [isFollowing, setFollowing] = useState(around === undefined)
  const isPaused = useStore((state) => state.isPaused)
  const scroller = useRef<HTMLDivElement>(null)
  const rowHeight = useNarrow() ? 44 : 22
  const at = chosenSeq === undefined ? -1 : entries.findIndex(({ seq }) => seq === chosenSeq)
  const chosen = entries[at]

  const choose = (index: number) => {
    const entry = entries[Math.max(0, Math.min(entries.length - 1, index))]
    if (!entry) return
    setFollowing(false)
    setChosen(entry.seq)
    showRow(scroller.current, entries.indexOf(entry), rowHeight)
  }
  useKeys((event) => {
    if (event.key === 'End' || event.key === 'G') {
      setChosen(undefined)
      setFollowing(true)
      return true
    }
    const steps = stepsOf(event, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight))
    if (steps === undefined) {
      if (event.key !== 'Escape') return false
      if (chosen) setChosen(undefined)
      else if (filter.text !== '') setFilter({ ...filter, text: '' })
      else if (around !== undefined) go({ view: 'app', app, tab: 'log' })
      else return false
      return true
    }
    if (steps === -Infinity) choose(0)
    else choose((at < 0 ? entries.length : at) + steps)
    return true
  })
  useMarkedTime(around, entries, (index) => {
    choose(index)
    const element = scroller.current
    if (element) element.scrollTop = index * rowHeight - element.clientHeight / 2
  })
  useOlderInPlace(entries, scroller, rowHeight)

  return (
    <section class="log" aria-label="Log">
      <FilterBar
        filter={filter}
        onFilter={setFilter}
        found={entries.length}
        of={lines.entries.length}
      />
      <div class="log-frame card">
        {around === undefined ? null : (
          <p class="log-note">
            Lines around {clock(around)}{' '}
            <a href={hashOf({ view: 'app', app, tab: 'log' })}>Back to live</a>
          </p>
        )}
        <VirtualList<LogEntry>
          items={entries}
          rowHeight={rowHeight}
          scroller={scroller}
          class="log-lines"
          attributes={{ role: 'log', 'aria-label': 'Lines', 'aria-live': 'off', tabIndex: 0 }}
          keyOf={({ seq }) => seq}
          isFollowing={isFollowing && !isPaused}
          onScroll={(isAtEnd, isAtStart) => {
            if (around === undefined && chosenSeq === undefined) setFollowing(isAtEnd)
            if (isAtStart && lines.hasOlder) lines.fetchOlder()
          }}
          draw={(entry) => (
            <LogRow
              entry={entry}
              wanted={filter.text}
              isChosen={entry.seq === chosenSeq}
              onChoose={() => {
                setFollowing(false)
                setChosen(entry.seq === chosenSeq ? undefined : entry.seq)
              }}
            />
          )}
        />
        {entries.length === 0 ? (
          <p class="log-empty muted">
            {lines.entries.length === 0
              ? 'No lines yet.'
              : `None of ${plural(lines.entries.length, 'line')} matches.`}
          </p>
        ) : null}
        {isFollowing || around !== undefined ? null : (
          <button
            type="button"
            class="to-end small primary"
            onClick={() => {
              setChosen(undefined)
              setFollowing(true)
            }}
          >
            ↓ Newest
          </button>
        )}
        {chosen ? <LineDetail entry={chosen} onClose={() => setChosen(undefined)} /> : null}
      </div>
      <p class="muted log-foot" role="status">
        {isPaused ? (
          <>
            Paused: new lines wait.{' '}
            <button type="button" class="link" onClick={() => setState({ isPaused: false })}>
              Go on
            </button>
          </>
        ) : lines.skipped > 0 ? (
          `${plural(lines.skipped, 'line')} came too fast to be shown; shipit log has them all.`
        ) : (
          ''
        )}
      </p>
    </section>
  )
}

/** Chooses the line of the time, once the lines are there. */
function useMarkedTime(
  around: number | undefined,
  entries: readonly LogEntry[],
  choose: (index: number) => void,
): void {
  const isDone = useRef(false)
  useEffect(() => {
    if (around === undefined || isDone.current || entries.length === 0) return
    isDone.current = true
    const distances = entries.map(({ logged_at }) => Math.abs(Date.parse(logged_at) - around))
    choose(distances.indexOf(Math.min(...distances)))
  }, [around, entries])
}

/** What is looked at stays where it is while older lines come in above it. */
function useOlderInPlace(
  entries: readonly LogEntry[],
  scroller: { current: HTMLDivElement | null },
  rowHeight: number,
): void {
  const first = useRef<number | undefined>(undefined)
  useEffect(() => {
    const known = first.current
    first.current = entries[0]?.seq
    if (known === undefined || first.current === undefined || first.current >= known) return
    const added = entries.findIndex(({ seq }) => seq >= known)
    if (added > 0 && scroller.current) scroller.current.scrollTop += added * rowHeight
  }, [entries])
}

type ShownLines = Lines & { fetchOlder(): void }

/** Live lines, which stand still while paused; or those around a time. */
function useLines(app: string, around: number | undefined): ShownLines {
  const [, setTurn] = useState(0)
  const [fixed, setFixed] = useState<Lines>()
  const isPaused = useStore((state) => state.isPaused)
  const isLive = useStore((state) => state.connection === 'live')
  const held = useRef(getLines())
  const isFetching = useRef(false)
  const unlessGone = (error: unknown) => {
    if (error instanceof ApiError) setState({ notice: { text: error.message, isBad: true } })
  }
  useEffect(() => {
    const stop = new AbortController()
    if (around === undefined)
      fetchNewest(app, stop.signal).catch((error: unknown) => {
        if (!stop.signal.aborted && isLive) unlessGone(error)
      })
    else
      getJson<LogDocument>(appPath(app, `log?around=${around}&limit=1000`), stop.signal).then(
        ({ lines, has_older }) => setFixed({ entries: lines, skipped: 0, hasOlder: has_older }),
        (error: unknown) => {
          if (!stop.signal.aborted) unlessGone(error)
        },
      )
    const leave = onLines(() => setTurn((turn) => turn + 1))
    return () => {
      stop.abort()
      leave()
    }
  }, [app, around, isLive])
  if (!isPaused) held.current = getLines()
  if (around !== undefined)
    return {
      ...(fixed ?? { entries: [], skipped: 0, hasOlder: false }),
      fetchOlder: () => undefined,
    }
  return {
    ...held.current,
    fetchOlder: () => {
      if (isFetching.current || isPaused) return
      isFetching.current = true
      fetchOlder(app, new AbortController().signal)
        .catch(unlessGone)
        .finally(() => {
          isFetching.current = false
        })
    },
  }
}
