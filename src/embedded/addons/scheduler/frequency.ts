/**
 * How often a job of Heroku Scheduler runs (devcenter.heroku.com/articles/scheduler): every ten
 * minutes, every hour at one of six minutes, or every day at a full or half hour of UTC.
 */
export interface Frequency {
  /** Minutes from one run to the next: ten, an hour or a day. */
  every: 10 | 60 | 1440
  /** Minutes after the hour or after midnight UTC; 0 for every ten minutes. */
  at: number
}

const MINUTE = 60_000
/** ms between the times at which a job can be due. */
export const SLOT = 10 * MINUTE

const counted = (count: number, step: number): number[] =>
  Array.from({ length: count }, (_, index) => index * step)

/** All that there are, in the order of the form. */
export const FREQUENCIES: readonly Frequency[] = [
  { every: 10, at: 0 },
  ...counted(6, 10).map((at) => ({ every: 60 as const, at })),
  ...counted(48, 30).map((at) => ({ every: 1440 as const, at })),
]

/** What a form calls it: 1440@90 is every day at 01:30. */
export const codeOf = ({ every, at }: Frequency): string => `${every}@${at}`

export const frequencyOf = (code: string): Frequency | undefined =>
  FREQUENCIES.find((one) => codeOf(one) === code)

/** Every hour at :20 */
export function frequencyInWords({ every, at }: Frequency): string {
  if (every === 10) return 'Every 10 minutes'
  const minutes = String(at % 60).padStart(2, '0')
  if (every === 60) return `Every hour at :${minutes}`
  return `Every day at ${String(Math.floor(at / 60)).padStart(2, '0')}:${minutes} UTC`
}

/** When the ten minutes began that `time` is in. Both are ms since the epoch, as below. */
export const slotOf = (time: number): number => Math.floor(time / SLOT) * SLOT

/** Hours and days of UTC are multiples of their length since the epoch: it has no leap seconds. */
export const isDue = ({ every, at }: Frequency, slot: number): boolean =>
  (slot / MINUTE - at) % every === 0

/** The first time after `time` at which it is due. */
export function nextRun({ every, at }: Frequency, time: number): number {
  const period = every * MINUTE
  const offset = at * MINUTE
  return (Math.floor((time - offset) / period) + 1) * period + offset
}
