/** What a change of a running app comes to, in sentences: of commands, monit and the dashboard. */
import { elapsed } from '../lib/duration.js'
import { dynoSize, type Cost } from '../lib/dyno-sizes.js'
import type { DynoReport } from '../monitor/index.js'
import type { InstancesFit } from './instance-memory.js'
import type { ScaleChange } from './plan.js'
import type { ReloadEvent } from './reload.js'

/** `from 1 to 2 Standard-1X dynos` */
export const scaleInWords = ({ before, after }: Pick<ScaleChange, 'before' | 'after'>): string =>
  before.size.toLowerCase() === after.size.toLowerCase()
    ? `from ${before.quantity} to ${after.quantity} ${after.size} ${dynos(after.quantity)}`
    : `from ${before.quantity} ${before.size} to ${after.quantity} ${after.size} ` +
      dynos(after.quantity)

const dynos = (count: number) => (count === 1 ? 'dyno' : 'dynos')

/** Whether a reload of these dynos has a gap, a sentence. */
export function howReloaded(of: readonly Pick<DynoReport, 'type' | 'size'>[]): string {
  const types = new Map<string, Pick<DynoReport, 'type' | 'size'>[]>()
  for (const dyno of of) types.set(dyno.type, [...(types.get(dyno.type) ?? []), dyno])
  const alone = [...types.values()].filter(({ length }) => length === 1).map(([dyno]) => dyno!)
  const gap = alone.find(({ size }) => (dynoSize(size)?.maxPerType ?? 1) === 1)
  if (gap) return `${gap.type} is one ${gap.size} dyno, so it has a short gap.`
  return alone.length > 0
    ? `${alone[0]!.type} gets a second dyno meanwhile; no request is lost.`
    : 'Dyno by dyno; no request is lost.'
}

/** What a reload does now; undefined for what needs no word of its own. */
export function reloadInWords(event: ReloadEvent): string | undefined {
  switch (event.kind) {
    case 'reloading':
      return `Reloading ${event.dyno}...`
    case 'serving':
      return `${event.dyno} serves again (${elapsed(event.ms)})`
    case 'added':
      return `${event.dyno} was added to serve meanwhile`
    default:
      return undefined
  }
}

/** `standard dynos, costs more`; empty if neither is known. Heroku's price list has the sums. */
export function costInWords({ costClass, costs }: Cost): string {
  return [
    costClass && `${costClass} dynos`,
    costs && (costs === 'same' ? 'costs the same' : `costs ${costs}`),
  ]
    .filter(Boolean)
    .join(', ')
}

/**
 * `Memory of a web dyno (Standard-1X): 4 × api at 61 MB and 48 MB of shipit-runtime: 292 of 512 MB`
 */
export function describeFit({ type, size, quotaMb, neededMb, apps }: InstancesFit): string {
  const parts = apps
    .map(({ app, instances, eachMb }) => `${instances} × ${app} at ${eachMb} MB`)
    .join(', ')
  const runtime =
    neededMb - apps.reduce((sum, { instances, eachMb }) => sum + instances * eachMb, 0)
  return (
    `Memory of a ${type} dyno (${size}): ${parts} and ${runtime} MB of shipit-runtime: ` +
    `${neededMb}${quotaMb === null ? '' : ` of ${quotaMb}`} MB.`
  )
}

/** Why more is asked for than a dyno has, and what to do. */
export function describeMisfit({ type, apps, size, quotaMb, neededMb }: InstancesFit): string {
  return (
    `A ${type} dyno (${size}) does not hold that: ${neededMb} MB by what the instances take ` +
    `now, and it has ${quotaMb} MB. Above it requests are slow (R14), and at twice of it the ` +
    'dyno is killed (R15).\nAs many as fit: --instances ' +
    `${apps.map(({ app }) => `${app}=max`).join(',')}. Or take a larger size: ` +
    `${type}:${size.toLowerCase() === 'standard-1x' ? 'standard-2x' : 'performance-m'}`
  )
}
