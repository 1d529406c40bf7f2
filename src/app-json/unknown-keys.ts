import { unknownKey, type UnplacedProblem } from '../ecosystem/problem.js'
import { KEYS } from './schema.js'

type Raw = Record<string, unknown>
type At = (string | number)[]

const asObject = (value: unknown): Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {}

const check = (value: unknown, at: At, known: readonly string[]): UnplacedProblem[] =>
  Object.keys(asObject(value))
    .filter((key) => !known.includes(key))
    .map((key) => unknownKey([...at, key], 'unknown key', known))

const each = (value: unknown, at: At, known: readonly string[]): UnplacedProblem[] =>
  Object.entries(Array.isArray(value) ? { ...value } : asObject(value)).flatMap(([key, one]) =>
    check(one, [...at, Array.isArray(value) ? Number(key) : key], known),
  )

/** A warning for each key that Heroku's schema does not have. */
export function unknownKeys(data: unknown): UnplacedProblem[] {
  const { environments } = asObject(data)
  return [
    ...check(data, [], KEYS.top),
    ...within(data, []),
    ...check(environments, ['environments'], KEYS.environments),
    ...Object.entries(asObject(environments)).flatMap(([name, one]) => [
      ...check(one, ['environments', name], KEYS.environment),
      ...within(one, ['environments', name]),
    ]),
  ]
}

function within(part: unknown, at: At): UnplacedProblem[] {
  const { env, formation, addons, buildpacks, scripts } = asObject(part)
  return [
    ...each(env, [...at, 'env'], KEYS.variable),
    ...each(formation, [...at, 'formation'], KEYS.dynos),
    ...each(addons, [...at, 'addons'], KEYS.addon),
    ...each(buildpacks, [...at, 'buildpacks'], KEYS.buildpack),
    ...check(scripts, [...at, 'scripts'], KEYS.scripts),
    ...each(scripts, [...at, 'scripts'], KEYS.command),
  ]
}
