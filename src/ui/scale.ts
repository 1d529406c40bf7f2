import { formatDynoCount } from '../lib/dyno-count.js'
import type { Cost } from '../lib/dyno-sizes.js'
import type { InstancesFit, InstancesPlan, ScaleChange } from '../operate/index.js'
import { renderTable } from './table.js'

/** What a scale changes: before, after, and what that does to the bill. */
export function renderScale(
  changes: readonly ScaleChange[],
  instances: InstancesPlan['changes'],
): string {
  const rows = [
    ...changes.map(({ type, before, after, ...cost }) => [
      type,
      formatDynoCount(before),
      '→',
      formatDynoCount(after),
      costInWords(cost),
    ]),
    ...instances.map(({ app, before, after }) => [
      `${app} (instances)`,
      String(before),
      '→',
      String(after),
      '',
    ]),
  ]
  const hasCost = changes.length > 0
  return renderTable(
    ['PROCESS', 'BEFORE', '', 'AFTER', ...(hasCost ? ['COST'] : [])],
    hasCost ? rows : rows.map((row) => row.slice(0, -1)),
  )
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

/** `standard dynos, costs more`; empty if neither is known. Heroku's price list has the sums. */
export function costInWords({ costClass, costs }: Cost): string {
  return [
    costClass && `${costClass} dynos`,
    costs && (costs === 'same' ? 'costs the same' : `costs ${costs}`),
  ]
    .filter(Boolean)
    .join(', ')
}
