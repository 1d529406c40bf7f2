/**
 * Runs tests with one mutant switched on, again and again in one process; run.ts starts it in the folder of the instrumented sources and speaks to
 * it by messages. A mutant that is reached while the modules load needs a process of its own: its id comes in MUTANT.
 */
import Mocha from 'mocha'
import { createRequire } from 'node:module'
import path from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'

/** What a test reached, and what it took. */
export interface Seen {
  /** Its path, as it was given. */
  file: string
  ids: number[]
  ms: number
}

export type Order =
  /** Runs all, and tells what each test reached. */
  | { do: 'survey' }
  /** Tries a mutant with the tests of these titles, each of which may take so many ms; `files` are theirs. */
  | { do: 'try'; mutant: number; limits: Record<string, number>; files: string[] }

export type Report =
  | { told: 'ready' }
  /** `tests`: by their full titles. `early`: ids that are reached while the files load, or by what comes before all tests of a suite. */
  | {
      told: 'surveyed'
      tests: Record<string, Seen>
      early: number[]
      /** Titles. */
      failures: string[]
    }
  /** `by`: title of the test that failed; undefined if the mutant survived. `isSpent`: this process is not to be used again. */
  | { told: 'tried'; by: string | undefined; isSpent: boolean }

const shared = globalThis as unknown as { __mutant: (id: number) => boolean }
const base = Number(process.env['MUTANT'] ?? 0)
let active = base
let reached: Set<number> | undefined = new Set()
shared.__mutant = (id) => {
  reached?.add(id)
  return id === active
}

/** ms that a test may take without a mutant. */
const TIMEOUT = 60_000

/** Tells nothing by itself. */
class Silent extends Mocha.reporters.Base {
  override epilogue(): void {
    /* run.ts tells */
  }
}

const { mochaHooks } = createRequire(import.meta.url)('../lost-rejections.cjs') as {
  mochaHooks: Mocha.RootHookObject
}
const mocha = new Mocha({ timeout: TIMEOUT, reporter: Silent, rootHooks: mochaHooks })
mocha.cleanReferencesAfterRun(false)
const loaded = new Set<string>()

/** Those that are not there yet, with the mutant that came in MUTANT if any. */
async function load(files: readonly string[]): Promise<void> {
  mocha.files = files.filter((file) => !loaded.has(file))
  for (const file of mocha.files) loaded.add(file)
  if (mocha.files.length > 0) await mocha.loadFilesAsync()
}

const say = (report: Report) => process.send?.(report)

/** Runs what the filter leaves. */
function run(watch: (runner: Mocha.Runner) => void): Promise<void> {
  return new Promise((resolve) => {
    watch(mocha.run(() => resolve()))
  })
}

async function survey(): Promise<void> {
  const early = new Set(reached)
  const tests: Record<string, Seen> = {}
  const failures: string[] = []
  const take = () => {
    const ids = [...(reached ?? [])]
    reached = new Set()
    return ids
  }
  take()
  await run((runner) => {
    let last: Seen | undefined
    // What a `before` reached belongs to no one test.
    runner.on('test', () => take().forEach((id) => early.add(id)))
    runner.on('test end', (test) => {
      last = tests[test.fullTitle()] = {
        file: path.relative(process.cwd(), test.file ?? ''),
        ids: take(),
        ms: test.duration ?? 0,
      }
    })
    runner.on('hook end', (hook) => {
      // After its `afterEach`, that is.
      if (!hook.title.includes('"before each" hook')) last?.ids.push(...take())
    })
    runner.on('fail', (test, error: Error) => {
      console.error(`${test.fullTitle()}: ${error.message}`)
      failures.push(test.fullTitle())
    })
  })
  reached = undefined
  for (const seen of Object.values(tests)) seen.ids = [...new Set(seen.ids)]
  say({ told: 'surveyed', tests, early: [...early], failures })
}

async function tryMutant({ mutant, limits, files }: Extract<Order, { do: 'try' }>): Promise<void> {
  await load(files)
  active = mutant
  reached = undefined
  limit(mocha.suite, limits)
  const titles = Object.keys(limits).map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  mocha.grep(new RegExp(`^(?:${titles.join('|')})$`))
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
  active = base
  say({ told: 'tried', by, isSpent })
}

/**
 * What a test calls `this.timeout` for is no matter: every test has a limit of its own. The first
 * failure is enough, which each suite has to be told: it takes no word of that from the one around.
 */
function limit(suite: Mocha.Suite, limits: Record<string, number>): void {
  suite.bail(true)
  for (const test of suite.tests) test.timeout(limits[test.fullTitle()] ?? TIMEOUT)
  for (const one of suite.suites) limit(one, limits)
}

await load(process.argv.slice(2))
process.on('message', (order: Order) => void (order.do === 'survey' ? survey() : tryMutant(order)))
process.on('disconnect', () => process.exit())
say({ told: 'ready' })
