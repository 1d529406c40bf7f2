/**
 * Runs tests with one mutant switched on, again and again in one process; run.ts starts it in the folder of the instrumented sources and speaks to
 * it by messages. A mutant that is reached while the modules load needs a process of its own: its id comes in MUTANT.
 */
import Mocha from 'mocha'
import { setImmediate as turn } from 'node:timers/promises'

/** What the tests of a file reached: ids by the full title of the test; those reached by no test alone are under ''. */
export type Reached = Record<string, number[]>

export type Order =
  /** Runs all, and tells what each test reached. */
  | { do: 'survey' }
  /** Tries a mutant with the tests of these titles, or with all. */
  | { do: 'try'; mutant: number; titles: string[] | undefined }

export type Report =
  | { told: 'ready' }
  | { told: 'surveyed'; reached: Reached; failures: string[]; times: Record<string, number> }
  /** `by`: title of the test that failed; undefined if the mutant survived. `isSpent`: this process is not to be used again. */
  | { told: 'tried'; by: string | undefined; isSpent: boolean }

const shared = globalThis as unknown as { __mutant: (id: number) => boolean }
let active = Number(process.env['MUTANT'] ?? 0)
let reached: Set<number> | undefined = new Set()
shared.__mutant = (id) => {
  reached?.add(id)
  return id === active
}

/** ms that a test may take with a mutant in it, and without one. */
const MUTANT_TIMEOUT = 6000
const TIMEOUT = 60_000

/** Tells nothing by itself. */
class Silent extends Mocha.reporters.Base {
  override epilogue(): void {
    /* run.ts tells */
  }
}

const files = process.argv.slice(2)
const mocha = new Mocha({ timeout: TIMEOUT, reporter: Silent, bail: true })
mocha.cleanReferencesAfterRun(false)
for (const file of files) mocha.addFile(file)

const say = (report: Report) => process.send?.(report)

/** Runs what the filter leaves. */
function run(watch: (runner: Mocha.Runner) => void): Promise<void> {
  return new Promise((resolve) => {
    watch(mocha.run(() => resolve()))
  })
}

async function survey(): Promise<void> {
  const loaded = [...(reached ?? [])]
  const byTitle: Reached = { '': loaded }
  const times: Record<string, number> = {}
  const failures: string[] = []
  reached = new Set()
  mocha.bail(false)
  await run((runner) => {
    runner.on('test', () => {
      // What a `before` reached belongs to no one test.
      byTitle['']!.push(...(reached ?? []))
      reached = new Set()
    })
    runner.on('test end', (test) => {
      times[test.fullTitle()] = test.duration ?? 0
    })
    runner.on('fail', (test, error) =>
      failures.push(`${test.fullTitle()}: ${String(error?.message ?? error)}`),
    )
    // After its `afterEach`, that is.
    let last: string | undefined
    const keep = () => {
      if (last !== undefined) byTitle[last] = [...(byTitle[last] ?? []), ...(reached ?? [])]
      reached = new Set()
    }
    runner.on('test end', (test) => {
      last = test.fullTitle()
      keep()
    })
    runner.on('hook end', (hook) => {
      if (hook.title.includes('"before each" hook')) return
      keep()
    })
  })
  reached = undefined
  mocha.bail(true)
  say({ told: 'surveyed', reached: byTitle, failures, times })
}

async function tryMutant(mutant: number, titles: string[] | undefined): Promise<void> {
  active = mutant
  reached = undefined
  mocha.timeout(MUTANT_TIMEOUT)
  limit(mocha.suite)
  const wanted = titles && new Set(titles)
  mocha.grep(
    wanted
      ? new RegExp(
          `^(?:${[...wanted].map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})$`,
        )
      : /(?:)/,
  )
  let by: string | undefined
  let isSpent = false
  await run((runner) => {
    runner.on('fail', (test, error: Error & { code?: string }) => {
      by ??= test.fullTitle()
      // Whatever did not end goes on, and would be taken for the next mutant's.
      isSpent ||=
        error?.code === 'ERR_MOCHA_TIMEOUT' || !('currentTest' in test ? test.currentTest : test)
    })
  })
  for (let i = 0; i < 5; i++) await turn()
  active = 0
  say({ told: 'tried', by, isSpent })
}

/** Every suite has a timeout of its own once it is loaded. */
function limit(suite: Mocha.Suite): void {
  suite.timeout(MUTANT_TIMEOUT)
  for (const test of suite.tests) test.timeout(MUTANT_TIMEOUT)
  for (const one of suite.suites) limit(one)
}

await mocha.loadFilesAsync()
process.on(
  'message',
  (order: Order) => void (order.do === 'survey' ? survey() : tryMutant(order.mutant, order.titles)),
)
process.on('disconnect', () => process.exit())
say({ told: 'ready' })
