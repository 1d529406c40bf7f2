import type { Reading } from '../../monitor/index.js'

/** What went wrong with a dyno, or with an instance in it. */
export interface Incident {
  kind: 'exit' | 'crash' | 'R14' | 'R15'
  /** ms since the epoch, by the log. */
  time: number
  /** `api:0`; null if it is the dyno itself. */
  instance: string | null
  /** `exited with code 7`; the code of Heroku if it is one. */
  text: string
}

interface OfDyno {
  release: number | undefined
  incidents: Incident[]
}

/** ms that an incident counts for any rule. */
const KEPT = 15 * 60_000
/** Of one dyno: a loop that is quicker has been told long before. */
const MOST = 200
/** Heroku allows an app 100 dynos; the rest are those that were. */
const MOST_DYNOS = 300

/**
 * What went wrong in the last minutes, by dyno. A dyno that runs another release than before has a
 * clean sheet: what the release before did tells nothing of this one.
 */
export class Incidents {
  private readonly dynos = new Map<string, OfDyno>()

  /** @param time of the line, ms since the epoch */
  add(dyno: string, reading: Reading, time: number): void {
    const incident = incidentIn(reading)
    if (!incident) return
    const { incidents } = this.of(dyno)
    incidents.push({ ...incident, time })
    const old = incidents.findIndex((one) => one.time > time - KEPT)
    incidents.splice(0, Math.max(old, incidents.length - MOST))
  }

  /** To be told of the dynos as the platform lists them. */
  follow(dynos: readonly { name: string; release: { version: number }; created_at: string }[]) {
    for (const { name, release, created_at: created } of dynos) {
      const known = this.of(name)
      if (known.release !== undefined && known.release !== release.version)
        known.incidents = known.incidents.filter(({ time }) => time >= Date.parse(created))
      known.release = release.version
    }
  }

  /** Oldest first, of the last 15 minutes at most. */
  since(dyno: string, from: number): readonly Incident[] {
    return this.dynos.get(dyno)?.incidents.filter(({ time }) => time >= from) ?? []
  }

  private of(name: string): OfDyno {
    const known = this.dynos.get(name) ?? { release: undefined, incidents: [] }
    // The one that was heard of longest ago gives way.
    this.dynos.delete(name)
    this.dynos.set(name, known)
    if (this.dynos.size > MOST_DYNOS) this.dynos.delete(this.dynos.keys().next().value!)
    return known
  }
}

function incidentIn(reading: Reading): Omit<Incident, 'time'> | undefined {
  if (reading.kind === 'change' && reading.event === 'exit') {
    const { asked, code, signal } = reading.fields
    if (asked !== undefined) return undefined
    // Code 0 too: an app that ends again and again serves nobody.
    const text = signal === undefined ? `exited with code ${code}` : `was killed by ${signal}`
    return { kind: 'exit', instance: `${reading.app}:${reading.instance}`, text }
  }
  if (reading.kind !== 'platform') return undefined
  const { what, value } = reading
  if (what === 'state' && value === 'crashed')
    return { kind: 'crash', instance: null, text: 'crashed' }
  if (what === 'fault' && (value === 'R14' || value === 'R15'))
    return { kind: value, instance: null, text: value }
  return undefined
}
