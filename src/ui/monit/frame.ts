import { cut, widthOf } from '../fit.js'
import type { Style } from './style.js'

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
