/** What all of the screen is drawn with: frames, glyphs and colours. */
import { colours } from '../printable.js'
import { cut, widthOf } from '../fit.js'

/** Rows of one width, in colours. */
export type Block = string[]

export interface FrameOptions {
  title: string
  /** At the right end of the top line, if there is room. */
  note?: string
  width: number
  height: number
}

/**
 * A frame around rows that are `width - 2` columns each; rows that are missing are left empty,
 * those too many are dropped.
 */
export function framed(
  rows: readonly string[],
  { title, note = '', width, height }: FrameOptions,
  { glyphs, colours: c }: Style,
): Block {
  const { corners, across, down, ellipsis } = glyphs
  const inner = width - 2
  const name = cut(title, inner - 3, ellipsis)
  const room = inner - 3 - widthOf(name)
  const aside = note !== '' && widthOf(note) + 3 <= room ? ` ${note} ` : ''
  const line = across.repeat(Math.max(0, room - widthOf(aside) - (aside === '' ? 0 : 1)))
  const top =
    `${c.dim(corners[0] + across)} ${c.bold(name)} ` +
    `${c.dim(line)}${aside}${c.dim((aside === '' ? '' : across) + corners[1])}`
  const bottom = c.dim(corners[2] + across.repeat(inner) + corners[3])
  const side = c.dim(down)
  const body = Array.from(
    { length: height - 2 },
    (_, row) => `${side}${rows[row] ?? ' '.repeat(inner)}${side}`,
  )
  return [top, ...body, bottom]
}

/** Blocks of one height, next to each other. */
export const beside = (...blocks: readonly Block[]): Block =>
  blocks[0]!.map((_, row) => blocks.map((block) => block[row]).join(''))

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
