import { dynoSize } from '../../lib/dyno-sizes.js'
import type { Limits } from '../store/types.js'

const SMALLEST = dynoSize('Eco')!

/**
 * MB that a dyno may take (R14), and at which it is killed (R15:
 * devcenter.heroku.com/articles/dyno-memory-behavior).
 */
export function memoryQuota(
  size: string,
  { memoryQuota: quota }: Pick<Limits, 'memoryQuota'>,
): { quota: number; most: number } {
  const { memory, killedAt } = dynoSize(size) ?? SMALLEST
  const allowed = quota === 0 ? memory : quota
  return { quota: allowed, most: allowed * killedAt }
}
