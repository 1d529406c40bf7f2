/** What an app's log told over a day: figures, requests, events. In memory, or in files (record). */
export type {
  AppHistory,
  DynoTotals,
  Extreme,
  HistoryDyno,
  HistoryMark,
  HistoryOf,
  HistoryRange,
  HistorySeries,
  HistoryTotals,
  PastDyno,
  PastInstance,
  Totals,
} from './history.js'
export { countMarks, isAbout, type MarkCounts } from './mark-counts.js'
export { openHistory, recordHistory, recordOf } from './open.js'
export type { Recorder } from './recorder.js'
