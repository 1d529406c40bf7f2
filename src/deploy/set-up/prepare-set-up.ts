import { valuesFor, type AppJson, type Variable } from '../../app-json/index.js'
import { ShipitError } from '../../errors.js'
import type { App } from '../../heroku/index.js'
import type { Platform } from '../platform.js'
import { lookAt, planSetUp } from './plan-set-up.js'
import type { SetUp } from './set-up.js'

export interface SetUpRequest {
  appJson: AppJson
  /** As the platform has it; undefined for one that is to be made. */
  app: App | undefined
  /** Values of config vars that were given for this app. */
  given: Readonly<Record<string, string>>
  /** Asks a person for one; absent where there is nobody. */
  ask?: ((variable: Variable) => Promise<string>) | undefined
  /** Values that lack are told, and not asked for. */
  isDryRun?: boolean
  environment?: SetUp['environment']
  coupling?: SetUp['coupling']
}

export interface PreparedSetUp {
  setUp: SetUp
  /** Of the config vars that it names; they may be secret. */
  values: Record<string, string>
  /** Required names that nobody gave a value for: of a dry run alone. */
  missing: string[]
}

/**
 * What an app lacks of app.json, with the values for it. Changes nothing.
 * @throws ShipitError `usage` where a required value is not given and nobody can be asked
 */
export async function prepareSetUp(
  platform: Platform,
  { appJson, app, given, ask, isDryRun = false, environment, coupling }: SetUpRequest,
): Promise<PreparedSetUp> {
  const found = await lookAt(platform, appJson, app)
  const { set, missing } = valuesFor(appJson, Object.keys(found.configVars), given)
  const values = { ...set }
  if (!isDryRun && missing.length > 0) {
    if (!ask) throw needsValues(missing)
    for (const one of missing) values[one.name] = await ask(one)
    const empty = missing.filter(({ name }) => values[name] === '')
    if (empty.length > 0) throw needsValues(empty)
  }
  const names = missing.map(({ name }) => name)
  return {
    setUp: planSetUp(appJson, found, [...Object.keys(set), ...names], { environment, coupling }),
    values,
    missing: isDryRun ? names : [],
  }
}

const needsValues = (missing: readonly Variable[]) =>
  new ShipitError('usage', {
    message:
      `app.json asks for ${missing.length === 1 ? 'a config var' : 'config vars'} without a ` +
      `value: ${missing.map(({ name }) => name).join(', ')}. Nothing was changed.`,
    why: missing.map(({ name, description }) => `${name}: ${description ?? 'required'}`).join('\n'),
    next:
      'Write NAME=value lines into a file that git ignores and name it with --vars FILE, or ' +
      'pipe them in with --vars -',
    details: { missing_config: missing.map(({ name }) => name) },
  })
