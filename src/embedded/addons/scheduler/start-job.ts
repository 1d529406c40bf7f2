import { asTold } from '../../api/api-error.js'
import { oneOffRequest } from '../../api/one-off-request.js'
import type { AppRecord } from '../../store/records.js'
import type { Clock, Dynos, Folders, Logplex, OneOffRequest, Store } from '../../store/types.js'
import type { Owned } from '../attachments.js'
import { isToStart, jobsOf, withJobs, type Job } from './job.js'

export interface StartParts {
  store: Store
  dynos: Pick<Dynos, 'list' | 'runOneOff'>
  logplex: Logplex
  clock: Clock
  folders: Pick<Folders, 'root'>
  /** The daemon's own log. */
  log: (message: string) => void
}

/** Who starts jobs, in the app's log. */
const USER = 'scheduler@addons.heroku.com'

/**
 * Starts a job, which is due in that slot, in a one-off dyno of the app's current release. First it
 * is recorded as started: a platform that is killed here starts no second dyno for it. A job that
 * cannot be started says so in the app's log and on the page, and is not tried again.
 */
export async function startJob(
  { store, dynos, logplex, clock, folders, log }: StartParts,
  { app: { id }, addon }: Pick<Owned, 'app' | 'addon'>,
  job: Job,
  slot: number,
): Promise<void> {
  const app = store.find(id)
  if (!app) return
  const say = (message: string) =>
    logplex.append(id, { time: Date.now(), source: 'app', dyno: 'api', message })
  const change = (make: (draft: Job) => boolean) =>
    changeJob(store, { appId: id, addonId: addon.id, jobId: job.id }, make)
  const record = (draft: Job, last: { dyno: string } | { problem: string }) => {
    draft.last = { slot, at: clock.now(), dyno: null, problem: null, ...last }
    return true
  }
  const problemOf = (error: unknown): string => {
    const what = `a job of the scheduler of ${app.name}`
    return asTold(error, { root: folders.root, what, log }).message
  }
  const run = askedOf(app, job, dynos, problemOf)
  const began = 'problem' in run ? run : { dyno: run.name }
  if (!(await change((draft) => isToStart(draft, slot) && record(draft, began)))) return
  const fail = async (problem: string) => {
    say(`Scheduler could not start \`${job.command}\`: ${problem}`)
    await change((draft) => record(draft, { problem }))
  }
  if ('problem' in run) return fail(run.problem)
  say(`Starting process with command \`${run.command}\` by user ${USER}`)
  await dynos.runOneOff(id, run).catch((error: unknown) => fail(problemOf(error)))
}

/**
 * The dyno of a job, or why there can be none. It ends at the job's next time at the latest, as on
 * Heroku (devcenter.heroku.com/articles/scheduler#long-running-jobs).
 */
function askedOf(
  app: Readonly<AppRecord>,
  { command, size, every }: Job,
  dynos: Pick<Dynos, 'list'>,
  problemOf: (error: unknown) => string,
): OneOffRequest | { problem: string } {
  const body = { command, size, type: 'scheduler', time_to_live: every * 60 }
  const taken = dynos.list(app.id).map(({ name }) => name)
  try {
    const { isAttached: _attached, isTerminal: _terminal, ...run } = oneOffRequest(app, body, taken)
    return run
  } catch (error) {
    return { problem: problemOf(error) }
  }
}

/** Whether the job is there still, and `change` has changed it. */
function changeJob(
  store: Store,
  { appId, addonId, jobId }: { appId: string; addonId: string; jobId: string },
  change: (draft: Job) => boolean,
): Promise<boolean> {
  return store.update(appId, (draft) => {
    const record = draft.addons.find(({ id }) => id === addonId)
    const jobs = record ? jobsOf(record) : []
    const job = jobs.find(({ id }) => id === jobId)
    if (!record || !job || !change(job)) return false
    record.resource = withJobs(jobs)
    return true
  })
}
