/** A uPlot for as long as its chart is there: of the right size, with what is to be drawn. */
import type uPlot from 'uplot'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Mark, SeriesDocument } from '../../wire.js'
import { inTurn } from '../turns.js'
import { type Figure, valuesOf } from './figures.js'
import { makePlot, type PlotInput } from './plot.js'

/** CSS px; a screen on the wall is looked at from further away. `.plot` has the same. */
const heightNow = (): number =>
  matchMedia('(min-width: 1920px) and (min-height: 1000px)').matches ? 240 : 150

/** CSS px around the window in which a chart is drawn already: a scroll finds it there. */
const BEYOND = 200

/** What all charts show; a new object is a reason to draw. Times in ms since the epoch. */
export interface Drawn {
  series: SeriesDocument | undefined
  marks: readonly Mark[]
  from: number
  to: number
}

/**
 * What is out of view is drawn when it comes into it.
 * @returns `target` is the element that the plot is made in
 */
export function usePlot(
  figure: Figure,
  drawn: Drawn,
  on: Pick<PlotInput, 'onZoom' | 'onReset' | 'onCursor'>,
) {
  const target = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const current = useRef({ drawn, on })
  current.current = { drawn, on }
  const last = useRef(drawn)
  const isSeen = useRef(false)

  const draw = () => {
    if (isSeen.current) drawNow()
  }
  const drawNow = () => {
    if (!plot.current || last.current === current.current.drawn) return
    last.current = current.current.drawn
    plot.current.setData(dataOf(figure, last.current.series))
  }
  useLayoutEffect(() => {
    const element = target.current
    if (!element) return
    const made = makePlot(
      {
        figure,
        width: Math.max(200, element.clientWidth),
        height: heightNow(),
        range: () => current.current.drawn,
        marks: () => current.current.drawn.marks,
        onZoom: (from, to) => current.current.on.onZoom(from, to),
        onReset: () => current.current.on.onReset(),
        onCursor: (index) => current.current.on.onCursor(index),
      },
      dataOf(figure, current.current.drawn.series),
      element,
    )
    plot.current = made
    last.current = current.current.drawn
    const unfit = fitTo(element, made)
    const leave = watchView(element, (isInView) => {
      isSeen.current = isInView
      // Several come into view at a time.
      inTurn(draw)
    })
    // On paper all of the page is seen.
    addEventListener('beforeprint', drawNow)
    return () => {
      removeEventListener('beforeprint', drawNow)
      unfit()
      leave()
      made.destroy()
      plot.current = undefined
    }
  }, [figure])
  useLayoutEffect(draw, [drawn])
  return { target, plot }
}

function fitTo(element: HTMLElement, plot: uPlot): () => void {
  const observer = new ResizeObserver(() => {
    const width = element.clientWidth
    if (width > 0 && width !== plot.width) plot.setSize({ width, height: heightNow() })
  })
  observer.observe(element)
  return () => observer.disconnect()
}

/** Says whether the element is in the window, or near it, now and whenever that changes. */
function watchView(element: HTMLElement, say: (isSeen: boolean) => void): () => void {
  const observer = new IntersectionObserver(
    (entries) => say(entries.at(-1)?.isIntersecting ?? false),
    { rootMargin: `${BEYOND}px` },
  )
  observer.observe(element)
  return () => observer.disconnect()
}

const dataOf = (figure: Figure, series: SeriesDocument | undefined): uPlot.AlignedData =>
  series
    ? [series.at, ...figure.lines.map((line) => valuesOf(series, line))]
    : [[], ...figure.lines.map(() => [])]
