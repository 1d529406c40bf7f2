import type { LogLine } from '../../heroku/index.js'
import { readLine } from '../../monitor/read-line.js'
import type { Reading } from '../../monitor/reading.js'

/** Something in the app's log that means a dyno, or an app inside one, does not stay up. */
interface CrashSign {
  /** web.1 */
  dyno: string
  /** ms since the epoch. */
  time: number
  /**
   * Follows the dyno's name in a sentence: "exited with status 1", "cannot keep api up (code 1)".
   */
  reason: string
}

/**
 * Told of a dyno that goes on
 * (https://devcenter.heroku.com/articles/error-codes#r14-memory-quota-exceeded).
 */
const WARNING = /^R14\b/

/** ms after which a crash is long past: nothing of it is still to come. */
const RECENT = 30_000

/**
 * Reads an app's log for crashes that the list of dynos does not show: one that was started again
 * between two looks, and an app that the runtime keeps starting again inside a dyno that stays up.
 * One exit of an instance is no crash yet, two are.
 */
export class CrashSigns {
  found: CrashSign[] = []
  /**
   * Exits that the runtime tells of, oldest first. One may be chance; it is a reason to look
   * longer.
   */
  exits: { dyno: string; instance: string; time: number }[] = []
  /** When each dyno came up last, ms since the epoch. */
  readonly cameUp = new Map<string, number>()
  /**
   * Names of dynos that were crashing shortly before that: what goes away at the same time may
   * still tell of it.
   */
  readonly crashedBefore = new Set<string>()
  /** How the process of each dyno ended since its last start, in words. */
  private readonly endings = new Map<string, string>()

  /** @param since ms since the epoch: older lines are of older releases */
  constructor(private readonly since: number) {}

  /** Whether the line tells of a dyno that came up or of something that ended. */
  read(line: LogLine): boolean {
    const { source, dyno, timestamp, message } = line
    const time = Date.parse(timestamp)
    if (time < this.since) {
      if (time > this.since - RECENT && tellsOfCrash(readLine(line))) this.crashedBefore.add(dyno)
      return false
    }
    const isUp = source === 'heroku' && message.startsWith('State changed from starting to up')
    if (isUp) this.cameUp.set(dyno, time)
    const exits = this.exits.length
    const reason =
      source === 'heroku'
        ? this.platformSays(dyno, message)
        : this.runtimeSays(dyno, time, readLine(line))
    if (reason !== undefined) this.found.push({ dyno, time, reason })
    return isUp || reason !== undefined || this.exits.length > exits
  }

  /** Unlearns what was told of a dyno's name so far: it may have been of one that has gone. */
  forget(name: string): void {
    this.found = this.found.filter(({ dyno }) => dyno !== name)
    this.exits = this.exits.filter(({ dyno }) => dyno !== name)
  }

  /**
   * https://devcenter.heroku.com/articles/error-codes and the platform's own lines on a dyno's
   * state.
   */
  private platformSays(dyno: string, message: string): string | undefined {
    if (message.startsWith('Starting process')) this.endings.delete(dyno)
    const [, error] = /^Error (R\d+ \([^)]*\)(?: -> .*)?)/.exec(message) ?? []
    const [, status] = /^Process exited with status (\d+)/.exec(message) ?? []
    // An error that the platform kills for is the cause, and the status that follows only its
    // effect.
    if (error !== undefined && !WARNING.test(error)) this.endings.set(dyno, `crashed: ${error}`)
    else if (status !== undefined && !this.endings.has(dyno))
      this.endings.set(dyno, `exited with status ${status}`)
    return /^State changed from \w+ to crashed/.test(message)
      ? (this.endings.get(dyno) ?? 'crashed')
      : undefined
  }

  private runtimeSays(dyno: string, time: number, reading: Reading): string | undefined {
    if (!tellsOfCrash(reading) || reading.kind !== 'change') return undefined
    const {
      app,
      fields: { code = '?', signal },
    } = reading
    const ending = signal && signal !== '0' ? `signal ${signal}` : `code ${code}`
    if (reading.event === 'crash') return `cannot keep ${app} up (${ending})`
    const instance = `${dyno} ${app} ${reading.instance}`
    this.exits.push({ dyno, instance, time })
    return this.exits.filter((exit) => exit.instance === instance).length < 2
      ? undefined
      : `has to start ${app} again and again (${ending})`
  }
}

/**
 * Whether the platform or the runtime tells of something that does not stay up; an exit that was
 * asked for (a reload, a memory restart) is none.
 */
function tellsOfCrash(reading: Reading): boolean {
  if (reading.kind === 'platform') return reading.what === 'state' && reading.value === 'crashed'
  return (
    reading.kind === 'change' &&
    (reading.event === 'crash' || (reading.event === 'exit' && reading.fields.asked === undefined))
  )
}
