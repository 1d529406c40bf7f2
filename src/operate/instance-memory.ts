import { dynoSize } from '../lib/dyno-sizes.js'
import type { DynoReport, InstanceReport } from '../monitor/report.js'
import { SUPERVISOR_MEMORY } from '../runtime/sizing.js'
import type { InstancesPlan } from './instances.js'
import type { TypeCount } from '../lib/dyno-count.js'

/**
 * What the instances of a process type will need in each of its dynos, by what they take now.
 * Memory in MB.
 */
export interface InstancesFit {
  type: string
  size: string
  quotaMb: number | null
  neededMb: number
  apps: { app: string; instances: number; eachMb: number }[]
  fits: boolean
}

/** Process types whose dynos run an app, as far as the log tells. */
export const typesWith = (dynos: readonly DynoReport[], app: string): string[] => [
  ...new Set(
    dynos
      .filter(({ instances }) => instances.some((one) => one.app === app))
      .map(({ type }) => type),
  ),
]

/** A process type that runs a changed app, and what the log tells of the memory of its apps. */
interface TypeMemory {
  type: string
  size: string
  quotaMb: number | null
  apps: {
    app: string
    /** After the change; max is as many as its ecosystem file says, of those that fit. */
    instances: number | 'max'
    /** Of its largest instance; undefined if no figures of it are in the log. */
    eachMb: number | undefined
  }[]
}

function memoryByType(
  dynos: readonly DynoReport[],
  changes: InstancesPlan['changes'],
  formation: readonly TypeCount[],
): TypeMemory[] {
  const types = [...new Set(changes.flatMap(({ app }) => typesWith(dynos, app)))]
  return types.map((type) => {
    const ofType = dynos.filter((dyno) => dyno.type === type)
    const size = formation.find((row) => row.type === type)?.size ?? ofType[0]!.size
    const names = [
      ...new Set(ofType.flatMap(({ instances }) => instances.map(({ app }) => app))),
    ].sort()
    const apps = names.map((app) => {
      const own = ofType.map(({ instances }) => instances.filter((one) => one.app === app))
      const known = own.flat().flatMap(({ memoryMb }) => memoryMb ?? [])
      return {
        app,
        instances:
          changes.find((change) => change.app === app)?.after ??
          Math.max(...own.map(({ length }) => length)),
        eachMb: known.length === 0 ? undefined : Math.round(Math.max(...known)),
      }
    })
    return { type, size, quotaMb: dynoSize(size)?.memory ?? null, apps }
  })
}

/**
 * One entry for each process type that runs a changed app, where the log tells what an instance of
 * all its apps takes: the largest counts for all.
 * Nothing of a type where one of them is left to what fits (`max`), or where figures are missing.
 */
export function instancesFit(
  dynos: readonly DynoReport[],
  changes: InstancesPlan['changes'],
  formation: readonly TypeCount[],
): InstancesFit[] {
  return memoryByType(dynos, changes, formation).flatMap(
    ({ type, size, quotaMb, apps }): InstancesFit[] => {
      const known = apps.flatMap(({ app, instances, eachMb }) =>
        instances === 'max' || eachMb === undefined ? [] : [{ app, instances, eachMb }],
      )
      if (known.length < apps.length) return []
      const neededMb = known.reduce(
        (sum, { instances, eachMb }) => sum + instances * eachMb,
        SUPERVISOR_MEMORY,
      )
      const fits = quotaMb === null || neededMb <= quotaMb
      return [{ type, size, quotaMb, neededMb, apps: known, fits }]
    },
  )
}

/**
 * Where an app is left to what fits: how many of it a dyno holds, by what they take now, beside all
 * others. In words, a line for each process type; empty where a number was given.
 */
export function roomInWords(
  dynos: readonly DynoReport[],
  changes: InstancesPlan['changes'],
  formation: readonly TypeCount[],
): string[] {
  return memoryByType(dynos, changes, formation).flatMap(({ type, size, quotaMb, apps }) => {
    const free = apps.filter(({ instances }) => instances === 'max')
    if (free.length === 0 || quotaMb === null || apps.some(({ eachMb }) => eachMb === undefined))
      return []
    const fixed = apps.flatMap(({ app, instances, eachMb }) =>
      instances === 'max' ? [] : [{ app, instances, eachMb: eachMb! }],
    )
    const taken = fixed.reduce((sum, one) => sum + one.instances * one.eachMb, SUPERVISOR_MEMORY)
    const share = Math.max(0, quotaMb - taken) / free.length
    const beside = fixed.map(
      ({ app, instances, eachMb }) => `${instances} × ${app} at ${eachMb} MB`,
    )
    return [
      `Memory of a ${type} dyno (${size}, ${quotaMb} MB): beside ` +
        `${[...beside, `${SUPERVISOR_MEMORY} MB of shipit-runtime`].join(' and ')} it holds ` +
        free
          .map(
            ({ app, eachMb }) =>
              `${Math.max(1, Math.floor(share / eachMb!))} × ${app} at ${eachMb} MB`,
          )
          .join(' and ') +
        '; the ecosystem file and the CPUs may make it fewer.',
    ]
  })
}

/** Why the memory of a process type cannot be reckoned yet, a sentence for each; else empty. */
export function unknownMemory(
  dynos: readonly DynoReport[],
  changes: InstancesPlan['changes'],
  formation: readonly TypeCount[],
): string[] {
  return memoryByType(dynos, changes, formation).flatMap(({ type, apps }) => {
    const missing = apps.filter(({ eachMb }) => eachMb === undefined).map(({ app }) => app)
    return missing.length === 0
      ? []
      : [
          `The memory that a ${type} dyno needs cannot be reckoned yet: its instances of ` +
            `${missing.join(', ')} have printed no figures since they started (they do every 20 s).`,
        ]
  })
}

/** ms between the lines of one dyno's figures. */
const TOGETHER = 500
const sampledAt = ({ sampledAt: at }: InstanceReport) => (at === null ? 0 : Date.parse(at))

/**
 * Whether every dyno that is up and of a type that runs a changed app has as many instances of it
 * online as asked for; of `max` as many as its figures tell of.
 * @param expected how many instances of all apps a dyno has, as its figures say; undefined before
 */
export function hasInstances(
  dynos: readonly DynoReport[],
  changes: InstancesPlan['changes'],
  types: readonly string[],
  expected: (dyno: string) => number | undefined,
): boolean {
  const concerned = dynos.filter(({ type, state }) => state === 'up' && types.includes(type))
  return (
    concerned.length > 0 &&
    concerned.every(
      ({ name, type, instances }) =>
        changes.every(({ app, after }) => {
          if (!typesWith(dynos, app).includes(type)) return true
          const own = instances.filter((one) => one.app === app)
          const online = own.filter(({ status }) => status === 'online').length
          if (after !== 'max') return online === after
          // Those of its last figures: what the dyno before it had of its name may be told of once
          // more as it stops.
          const newest = Math.max(...instances.map(sampledAt))
          const isLive = (one: InstanceReport) => newest - sampledAt(one) < TOGETHER
          const live = own.filter(isLive)
          return (
            live.length > 0 &&
            live.every(({ status }) => status === 'online') &&
            instances.filter(isLive).length === expected(name)
          )
        }) && instances.length > 0,
    )
  )
}
