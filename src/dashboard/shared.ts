import type { Journal } from './journal.js'
import type { Problem } from './problem.js'
import type { ActionNews, Alert, Overview } from './wire.js'

/** What all streams tell of, whatever app they look at in detail. */
export interface Shared {
  readonly overview: Overview
  /** Grows by each look. */
  readonly overviewVersion: number
  readonly problem: Problem | null
  /** Those that are raised, and the last that were. */
  readonly alerts: Alert[]
  readonly alertNews: Journal<Alert>
  /** The newest word of each action that has not ended. */
  readonly underWay: ActionNews[]
  readonly actionNews: Journal<ActionNews>
}
