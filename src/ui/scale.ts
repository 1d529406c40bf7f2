import type { InstancesPlan, Scale, ScaleChange } from '../formation/index.js'
import { costInWords } from './cost.js'
import { renderTable } from './table.js'

const words = ({ quantity, size }: Scale) => `${quantity}:${size}`

/** What a scale changes: before, after, and what that does to the bill. */
export function renderScale(changes: readonly ScaleChange[], instances: InstancesPlan['changes']): string {
  const rows = [
    ...changes.map(({ type, before, after, ...cost }) => [type, words(before), '→', words(after), costInWords(cost)]),
    ...instances.map(({ app, before, after }) => [`${app} (instances)`, String(before), '→', String(after), '']),
  ]
  const hasCost = changes.length > 0
  return renderTable(['PROCESS', 'BEFORE', '', 'AFTER', ...(hasCost ? ['COST'] : [])], hasCost ? rows : rows.map((row) => row.slice(0, -1)))
}
