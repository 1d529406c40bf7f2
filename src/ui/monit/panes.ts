import type { LogLine } from '../../heroku/index.js'
import { printable } from '../printable.js'
import { wrap } from '../../lib/wrap.js'
import { type LineInWords, lineInWords } from '../log-words.js'
import { clock } from '../phrases.js'
import type { Happening } from './recent.js'
import { cut, fit, widthOf } from '../fit.js'
import { type Block, type FrameOptions, type Style, framed } from './frame.js'

type PaneOptions = Omit<FrameOptions, 'title'> & { title?: string }

/** The end of the log, the newest line last: when, who, and what, cut at the pane's side. */
export function logPane(lines: readonly LogLine[], options: FrameOptions, style: Style): Block {
  const {
    colours: c,
    glyphs: { ellipsis },
  } = style
  const inner = options.width - 2
  const said = lines.map((line) => ({ line, words: lineInWords(line) }))
  const nameOf = ({ place, instance }: LineInWords) =>
    printable(instance === '' ? place : `${place} ${instance}`)
  const column = Math.min(
    Math.max(12, Math.floor(inner / 4)),
    Math.max(6, ...said.map(({ words }) => widthOf(nameOf(words)))),
  )
  const rows = said.map(({ line: { timestamp, source }, words }) => {
    const head = `${clock(timestamp)} `
    const name = `${fit(nameOf(words), column, { ellipsis })} `
    const text = fit(printable(words.text), inner - widthOf(head) - widthOf(name), { ellipsis })
    const painted = words.isBad ? c.red(text) : source === 'heroku' ? c.dim(text) : text
    return `${c.dim(head)}${(source === 'heroku' ? c.dim : c.cyan)(name)}${painted}`
  })
  return framed(rows, options, style)
}

/** Crashes, states, failed requests: the newest last. */
export function eventPane(events: readonly Happening[], options: PaneOptions, style: Style): Block {
  const {
    colours: c,
    glyphs: { ellipsis },
  } = style
  const inner = options.width - 2
  const rows = events.map(({ time, place, text, isBad }) => {
    const head = `${clock(time)} `
    const rest = fit(printable(`${place} ${text}`), inner - widthOf(head), { ellipsis })
    return c.dim(head) + (isBad ? c.red(rest) : rest)
  })
  const nothing = c.dim(fit('Nothing has happened yet.', inner, { ellipsis }))
  return framed(rows.length > 0 ? rows : [nothing], { title: 'Events', ...options }, style)
}

/** Figures that the app gives of itself; those that have no room are counted in the title. */
export function metricPane(
  metrics: readonly string[],
  options: Omit<FrameOptions, 'title'>,
  style: Style,
): Block {
  const room = options.height - 2
  const rows = metrics
    .slice(0, room)
    .map((text) => fit(printable(text), options.width - 2, { ellipsis: style.glyphs.ellipsis }))
  return framed(
    rows,
    {
      title: 'Metrics',
      note: metrics.length > room ? `${room} of ${metrics.length}` : '',
      ...options,
    },
    style,
  )
}

/** Sentences in a frame, as far as there is room. */
export function textPane(text: string, options: FrameOptions, style: Style): Block {
  const inner = options.width - 4
  const rows = text
    .split('\n')
    .flatMap((line) => wrap(line, inner))
    .map((line) => ` ${fit(cut(line, inner, style.glyphs.ellipsis), inner)} `)
  return framed(rows, options, style)
}
