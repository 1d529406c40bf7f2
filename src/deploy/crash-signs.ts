import type { LogLine } from '../heroku/types.js'

/** Something in the app's log that means a dyno, or an app inside one, does not stay up. */
export interface CrashSign {
  /** web.1 */
  dyno: string
  /** ms since the epoch. */
  time: number
  /** Follows the dyno's name in a sentence: "exited with status 1", "cannot keep api up (code 1)". */
  reason: string
}

/** The platform's and the runtime's lines on what does not stay up. */
const CRASHING = /^State changed from \w+ to crashed|^shipit source=.* event=(?:exit|crash)\b/

/** ms after which a crash is long past: nothing of it is still to come. */
const RECENT = 30_000

/**
 * Reads an app's log for crashes that the list of dynos does not show: one that was started again between two looks, and an app
 * that the runtime keeps starting again inside a dyno that stays up. One exit of an instance is no crash yet, two are.
 */
export class CrashSigns {
  found: CrashSign[] = []
  /** Exits that the runtime tells of, oldest first. One may be chance; it is a reason to look longer. */
  exits: { dyno: string; instance: string; time: number }[] = []
  /** When each dyno came up last, ms since the epoch. */
  readonly cameUp = new Map<string, number>()
  /** Names of dynos that were crashing shortly before that: what goes away at the same time may still tell of it. */
  readonly crashedBefore = new Set<string>()
  private readonly exitStatus = new Map<string, string>()

  /** @param since ms since the epoch: older lines are of older releases */
  constructor(private readonly since: number) {}

  read({ source, dyno, timestamp, message }: LogLine): void {
    const time = Date.parse(timestamp)
    if (time < this.since) return void (time > this.since - RECENT && CRASHING.test(message) && this.crashedBefore.add(dyno))
    if (source === 'heroku' && message.startsWith('State changed from starting to up')) this.cameUp.set(dyno, time)
    const reason = source === 'heroku' ? this.platformSays(dyno, message) : this.runtimeSays(dyno, time, message)
    if (reason !== undefined) this.found.push({ dyno, time, reason })
  }

  /** Unlearns what was told of a dyno's name so far: it may have been of one that has gone. */
  forget(name: string): void {
    this.found = this.found.filter(({ dyno }) => dyno !== name)
    this.exits = this.exits.filter(({ dyno }) => dyno !== name)
  }

  /** https://devcenter.heroku.com/articles/error-codes and the platform's own lines on a dyno's state. */
  private platformSays(dyno: string, message: string): string | undefined {
    const said = /^Process exited with status (\d+)/.exec(message)?.[1] ?? /^Error (R\d+ \([^)]*\)(?: -> .*)?)/.exec(message)?.[1]
    if (said !== undefined) this.exitStatus.set(dyno, /^\d+$/.test(said) ? `exited with status ${said}` : `crashed: ${said}`)
    return /^State changed from \w+ to crashed/.test(message) ? this.exitStatus.get(dyno) ?? 'crashed' : undefined
  }

  /** The runtime's line for a change: `shipit source=web.1 app=api instance=0 event=exit code=1 restarts=3 backoff=225ms`. */
  private runtimeSays(dyno: string, time: number, message: string): string | undefined {
    if (!message.startsWith('shipit source=')) return undefined
    const fields = Object.fromEntries([...message.matchAll(/([^\s=]+)=("[^"]*"|\S*)/g)].map(([, key, value]) => [key, value?.replaceAll('"', '')])) as Record<string, string | undefined>
    const ending = fields.signal && fields.signal !== '0' ? `signal ${fields.signal}` : `code ${fields.code ?? '?'}`
    if (fields.event === 'crash') return `cannot keep ${fields.app ?? 'an app'} up (${ending})`
    if (fields.event !== 'exit') return undefined
    const instance = `${dyno} ${fields.app} ${fields.instance}`
    this.exits.push({ dyno, instance, time })
    return this.exits.filter((exit) => exit.instance === instance).length < 2 ? undefined : `has to start ${fields.app ?? 'an app'} again and again (${ending})`
  }
}
