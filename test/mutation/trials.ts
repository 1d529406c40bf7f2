/** Tries mutants in a worker, which is started anew when a mutant has spoilt it. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Order, Reached, Report } from './worker.js'

export interface Survey {
  /** Titles of the tests that reach each mutant, by its id. */
  titlesOf: Map<number, string[]>
  /** Mutants that are reached before any test runs. */
  early: Set<number>
  /** ms that each test takes. */
  times: Record<string, number>
}

/** What became of a mutant. */
export type Outcome =
  { is: 'killed'; by: string } | { is: 'timed out' } | { is: 'survived' } | { is: 'not reached' }

/** ms after which a worker that says nothing hangs in a loop. */
const HANGS = 45_000
/** Tests that are tried first, so that most mutants cost no more than these. */
const FIRST = 6
/** Tests that a quick look tries at most. */
const QUICK = 24

export class Trials {
  private worker: ChildProcess | undefined
  private survey: Survey | undefined
  /** Titles that have killed others of late: they often kill the next one too. */
  private readonly killers: string[] = []

  /** @param isQuick only some of the tests that reach a mutant are tried: more survive than need to */
  constructor(
    private readonly dir: string,
    private readonly tests: readonly string[],
    private readonly isQuick: boolean,
  ) {}

  /** @throws Error where a test fails without any mutant */
  async look(): Promise<Survey> {
    const told = await this.ask({ do: 'survey' }, 20 * 60_000)
    if (told?.told !== 'surveyed') throw new Error('the tests ended before they were done')
    if (told.failures.length > 0)
      throw new Error(`tests fail without a mutant:\n${told.failures.join('\n')}`)
    const { '': early = [], ...reached } = told.reached
    this.survey = { titlesOf: byMutant(reached), early: new Set(early), times: told.times }
    return this.survey
  }

  /** @param neighbours ids of the mutants of the same file, whose tests are those of a mutant that is reached while the modules load */
  async outcomeOf(mutant: number, neighbours: readonly number[]): Promise<Outcome> {
    const { titlesOf, early } = this.survey!
    const titles = titlesOf.get(mutant)
    if (titles) {
      for (const some of this.inTurn(titles)) {
        const outcome = await this.attempt(mutant, some)
        if (outcome.is !== 'survived') return outcome
      }
    }
    if (!early.has(mutant)) return { is: titles ? 'survived' : 'not reached' }
    const all = [...new Set(neighbours.flatMap((id) => titlesOf.get(id) ?? []))]
    if (all.length === 0) return { is: 'not reached' }
    this.end()
    for (const some of this.inTurn(all)) {
      const outcome = await this.attempt(mutant, some, mutant)
      if (outcome.is !== 'survived') {
        this.end()
        return outcome
      }
    }
    this.end()
    return { is: 'survived' }
  }

  end(): void {
    this.worker?.kill('SIGKILL')
    this.worker = undefined
  }

  /** The likeliest and cheapest first, then the rest. */
  private inTurn(titles: readonly string[]): string[][] {
    const { times } = this.survey!
    const likely = this.killers.filter((title) => titles.includes(title)).slice(-3)
    const cheap = titles
      .filter((title) => !likely.includes(title))
      .sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0))
    const first = [...likely, ...cheap.slice(0, FIRST)]
    const others = cheap.slice(FIRST)
    const rest = this.isQuick ? others.slice(0, QUICK) : others
    return rest.length === 0 ? [first] : [first, rest]
  }

  private async attempt(mutant: number, titles: string[], early?: number): Promise<Outcome> {
    const told = await this.ask({ do: 'try', mutant, titles }, HANGS, early)
    if (told?.told !== 'tried') {
      this.end()
      return { is: 'timed out' }
    }
    if (told.isSpent) this.end()
    if (told.by === undefined) return { is: 'survived' }
    if (this.killers.at(-1) !== told.by) this.killers.push(told.by)
    return { is: 'killed', by: told.by }
  }

  /** Undefined where the worker ends, or says nothing for so long. */
  private async ask(order: Order, patience: number, mutant?: number): Promise<Report | undefined> {
    if (!this.worker?.connected) this.worker = await this.start(mutant)
    const { worker } = this
    if (!worker) return undefined
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

  /** Undefined if the modules do not load, with that mutant. */
  private async start(mutant = 0): Promise<ChildProcess | undefined> {
    const worker = fork('test/mutation/worker.ts', [...this.tests], {
      cwd: this.dir,
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', mutant === 0 ? 'inherit' : 'ignore', 'ipc'],
      env: { ...process.env, MUTANT: String(mutant), SHIPIT_LOCAL_NODE: 'machine' },
    })
    const isReady = await Promise.race([
      once(worker, 'message').then(() => true),
      once(worker, 'exit').then(() => false),
    ])
    return isReady ? worker : undefined
  }
}

function byMutant(reached: Reached): Map<number, string[]> {
  const titles = new Map<number, string[]>()
  for (const [title, ids] of Object.entries(reached))
    for (const id of new Set(ids)) titles.set(id, [...(titles.get(id) ?? []), title])
  return titles
}
