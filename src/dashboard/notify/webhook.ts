import { setTimeout as delay } from 'node:timers/promises'
import { fetchFor, reasonOf, retryAfter } from '../../heroku/index.js'
import type { Alert } from '../wire.js'
import { webhookMessage } from './webhook-message.js'

/** ms of one try. */
const TRY = 10_000
/** ms between two tries, doubled up to the longest, unless the receiver asks for another time. */
const AGAIN = { first: 1000, longest: 60_000 }
/** ms after which an alert that could not be sent is no news any more. */
const STALE = 10 * 60_000
/** Alerts that wait for those before them. */
const MOST = 100
/** ms that what waits still has when the dashboard ends. */
const END = 5000

interface WebhookOptions {
  url: URL
  /** For the receiver's log. */
  version: string
  /** Told of what could not be sent, in a sentence, and once until it can be again. */
  report: (problem: string) => void
}

type Outcome = 'taken' | { why: string; isFinal: boolean; after?: number | undefined }

/**
 * Posts each alert to one address, one after the other and in their order. Nobody waits for it, and
 * no error leaves it: what the receiver does not take in time is reported and dropped. Of the
 * address only the host is ever told.
 */
export class Webhook {
  private readonly waiting: { alert: Alert; at: number }[] = []
  private sending: Promise<void> | undefined
  private isFailing = false
  /** At the end there is one try each, and no time to wait for another. */
  private readonly ending = new AbortController()
  private readonly ended = new AbortController()

  constructor(private readonly options: WebhookOptions) {}

  send(alert: Alert): void {
    if (this.waiting.length >= MOST) {
      this.waiting.shift()
      this.lose('more alerts than it takes')
    }
    this.waiting.push({ alert, at: performance.now() })
    this.sending ??= this.sendAll().finally(() => (this.sending = undefined))
  }

  /** What waits is tried once more, for 5 s in all. */
  async close(): Promise<void> {
    this.ending.abort()
    const tooLong = setTimeout(() => this.ended.abort(), END)
    await this.sending
    clearTimeout(tooLong)
  }

  private async sendAll(): Promise<void> {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      if (this.ended.signal.aborted) this.lose('no time was left at the end')
      else await this.sendOne(next.alert, next.at + STALE)
    }
  }

  private async sendOne(alert: Alert, until: number): Promise<void> {
    for (let pause = AGAIN.first; ; pause = Math.min(AGAIN.longest, 2 * pause)) {
      const outcome = await this.try(alert)
      if (outcome === 'taken') {
        this.isFailing = false
        return
      }
      const { why, isFinal, after = pause } = outcome
      if (isFinal || this.ending.signal.aborted || performance.now() + after > until)
        return this.lose(why)
      await delay(after, undefined, { signal: this.ending.signal }).catch((error: unknown) => {
        if (!this.ending.signal.aborted) throw error
      })
    }
  }

  private async try(alert: Alert): Promise<Outcome> {
    const { url, version } = this.options
    const slow = AbortSignal.timeout(TRY)
    try {
      const ask = await fetchFor(url.href)
      const response = await ask(url.href, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': `shipit/${version}` },
        body: JSON.stringify(webhookMessage(alert)),
        // The address is a secret of the host that it names.
        redirect: 'manual',
        signal: AbortSignal.any([slow, this.ended.signal]),
      })
      await response.body?.cancel()
      return outcomeOf(response)
    } catch (error) {
      if (this.ended.signal.aborted) return { why: 'no time was left at the end', isFinal: true }
      if (slow.aborted) return { why: `no answer came within ${TRY / 1000} s`, isFinal: false }
      return { why: reasonOf(error), isFinal: false }
    }
  }

  private lose(why: string): void {
    if (this.isFailing) return
    this.isFailing = true
    this.options.report(
      `An alert could not be sent to ${this.options.url.host}: ${why}. ` +
        'The dashboard shows it all the same.',
    )
  }
}

function outcomeOf({ status, headers }: Response): Outcome {
  if (status >= 200 && status < 300) return 'taken'
  if (status >= 300 && status < 400)
    return { why: `it answered with a redirect (HTTP ${status})`, isFinal: true }
  const isFinal = status < 500 && status !== 429 && status !== 408
  const after = retryAfter({ 'retry-after': headers.get('retry-after') ?? undefined })
  return { why: `it answered HTTP ${status}`, isFinal, after }
}
