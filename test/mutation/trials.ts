/** Tries mutants in a worker, which is started anew when a mutant has spoilt it. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { RunAll, Survey } from './survey.js'
import type { Order, Report } from './worker.js'

/** What became of a mutant. */
export type Outcome =
  { is: 'killed'; by: string } | { is: 'timed out' } | { is: 'survived' } | { is: 'not reached' }

/** A test with a mutant in it may take so many times as long as it does without one, and so many ms more: this machine may be busy. */
const SLOWER = 6
const GRACE = 5000
/** ms that files of tests may take to load. */
const LOADING = 30_000
/** ms after which a worker that surveys hangs. */
const LONGEST_SURVEY = 20 * 60_000
/** Tests that are tried first together take so many ms; each further lot takes twice as many. */
const FIRST_LOT = 250
/** ms that a test of a quick look takes at most. */
const QUICK = 500
/** Tests that have killed most mutants of the file so far, which are tried before the others. */
const KILLERS = 4

interface Options {
  /** Only quick tests are tried: more survive than need to. */
  isQuick: boolean
}

export class Trials {
  private worker: ChildProcess | undefined
  /** How many mutants of the file each test has killed. */
  private kills = new Map<string, number>()

  constructor(
    private readonly dir: string,
    private readonly options: Options,
  ) {}

  /** Tests that fail without a mutant are no witnesses; those that fail twice are an error. */
  readonly survey: RunAll = async (files) => {
    const first = await this.surveyOnce(files)
    if (first.failures.length === 0) return first
    const failed = files.filter((file) =>
      first.failures.some((title) => first.tests[title]?.file === file),
    )
    const again = failed.length > 0 ? await this.surveyOnce(failed) : first
    const twice = again.failures.filter((title) => first.failures.includes(title))
    if (twice.length > 0) throw new Error(`tests fail without a mutant:\n${twice.join('\n')}`)
    for (const title of [...first.failures, ...again.failures]) {
      console.log(`left out, as it failed once without a mutant: ${title}`)
      delete first.tests[title]
    }
    return first
  }

  private async surveyOnce(files: readonly string[]): ReturnType<RunAll> {
    const worker = await this.start(0, files)
    const told = worker && (await ask(worker, { do: 'survey' }, LONGEST_SURVEY))
    worker?.kill('SIGKILL')
    if (told?.told !== 'surveyed') throw new Error('the tests ended before they were done')
    return told
  }

  /** To be called before the mutants of another file. */
  beginFile(): void {
    this.kills = new Map()
  }

  /** @param neighbours ids of the mutants of the same file, whose tests are those of a mutant that is reached while the modules load */
  async outcomeOf(mutant: number, neighbours: readonly number[], survey: Survey): Promise<Outcome> {
    const { titlesOf, early } = survey
    const titles = titlesOf.get(mutant)
    for (const some of this.lots(titles ?? [], survey)) {
      const outcome = await this.attempt(mutant, some, survey)
      if (outcome.is !== 'survived') return outcome
    }
    const all = early.has(mutant)
      ? [...new Set(neighbours.flatMap((id) => titlesOf.get(id) ?? []))]
      : []
    if (all.length === 0) return { is: titles ? 'survived' : 'not reached' }
    this.end()
    for (const some of this.lots(all, survey)) {
      const outcome = await this.attempt(mutant, some, survey, mutant)
      if (outcome.is === 'survived') continue
      this.end()
      return outcome
    }
    this.end()
    return { is: 'survived' }
  }

  end(): void {
    this.worker?.kill('SIGKILL')
    this.worker = undefined
  }

  /** The likeliest and cheapest first. */
  private lots(titles: readonly string[], { tests }: Survey): string[][] {
    const costOf = (title: string) => tests.get(title)?.ms ?? 0
    const killsOf = (title: string) => this.kills.get(title) ?? 0
    const likely = titles
      .filter((title) => killsOf(title) > 0)
      .sort((a, b) => killsOf(b) - killsOf(a))
      .slice(0, KILLERS)
    const others = titles
      .filter((title) => !likely.includes(title))
      .sort((a, b) => costOf(a) - costOf(b))
    const lots = likely.length > 0 ? [likely] : []
    let lot: string[] = []
    let [left, budget] = [FIRST_LOT, FIRST_LOT]
    for (const title of others) {
      if (this.options.isQuick && costOf(title) > QUICK) break
      lot.push(title)
      left -= costOf(title)
      if (left > 0) continue
      lots.push(lot)
      lot = []
      left = budget *= 2
    }
    return lot.length > 0 ? [...lots, lot] : lots
  }

  private async attempt(
    mutant: number,
    titles: readonly string[],
    { tests }: Survey,
    early = 0,
  ): Promise<Outcome> {
    const limits = Object.fromEntries(
      titles.map((title) => [title, GRACE + SLOWER * (tests.get(title)?.ms ?? 0)]),
    )
    const longest = Object.values(limits).reduce((sum, ms) => sum + ms - GRACE, 4 * GRACE)
    const files = [...new Set(titles.flatMap((title) => tests.get(title)?.file ?? []))]
    if (!this.worker?.connected) this.worker = await this.start(early, files)
    const order: Order = { do: 'try', mutant, limits, files }
    const told = this.worker && (await ask(this.worker, order, longest + LOADING))
    if (told?.told !== 'tried' || told.isSpent) this.end()
    if (told?.told !== 'tried') return { is: 'timed out' }
    if (told.by === undefined) return { is: 'survived' }
    this.kills.set(told.by, (this.kills.get(told.by) ?? 0) + 1)
    return { is: 'killed', by: told.by }
  }

  /** Undefined if the modules do not load, with that mutant. */
  private async start(mutant: number, files: readonly string[]): Promise<ChildProcess | undefined> {
    const worker = fork('test/mutation/worker.ts', [...files], {
      cwd: this.dir,
      // With what mocha's own workers have of a machine.
      execArgv: ['--require', './test/machine-node.cjs', '--import', 'tsx'],
      stdio: ['ignore', 'ignore', mutant === 0 ? 'inherit' : 'ignore', 'ipc'],
      env: {
        ...process.env,
        MUTANT: String(mutant),
        // A mutant that forgets its test's own folder starts a platform here, not in the user's
        // home: one whose folder goes ends by itself.
        XDG_STATE_HOME: path.join(this.dir, 'state'),
      },
    })
    const isReady = await Promise.race([
      once(worker, 'message').then(() => true),
      once(worker, 'exit').then(() => false),
    ])
    return isReady ? worker : undefined
  }
}

/** Undefined if the worker ends, or says nothing for so many ms. */
async function ask(
  worker: ChildProcess,
  order: Order,
  patience: number,
): Promise<Report | undefined> {
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(), patience)
  const { signal } = over
  const told = Promise.race([
    once(worker, 'message', { signal }),
    once(worker, 'exit', { signal }).then(() => []),
  ])
  // One that has just ended is told by its exit.
  worker.send(order, () => undefined)
  const [report] = (await told.catch(() => [])) as [Report?]
  clearTimeout(timer)
  // Takes the listeners of the other one away.
  over.abort()
  return report
}
