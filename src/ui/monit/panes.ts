import type { LogLine } from '../../heroku/index.js'
import { isErrorText } from '../../monitor/index.js'
import { printable } from '../printable.js'
import { wrap } from '../../lib/wrap.js'
import { clock, type Happening } from './recent.js'
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
  const place = Math.min(12, Math.max(6, ...lines.map(({ dyno }) => dyno.length)))
  const rows = lines.map(({ timestamp, source, dyno, message }) => {
    const isBad =
      source === 'heroku'
        ? /^(?:Error |at=error )| status=5\d\d /.test(message) || message.endsWith(' to crashed')
        : isErrorText(message)
    const what = source === 'heroku' && dyno === 'router' ? requestText(message) : message
    const head = `${clock(timestamp)} `
    const name = `${fit(printable(dyno), place, { ellipsis })} `
    const text = fit(printable(what), inner - widthOf(head) - widthOf(name), { ellipsis })
    const said = isBad ? c.red(text) : source === 'heroku' ? c.dim(text) : text
    return `${c.dim(head)}${(source === 'heroku' ? c.dim : c.cyan)(name)}${said}`
  })
  return framed(rows, options, style)
}

const REQUEST = /^(?:sock=\w+ )?at=\w+ (?:code=(H\d\d) )?.*?method=(\S+) path="([^"]*)"/
const ANSWER = /.* dyno=(\S*) .*service=(\S*) status=(\d+)/

/**
 * A request in the words of an access log: of the router's own line a narrow pane would show no
 * more than how every one begins.
 */
function requestText(message: string): string {
  const [, code, method, path] = REQUEST.exec(message) ?? []
  const [, dyno, service, status] = ANSWER.exec(message) ?? []
  if (method === undefined || status === undefined) return message
  return [status, code, method, path, service, dyno].filter(Boolean).join(' ')
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
