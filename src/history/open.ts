import { MemoryHistory } from './app-history.js'
import type { AppHistory } from './history.js'

export interface HistoryOptions {
  app: string
}

/** The history of an app, empty at first: it takes at most 64 MB of memory. */
export const openHistory = ({ app }: HistoryOptions): Promise<AppHistory> =>
  Promise.resolve(new MemoryHistory(app))
