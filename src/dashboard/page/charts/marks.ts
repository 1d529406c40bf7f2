/** Marks on a chart: a line at the time of each, with a small head at the top. */
import type uPlot from 'uplot'
import type { Mark, MarkKind } from '../../wire.js'
import { colourOf } from './colours.js'

export const MARK_NAMES: Record<MarkKind, string> = {
  release: 'Release',
  restart: 'Restart',
  crash: 'Crash',
  memory: 'Memory',
  scale: 'Scale',
  config: 'Config',
  fault: 'Error code',
}

const COLOUR: Record<MarkKind, string> = {
  release: '--chart-teal',
  restart: '--chart-blue',
  crash: '--chart-red',
  memory: '--chart-amber',
  scale: '--chart-violet',
  config: '--muted',
  fault: '--chart-amber',
}

/** CSS px between two marks that are drawn both: a crash loop is not to fill the chart. */
const APART = 8

export function drawMarks(chart: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox, scales } = chart
  const { min = 0, max = 0 } = scales.x ?? {}
  const scale = devicePixelRatio
  ctx.save()
  let last = -Infinity
  for (const mark of marks) {
    if (mark.at < min || mark.at > max) continue
    const x = Math.round(chart.valToPos(mark.at, 'x', true))
    if (x - last < APART * scale) continue
    last = x
    ctx.fillStyle = colourOf(COLOUR[mark.kind])
    ctx.globalAlpha = mark.is_bad ? 0.65 : 0.4
    ctx.fillRect(x, bbox.top, scale, bbox.height)
    ctx.globalAlpha = 1
    ctx.beginPath()
    ctx.moveTo(x - 3.5 * scale, bbox.top)
    ctx.lineTo(x + 4.5 * scale, bbox.top)
    ctx.lineTo(x + 0.5 * scale, bbox.top + 6 * scale)
    ctx.fill()
  }
  ctx.restore()
}

/** The mark that is nearest to a time, none if it is further away than `within` ms. */
export function nearestMark(marks: readonly Mark[], at: number, within: number): Mark | undefined {
  let nearest: Mark | undefined
  for (const mark of marks) {
    const distance = Math.abs(mark.at - at)
    if (distance <= within && distance <= Math.abs((nearest?.at ?? Infinity) - at)) nearest = mark
  }
  return nearest
}
