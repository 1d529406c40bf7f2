import Table from 'cli-table3'
import { printable } from './printable.js'

interface TableOptions {
  /** Columns of the terminal; without it nothing is cut short. */
  width?: number | undefined
  /**
   * Index of the column that gives way if a line is longer than the terminal; default: the last.
   */
  flexible?: number
}

const GAP = 2
const NARROWEST = 8
const NO_LINES = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((place) => [place, '']),
)

function draw(head: string[], rows: string[][], colWidths: (number | null)[]): string {
  const table = new Table({
    head,
    colWidths,
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
  })
  table.push(...rows)
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

/**
 * Rows in aligned columns under their heads, without lines. Cells are cleaned of control bytes;
 * only the flexible column is ever cut.
 */
export function renderTable(
  head: string[],
  rows: readonly (readonly string[])[],
  { width, flexible = head.length - 1 }: TableOptions = {},
): string {
  const clean = rows.map((row) => row.map((cell) => printable(cell).replace(/\s+/g, ' ')))
  const natural = draw(head, clean, [])
  const longest = Math.max(...natural.split('\n').map((line) => line.length))
  if (!width || longest <= width) return natural
  const widest = Math.max(...[head, ...clean].map((row) => row[flexible]!.length)) + GAP
  return draw(
    head,
    clean,
    head.map((_, index) =>
      index === flexible ? Math.max(NARROWEST, widest - (longest - width)) : null,
    ),
  )
}
