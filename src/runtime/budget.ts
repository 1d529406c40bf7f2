/**
 * What an instance may take of its dyno where the user has set no limit, as plain data. Memory is
 * in MB throughout.
 */
import {
  forInstances,
  GROWTH,
  underLoad,
  UNMEASURED_INSTANCE,
  type SizedApp,
  type SizingInput,
} from './sizing.js'

/**
 * A share is a limit only if it is this much above what an instance takes at rest: a smaller one
 * would be passed again and again.
 */
const HEADROOM = 1.25

export interface Budget {
  /** What all instances together may take; beyond it one that is over its share is reloaded. */
  total: number
  /**
   * The share of one instance, by app. No entry if the dyno is too small for a limit to help.
   */
  shares: Map<string, number>
}

/**
 * Divides what the dyno has for instances among those that are planned, by the size that each is
 * expected to have under load. Room for the successor that boots beside the only instance of its
 * app is kept where the plan leaves it; of several one is stopped first if there is no room. The
 * shares add up to no more than the total, so where all together are over it, one at least is over
 * its share.
 */
export function divide(input: SizingInput, sized: SizedApp[]): Budget {
  const free = forInstances(input)
  const apps = input.apps.map((app) => ({
    ...app,
    each: underLoad(app),
    instances: sized.find((one) => one.name === app.name)?.instances ?? 1,
  }))
  const planned = apps.reduce((sum, app) => sum + app.instances * app.each, 0)
  const successor = Math.max(
    0,
    ...apps
      .filter((app) => app.instances === 1)
      .map((app) => app.measured ?? UNMEASURED_INSTANCE / GROWTH),
  )
  const total = Math.floor(Math.min(free, Math.max(free - successor, planned)))
  const shares = apps.map((app) => ({ app, share: Math.floor((total * app.each) / planned) }))
  return {
    total,
    shares: new Map(
      shares
        .filter(({ app, share }) => share >= (app.measured ?? 0) * HEADROOM)
        .map(({ app, share }) => [app.name, share]),
    ),
  }
}

/**
 * The limit of V8's heap: all that the dyno has for instances. So one that runs away between two
 * looks at its memory ends alone and says why, before Heroku kills the dyno at twice its memory
 * (R15), and none has less than V8 would take by itself, which is half of the dyno's memory.
 */
export function heapLimit(input: Pick<SizingInput, 'memory' | 'hasAgent'>): number {
  return Math.max(Math.ceil(input.memory / 2), Math.floor(forInstances(input)))
}

/** Node's flag for it; none if the user has set one, in `node_args` or NODE_OPTIONS. */
export function heapFlags(
  limit: number | undefined,
  nodeArgs: string[],
  nodeOptions = '',
): string[] {
  const isUsers = [...nodeArgs, nodeOptions].some((text) =>
    /--max[-_](old[-_]space|heap)[-_]size/.test(text),
  )
  return limit === undefined || isUsers ? [] : [`--max-old-space-size=${limit}`]
}
