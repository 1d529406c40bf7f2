/** What an app's log told over a day: figures, requests, events. In memory, or in files (record). */
export type { AppHistory, HistoryMark, HistoryOf, HistoryRange, HistorySeries } from './history.js'
export { openHistory } from './open.js'
