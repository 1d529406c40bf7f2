import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import type { SeriesDocument } from '../../wire.js'
import { useInTurn } from '../turns.js'
import { type Figure, latest, valuesOf } from './figures.js'
import { getHover, setHover } from './hover.js'
import { moveCursor } from './plot.js'
import { type Drawn, usePlot } from './use-plot.js'

export interface ChartProps {
  figure: Figure
  drawn: Drawn
  onZoom(from: number, to: number): void
  onReset(): void
  onLog(at: number): void
}

/** A figure over time. Its head says the newest values, or those under the pointer. */
export function Chart(props: ChartProps) {
  const { figure } = props
  const drawn = useInTurn(props.drawn)
  const { series } = drawn
  const values = useRef<(HTMLElement | null)[]>([])
  const current = useRef({ props, drawn })
  current.current = { props, drawn }

  const say = (index: number | undefined) => {
    const { series: shown } = current.current.drawn
    for (const [at, line] of figure.lines.entries()) {
      const all = shown ? valuesOf(shown, line) : []
      const element = values.current[at]
      const text = figure.say(index === undefined ? latest(all) : all[index])
      if (element && element.textContent !== text) element.textContent = text
    }
  }
  const { target, plot } = usePlot(figure, drawn, {
    onZoom: (from, to) => current.current.props.onZoom(from, to),
    onReset: () => current.current.props.onReset(),
    onCursor: say,
  })
  useLayoutEffect(() => say(plot.current?.cursor.idx ?? undefined), [figure, series])

  const onKeyDown = (event: KeyboardEvent) => {
    if (!plot.current || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      moveCursor(plot.current, (event.key === 'ArrowLeft' ? -1 : 1) * (event.shiftKey ? 10 : 1))
      event.preventDefault()
    } else if (event.key === 'Enter') {
      const hover = getHover()
      if (hover) {
        setHover(undefined)
        current.current.props.onLog(hover.at)
      }
    }
  }

  const [label, isEmpty] = useMemo(
    () => [summary(figure, series), isEmptyIn(figure, series)],
    [figure, series],
  )
  return (
    <figure
      class="chart card"
      data-figure={figure.id}
      tabIndex={0}
      aria-label={label}
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

const isEmptyIn = (figure: Figure, series: SeriesDocument | undefined): boolean =>
  series !== undefined &&
  figure.lines.every((line) => line.isLimit || valuesOf(series, line).every((one) => one === null))

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
