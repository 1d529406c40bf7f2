import type { AddonRecord } from '../../store/records.js'
import { isDue, nextRun, type Frequency } from './frequency.js'

/** A job as its add-on's record has it. */
export interface Job extends Frequency {
  id: string
  command: string
  /** Of its dynos, as the API spells it: Standard-1X */
  size: string
  /** What became of it the last time that it was due; null if it never was. */
  last: LastRun | null
}

interface LastRun {
  /** The time that it was due at, in ms since the epoch. */
  slot: number
  /** When it was started, in ms since the epoch. */
  at: number
  /** scheduler.1234; null if it could not be started. */
  dyno: string | null
  /** Why it could not. */
  problem: string | null
}

/** The jobs of an add-on, in the order in which they were added. */
export const jobsOf = ({ resource }: Pick<AddonRecord, 'resource'>): Job[] =>
  JSON.parse(resource.jobs ?? '[]') as Job[]

export const withJobs = (jobs: readonly Job[]): AddonRecord['resource'] => ({
  jobs: JSON.stringify(jobs),
})

/**
 * Whether it is to be started in that slot, which it is once at most: also if the machine's clock
 * was set back meanwhile.
 */
export const isToStart = (job: Job, slot: number): boolean =>
  isDue(job, slot) && (job.last === null || job.last.slot < slot)

/** When it is started next, in ms since the epoch. */
export const nextStart = (job: Job, now: number): number =>
  nextRun(job, Math.max(now, job.last?.slot ?? 0))
