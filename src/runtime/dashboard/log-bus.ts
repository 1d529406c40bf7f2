import type { Readable } from 'node:stream'
import type { God, Keeper } from '../god.js'
import { cutLines, LONGEST_LINE } from '../lines.js'
import { dresser, isPlain, type OutputStyle } from '../output.js'
import { monotonic } from '../../lib/monotonic.js'

/**
 * Lines that go to the dashboard in a second, by instance and stream, and how many at once: PM2's
 * agent takes them one by one, and shows a person so many.
 */
const RATE = 100
const BURST = 200

/**
 * Puts the lines of an instance's stream onto God's bus, as PM2 does: `log:out` and `log:err`. What
 * comes too fast is counted, and left out.
 */
export function shareLog(
  god: God,
  keeper: Keeper,
  from: Readable,
  style: OutputStyle,
  kind: 'out' | 'err',
): void {
  if (style.isSilent) return
  const bare = { ...style, prefix: '' }
  const dress = isPlain(bare) ? undefined : dresser(bare, kind)
  const meter = new Meter(monotonic())
  let rest: Buffer = Buffer.alloc(0)
  let leftOut = 0
  const emit = (data: string) => {
    const { pm_id, name, namespace, versioning } = keeper.pm2_env
    const rev = (versioning as { revision?: string } | null | undefined)?.revision ?? null
    god.bus.emit(`log:${kind}`, { process: { pm_id, name, rev, namespace }, at: Date.now(), data })
  }
  const share = (line: Buffer) => {
    if (!meter.takes(monotonic())) return void (leftOut += 1)
    if (leftOut > 0)
      emit(`shipit: ${leftOut} lines were left out here; they are in the app's log\n`)
    leftOut = 0
    emit(dress ? dress.lines([line]).toString('utf8') : `${line.toString('utf8')}\n`)
  }
  from.on('data', (chunk: Buffer) => {
    const { complete, rest: left } = cutLines(
      rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk,
      dress?.longest ?? LONGEST_LINE,
    )
    rest = Buffer.from(left)
    for (const line of complete) share(line)
  })
  from.on('end', () => {
    if (rest.length > 0) share(rest)
  })
}

/** Lets through BURST at once, and RATE a second. */
export class Meter {
  #left = BURST
  #at: number

  constructor(now: number) {
    this.#at = now
  }

  takes(now: number): boolean {
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) * RATE) / 1000)
    this.#at = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
