/**
 * The health of a release, as far as it can be told from here: by its answers, else by what the
 * router tells in the log.
 */
import { newBootId } from '../../runtime/boot-id.js'
import type { Deployment } from '../deployment.js'
import type { HealthCheck } from './health-check.js'
import { probe, type Answer } from './probe.js'
import type { ReleaseWatch } from './release-watch.js'
import { verdictOf, type Verdict } from './verdict.js'

export type HealthResult =
  | Verdict
  /** An earlier release has answered, or who has is not known yet: nothing is judged. */
  | { is: 'not ours'; words: string }

/** ms after which an answer is judged whose boot the log has not told of: lines can be lost. */
const BOOT_LINE_TIME = 5000

export class Health {
  private unknownSince: number | undefined
  private ownHosts: Promise<Set<string>> | undefined

  /** @param url of the app, with the health path */
  constructor(
    private readonly deployment: Deployment,
    private readonly watch: ReleaseWatch,
    private readonly url: string,
    private readonly check: HealthCheck,
  ) {
    watch.countRequests()
  }

  /** Asks once. Rejects only when the deploy is stopped. */
  async poll(): Promise<HealthResult> {
    const answer = await this.ask(this.url)
    const foreign = this.foreign(answer)
    if (foreign) return foreign
    const verdict = verdictOf(this.check, answer, this.url)
    if (verdict.is === 'well') return verdict
    if (verdict.is === 'ill')
      return this.isEvidence(answer)
        ? verdict
        : this.byRouter({
            is: 'unknown',
            words: `${verdict.words}, which did not come from the app`,
          })
    const elsewhere = answer.isAnswer ? answer.location : undefined
    if (elsewhere !== undefined && (await this.isOwn(elsewhere))) {
      const second = await this.ask(elsewhere)
      const there = this.foreign(second) ?? verdictOf(this.check, second, elsewhere)
      if (there.is === 'well' || there.is === 'not ours') return there
    }
    return this.byRouter(verdict)
  }

  private ask(url: string): Promise<Answer> {
    const requestId = `shipit-${newBootId()}`
    this.watch.router.expect(requestId)
    return probe(url, {
      signal: this.deployment.signal,
      headers: this.deployment.healthHeaders,
      requestId,
    })
  }

  /** Set if an answer is not to be judged, because it is not known to be of this release. */
  private foreign(answer: Answer): HealthResult | undefined {
    const { watch } = this
    const owner =
      answer.isAnswer && answer.boot !== undefined ? watch.ownerOf(answer.boot) : undefined
    if (owner === 'ours') {
      watch.switchover?.prove()
      this.unknownSince = undefined
      return undefined
    }
    if (owner === 'other') return { is: 'not ours', words: 'the release before still answers' }
    if (!watch.isServing) return { is: 'not ours', words: 'preboot has not switched requests yet' }
    if (owner === undefined || watch.logFailure !== undefined) return undefined
    this.unknownSince ??= performance.now()
    return performance.now() - this.unknownSince > BOOT_LINE_TIME
      ? undefined
      : { is: 'not ours', words: 'the log does not tell yet which dyno answers' }
  }

  /**
   * Whether a failing answer is the app's or its router's: something in between (a proxy, a
   * gateway) may answer in their place.
   */
  private isEvidence(answer: Answer): boolean {
    const { logFailure, router } = this.watch
    if (answer.isAnswer && answer.boot !== undefined) return true
    if (logFailure !== undefined || this.deployment.app?.generation?.name === 'fir') return true
    return router.hasSeenOurs
  }

  private byRouter(verdict: Extract<Verdict, { is: 'unknown' }>): Verdict {
    const { good, bad } = this.watch.router.routed
    const where = `${this.check.path}: ${verdict.words}`
    const count = (number: number) => `${number} ${number === 1 ? 'request' : 'requests'}`
    if (good > 0 && good >= bad) {
      const words =
        `by the router's lines in the log: ${count(good)} answered below ` +
        `500${bad > 0 ? `, ${bad} not` : ''}`
      return { is: 'well', words, warning: `${where}. The release is judged ${words}.` }
    }
    if (bad > good)
      return {
        is: 'ill',
        words:
          `${verdict.words}; the router's lines in the log tell of ${count(bad)} answered with ` +
          '5xx',
      }
    return { is: 'unknown', words: `${verdict.words}; the log tells of no request to it` }
  }

  private async isOwn(url: string): Promise<boolean> {
    const { platform, plan, app } = this.deployment
    this.ownHosts ??= platform
      .domains(plan.app)
      .catch(() => [])
      .then((names) => new Set([...names, new URL(app?.web_url ?? this.url).hostname]))
    const { hostname } = new URL(url)
    const wildcard = hostname.replace(/^[^.]+/, '*')
    const own = await this.ownHosts
    return own.has(hostname) || own.has(wildcard)
  }
}
