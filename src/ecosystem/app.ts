import path from 'node:path'
import { coerce, typeOf } from './coerce.js'
import { readVariables } from './environment.js'
import { errorAt, unknownKey, warningAt, type UnplacedProblem, type Path } from './problem.js'
import { foreignInterpreter } from './interpreter.js'
import {
  APP_OPTIONS,
  ENVIRONMENT_KEY,
  appOption,
  knownSpellings,
  spellingsOf,
  type AppOption,
} from './options.js'
import type { EcosystemApp } from './types.js'

interface ReadApp {
  app: EcosystemApp
  problems: UnplacedProblem[]
}

type Raw = Record<string, unknown>

/**
 * One entry of `apps` as PM2 would start it: aliases folded, text turned into numbers, unknown keys
 * left out and reported.
 */
export function readApp(raw: Raw, at: Path): ReadApp {
  const problems: UnplacedProblem[] = []
  const app: Record<string, unknown> = {}
  const written = new Set(Object.keys(raw).map(appOption))
  for (const option of APP_OPTIONS.filter((one) => written.has(one) && one.name !== 'env')) {
    const key = winningSpelling(option, raw, at, problems)
    if (key === undefined) continue
    const result = coerce(option, raw[key])
    if ('message' in result) problems.push(errorAt([...at, key], result.message, result.suggestion))
    else app[option.name] = result.value
  }
  for (const key of Object.keys(raw)) {
    if (key === 'env' || ENVIRONMENT_KEY.test(key)) readEnvironment(key, raw, at, app, problems)
    else if (!appOption(key))
      problems.push(unknownKey([...at, key], 'unknown option', knownSpellings()))
  }
  problems.push(...missing(raw, app, at))
  return { app: withConsequences(app), problems }
}

/**
 * PM2 takes the first spelling that holds something; an empty one and a second one are easy to
 * overlook.
 */
function winningSpelling(
  option: AppOption,
  raw: Raw,
  at: Path,
  problems: UnplacedProblem[],
): string | undefined {
  const written = spellingsOf(option).filter(
    (key) => Object.hasOwn(raw, key) && typeOf(raw[key]) !== 'nothing',
  )
  const winner = written.find((key) => raw[key]) ?? written[0]
  for (const key of written.filter((each) => each !== winner)) {
    problems.push({
      ...warningAt([...at, key], `is ignored: ${winner} says the same and wins`),
      at: 'key',
    })
  }
  return winner
}

function readEnvironment(
  key: string,
  raw: Raw,
  at: Path,
  app: Raw,
  problems: UnplacedProblem[],
): void {
  if (typeOf(raw[key]) === 'nothing') return
  const read = readVariables(raw[key], [...at, key])
  problems.push(...read.problems)
  if (!read.problems.some(({ severity }) => severity === 'error')) app[key] = read.variables
}

function missing(raw: Raw, app: Raw, at: Path): UnplacedProblem[] {
  const problems: UnplacedProblem[] = []
  const script = appOption('script')!
  if (app['script'] === '' || !spellingsOf(script).some((key) => typeOf(raw[key]) !== 'nothing')) {
    problems.push(errorAt(at, 'has no script: nothing says what to start'))
  }
  if (app['filter_env'] === true) {
    problems.push(
      warningAt([...at, 'filter_env'], 'true hides nothing in PM2 7.0.4', 'list the names to hide'),
    )
  }
  return [...problems, ...clusterConflicts(app, at)]
}

/**
 * In cluster mode PM2 runs every script by the Node it runs on itself, whatever interpreter is
 * named (lib/God/ClusterMode.js).
 */
function clusterConflicts(app: Raw, at: Path): UnplacedProblem[] {
  const foreign = foreignInterpreter(String(app['script'] ?? ''), app['interpreter'])
  if (app['exec_mode'] !== 'cluster' || app['execute_command'] === true || foreign === undefined)
    return []
  const message = 'cluster mode runs scripts by Node only'
  if (foreign.includes('node@'))
    return [warningAt([...at, 'interpreter'], `${message}, and by PM2's own version of it`)]
  return app['interpreter'] === foreign
    ? [warningAt([...at, 'interpreter'], `${message}, not by ${foreign}`, 'use exec_mode: fork')]
    : [
        warningAt(
          [...at, 'exec_mode'],
          `${message}, and the script ends in ${foreign}`,
          'use exec_mode: fork',
        ),
      ]
}

/** What PM2 concludes from one option for another (Common.verifyConfs). */
function withConsequences(app: Raw): EcosystemApp {
  const script = typeof app['script'] === 'string' ? app['script'] : ''
  const { execute_command: isCommand, disable_trace: isUntraced, ...rest } = app
  return {
    ...rest,
    name: typeof app['name'] === 'string' && app['name'] !== '' ? app['name'] : nameOf(script),
    script,
    ...(isCommand === true ? { exec_mode: 'fork' } : {}),
    ...(app['automation'] === false ? { pmx: false } : {}),
    ...(isUntraced === true ? { trace: false } : {}),
    ...(app['time'] === true ? { log_date_format: 'YYYY-MM-DDTHH:mm:ss' } : {}),
  }
}

/**
 * The name of an app without one: its script's file name up to the last dot
 * (Common.renderApplicationName).
 */
function nameOf(script: string): string {
  const base = path.basename(script)
  const dot = base.lastIndexOf('.')
  return dot > 0 ? base.slice(0, dot) : base
}
