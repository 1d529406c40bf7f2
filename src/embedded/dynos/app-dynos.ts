import type { DynoRecord } from '../store/records.js'
import type { WebTarget } from '../store/types.js'
import type { Services } from './machine.js'
import { hasPreboot, wantedDynos, type Wanted } from './formation.js'
import { Preboot } from './preboot.js'
import { Slot } from './slot.js'
import { messages } from './messages.js'

interface Selection {
  type?: string
  name?: string
}

/**
 * The dynos of one app. Deciding what should run takes no await, so that every call sees a whole
 * state and may be repeated; what it starts and ends goes on by itself.
 */
export class AppDynos {
  /** By name. What serves: all types; of web, the release that gets the requests. */
  private readonly serving = new Map<string, Slot>()
  private preboot: Preboot | undefined
  /** Names that stop() took out until the next release or change of formation. */
  private readonly stopped = new Set<string>()
  private readonly ending = new Set<Promise<void>>()

  constructor(
    private readonly appId: string,
    private readonly services: Services,
    private readonly changed: () => void,
  ) {}

  reconcile(reason: 'release' | 'formation' | 'restart'): void {
    if (reason !== 'restart') this.stopped.clear()
    const app = this.services.store.find(this.appId)
    const wanted = app ? wantedDynos(app) : []
    if (app && hasPreboot(app) && this.replacesServingWeb(wanted)) this.bootBeside(wanted)
    else this.replace(wanted)
    if (reason === 'restart') this.restart({})
    this.onChange()
  }

  /**
   * Web dynos that a preboot replaces go on serving and are not listed
   * (devcenter.heroku.com/articles/preboot).
   */
  list(): DynoRecord[] {
    return this.listedSlots().map((slot) => slot.record())
  }

  webTargets(): WebTarget[] {
    return this.servingWeb().flatMap((slot) => slot.webTarget() ?? [])
  }

  webStatus(): 'up' | 'starting' | 'crashed' | 'none' {
    const states = this.servingWeb().map(({ state }) => state)
    if (states.includes('up')) return 'up'
    if (states.includes('starting')) return 'starting'
    return states.includes('crashed') ? 'crashed' : 'none'
  }

  /** Whether there was one to restart. */
  restart(what: Selection, why?: 'cycling'): boolean {
    const slots = this.select(what)
    for (const slot of slots) this.inBackground(slot.restart(why))
    return slots.length > 0
  }

  /** Whether there was one to stop. */
  stop(what: Selection): boolean {
    const slots = this.select(what)
    for (const slot of slots) {
      this.stopped.add(slot.wanted.name)
      for (const set of [this.serving, this.preboot?.slots])
        if (set?.get(slot.wanted.name) === slot) set.delete(slot.wanted.name)
      this.inBackground(slot.end('down'))
    }
    if (slots.length > 0) this.onChange()
    return slots.length > 0
  }

  /**
   * Ends all; resolves when the last process and disk are gone, also of those that were ending
   * already.
   */
  async shutdown(): Promise<void> {
    this.replace([])
    this.onChange()
    while (this.ending.size > 0) await Promise.all(this.ending)
  }

  private replacesServingWeb(wanted: Wanted[]): boolean {
    const release = wanted.find(({ type }) => type === 'web')?.release.id
    if (release === undefined) return false
    const old = this.servingWeb().filter((slot) => slot.wanted.release.id !== release)
    return old.length > 0 && (this.preboot !== undefined || old.some(({ state }) => state === 'up'))
  }

  private bootBeside(wanted: Wanted[]): void {
    const isWeb = ({ type }: Wanted) => type === 'web'
    const { id: release, version } = wanted.find(isWeb)!.release
    this.preboot ??= new Preboot(this.services.limits, () => {
      this.takeOver()
      this.onChange()
    })
    const isFurther = [...this.preboot.slots.values()].some(
      (slot) => slot.wanted.release.id !== release,
    )
    if (isFurther) this.preboot.restartClock()
    if (isFurther || this.preboot.slots.size === 0) this.announceSwitch(version)
    this.match(this.preboot.slots, wanted.filter(isWeb))
    this.match(this.serving, [
      ...wanted.filter((each) => !isWeb(each)),
      ...this.servingWeb().map((slot) => slot.wanted),
    ])
  }

  private announceSwitch(version: number): void {
    const { logplex, limits } = this.services
    logplex.append(this.appId, {
      time: Date.now(),
      source: 'heroku',
      dyno: 'api',
      message: messages.preboot(version, limits.prebootSwitch),
    })
  }

  private replace(wanted: Wanted[]): void {
    if (this.preboot) this.takeOver()
    this.match(this.serving, wanted)
  }

  private takeOver(): void {
    const { preboot } = this
    if (!preboot) return
    preboot.cancel()
    this.preboot = undefined
    const old = this.servingWeb()
    for (const slot of old) this.serving.delete(slot.wanted.name)
    for (const [name, slot] of preboot.slots) this.serving.set(name, slot)
    for (const slot of old) this.inBackground(slot.end('down'))
  }

  private match(slots: Map<string, Slot>, wanted: Wanted[]): void {
    const byName = new Map(
      wanted.filter(({ name }) => !this.stopped.has(name)).map((each) => [each.name, each]),
    )
    for (const [name, slot] of slots) {
      const next = byName.get(name)
      if (next && slot.isAs(next)) continue
      slots.delete(name)
      this.inBackground(slot.end(next ? 'starting' : 'down'))
    }
    for (const [name, each] of byName) {
      if (!slots.has(name))
        slots.set(name, new Slot(each, this.appId, this.services, () => this.onChange()))
    }
  }

  private onChange(): void {
    this.preboot?.check()
    this.changed()
  }

  private inBackground(work: Promise<void>): void {
    const done = work
      .catch((error: Error) => process.emitWarning(error))
      .finally(() => this.ending.delete(done))
    this.ending.add(done)
  }

  private listedSlots(): Slot[] {
    const serving = [...this.serving.values()]
    return this.preboot
      ? [...serving.filter(({ wanted }) => wanted.type !== 'web'), ...this.preboot.slots.values()]
      : serving
  }

  private servingWeb(): Slot[] {
    return [...this.serving.values()].filter(({ wanted }) => wanted.type === 'web')
  }

  private select({ type, name }: Selection): Slot[] {
    return this.listedSlots().filter(
      (slot) =>
        (type === undefined || slot.wanted.type === type) &&
        (name === undefined || slot.record().name === name),
    )
  }
}
