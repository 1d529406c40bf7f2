import { randomUUID } from 'node:crypto'
import type { DynoRecord, DynoState } from '../store/records.js'
import type { Logplex, OneOffAttach } from '../store/types.js'
import { monotonic } from '../../lib/monotonic.js'
import type { Wanted } from './formation.js'
import { messages } from './messages.js'

export interface DynoSpec extends Wanted {
  appId: string
  /** Not of the formation: it ends for good, and ending is no crash. */
  isOneOff?: boolean
  /** Variables for this run alone; they win over config vars. */
  env?: Record<string, string> | undefined
  attach?: OneOffAttach | undefined
  onOutput?: (chunk: Buffer) => void
}

/** What one run of a dyno has come to, as the API lists it and its log tells of it. */
export class DynoStatus {
  readonly id = randomUUID()
  readonly createdAt = new Date()
  state: DynoState = 'starting'
  /** ms, by monotonic() */
  upSince: number | undefined
  private updatedAt = this.createdAt

  constructor(
    private readonly spec: DynoSpec,
    private readonly logplex: Logplex,
  ) {}

  record(): DynoRecord {
    const { name, type, command, size, release } = this.spec
    return {
      id: this.id,
      name,
      type,
      command,
      size,
      state: this.state,
      release_id: release.id,
      release_version: release.version,
      created_at: this.createdAt.toISOString(),
      updated_at: this.updatedAt.toISOString(),
    }
  }

  enter(state: DynoState): void {
    this.log(messages.state(this.state, state))
    this.state = state
    this.updatedAt = new Date()
    if (state === 'up') this.upSince = monotonic()
  }

  /** The last lines of a dyno in the log. */
  complete(status: number): number {
    this.log(messages.exited(status))
    if (this.spec.isOneOff) this.log(messages.state(this.state, 'complete'))
    return status
  }

  log(message: string, source: 'app' | 'heroku' = 'heroku'): void {
    this.logplex.append(this.spec.appId, {
      time: Date.now(),
      source,
      dyno: this.spec.name,
      message,
    })
  }
}
