/** What an app's log told over a day: figures, requests, events. In memory, or in files (record). */
export type {
  AppHistory,
  HistoryDyno,
  HistoryMark,
  HistoryOf,
  HistoryRange,
  HistorySeries,
} from './history.js'
export { openHistory, recordHistory, recordOf } from './open.js'
export type { Recorder } from './recorder.js'
