import type { LogLine } from '../heroku/index.js'
import { changeInWords, isBadChange } from './change-words.js'
import { DynoModel, type FormationEvent } from './dyno.js'
import { isErrorText } from './error-lines.js'
import { InstanceModel } from './instance.js'
import { LIMITS, R14_LASTS } from './limits.js'
import { Ring, ownText } from './ring.js'
import { isFault } from './platform-line.js'
import { readLine } from './read-line.js'
import type { Change, PlatformWord, Reading, Request, Sample } from './reading.js'
import { Traffic } from './traffic.js'

/** Not dynos, though they have their place in a line's head. */
const SERVICES = new Set(['router', 'api', 'logplex', 'build'])

/**
 * The codes that say nothing by themselves and are met most
 * (devcenter.heroku.com/articles/error-codes).
 */
const MEMORY_FAULTS: Readonly<Record<string, string>> = {
  R14: 'R14 memory quota exceeded',
  R15: 'R15 memory quota vastly exceeded: killed',
}

/**
 * An app's formation as its log tells it: dynos, their instances, requests, changes, the last error
 * lines. Fed line by line; pure, and of bounded memory (LIMITS). Lines of a moment before are as
 * good as lines of now: all times are the log's own.
 */
export class FormationModel {
  readonly dynos = new Map<string, DynoModel>()
  readonly events = new Ring<FormationEvent>(LIMITS.appEvents)
  /** All requests, also those that no dyno took. */
  readonly traffic = new Traffic()
  /** ms since the epoch: the time of the last line that had one. */
  now = 0
  private instances = 0

  /** Takes one line and says what it was. */
  add(line: LogLine): Reading {
    const reading = readLine(line)
    if (reading.kind === 'foreign') {
      if (line.source === 'app' && !SERVICES.has(line.dyno) && isErrorText(line.message))
        this.addErrorLine(line)
      return reading
    }
    const time = this.timeOf(line)
    if (reading.kind === 'request') this.addRequest(reading, time)
    else if (!SERVICES.has(line.dyno) || reading.kind === 'platform')
      this.addToDyno(line, reading, time)
    return reading
  }

  private timeOf({ timestamp }: LogLine): number {
    const time = Date.parse(timestamp)
    if (!Number.isNaN(time)) this.now = time
    return this.now
  }

  private addRequest(request: Request, time: number): void {
    this.traffic.add(request, time)
    // A dyno that only requests speak of is one all the same, but what no dyno took has no name.
    if (request.dyno === '') return
    const dyno = this.dyno(request.dyno)
    dyno.seenAt = time
    dyno.traffic.add(request, time)
  }

  private addToDyno(
    line: LogLine,
    reading: Exclude<Reading, Request | { kind: 'foreign' }>,
    time: number,
  ): void {
    const dyno = this.dyno(line.dyno)
    dyno.seenAt = time
    if (reading.kind === 'sample') this.addSamples(dyno, reading, time)
    else if (reading.kind === 'change') this.addChange(dyno, reading, time)
    else if (reading.kind === 'figures') dyno.addFigures(reading, time)
    else if (reading.kind === 'over-quota') dyno.addOverQuota(reading, time)
    else this.addPlatformWord(dyno, reading, time)
  }

  private addSamples(dyno: DynoModel, sample: Sample, time: number): void {
    dyno.expected = sample.of
    this.instance(dyno, sample)?.addSample(sample, time)
    for (const other of sample.others) this.instance(dyno, other)?.addSample(other, time)
  }

  private addChange(dyno: DynoModel, change: Change, time: number): void {
    const { event, fields, app, instance } = change
    if (event === 'exit' && fields.removed !== undefined) this.dropInstance(dyno, change)
    else this.instance(dyno, change)?.addChange(change, time)
    if (event === 'exception') dyno.exceptions.add(change, time)
    const text = changeInWords(change)
    this.note(dyno, { time, dyno: dyno.name, app, instance, text, isBad: isBadChange(change) })
  }

  private addPlatformWord(dyno: DynoModel, reading: PlatformWord, time: number): void {
    const { what, value } = reading
    if (what === 'starting') {
      this.instances -= dyno.instances.size
      dyno.beginAnew()
    } else if (what === 'state') {
      dyno.state = value
    } else if (what === 'fault') {
      const isRepeated = dyno.fault?.code === value && time - dyno.fault.time < R14_LASTS
      dyno.fault = { code: value, time }
      // R14 comes again every 20 s: once is news.
      if (isRepeated) return
    }
    const text =
      what === 'fault'
        ? (MEMORY_FAULTS[value] ?? value)
        : what === 'starting'
          ? 'starting'
          : what === 'anew'
            ? value
            : `${what} ${value}`
    this.note(dyno, { time, dyno: dyno.name, text, isBad: isFault(reading) })
  }

  private addErrorLine(line: LogLine): void {
    const dyno = this.dyno(line.dyno)
    dyno.errorLines.push({
      time: this.timeOf(line),
      text: ownText(line.message, LIMITS.errorLength),
    })
  }

  private note(dyno: DynoModel, event: FormationEvent): void {
    dyno.events.push(event)
    this.events.push(event)
  }

  private dyno(name: string): DynoModel {
    const known = this.dynos.get(name)
    if (known) return known
    if (this.dynos.size >= LIMITS.dynos) this.dropLongestSilent()
    const dyno = new DynoModel(ownText(name))
    this.dynos.set(dyno.name, dyno)
    return dyno
  }

  private dropLongestSilent(): void {
    let longest: DynoModel | undefined
    for (const dyno of this.dynos.values())
      if (!longest || dyno.seenAt < longest.seenAt) longest = dyno
    this.instances -= longest!.instances.size
    this.dynos.delete(longest!.name)
  }

  /** The app goes on with fewer instances: this one is neither stopped nor missing. */
  private dropInstance(dyno: DynoModel, { app, instance }: Change): void {
    if (dyno.instances.delete(`${app}:${instance}`)) this.instances -= 1
  }

  /**
   * Undefined if there is no more room: a dyno that invents instances takes the place of its
   * own, then of none.
   */
  private instance(dyno: DynoModel, { app, instance }: Sample | Change): InstanceModel | undefined {
    const key = `${app}:${instance}`
    const known = dyno.instances.get(key)
    if (known) return known
    if (this.instances >= LIMITS.instances) {
      const oldest = dyno.instances.keys().next().value
      if (oldest === undefined) return undefined
      dyno.instances.delete(oldest)
      this.instances -= 1
    }
    const made = new InstanceModel(app, instance)
    dyno.instances.set(key, made)
    this.instances += 1
    return made
  }
}
