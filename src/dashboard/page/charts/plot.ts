/** One uPlot for one figure: its options, and what the pointer does on it. */
import uPlot from 'uplot'
import type { Mark } from '../../wire.js'
import { clock } from '../format.js'
import { colourOf } from './colours.js'
import type { Figure, Line } from './figures.js'
import { endHover, setHover } from './hover.js'
import { drawMarks } from './marks.js'

const SYNC = 'shipit'
/** CSS px that are a drag, and no click with an unsteady hand. */
const DRAG = 6

export interface PlotInput {
  figure: Figure
  width: number
  height: number
  /** Asked each time: it moves while the chart stays. */
  range(): { from: number; to: number }
  marks(): readonly Mark[]
  onZoom(from: number, to: number): void
  onReset(): void
  /** The value of each line at the pointer, or undefined if there is none: then the newest. */
  onCursor(index: number | undefined): void
}

export function makePlot(input: PlotInput, data: uPlot.AlignedData, target: HTMLElement): uPlot {
  const plot = new uPlot(
    {
      width: input.width,
      height: input.height,
      ms: 1,
      // Half of the last time on the axis goes beyond it.
      padding: [8, 24, 0, 0],
      legend: { show: false },
      cursor: cursorOf(input),
      scales: {
        x: { time: true, range: () => [input.range().from, input.range().to] },
        y: {
          range: (_plot, _min, max) => [0, Math.max(input.figure.least, (max ?? 0) * 1.08)],
        },
      },
      axes: axesOf(input),
      series: [{}, ...input.figure.lines.map((line) => seriesOf(line, input.figure))],
      hooks: {
        draw: [(chart) => drawMarks(chart, input.marks())],
        setCursor: [
          (chart) => {
            const { idx, left = -1 } = chart.cursor
            input.onCursor(idx ?? undefined)
            if (left < 0) endHover()
            else setHover({ at: chart.posToVal(left, 'x'), isPinned: false })
          },
        ],
        setSelect: [
          (chart) => {
            const { left, width } = chart.select
            if (width < DRAG) return
            input.onZoom(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'))
            chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          },
        ],
      },
    },
    data,
    target,
  )
  plot.over.addEventListener('click', () => {
    const { left = -1 } = plot.cursor
    if (left < 0) return
    setHover(undefined)
    setHover({ at: plot.posToVal(left, 'x'), isPinned: true })
  })
  return plot
}

function cursorOf({ onReset }: PlotInput): uPlot.Cursor {
  return {
    y: false,
    points: { size: 7, width: 2 },
    drag: { x: true, y: false, setScale: false, dist: DRAG },
    // Others follow the pointer; what is dragged over is the business of one.
    sync: {
      key: SYNC,
      filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' },
    },
    bind: {
      dblclick: () => () => {
        onReset()
        return null
      },
    },
  }
}

function axesOf({ figure, range }: PlotInput): uPlot.Axis[] {
  const common = {
    stroke: () => colourOf('--muted'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: () => colourOf('--grid'), width: 1 },
    ticks: { show: false },
  }
  return [
    {
      ...common,
      space: 64,
      size: 26,
      grid: { show: false },
      values: (_plot, splits) => {
        const { from, to } = range()
        return splits.map((at) => (to - from > 600_000 ? clock(at).slice(0, 5) : clock(at)))
      },
    },
    { ...common, space: 34, size: 56, gap: 6, values: (_plot, splits) => splits.map(figure.say) },
  ]
}

function seriesOf({ name, colour, isLimit }: Line, { lines, isStepped }: Figure): uPlot.Series {
  const isAlone = lines.filter((line) => !line.isLimit).length === 1
  return {
    label: name,
    stroke: () => colourOf(colour),
    width: isLimit ? 1 : 1.5,
    ...(isLimit ? { dash: [4, 4] } : {}),
    ...(isAlone && !isLimit ? { fill: () => `${colourOf(colour)}22` } : {}),
    ...(isStepped && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
    points: { show: isLimit ? false : alonePoints },
  }
}

/** A value between two that are not known is no line: it is drawn as a point. */
function alonePoints(plot: uPlot, seriesIndex: number): boolean {
  const values = plot.data[seriesIndex] ?? []
  return values.filter((value) => value != null).length < 4
}

/** Moves the pointer of all charts to a value, by keys. @param step of the data: -1, 1, … */
export function moveCursor(plot: uPlot, step: number): void {
  const { from, to } = { from: plot.scales.x?.min ?? 0, to: plot.scales.x?.max ?? 0 }
  const last = plot.data[0].length - 1
  if (last < 0) return
  const index = Math.max(0, Math.min(last, (plot.cursor.idx ?? last) + step))
  const at = Math.max(from, Math.min(to, plot.data[0][index]!))
  for (const other of uPlot.sync(SYNC).plots)
    other.setCursor({ left: other.valToPos(at, 'x'), top: 10 })
}
