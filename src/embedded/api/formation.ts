import { randomUUID } from 'node:crypto'
import { dynoSize } from '../../lib/dyno-sizes.js'
import { DEFAULT_SIZES, type Runtime } from './place.js'
import type { FormationRecord } from '../store/types.js'

/**
 * The formation that follows from a slug's process types: quantities and sizes are kept, commands
 * follow the slug, types that it no longer has are gone. A new type starts with no dynos, but for
 * web, which starts with one (devcenter.heroku.com/articles/procfile), and in an app of Eco or
 * Basic dynos it is of that size, because no other can be there.
 */
export function formationFor(
  processTypes: Record<string, string>,
  before: Record<string, FormationRecord>,
  now: string,
  runtime: Runtime,
): Record<string, FormationRecord> {
  const formation: Record<string, FormationRecord> = {}
  for (const [type, command] of Object.entries(processTypes)) {
    const known = before[type]
    formation[type] = known
      ? { ...known, command, updated_at: known.command === command ? known.updated_at : now }
      : {
          id: randomUUID(),
          type,
          command,
          quantity: type === 'web' ? 1 : 0,
          size: sizeBeside(before, runtime),
          created_at: now,
          updated_at: now,
        }
  }
  return formation
}

const sizeBeside = (before: Record<string, FormationRecord>, runtime: Runtime): string =>
  Object.values(before).find(
    ({ quantity, size }) => quantity > 0 && dynoSize(size)?.maxPerType === 1,
  )?.size ?? DEFAULT_SIZES[runtime]
