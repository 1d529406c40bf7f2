import { dynoSize, type DynoSize } from '../lib/dyno-sizes.js'
import { parseDynoCount } from '../lib/dyno-count.js'
import type { Facts } from './facts.js'

/**
 * The size that web dynos will have: what the environment asks for, else what the app has;
 * undefined if neither is known.
 */
export function webDyno({ environment, platform }: Facts): DynoSize | undefined {
  const wanted = environment?.target.formation?.['web']
  const size =
    (wanted === undefined ? undefined : parseDynoCount(wanted)?.size) ??
    platform?.formation.find(({ type }) => type === 'web')?.size
  return size === undefined ? undefined : dynoSize(size)
}
