import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Mark, SeriesDocument } from '../../wire.js'
import { appPath, getJson } from '../store/api.js'
import { joinMarks } from '../store/stream.js'
import { getState, setState, useStore } from '../store/store.js'
import { Chart } from './chart.js'
import { useScheme } from './colours.js'
import { type Figure, valuesOf } from './figures.js'
import { setRange } from './range.js'
import { RangeBar } from './range-bar.js'
import { SeriesTable } from './series-table.js'
import { go } from '../route.js'

/** More would be finer than the pixels of most screens. */
const POINTS = 720

export interface ChartsProps {
  app: string
  figures: readonly Figure[]
  dyno?: string | undefined
  instance?: string | undefined
}

/** Charts of an app, a dyno or an instance, all of one time. */
export function Charts({ app, figures, dyno, instance }: ChartsProps) {
  const { series, from, to } = useSeries({ app, dyno, instance })
  const all = useStore((state) => state.marks)
  const scheme = useScheme()
  const isTable = useStore((state) => state.isTable)
  const marks = useMemo(
    () => (dyno === undefined ? all : all.filter((mark) => concerns(mark, dyno, instance))),
    [all, dyno, instance],
  )
  // While there is no series, the time that passes is no reason to draw.
  const drawn = useMemo(
    () => ({ series, marks, from, to }),
    [series, marks, ...(series ? [from, to] : [0, 0])],
  )
  const zoom = (start: number, end: number) => {
    // Less than a minute holds three values.
    const middle = (start + end) / 2
    const half = Math.max(30_000, (end - start) / 2)
    setRange({ from: Math.round(middle - half), to: Math.round(middle + half) })
  }
  return (
    <section class="charts" aria-labelledby="charts-title">
      <h2 id="charts-title" class="hidden">
        Charts
      </h2>
      <RangeBar marks={marks} from={from} to={to} app={app} isSilent={isSilent(series, figures)} />
      {isTable ? (
        <SeriesTable figures={figures} series={series} marks={marks} />
      ) : (
        <div class="chart-grid">
          {figures.map((figure) => (
            <Chart
              key={`${figure.id} ${scheme}`}
              figure={figure}
              drawn={drawn}
              onZoom={zoom}
              onReset={() => setRange(undefined)}
              onLog={(at) => go({ view: 'app', app, tab: 'log', around: Math.round(at) })}
            />
          ))}
        </div>
      )}
    </section>
  )
}

/** Whether nobody has told a figure, as in the first 20 s of an app. */
const isSilent = (series: SeriesDocument | undefined, figures: readonly Figure[]): boolean =>
  series !== undefined &&
  figures
    .filter(({ id }) => id !== 'dynos')
    .flatMap(({ lines }) => lines)
    .every((line) => line.isLimit || valuesOf(series, line).every((value) => value === null))

/** Marks of the app as a whole concern its dynos too. */
const concerns = ({ place }: Mark, dyno: string, instance: string | undefined): boolean =>
  !place.includes('.') ||
  place === dyno ||
  (place.startsWith(`${dyno} `) && (instance === undefined || place === `${dyno} ${instance}`))

/** The series of the range, fetched again when there are new points; the last one until then. */
function useSeries({ app, dyno, instance }: Omit<ChartsProps, 'figures'>) {
  const { last, zoom } = useStore((state) => state.range)
  const until = useStore((state) => state.pointsUntil)
  const isLive = useStore((state) => state.connection === 'live')
  const skew = useRef(0)
  skew.current = getState().clockSkew
  const end = zoom?.to ?? (until > 0 ? until : Date.now() + skew.current)
  const [shown, setShown] = useState<{
    key: string
    document: SeriesDocument
    from: number
    to: number
  }>()
  const query = new URLSearchParams({
    from: String(zoom?.from ?? Math.round(end - last)),
    to: String(Math.round(end)),
    points: String(POINTS),
    ...(dyno === undefined ? {} : { dyno }),
    ...(instance === undefined ? {} : { instance }),
  })
  const place = `${app} ${dyno ?? ''} ${instance ?? ''}`
  // While nothing is zoomed, new points are a reason to ask; the time that passes is none. Those of
  // a day are minutes apart: a part of such a point that is new moves no line.
  const due = zoom ? '' : until > 0 ? Math.floor(until / (last / POINTS / 4)) : 0
  const turn = `${place} ${last} ${zoom?.from} ${zoom?.to} ${due} ${isLive}`
  useEffect(() => {
    const stop = new AbortController()
    const from = Number(query.get('from'))
    const to = Number(query.get('to'))
    void Promise.all([
      getJson<SeriesDocument>(appPath(app, `series?${query}`), stop.signal),
      getJson<Mark[]>(appPath(app, `marks?from=${from}&to=${to}`), stop.signal),
    ]).then(
      ([document, marks]) => {
        setShown({ key: place, document, from, to })
        setState({ marks: joinMarks(getState().marks, marks) })
      },
      (error: unknown) => {
        // Another view came first, or the server is gone: the stream tells that, and asks again.
        if (stop.signal.aborted || getState().connection !== 'live') return
        setState({ notice: { text: String((error as Error).message), isBad: true } })
      },
    )
    return () => stop.abort()
  }, [turn])
  const isOwn = shown?.key === place
  return {
    series: isOwn ? shown.document : undefined,
    from: isOwn ? shown.from : end - last,
    to: isOwn ? shown.to : end,
  }
}
