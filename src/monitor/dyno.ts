import { ExceptionGroups } from './exceptions.js'
import { History } from './history.js'
import { InstanceModel } from './instance.js'
import { LIMITS } from './limits.js'
import { Ring } from './ring.js'
import { Traffic } from './traffic.js'
import type { DynoFigures, OverQuota } from './reading.js'

/** A change of a dyno or of one of its instances, for people to read. */
export interface FormationEvent {
  /** ms since the epoch. */
  time: number
  dyno: string
  /** Of the instance that it is about; absent if it is about the dyno. */
  app?: string
  instance?: number
  /** `exited with code 1, restarting in 225 ms`, `state crashed`, `R14`. */
  text: string
  isBad: boolean
}

export interface ErrorLine {
  time: number
  text: string
}

/** One dyno as the log tells it. Memory in MB, times in ms. */
export class DynoModel {
  readonly instances = new Map<string, InstanceModel>()
  readonly traffic = new Traffic()
  readonly events = new Ring<FormationEvent>(LIMITS.events)
  readonly errorLines = new Ring<ErrorLine>(LIMITS.errorLines)
  readonly exceptions = new ExceptionGroups()
  /** Heroku's own figures, where log-runtime-metrics is enabled. */
  figures: Omit<DynoFigures, 'kind'> | undefined
  readonly history = new History(['memoryMb', 'loadAverage'] as const, LIMITS.points)
  /** What it took when it was above its quota, MB, and when that was. */
  overQuota: { memory: number; time: number } | undefined
  /** The last of Heroku's codes, such as R14, and when it came. */
  fault: { code: string; time: number } | undefined
  state: string | undefined
  /** How many instances it has, as its last figures say. */
  expected: number | undefined
  /** When a line last told of it. */
  seenAt = 0

  constructor(readonly name: string) {}

  addFigures({ load, memory, quota, swap }: DynoFigures, time: number): void {
    const before = this.figures
    this.figures = {
      load: load ?? before?.load,
      memory: memory ?? before?.memory,
      quota: quota ?? before?.quota,
      swap: swap ?? before?.swap,
    }
    // Load and memory come in two lines of one moment: the second of them makes the point.
    if (memory !== undefined)
      this.history.push(time, { memoryMb: memory, loadAverage: this.figures.load })
  }

  /** Told besides the figures where Heroku prints those. */
  addOverQuota({ memory }: OverQuota, time: number): void {
    this.overQuota = { memory, time }
    if (this.figures === undefined)
      this.history.push(time, { memoryMb: memory, loadAverage: undefined })
  }

  /** What it was before it started anew is over; what happened stays to be read. */
  beginAnew(): void {
    this.instances.clear()
    this.expected = undefined
    this.figures = undefined
    this.overQuota = undefined
    this.fault = undefined
  }
}
