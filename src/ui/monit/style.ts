import { colours } from '../colours.js'

/** What a frame, a chart and a mark are drawn with. */
export interface Glyphs {
  corners: readonly [topLeft: string, topRight: string, bottomLeft: string, bottomRight: string]
  across: string
  down: string
  /** The row that the keys act on, seen without colours too. */
  cursor: string
  ellipsis: string
  /** From empty to full; a column of a chart is made of them. */
  bars: readonly string[]
  up: string
  crashed: string
  between: string
  arrow: string
  arrows: string
}

const UNICODE: Glyphs = {
  corners: ['╭', '╮', '╰', '╯'],
  across: '─',
  down: '│',
  cursor: '▸',
  ellipsis: '…',
  bars: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  up: '●',
  crashed: '✖',
  between: '·',
  arrow: '→',
  arrows: '↑↓',
}
const ASCII: Glyphs = {
  corners: ['+', '+', '+', '+'],
  across: '-',
  down: '|',
  cursor: '>',
  ellipsis: '~',
  bars: [' ', '.', ':', '|', '#'],
  up: 'o',
  crashed: 'x',
  between: '-',
  arrow: '->',
  arrows: 'up/down',
}

export interface Style {
  colours: ReturnType<typeof colours>
  glyphs: Glyphs
}

/**
 * Whether the locale's characters are those of Unicode; the Linux console has not the glyphs.
 * Windows' terminals have them whatever the locale.
 */
export function isUnicode(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): boolean {
  if (env.TERM === 'linux') return false
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find(Boolean) ?? ''
  return /utf-?8/i.test(locale) || (platform === 'win32' && locale === '')
}

export const styleOf = (
  stream: { isTTY?: boolean } = process.stdout,
  env: NodeJS.ProcessEnv = process.env,
): Style => ({ colours: colours(stream), glyphs: isUnicode(env) ? UNICODE : ASCII })
