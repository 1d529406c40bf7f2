/** The scores of a room, a line a file and a folder. */
import path from 'node:path'

/** Of a file. */
export interface Row {
  file: string
  mutants: number
  killed: number
  /** Survivors with a reason. */
  accepted: number
  survived: number
  /** Survivors that no test reaches. */
  unreached: number
}

/** Percent of the mutants without a reason to survive that tests notice. */
const scoreOf = ({ killed, survived }: Pick<Row, 'killed' | 'survived'>) =>
  killed + survived === 0 ? 100 : (100 * killed) / (killed + survived)

export function table(
  room: string,
  rows: readonly Row[],
  goal: number,
): { text: string; score: number } {
  const folders = new Map<string, Row[]>()
  for (const row of rows)
    folders.set(path.dirname(row.file), [...(folders.get(path.dirname(row.file)) ?? []), row])
  const total = sum(room, rows)
  const lines = [
    ...[...folders].flatMap(([folder, inside]) => [
      sum(folder, inside),
      ...inside.map((row) => ({ ...row, file: `  ${path.basename(row.file)}` })),
    ]),
    total,
  ].map((row) =>
    line(
      row.file,
      String(row.mutants),
      String(row.killed),
      String(row.accepted),
      String(row.survived),
      String(row.unreached),
      `${scoreOf(row).toFixed(1)} %`,
    ),
  )
  return {
    text: [
      '',
      line('', 'mutants', 'noticed', 'accepted', 'survived', 'unreached', 'score'),
      ...lines,
      `The goal of ${room} is ${goal} %.`,
      '',
    ].join('\n'),
    score: scoreOf(total),
  }
}

const sum = (file: string, rows: readonly Row[]): Row =>
  rows.reduce(
    (all, row) => ({
      file,
      mutants: all.mutants + row.mutants,
      killed: all.killed + row.killed,
      accepted: all.accepted + row.accepted,
      survived: all.survived + row.survived,
      unreached: all.unreached + row.unreached,
    }),
    { file, mutants: 0, killed: 0, accepted: 0, survived: 0, unreached: 0 },
  )

const line = (name: string, ...cells: string[]) =>
  name.padEnd(26) + cells.map((cell) => cell.padStart(10)).join('')
