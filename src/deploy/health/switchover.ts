import type { LogLine } from '../../heroku/index.js'

/** ms beyond the documented time ("approximately 3 minutes") before the clock alone is believed. */
const MARGIN = 15_000
const LONGEST_MARGIN_SHARE = 0.5

/** Words of the platform before it ends a dyno that it starts again: not those of a switch. */
const AGAIN = new Set(['Cycling', 'Restarting'])

/**
 * When preboot (https://devcenter.heroku.com/articles/preboot) has switched requests to a release.
 * Its dynos have the names of those that serve until then, which the platform does not list. Three
 * things tell: an answer that proves itself ours, the end of all earlier dynos in the log, or the
 * documented time.
 */
export class Switchover {
  /** How it is known to be over; undefined while it is not. */
  private known: 'proof' | 'end of the dynos before' | 'time' | undefined
  private readonly begun = performance.now()
  private readonly ended = new Set<string>()
  private readonly startedAgain = new Set<string>()

  /**
   * @param since ms since the epoch: older lines are of earlier releases
   * @param time ms from a release until the switch, as documented
   * @param dynos how many web dynos there were before
   */
  constructor(
    private readonly since: number,
    readonly time: number,
    private readonly dynos: number,
  ) {}

  read({ source, dyno, message, timestamp }: LogLine): void {
    if (source !== 'heroku' || !dyno.startsWith('web') || Date.parse(timestamp) < this.since) return
    if (AGAIN.has(message)) this.startedAgain.add(dyno)
    else if (
      message.startsWith('Stopping all processes with SIGTERM') &&
      !this.startedAgain.delete(dyno)
    )
      this.ended.add(dyno)
    if (this.ended.size >= this.dynos) this.known ??= 'end of the dynos before'
  }

  /** An answer has come that proves itself the release's. */
  prove(): void {
    this.known ??= 'proof'
  }

  /** A dyno of the release itself was started again, so what the log says of ends may be of it. */
  doubt(): void {
    if (this.known === undefined) this.ended.clear()
  }

  get isOver(): boolean {
    if (this.known === undefined && this.left <= 0) this.known = 'time'
    return this.known !== undefined
  }

  get by(): Switchover['known'] {
    return this.known
  }

  /** ms until the clock alone says that it is over. */
  get left(): number {
    return (
      this.begun +
      this.time +
      Math.min(MARGIN, this.time * LONGEST_MARGIN_SHARE) -
      performance.now()
    )
  }
}
