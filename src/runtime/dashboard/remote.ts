/**
 * What the dashboard, or an app through PM2's API, may do to the instances: as God does it, within
 * what the dyno holds.
 */
import { warn } from '../runtime-error.js'
import type { God } from '../god.js'
import { dynoOutput } from '../outlet.js'

/** What the supervisor decides. */
export interface Gate {
  /** Whether the dyno has begun to stop. */
  isStopping(): boolean
  /** The instances that an app has; throws for one that there is not, as do `add` and `remove`. */
  count(app: string): number
  add(app: string): Promise<void>
  remove(app: string): Promise<void>
  /** Why the app may not have `more` instances now; undefined if it may. */
  refusal(app: string, more: number): string | undefined
  /**
   * Whether an instance of another app is there, so that the dyno has something to run without this
   * one.
   */
  hasOthers(app: string): boolean
  /** The number of instances has changed. */
  changed(): void
}

/**
 * Holds God's own ways to add and remove instances to the gate. PM2's RPC reads the text of what it
 * exposes: these are `function`s for that reason.
 */
export function installGate(god: God, gate: Gate): void {
  const { duplicateProcessId, deleteProcessId } = god
  god.duplicateProcessId = function (id, callback) {
    const name = god.clusters_db[id]?.pm2_env.name
    const why = name === undefined ? undefined : gate.refusal(name, 1)
    if (why !== undefined) return callback(new Error(why))
    duplicateProcessId.call(god, id, function (error, instance) {
      if (!error && name !== undefined) gate.changed()
      callback(error, instance)
    })
  }
  god.deleteProcessId = function (id, callback) {
    const name = god.clusters_db[id]?.pm2_env.name
    // The outgoing instance of a reload has a successor.
    const isLeaving = !String(id).startsWith('_old_')
    return deleteProcessId.call(god, id, function (error, instance) {
      if (!error && isLeaving && name !== undefined) gate.changed()
      callback(error, instance)
    })
  }
}

/**
 * Brings an app to a number of instances: `3`, `+1` or `-2`. Those with the highest numbers go
 * first, as instance 0 often has a part of its own.
 * Rejects, and says so in the log, if the dyno does not hold them, or if it would have nothing left
 * to run. `who` asks.
 */
export async function scaleTo(
  gate: Gate,
  name: string,
  number: string,
  who = "PM2's dashboard",
): Promise<void> {
  const have = gate.count(name)
  const target = targetOf(number, have)
  if (target === undefined) throw new Error('the number of instances is not valid')
  if (target === have) throw new Error('Same process number')
  const why =
    target > have
      ? gate.refusal(name, target - have)
      : target === 0 && !gate.hasOthers(name)
        ? 'the dyno would have nothing left to run'
        : undefined
  if (why !== undefined) {
    warn(`${name} is not scaled to ${target} instances, as ${who} asks: ${why}`)
    throw new Error(why)
  }
  dynoOutput.out.write(
    `shipit: ${name} is scaled from ${have} to ${target} instances, as ${who} asks\n`,
  )
  for (let now = have; now < target; now += 1) await gate.add(name)
  for (let now = have; now > target; now -= 1) await gate.remove(name)
  if (target > have) gate.changed()
}

/** undefined for what is not a number of instances. */
export function targetOf(number: string, have: number): number | undefined {
  const match = /^([+-]?)(\d{1,4})$/.exec(number.trim())
  if (!match) return undefined
  const count = Number(match[2])
  return match[1] === '+' ? have + count : match[1] === '-' ? Math.max(0, have - count) : count
}
