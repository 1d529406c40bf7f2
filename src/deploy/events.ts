/** What a deploy tells while it runs. Who shows it (ui/) decides how; nothing here prints. */

export type StepName =
  | 'preflight'
  | 'create'
  | 'set_up'
  | 'config'
  | 'push'
  | 'promote'
  | 'release'
  | 'postdeploy'
  | 'scale_up'
  | 'boot'
  | 'switch'
  | 'health'
  | 'scale_down'
  | 'rollback'
  | 'undo'
  | 'interrupt'

export type DeployEvent =
  | { type: 'started'; step: StepName; title: string }
  /**
   * A line of a build, of a release phase, or of what is waited for. May hold an app's control
   * bytes: clean it before you print it.
   */
  | { type: 'line'; step: StepName; text: string }
  /** `ms` since the step's start. */
  | { type: 'finished'; step: StepName; title: string; detail?: string; ms: number }
  | { type: 'failed'; step: StepName; title: string; message: string; ms: number }
  | { type: 'skipped'; step: StepName; reason: string }

export type DeployEvents = (event: DeployEvent) => void

/** What a running step may say. */
export interface StepReport {
  line: (text: string) => void
  /** A few words for the end of the step's line: "v7", "2 dynos". */
  detail: (text: string) => void
}

/** Runs steps one after the other, tells of each and keeps their times. */
export class StepRunner {
  /** ms each step took, in order. */
  readonly times: Partial<Record<StepName, number>> = {}
  current: StepName | undefined

  constructor(private readonly events: DeployEvents) {}

  async run<T>(
    step: StepName,
    title: string,
    work: (report: StepReport) => Promise<T>,
  ): Promise<T> {
    const start = performance.now()
    let detail: string | undefined
    const elapsed = () => Math.round(performance.now() - start)
    this.current = step
    this.events({ type: 'started', step, title })
    try {
      const result = await work({
        line: (text) => this.events({ type: 'line', step, text }),
        detail: (text) => {
          detail = text
        },
      })
      this.events({
        type: 'finished',
        step,
        title,
        ms: elapsed(),
        ...(detail === undefined ? {} : { detail }),
      })
      return result
    } catch (error) {
      this.events({ type: 'failed', step, title, message: wordsOf(error), ms: elapsed() })
      throw error
    } finally {
      this.times[step] = elapsed()
    }
  }

  skip(step: StepName, reason: string): void {
    this.events({ type: 'skipped', step, reason })
  }
}

/** An abort tells its reason in `cause`: that it was aborted says nothing to a user. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.name === 'AbortError' && error.cause instanceof Error
    ? error.cause.message
    : error.message
}
