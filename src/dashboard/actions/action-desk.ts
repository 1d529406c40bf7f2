import { randomUUID } from 'node:crypto'
import { ShipitError } from '../../errors.js'
import type { AppWatch } from '../app-watch.js'
import type { Journal } from '../journal.js'
import { Refusal } from '../refusal.js'
import type { ActionNews, ActionRequest } from '../wire.js'
import { perform } from './perform.js'

interface UnderWay {
  news: ActionNews
  stop: AbortController
  ended: Promise<void>
}

/** What is done to the apps, one thing at a time for each. */
export class ActionDesk {
  private readonly underWay = new Map<string, UnderWay>()

  constructor(private readonly journal: Journal<ActionNews>) {}

  /** The newest word of each that has not ended. */
  get news(): ActionNews[] {
    return [...this.underWay.values()].map(({ news }) => news)
  }

  /** Begins it. @throws Refusal 409 while another is under way @returns its id */
  start(watch: AppWatch, request: ActionRequest): string {
    const { app } = watch
    const other = this.underWay.get(app)
    if (other)
      throw new Refusal(
        409,
        `Something is still under way for ${app}: ${other.news.text}`,
        'Wait for its end, or stop it.',
      )
    const id = randomUUID()
    const stop = new AbortController()
    const news: ActionNews = {
      id,
      app,
      request,
      state: 'running',
      text: 'Beginning...',
      why: null,
      next: null,
    }
    const entry: UnderWay = { news, stop, ended: Promise.resolve() }
    this.underWay.set(app, entry)
    this.journal.push(news)
    entry.ended = this.see(watch, request, entry)
    return id
  }

  /** Ends it in order. @throws Refusal 404 if it has ended */
  stop(app: string, id: string): void {
    const found = this.underWay.get(app)
    if (found?.news.id !== id) throw new Refusal(404, 'That has ended.')
    this.tell(found, { text: 'It is ended in order...' })
    found.stop.abort()
  }

  /** Ends all in order. */
  async close(): Promise<void> {
    const all = [...this.underWay.values()]
    for (const { stop } of all) stop.abort()
    await Promise.all(all.map(({ ended }) => ended))
  }

  private async see(watch: AppWatch, request: ActionRequest, entry: UnderWay): Promise<void> {
    const { api, app } = watch
    const { signal } = entry.stop
    try {
      const text = await perform({ api, app, dynos: watch.reports(Date.now()) }, request, {
        say: (said) => this.tell(entry, { text: said }),
        signal,
      })
      this.tell(entry, { state: 'done', text: `${text}.` })
    } catch (error) {
      if (signal.aborted && !(error instanceof ShipitError)) this.tell(entry, STOPPED)
      else {
        const { message, why = null, next = null } = ShipitError.from(error)
        this.tell(entry, { state: 'failed', text: message, why, next })
      }
    } finally {
      this.underWay.delete(app)
      watch.releases.mayHaveChanged()
    }
  }

  private tell(entry: UnderWay, news: Partial<ActionNews>): void {
    entry.news = { ...entry.news, ...news }
    this.journal.push(entry.news)
  }
}

const STOPPED = {
  state: 'stopped',
  text: 'Stopped. What the platform was asked for before stays: the dynos show it.',
} as const
