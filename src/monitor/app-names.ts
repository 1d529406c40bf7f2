import type { LogLine } from '../heroku/index.js'
import { readLine } from './read-line.js'

/** Where a dyno runs several apps, the runtime begins each line of theirs so. */
const PREFIX = /^\[([^\]\s]+):(\d+)\] /

/** Learns from a log which apps of the ecosystem file each dyno runs, and so whose a line is. */
export class AppNames {
  private readonly ofDyno = new Map<string, Set<string>>()
  private readonly prefixed = new Set<string>()

  /** Takes a line in the log's order. */
  learn(line: LogLine): void {
    const reading = readLine(line)
    if (reading.kind === 'change') this.appsOf(line.dyno).add(reading.app)
    else if (reading.kind === 'sample')
      for (const { app } of [reading, ...reading.others]) this.appsOf(line.dyno).add(app)
    // Another release may run other apps.
    else if (reading.kind === 'platform' && reading.what === 'starting')
      this.ofDyno.delete(line.dyno)
    else if (line.source === 'app') {
      const app = PREFIX.exec(line.message)?.[1]
      if (app !== undefined) this.prefixed.add(app)
    }
  }

  /** Whether any line told of the app. */
  knows(app: string): boolean {
    return this.prefixed.has(app) || this.names.includes(app)
  }

  /** The apps that the runtime told of. */
  get names(): string[] {
    return [...new Set([...this.ofDyno.values()].flatMap((apps) => [...apps]))].sort()
  }

  /**
   * Whether a line is what an app printed, or tells of a change of it; its figures every 20 s are
   * no news.
   * @param instance of one instance alone, as far as the line says which one printed it: of one app
   *   alone in its dyno none does
   */
  isOf(app: string, line: LogLine, instance?: number): boolean {
    if (line.source !== 'app') return false
    const reading = readLine(line)
    if (reading.kind === 'sample') return false
    const isMeant = (number: number) => instance === undefined || number === instance
    if (reading.kind === 'change') return reading.app === app && isMeant(reading.instance)
    const apps = this.ofDyno.get(line.dyno)
    const [, prefix, number] = PREFIX.exec(line.message) ?? []
    if (prefix === undefined) return apps?.size === 1 && apps.has(app)
    return prefix === app && isMeant(Number(number))
  }

  private appsOf(dyno: string): Set<string> {
    const apps = this.ofDyno.get(dyno) ?? new Set()
    this.ofDyno.set(dyno, apps)
    return apps
  }
}
