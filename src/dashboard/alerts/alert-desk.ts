import type { AppWatch } from '../app-watch.js'
import { Journal } from '../journal.js'
import type { Alert } from '../wire.js'
import { AlertBook } from './alert-book.js'
import { factsOf } from './facts.js'
import { RULES } from './rules/index.js'

/** ms between two looks. */
const LOOK_EVERY = 5000
/** Alerts that are over and are still shown. */
const MOST_OVER = 50
/** Changes that a slow reader can still get. */
const NEWS = 200

/** The alerts of all apps, for as long as the dashboard runs. */
export class AlertDesk {
  readonly news = new Journal<Alert>(NEWS)
  private readonly books: readonly { watch: AppWatch; book: AlertBook }[]
  private over: Alert[] = []
  private timer: NodeJS.Timeout | undefined

  constructor(
    watches: readonly AppWatch[],
    private readonly onChange?: (alert: Alert) => void,
  ) {
    this.books = watches.map((watch) => ({ watch, book: new AlertBook(RULES) }))
  }

  /** Those that are raised, and the last that were. */
  get alerts(): Alert[] {
    return [...this.over, ...this.books.flatMap(({ book }) => book.raised)]
  }

  start(): void {
    this.timer = setInterval(() => this.look(Date.now()), LOOK_EVERY)
  }

  stop(): void {
    clearInterval(this.timer)
  }

  private look(now: number): void {
    for (const { watch, book } of this.books)
      for (const alert of book.look(factsOf(watch, now))) {
        this.news.push(alert)
        if (alert.state === 'resolved') this.over = [...this.over, alert].slice(-MOST_OVER)
        this.onChange?.(alert)
      }
  }
}
