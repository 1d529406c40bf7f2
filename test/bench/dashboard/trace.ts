/** The tasks of a page's main thread, as Chromium's trace has them. */

/** As Chromium writes it: durations in µs, `tdur` those of the thread on a core. */
export interface TraceEvent {
  name: string
  ph: string
  pid: number
  tid: number
  dur?: number
  tdur?: number
  args?: { name?: string }
}

export interface Task {
  /** ms by the clock, with what else the machine did meanwhile. */
  ms: number
  /** ms that the thread had a core. */
  cpuMs: number
}

const MAIN_THREAD = 'CrRendererMain'
const TASK = 'ThreadControllerImpl::RunTask'

/** @throws Error if the trace has no task with its CPU time: another Chromium may name them so not */
export function tasksIn(events: readonly TraceEvent[]): Task[] {
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`
  const mains = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === MAIN_THREAD)
      .map(threadOf),
  )
  const tasks = events
    .filter((event) => event.name === TASK && event.ph === 'X' && mains.has(threadOf(event)))
    .map(({ dur = 0, tdur = NaN }) => ({ ms: dur / 1000, cpuMs: tdur / 1000 }))
  if (tasks.length === 0 || tasks.every(({ cpuMs }) => Number.isNaN(cpuMs)))
    throw new Error(`no task of ${MAIN_THREAD} with its CPU time is in the trace`)
  return tasks.filter(({ cpuMs }) => !Number.isNaN(cpuMs))
}
