import { typeOf } from './coerce.js'
import { errorAt, warningAt, type UnplacedProblem, type Path } from './problem.js'
import type { EcosystemApp } from './types.js'

type Variables = Record<string, string>

/** One env or env_NAME map with every value as the text that the app will see. */
export function readVariables(
  raw: unknown,
  path: Path,
): { variables: Variables; problems: UnplacedProblem[] } {
  // PM2 takes it, and hands its letters over as variables called 0, 1, 2.
  if (typeOf(raw) === 'string')
    return {
      variables: {},
      problems: [warningAt(path, 'is ignored: it is text, and not a map of names to values')],
    }
  if (typeOf(raw) !== 'object')
    return { variables: {}, problems: [errorAt(path, 'must be a map of names to values')] }
  const entries = Object.entries(raw as object)
  const problems = entries.flatMap(([name, value]): UnplacedProblem[] => {
    const at = [...path, name]
    if (value === null)
      return [warningAt(at, 'is empty, which PM2 hands over as the text null', `write ${name}: ''`)]
    if (typeof value === 'object')
      return [
        warningAt(
          at,
          `is ${Array.isArray(value) ? 'a list' : 'a map'}; the app gets it as JSON text`,
        ),
      ]
    return []
  })
  return {
    variables: Object.fromEntries(entries.map(([name, value]) => [name, asText(value)])),
    problems,
  }
}

/**
 * PM2 writes maps and lists as JSON (Common.mergeEnvironmentVariables); Node writes the rest as
 * String does.
 */
function asText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/**
 * The variables of one app: `base` less what filter_env takes away, then `env`, then PORT if `port`
 * is set, then those of `deploy.NAME.env`, then env_NAME, as PM2 layers them (Common.prepareAppConf
 * and Common.mergeEnvironmentVariables). An env_NAME that the app lacks adds nothing.
 */
export function environmentOf(
  app: EcosystemApp,
  envName?: string,
  base: Record<string, string | undefined> = {},
  deployEnv?: Record<string, Variables>,
): Variables {
  // What reads an app gives each env_NAME as a map, or not at all.
  const named = envName ? (app[`env_${envName}`] as Variables | undefined) : undefined
  return {
    ...filtered(base, app['filter_env']),
    ...app.env,
    ...(typeof app['port'] === 'number' && app['port'] !== 0 ? { PORT: String(app['port']) } : {}),
    ...(envName === undefined ? {} : deployEnv?.[envName]),
    ...named,
  }
}

/**
 * PM2 7.0.4: text takes away that one name, a list every name that contains one of its words, and
 * `true` nothing at all.
 */
function filtered(base: Record<string, string | undefined>, filter: unknown): Variables {
  const isHidden = (name: string): boolean =>
    typeof filter === 'string'
      ? name === filter
      : Array.isArray(filter) && filter.some((word) => name.includes(String(word)))
  return Object.fromEntries(
    Object.entries(base).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !isHidden(entry[0]),
    ),
  )
}

/** prod and homolog for an app with env_prod and env_homolog. */
export function environmentNames(app: EcosystemApp): string[] {
  return Object.keys(app)
    .filter((key) => key.startsWith('env_'))
    .map((key) => key.slice('env_'.length))
}
