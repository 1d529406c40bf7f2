import type { Alert } from '../wire.js'
import type { AppFacts } from './facts.js'

/** What a rule says of one place at one moment. */
export interface Judgement {
  /** `web.1`, `web.1 api:0`; null if it is the app. */
  place: string | null
  /**
   * Between what raises an alert and what clears it lies what does neither, so that a figure that
   * moves about its limit raises one alert and not one a minute.
   */
  is: 'bad' | 'between' | 'fine'
  /** How it is, in a sentence that can stand by itself. */
  text: string
}

/** A pure function of what is known, and how long its word must hold. Times in ms. */
export interface Rule {
  id: Alert['rule']
  /** What is wrong, in two or three words. */
  title: string
  /** How long a place must be bad without a break before that is told. */
  raiseAfter: number
  /** How long it must be fine without a break before it is over. */
  clearAfter: number
  /**
   * Whether it judges without what the platform tells. All other rules rest while it cannot be
   * read: what is not known is neither good nor bad.
   */
  isOfPlatform?: true
  /** A place that is not judged any more is gone, which is fine. */
  judge(facts: AppFacts): Judgement[]
}

export const SECOND = 1000
export const MINUTE = 60 * SECOND
