import { dynoSize, type DynoSize } from '../dyno-sizes.js'
import type { Facts } from './facts.js'

/** A count and a size as `deploy.<environment>.formation` writes them: "2:standard-1x", "2". */
export function parseFormation(text: string): { quantity: number; size?: string } {
  const [quantity, size] = text.split(':')
  return { quantity: Number(quantity), ...(size === undefined ? {} : { size }) }
}

/** The size that web dynos will have: what the environment asks for, else what the app has; undefined where neither is known. */
export function webDyno({ environment, platform }: Facts): DynoSize | undefined {
  const wanted = environment?.target.formation?.['web']
  const size = (wanted === undefined ? undefined : parseFormation(wanted).size) ?? platform?.formation.find(({ type }) => type === 'web')?.size
  return size === undefined ? undefined : dynoSize(size)
}
