/**
 * npm run mutation [-- ROOM… | PATH… | --changed [REF]]: changes a room's code in one place after the other, and runs the tests that reach the
 * place. A path is a file or a folder of src/, which stands for that part of its room. A change that no test notices has survived: it wants a test, or its reason in survivors.yml. Ends with 1 if a room is below its goal.
 *
 * Known outcomes are kept in node_modules/.cache/mutation until the file or the tests that decided them change.
 *
 * --quick: tries only tests that are quick, so more survive than need to; what survives is not kept.
 * --sample N: tries every Nth mutant only, for an estimate of the score.
 * --fresh: forgets what is known of earlier runs.
 * --changed: only files that differ from REF (origin/main, else main).
 */
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { signalStatus, STOP_SIGNALS, type StopSignal } from '../../src/lib/signals.js'
import type { Mutant } from './instrument.js'
import { hashOf, readAccepted, Results } from './results.js'
import { filesOf, ROOMS, type Room } from './rooms.js'
import { makeSandbox, type MutatedFile } from './sandbox.js'
import { surveyOf, type Survey } from './survey.js'
import { table, type Row } from './table.js'
import { Trials, type Outcome } from './trials.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    changed: { type: 'boolean' },
    quick: { type: 'boolean', default: false },
    sample: { type: 'string', default: '1' },
    fresh: { type: 'boolean', default: false },
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
  const isWanted = (file: string) =>
    only?.some((one) => file === one || file.startsWith(`${one}/`)) ?? true
  const paths = filesOf(ROOT, room.sources, '.ts')
  if (!paths.some(isWanted)) return []
  const tests = filesOf(ROOT, room.tests, '.test.ts')
  // All of the room, whatever is wanted of it: the survey holds for every part.
  const sandbox = makeSandbox(ROOT, paths)
  const trials = new Trials(sandbox.dir, { isQuick: values.quick })
  const cache = path.join(ROOT, 'node_modules/.cache/mutation')
  const surveyFile = path.join(cache, `${name}-survey.json`)
  if (values.fresh) rmSync(surveyFile, { force: true })
  let results: Results | undefined
  const leave = () => {
    trials.end()
    results?.save()
    sandbox.remove()
  }
  // A mutant may have made a loop without an end, which nobody else would stop.
  const stop = (signal: StopSignal) => {
    leave()
    process.exit(signalStatus(signal))
  }
  for (const signal of STOP_SIGNALS) process.on(signal, stop)
  try {
    const survey = await surveyOf(surveyFile, sandbox.files, {
      root: ROOT,
      files: tests,
      runAll: trials.survey,
    })
    results = new Results(path.join(cache, `${name}.json`), decidedBy(survey), values.fresh)
    const rows: Row[] = []
    for (const file of sandbox.files) {
      if (!isWanted(file.path)) continue
      rows.push(await tryAll(file, { trials, results, survey }))
      results.save()
    }
    return rows
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, stop)
    leave()
  }
}

/** A hash of the files of the tests that decide an outcome. */
const decidedBy =
  ({ tests, titlesOf, early, hashes }: Survey) =>
  (outcome: Outcome, { id }: Mutant): string => {
    const hashFor = (title: string) => hashes.get(tests.get(title)?.file ?? '') ?? ''
    // That is enough: a test that has changed is there to tell at least as much.
    if (outcome.is === 'killed') return tests.has(outcome.by) ? 'its test' : ''
    const reaching = early.has(id) ? [...hashes.values()] : (titlesOf.get(id) ?? []).map(hashFor)
    return hashOf(...[...new Set(reaching)].sort())
  }

/** Mutants after which what is known is saved, should this run be stopped. */
const SAVED_EVERY = 20

interface Parts {
  trials: Trials
  results: Results
  survey: Survey
}

async function tryAll(file: MutatedFile, { trials, results, survey }: Parts): Promise<Row> {
  const row: Row = {
    file: file.path,
    mutants: 0,
    killed: 0,
    accepted: 0,
    survived: 0,
    unreached: 0,
  }
  const ids = file.mutants.map(({ id }) => id)
  const begun = performance.now()
  let tried = 0
  trials.beginFile()
  for (const [index, mutant] of file.mutants.entries()) {
    if (mutant.id % Number(values.sample) !== 0) continue
    let outcome = results.of(file, index, mutant)
    if (!outcome) {
      tried += 1
      outcome = await trials.outcomeOf(mutant.id, ids, survey)
      if (!values.quick || outcome.is === 'killed') results.keep(file, index, mutant, outcome)
      if (tried % SAVED_EVERY === 0) results.save()
    }
    row.mutants += 1
    if (outcome.is === 'killed' || outcome.is === 'timed out') row.killed += 1
    else if (accepted(file.path, file.source, mutant) !== undefined) row.accepted += 1
    else {
      row.survived += 1
      if (outcome.is === 'not reached') row.unreached += 1
      console.log(describe(file, mutant, outcome))
    }
  }
  if (tried > 0) {
    const seconds = (performance.now() - begun) / 1000
    console.log(`${file.path}: ${tried} mutants in ${seconds.toFixed(0)} s`)
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

const paths = positionals.filter((word) => word.includes('/'))
const only = values.changed ? changedSince(positionals[0]) : paths.length > 0 ? paths : undefined
const rooms = positionals.filter((word) => !paths.includes(word))
const names = only !== undefined || rooms.length === 0 ? Object.keys(ROOMS) : rooms
const unknown = names.find((name) => !Object.hasOwn(ROOMS, name))
if (unknown !== undefined) {
  console.error(`There is no room ${unknown}. The rooms are ${Object.keys(ROOMS).join(', ')}.`)
  process.exit(2)
}

let files = 0
for (const name of names) {
  const room = ROOMS[name]!
  const rows = await run(name, room, only)
  files += rows.length
  if (rows.length === 0) continue
  const { text, score } = table(name, rows, room.goal)
  console.log(text)
  if (score < room.goal) process.exitCode = 1
}
if (files === 0 && !values.changed) {
  console.error(`No room has ${paths.join(', ')}.`)
  process.exitCode = 2
}
