/**
 * npm run mutation [-- ROOM… | --changed [REF] | --file PATH…]: changes a room's code in one place after the other, and runs the tests that reach the
 * place. A change that no test notices has survived: it wants a test, or its reason in survivors.yml. Ends with 1 if a room is below its goal.
 *
 * --quick: tries only some of the tests that reach a place, so more survive than need to.
 * --changed: only files that differ from REF (origin/main, else main).
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Mutant } from './instrument.js'
import { hashOf, readAccepted, Results } from './results.js'
import { filesOf, ROOMS, type Room } from './rooms.js'
import { makeSandbox, type MutatedFile } from './sandbox.js'
import { table, type Row } from './table.js'
import { Trials, type Outcome } from './trials.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    changed: { type: 'boolean' },
    quick: { type: 'boolean', default: false },
    file: { type: 'string', multiple: true },
  },
})
const accepted = readAccepted(path.join(ROOT, 'test/mutation/survivors.yml'))

/** Files of src/ that differ from a commit. */
function changedSince(ref: string | undefined): string[] {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' })
  const base =
    ref ??
    (git('rev-parse', '--verify', '--quiet', 'origin/main').status === 0 ? 'origin/main' : 'main')
  const { status, stdout, stderr } = git(
    'diff',
    '--name-only',
    '--diff-filter=d',
    base,
    '--',
    'src',
  )
  if (status !== 0) throw new Error(stderr)
  return stdout.split('\n').filter(Boolean)
}

async function run(name: string, room: Room, only: readonly string[] | undefined): Promise<Row[]> {
  const paths = filesOf(ROOT, room.sources, '.ts').filter(
    (file) => only?.some((one) => file === one || file.startsWith(`${one}/`)) ?? true,
  )
  if (paths.length === 0) return []
  const tests = filesOf(ROOT, room.tests, '.test.ts')
  const sandbox = makeSandbox(ROOT, paths)
  const trials = new Trials(sandbox.dir, tests, values.quick)
  const results = new Results(
    path.join(ROOT, `node_modules/.cache/mutation/${name}.json`),
    hashOf(...tests.map((file) => readFileSync(path.join(ROOT, file), 'utf8'))),
  )
  try {
    const { titlesOf } = await trials.look()
    const rows: Row[] = []
    for (const file of sandbox.files) {
      rows.push(await tryAll(file, { trials, results, titlesOf }))
      results.save()
    }
    return rows
  } finally {
    trials.end()
    results.save()
    sandbox.remove()
  }
}

interface Parts {
  trials: Trials
  results: Results
  titlesOf: ReadonlyMap<number, readonly string[]>
}

async function tryAll(file: MutatedFile, { trials, results, titlesOf }: Parts): Promise<Row> {
  const row: Row = { file: file.path, mutants: 0, killed: 0, accepted: 0, survived: 0 }
  const ids = file.mutants.map(({ id }) => id)
  for (const [index, mutant] of file.mutants.entries()) {
    const titles = new Set(titlesOf.get(mutant.id))
    const outcome = results.of(file, index, titles) ?? (await trials.outcomeOf(mutant.id, ids))
    results.keep(file, index, outcome)
    row.mutants += 1
    if (outcome.is === 'killed' || outcome.is === 'timed out') row.killed += 1
    else if (accepted(file.path, file.source, mutant) !== undefined) row.accepted += 1
    else {
      row.survived += 1
      console.log(describe(file, mutant, outcome))
    }
  }
  return row
}

const oneLine = (text: string) =>
  (text.length > 90 ? `${text.slice(0, 87)}...` : text).replaceAll(/\s+/g, ' ')

const describe = (
  { path: file }: MutatedFile,
  { line, kind, was, text }: Mutant,
  { is }: Outcome,
) =>
  `${file}:${line}  ${kind}${is === 'not reached' ? ' (no test reaches it)' : ''}: ${oneLine(was)}  ->  ${text === '' ? '(nothing)' : oneLine(text)}`

const only = values.changed ? changedSince(positionals[0]) : values.file
const names = values.changed || positionals.length === 0 ? Object.keys(ROOMS) : positionals
const unknown = names.find((name) => !Object.hasOwn(ROOMS, name))
if (unknown !== undefined) {
  console.error(`There is no room ${unknown}. The rooms are ${Object.keys(ROOMS).join(', ')}.`)
  process.exit(2)
}

for (const name of names) {
  const room = ROOMS[name]!
  const rows = await run(name, room, only)
  if (rows.length === 0) continue
  const { text, score } = table(name, rows, room.goal)
  console.log(text)
  if (score < room.goal) process.exitCode = 1
}
