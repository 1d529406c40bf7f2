/** What differs between two apps of a pipeline. Names of config vars alone, never values. */
import { between, type Between } from '../../git/index.js'
import type { ConfigVars } from '../../heroku/index.js'

export interface Differences {
  /** How the target's commit comes to the source's; null if the folder does not hold both. */
  commits: Between | null
  config: {
    /** Names that the source has and the target lacks. */
    sourceOnly: string[]
    targetOnly: string[]
    /** Names that both have, with another value each. */
    different: string[]
  }
}

/** Commits that a plan names. */
const NAMED = 10

export function configDifferences(source: ConfigVars, target: ConfigVars): Differences['config'] {
  const names = [...new Set([...Object.keys(source), ...Object.keys(target)])].sort()
  const isIn = (vars: ConfigVars) => (name: string) => Object.hasOwn(vars, name)
  return {
    sourceOnly: names.filter((name) => !isIn(target)(name)),
    targetOnly: names.filter((name) => !isIn(source)(name)),
    different: names.filter(
      (name) => isIn(source)(name) && isIn(target)(name) && source[name] !== target[name],
    ),
  }
}

/** @param dir a folder of the repository that the apps are built from, or any other */
export async function commitDifferences(
  dir: string,
  current: string | null,
  promoted: string | null,
): Promise<Between | null> {
  if (current === null || promoted === null) return null
  return (await between(dir, current, promoted, NAMED)) ?? null
}
