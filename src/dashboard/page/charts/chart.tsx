import type uPlot from 'uplot'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Mark, SeriesDocument } from '../../wire.js'
import { type Figure, latest, valuesOf } from './figures.js'
import { getHover, setHover } from './hover.js'
import { makePlot, moveCursor } from './plot.js'

/** CSS px; a screen on the wall is looked at from further away. `.plot` has the same. */
const heightNow = (): number =>
  matchMedia('(min-width: 1920px) and (min-height: 1000px)').matches ? 240 : 150

export interface ChartProps {
  figure: Figure
  series: SeriesDocument | undefined
  marks: readonly Mark[]
  from: number
  to: number
  onZoom(from: number, to: number): void
  onReset(): void
  onLog(at: number): void
}

/** A figure over time. Its head says the newest values, or those under the pointer. */
export function Chart(props: ChartProps) {
  const { figure, series } = props
  const target = useRef<HTMLDivElement>(null)
  const values = useRef<(HTMLElement | null)[]>([])
  const plot = useRef<uPlot | undefined>(undefined)
  const current = useRef(props)
  current.current = props
  const isEmpty =
    series !== undefined &&
    figure.lines.every(
      (line) => line.isLimit || valuesOf(series, line).every((one) => one === null),
    )

  const say = (index: number | undefined) => {
    const { series: shown } = current.current
    for (const [at, line] of figure.lines.entries()) {
      const all = shown ? valuesOf(shown, line) : []
      const element = values.current[at]
      const text = figure.say(index === undefined ? latest(all) : all[index])
      if (element && element.textContent !== text) element.textContent = text
    }
  }

  useLayoutEffect(() => {
    const element = target.current
    if (!element) return
    const made = makePlot(
      {
        figure,
        width: Math.max(200, element.clientWidth),
        height: heightNow(),
        range: () => current.current,
        marks: () => current.current.marks,
        onZoom: (from, to) => current.current.onZoom(from, to),
        onReset: () => current.current.onReset(),
        onCursor: say,
      },
      dataOf(figure, current.current.series),
      element,
    )
    plot.current = made
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth
      if (width > 0 && width !== made.width) made.setSize({ width, height: heightNow() })
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [figure])

  useEffect(() => {
    plot.current?.setData(dataOf(figure, series))
    say(plot.current?.cursor.idx ?? undefined)
  }, [figure, series, props.from, props.to])
  useEffect(() => plot.current?.redraw(false), [props.marks])

  const onKeyDown = (event: KeyboardEvent) => {
    if (!plot.current || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      moveCursor(plot.current, (event.key === 'ArrowLeft' ? -1 : 1) * (event.shiftKey ? 10 : 1))
      event.preventDefault()
    } else if (event.key === 'Enter') {
      const hover = getHover()
      if (hover) {
        setHover(undefined)
        current.current.onLog(hover.at)
      }
    }
  }

  return (
    <figure
      class="chart card"
      data-figure={figure.id}
      tabIndex={0}
      aria-label={summary(figure, series)}
      onKeyDown={onKeyDown}
    >
      <figcaption class="chart-head">
        <h3>{figure.title}</h3>
        <dl class="legend">
          {figure.lines.map((line, at) => (
            <div key={line.name} class={line.isLimit ? 'is-limit' : ''}>
              <dt>
                <i class={`swatch ${line.colour.slice(2)}`} aria-hidden="true" />
                {line.name}
              </dt>
              <dd
                ref={(element) => {
                  values.current[at] = element
                }}
              />
            </div>
          ))}
        </dl>
      </figcaption>
      <div class="plot" ref={target}>
        {series === undefined || isEmpty ? (
          <p class="plot-note">{series === undefined ? 'Loading…' : 'No figures in this time'}</p>
        ) : null}
      </div>
    </figure>
  )
}

const dataOf = (figure: Figure, series: SeriesDocument | undefined): uPlot.AlignedData =>
  series
    ? [series.at, ...figure.lines.map((line) => valuesOf(series, line))]
    : [[], ...figure.lines.map(() => [])]

function summary(figure: Figure, series: SeriesDocument | undefined): string {
  if (!series) return `${figure.title}: loading`
  const said = figure.lines.map((line) => {
    const all = valuesOf(series, line)
    const known = all.filter((value) => value !== null)
    const most = known.length > 0 ? `, most ${figure.say(Math.max(...known))}` : ''
    return `${line.name} ${figure.say(latest(all))}${line.isLimit ? '' : most}`
  })
  return `${figure.title}: ${said.join('; ')}. Left and right move through time, Enter shows the log.`
}
