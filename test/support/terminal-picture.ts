import type { IBuffer, IBufferCell } from '@xterm/headless'

/** px of a cell, and around the whole. */
const [WIDTH, HEIGHT, MARGIN, BAR] = [8.4, 18, 16, 34]
const [BACKGROUND, FOREGROUND] = ['#15181e', '#d6dae0']
/** The 16 colours of a terminal, dark. */
const ANSI = [
  '#2b303b',
  '#e06c75',
  '#8fc77c',
  '#e5c07b',
  '#6cb1f2',
  '#c68ae0',
  '#56c2cf',
  '#c8ccd4',
  '#6b7280',
  '#ef8089',
  '#a5d994',
  '#f0d197',
  '#8cc5f8',
  '#d7a6ea',
  '#7bd4de',
  '#ffffff',
]

interface Style {
  color: string
  background: string | undefined
  bold: boolean
  dim: boolean
}

/** What a terminal shows, as a picture: text that can be selected, in the terminal's colours. */
export function terminalPicture(
  buffer: IBuffer,
  { columns, rows, title }: { columns: number; rows: number; title: string },
): string {
  const width = Math.ceil(columns * WIDTH + 2 * MARGIN)
  const height = Math.ceil(rows * HEIGHT + BAR + MARGIN)
  const lines = Array.from({ length: rows }, (_, row) => lineOf(buffer, row, columns))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map(
      (color, at) => `<circle cx="${MARGIN + 6 + at * 18}" cy="17" r="5.5" fill="${color}"/>`,
    ),
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`,
    `<text x="${width / 2}" y="22" text-anchor="middle" fill="#8b93a1">${escaped(title)}</text>`,
    ...lines.flat(),
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

/** One row: a run of text for each change of style, at its own column. */
function lineOf(buffer: IBuffer, row: number, columns: number): string[] {
  const line = buffer.getLine(row)
  if (!line) return []
  const runs: { at: number; cells: number; text: string; style: Style }[] = []
  for (let column = 0; column < columns; column += 1) {
    const cell = line.getCell(column)
    if (!cell || cell.getWidth() === 0) continue
    const style = styleOf(cell)
    const last = runs.at(-1)
    const text = cell.getChars() || ' '
    if (last && JSON.stringify(last.style) === JSON.stringify(style)) {
      last.text += text
      last.cells += cell.getWidth()
    } else runs.push({ at: column, cells: cell.getWidth(), text, style })
  }
  return runs.flatMap((run) => drawn(run, row))
}

function drawn(
  { at, cells, text, style }: { at: number; cells: number; text: string; style: Style },
  row: number,
): string[] {
  const x = (MARGIN + at * WIDTH).toFixed(1)
  const y = BAR + row * HEIGHT
  const long = (cells * WIDTH).toFixed(1)
  const parts: string[] = []
  if (style.background !== undefined)
    parts.push(
      `<rect x="${x}" y="${y}" width="${long}" height="${HEIGHT}" fill="${style.background}"/>`,
    )
  if (text.trim() === '') return parts
  const attributes = [
    `fill="${style.color}"`,
    ...(style.bold ? ['font-weight="bold"'] : []),
    ...(style.dim ? ['opacity="0.6"'] : []),
  ].join(' ')
  parts.push(
    `<text x="${x}" y="${y + 13}" textLength="${long}" xml:space="preserve" ${attributes}>${escaped(text)}</text>`,
  )
  return parts
}

function styleOf(cell: IBufferCell): Style {
  const front = cell.isFgDefault()
    ? FOREGROUND
    : colorOf(cell.getFgColor(), cell.isFgRGB() !== false)
  const back = cell.isBgDefault() ? undefined : colorOf(cell.getBgColor(), cell.isBgRGB() !== false)
  const isInverse = cell.isInverse() !== 0
  return {
    color: isInverse ? (back ?? BACKGROUND) : front,
    background: isInverse ? front : back,
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
  }
}

/** A colour of the palette of 256, or of 24 bits. */
function colorOf(value: number, isRgb: boolean): string {
  if (isRgb) return `#${value.toString(16).padStart(6, '0')}`
  if (value < 16) return ANSI[value]!
  if (value >= 232) return grey(8 + (value - 232) * 10)
  const part = (n: number) => (n === 0 ? 0 : 55 + n * 40)
  const index = value - 16
  return `#${[Math.floor(index / 36), Math.floor(index / 6) % 6, index % 6]
    .map((n) => part(n).toString(16).padStart(2, '0'))
    .join('')}`
}

const grey = (level: number) => `#${level.toString(16).padStart(2, '0').repeat(3)}`

const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
