import { Listr, type ListrTaskWrapper, type DefaultRenderer, type SimpleRenderer } from 'listr2'
import type { DeployEvent, DeployEvents, StepName } from '../deploy/index.js'
import { elapsed } from '../lib/duration.js'
import { printable } from './printable.js'

type Task = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>

/** Lines of a build that stay in view under its step while it runs. */
const LINES_IN_VIEW = 8

/**
 * A deploy's events as a task list on a terminal: a spinner a step, the newest output under it, its
 * time beside it.
 */
interface TaskView {
  events: DeployEvents
  /** Resolves once all of it is on the screen. */
  end: () => Promise<void>
}

/**
 * Each step becomes a list of its own: which steps there are is known only when they come (a
 * rollback, a look at what serves).
 * Import this file only on a terminal: listr2 takes its time to load.
 */
export function deployTasks(): TaskView {
  let shown: Promise<unknown> = Promise.resolve()
  const steps = new Map<StepName, Step>()

  const events: DeployEvents = (event) => {
    if (event.type === 'started') {
      const next = new Step(event.title)
      steps.set(event.step, next)
      shown = shown.then(() => next.show())
    } else if (event.type === 'skipped') {
      const skipped = new Step(`Skipping ${event.step}`)
      skipped.take(event)
      shown = shown.then(() => skipped.show())
    } else steps.get(event.step)?.take(event)
  }
  return {
    events,
    end: async () => {
      await shown
    },
  }
}

/** One step: events may come before its list is on the screen, and are kept for it. */
class Step {
  private task: Task | undefined
  private readonly waiting: DeployEvent[] = []
  private settle: (() => void) | undefined
  private readonly settled = new Promise<void>((resolve) => {
    this.settle = resolve
  })
  private failure: string | undefined

  constructor(private readonly title: string) {}

  take(event: DeployEvent): void {
    if (this.task) this.apply(this.task, event)
    else this.waiting.push(event)
  }

  async show(): Promise<void> {
    const list = new Listr(
      [
        {
          title: printable(this.title),
          task: async (_context, task) => {
            this.task = task as Task
            for (const event of this.waiting) this.apply(this.task, event)
            await this.settled
            if (this.failure !== undefined) throw new Error(this.failure)
          },
          rendererOptions: { outputBar: LINES_IN_VIEW },
        },
      ],
      {
        renderer: 'default',
        exitOnError: false,
        // listr2 would end the process at Ctrl-C, before the deploy has looked at what serves.
        registerSignalListeners: false,
        // The error is printed whole at the end; here the step is only marked.
        rendererOptions: { collapseErrors: true, showErrorMessage: false, collapseSkips: true },
      },
    )
    await list.run()
  }

  private apply(task: Task, event: DeployEvent): void {
    switch (event.type) {
      case 'line':
        task.output = printable(event.text)
        break
      case 'finished':
        task.title = printable(
          `${this.title}${event.detail ? `: ${event.detail}` : ''} [${elapsed(event.ms)}]`,
        )
        this.settle?.()
        break
      case 'failed':
        task.title = printable(`${this.title} [${elapsed(event.ms)}]`)
        this.failure = printable(event.message)
        this.settle?.()
        break
      case 'skipped':
        task.skip(`${printable(this.title)}: ${printable(event.reason)}`)
        this.settle?.()
        break
      case 'started':
        break
    }
  }
}
