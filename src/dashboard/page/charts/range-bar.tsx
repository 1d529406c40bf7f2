import { useEffect, useState } from 'preact/hooks'
import type { Mark } from '../../wire.js'
import { clock } from '../format.js'
import { hashOf } from '../route.js'
import { setState, useStore } from '../store/store.js'
import { getHover, onHover } from './hover.js'
import { MARK_NAMES, nearestMark } from './marks.js'
import { chooseSpan, setRange, SPANS } from './range.js'

/** How much time is shown, and what was at the time that is pointed at. Of one height, always. */
export function RangeBar({
  marks,
  from,
  to,
  app,
  isSilent,
}: {
  marks: readonly Mark[]
  from: number
  to: number
  app: string
  isSilent: boolean
}) {
  const range = useStore((state) => state.range)
  const isTable = useStore((state) => state.isTable)
  return (
    <div class="range-bar">
      <div class="segments" role="group" aria-label="Time shown">
        {SPANS.map(({ name, last }) => (
          <button
            key={name}
            type="button"
            aria-pressed={!range.zoom && range.last === last}
            onClick={() => chooseSpan(last)}
          >
            {name}
          </button>
        ))}
        {range.zoom ? (
          <button
            type="button"
            class="zoomed"
            aria-pressed="true"
            onClick={() => setRange(undefined)}
          >
            {clock(range.zoom.from)}–{clock(range.zoom.to)} ✕<span class="hidden"> end zoom</span>
          </button>
        ) : null}
      </div>
      <Readout marks={marks} span={to - from} app={app} isSilent={isSilent} />
      <button
        type="button"
        class="small as-table"
        aria-pressed={isTable}
        aria-keyshortcuts="t"
        onClick={() => setState({ isTable: !isTable })}
      >
        Table
      </button>
    </div>
  )
}

function Readout({
  marks,
  span,
  app,
  isSilent,
}: {
  marks: readonly Mark[]
  span: number
  app: string
  isSilent: boolean
}) {
  const [hover, setShown] = useState(getHover)
  useEffect(() => onHover(setShown), [])
  if (!hover)
    return (
      <p class="readout muted">
        {isSilent ? 'No figures yet: they come every 20 s' : 'Drag to zoom, click to pin a time'}
      </p>
    )
  const mark = nearestMark(marks, hover.at, span / 100)
  return (
    <p class={`readout ${mark?.is_bad ? 'is-bad' : ''}`}>
      <time>{clock(mark?.at ?? hover.at)}</time>
      {mark ? (
        <span class="mark-text">
          <b>{MARK_NAMES[mark.kind]}</b> {mark.place} {mark.text}
        </span>
      ) : null}
      {hover.isPinned ? (
        <a
          class="button small"
          href={hashOf({ view: 'app', app, tab: 'log', around: Math.round(mark?.at ?? hover.at) })}
        >
          Show the log
        </a>
      ) : null}
    </p>
  )
}
