/** How a deploy's events are drawn: as a task list on a terminal, elsewhere as plain lines. */
import type { ListrTaskWrapper, DefaultRenderer, SimpleRenderer } from 'listr2'
import type { DeployEvent, DeployEvents, DeployView, StepName } from '../deploy/index.js'
import { elapsed } from '../lib/duration.js'
import { errLines, outLines, type LineSink } from '../lib/terminal.js'
import { END_GROUP, beginGroup, isGithubActions, printable } from './printable.js'

/** @param isJson stdout is for one JSON object: lines go to stderr @param timestamps before each */
export function deployView(isJson: boolean, timestamps: boolean): DeployView {
  const isForTasks =
    process.stdout.isTTY && !timestamps && !isJson && !process.env.CI && process.env.TERM !== 'dumb'
  if (isForTasks) return deployTasks()
  return {
    events: plainDeploy(isJson ? errLines : outLines, { timestamps, groups: isGithubActions() }),
    end: () => Promise.resolve(),
  }
}

const INDENT = '       '

export interface PlainOptions {
  /** The time before each line, in UTC. */
  timestamps?: boolean
  /** A group a step, as GitHub Actions folds them. */
  groups?: boolean
}

/**
 * A deploy's events as plain lines in the style of a Heroku build: for pipes, CI and `--json` (then
 * on stderr).
 */
export function plainDeploy(
  stream: LineSink,
  { timestamps = false, groups = false }: PlainOptions = {},
): DeployEvents {
  const say = (text: string) => stream.write(timestamps ? stamped(text) : text)
  let isOpen = false
  const close = () => {
    if (isOpen) stream.write(END_GROUP)
    isOpen = false
  }
  return (event) => {
    if (!groups) return void say(lineOf(event))
    // What failed stands below its group: a folded line is not read.
    if (event.type !== 'line' && event.type !== 'finished') close()
    if (event.type === 'started') {
      stream.write(beginGroup(printable(event.title)))
      isOpen = true
    } else say(lineOf(event))
    if (event.type === 'finished') close()
  }
}

/** Each line of a text with the time before it: 2026-11-22T20:00:00.000Z. */
export function stamped(text: string, now = new Date()): string {
  return text.replace(/^(?!$)|^(?=\n)/gm, `${now.toISOString()} `)
}

function lineOf(event: DeployEvent): string {
  switch (event.type) {
    case 'started':
      return `-----> ${printable(event.title)}\n`
    case 'line':
      return `${INDENT}${printable(event.text)}`.trimEnd() + '\n'
    case 'finished':
      return (
        `${INDENT}Done in ` +
        `${elapsed(event.ms)}${event.detail ? `: ${printable(event.detail)}` : ''}\n`
      )
    case 'failed':
      return (
        ` !     ${printable(event.title)} failed after ${elapsed(event.ms)}: ` +
        `${printable(event.message)}\n`
      )
    case 'skipped':
      return `-----> Skipping ${event.step}: ${printable(event.reason)}\n`
  }
}

type Task = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>

/** Lines of a build that stay in view under its step while it runs. */
const LINES_IN_VIEW = 8

/**
 * A deploy's events as a task list on a terminal: a spinner a step, the newest output under it, its
 * time beside it. Each step becomes a list of its own: which steps there are is known only when they come (a
 * rollback, a check of what serves).
 */
export function deployTasks(): DeployView {
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
    // Only here, since it takes its time to load.
    const { Listr } = await import('listr2')
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
