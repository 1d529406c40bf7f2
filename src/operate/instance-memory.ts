import { dynoSize } from '../lib/dyno-sizes.js'
import type { DynoReport } from '../monitor/report.js'
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
  const types = [...new Set(changes.flatMap(({ app }) => typesWith(dynos, app)))]
  return types.flatMap((type): InstancesFit[] => {
    const ofType = dynos.filter((dyno) => dyno.type === type)
    const size = formation.find((row) => row.type === type)?.size ?? ofType[0]!.size
    const names = [
      ...new Set(ofType.flatMap(({ instances }) => instances.map(({ app }) => app))),
    ].sort()
    const apps = names.flatMap((app) => {
      const wanted = changes.find((change) => change.app === app)?.after
      const own = ofType.map(({ instances }) => instances.filter((one) => one.app === app))
      const eachMb = Math.max(
        ...own
          .flat()
          .map(({ memoryMb }) => memoryMb ?? NaN)
          .filter((memory) => !Number.isNaN(memory)),
      )
      if (wanted === 'max' || !Number.isFinite(eachMb)) return []
      return [
        {
          app,
          instances: wanted ?? Math.max(...own.map(({ length }) => length)),
          eachMb: Math.round(eachMb),
        },
      ]
    })
    if (apps.length < names.length) return []
    const quotaMb = dynoSize(size)?.memory ?? null
    const neededMb = apps.reduce(
      (sum, { instances, eachMb }) => sum + instances * eachMb,
      SUPERVISOR_MEMORY,
    )
    return [{ type, size, quotaMb, neededMb, apps, fits: quotaMb === null || neededMb <= quotaMb }]
  })
}

/**
 * Whether every dyno that is up and of a type that runs a changed app has as many instances of it
 * online as asked for; `max` is whatever it is.
 */
export function hasInstances(
  dynos: readonly DynoReport[],
  changes: InstancesPlan['changes'],
  types: readonly string[],
): boolean {
  const concerned = dynos.filter(({ type, state }) => state === 'up' && types.includes(type))
  return (
    concerned.length > 0 &&
    concerned.every(
      ({ type, instances }) =>
        changes.every(({ app, after }) => {
          if (
            after === 'max' ||
            !dynos.some(
              (dyno) => dyno.type === type && dyno.instances.some((one) => one.app === app),
            )
          )
            return true
          return (
            instances.filter((one) => one.app === app && one.status === 'online').length === after
          )
        }) && instances.length > 0,
    )
  )
}
