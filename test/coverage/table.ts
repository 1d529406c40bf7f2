/** What the tests reach of each room, from c8's report. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

interface Place {
  /** Beginning at 1. */
  line: number
  /** Beginning at 0. */
  column: number
}

/** Of a file, as Istanbul writes it; c8 counts a line as a statement. */
export interface FileCoverage {
  path: string
  s: Record<string, number>
  branchMap: Record<string, { loc: { start: Place; end: Place } }>
  b: Record<string, number[]>
}

interface Room {
  lines: Share
  branches: Share
  /** Throws in branches that no test takes, as "file:line text". */
  untaken: string[]
}

interface Share {
  reached: number
  all: number
}

/** A line a room, the total, and the untaken branches of each room. @param root what paths are told from */
export function tableOf(root: string, files: readonly FileCoverage[]): string {
  const rooms = new Map<string, Room>()
  for (const file of files) {
    // Bundles name parts that no file has, such as <define:import.meta>.
    if (!existsSync(file.path)) continue
    const name = roomOf(path.relative(root, file.path))
    rooms.set(name, sum(rooms.get(name), coverageOf(root, file)))
  }
  const sorted = [...rooms].sort(([a], [b]) => a.localeCompare(b))
  const total = sorted.reduce<Room | undefined>((all, [, room]) => sum(all, room), undefined)
  return [
    '',
    row('', 'lines', 'branches', 'throws not reached'),
    ...[...sorted, ...(total ? [['total', total] as const] : [])].map(([name, room]) =>
      row(name, percent(room.lines), percent(room.branches), String(room.untaken.length)),
    ),
    ...sorted.flatMap(([name, { untaken }]) =>
      untaken.length > 0
        ? ['', `${name}: branches that throw, which no test takes`, ...untaken]
        : [],
    ),
    '',
  ].join('\n')
}

/** src/deploy/steps/push.ts is of src/deploy; the embedded Heroku's folders are rooms of their own. */
function roomOf(file: string): string {
  const folders = path.dirname(file).split(path.sep)
  return folders.slice(0, folders[1] === 'embedded' ? 3 : 2).join('/')
}

function coverageOf(root: string, { path: file, s, branchMap, b }: FileCoverage): Room {
  const text = readFileSync(file, 'utf8').split('\n')
  const counts = Object.values(s)
  const branches = Object.entries(branchMap)
  // A bundle that child processes ran tells of the same branch once more, at nearly the same place.
  const isTaken = ([id]: (typeof branches)[number]) => (b[id]?.[0] ?? 0) > 0
  const taken = new Set(branches.filter(isTaken).map(([, { loc }]) => loc.start.line))
  const untaken = branches.filter(
    (branch) => !isTaken(branch) && !taken.has(branch[1].loc.start.line),
  )
  return {
    lines: { reached: counts.filter((count) => count > 0).length, all: counts.length },
    branches: { reached: branches.length - untaken.length, all: branches.length },
    untaken: untaken.flatMap(([, { loc }]) =>
      throwsIn(text, loc).map(
        (line) => `  ${path.relative(root, file)}:${line}  ${text[line - 1]?.trim()}`,
      ),
    ),
  }
}

/** The lines of a place that throw. */
function throwsIn(text: readonly string[], { start, end }: { start: Place; end: Place }): number[] {
  const lines = Array.from({ length: end.line - start.line + 1 }, (_, index) => start.line + index)
  return lines.filter((line) => {
    const whole = text[line - 1] ?? ''
    const part = whole.slice(
      line === start.line ? start.column : 0,
      line === end.line ? end.column : undefined,
    )
    return /(?:^|[\s{)])throw\s/.test(part) && !/^\s*(?:\*|\/[/*])/.test(whole)
  })
}

function sum(one: Room | undefined, other: Room): Room {
  if (!one) return other
  const add = (a: Share, b: Share) => ({ reached: a.reached + b.reached, all: a.all + b.all })
  return {
    lines: add(one.lines, other.lines),
    branches: add(one.branches, other.branches),
    untaken: [...one.untaken, ...other.untaken],
  }
}

const percent = ({ reached, all }: Share) =>
  all === 0 ? '–' : `${((100 * reached) / all).toFixed(1)} %`

const row = (name: string, ...cells: string[]) =>
  name.padEnd(26) + cells.map((cell) => cell.padStart(20)).join('')
