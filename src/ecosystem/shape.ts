import { readApp } from './app.js'
import { typeOf } from './coerce.js'
import { readDeploy } from './deploy.js'
import { environmentNames } from './environment.js'
import { errorAt, unknownKey, warningAt, type UnplacedProblem, type Path } from './problem.js'
import { readStatic } from './static.js'
import type { Ecosystem, EcosystemApp } from './types.js'

/** What PM2 reads at the top of a file (API._startJson). */
const TOP_LEVEL = ['apps', 'deploy', 'pm2', 'static']

type Contents = Pick<Ecosystem, 'apps' | 'deploy' | 'sshTargets' | 'deployEnv'> & {
  problems: UnplacedProblem[]
}

/**
 * Where the apps are in the data: under apps or pm2, or the data itself; a list or one alone.
 * `prefix` leads to them.
 */
function appsIn(data: unknown): { prefix: Path; isList: boolean; raw: unknown[] } {
  const key =
    typeOf(data) === 'object'
      ? ['apps', 'pm2'].find((each) => (data as Record<string, unknown>)[each])
      : undefined
  const found = key === undefined ? data : (data as Record<string, unknown>)[key]
  return {
    prefix: key === undefined ? [] : [key],
    isList: Array.isArray(found),
    raw: Array.isArray(found) ? found : [found],
  }
}

/**
 * The place in the data for a problem's path: `apps/0/…` also if the file holds a single app or
 * a bare list.
 * Paths of other blocks stay as they are.
 */
export function dataPath(data: unknown, path: Path): Path {
  const [head, index, ...rest] = path
  if (head !== 'apps') return path
  const { prefix, isList } = appsIn(data)
  if (index === undefined) return prefix
  return typeof index === 'number' && !isList ? [...prefix, ...rest] : [...prefix, index, ...rest]
}

/** Whether dataPath means something: a file with nothing but a deploy block has no apps yet. */
export function holdsApps(data: unknown): boolean {
  return (
    Array.isArray(data) ||
    (typeOf(data) === 'object' &&
      (appsIn(data).prefix.length > 0 || looksLikeApp(data as Record<string, unknown>)))
  )
}

/** The way back: the path that a problem shows for a place in the data. */
export function shownPath(data: unknown, path: Path): Path {
  const { prefix, isList } = appsIn(data)
  const isInApps =
    path.length > prefix.length &&
    prefix.every((key, index) => path[index] === key) &&
    !TOP_LEVEL.includes(String(path[prefix.length]))
  return isInApps ? ['apps', ...(isList ? [] : [0]), ...path.slice(prefix.length)] : path
}

/**
 * Everything that a file says, from the data in it. Pure: the same data gives the same apps and
 * problems.
 */
export function readContents(data: unknown, options: { isPackageJson?: boolean } = {}): Contents {
  const nothing: Contents = { apps: [], deploy: {}, sshTargets: [], problems: [] }
  if (typeOf(data) !== 'object' && typeOf(data) !== 'array') {
    return {
      ...nothing,
      problems: [errorAt([], 'holds no apps: there must be a map with a list called apps')],
    }
  }
  const { prefix, raw } = appsIn(data)
  const top = Array.isArray(data) ? {} : (data as Record<string, unknown>)
  const isBareApp = prefix.length === 0 && !Array.isArray(data)
  const servers = readStatic(options.isPackageJson ? undefined : top['static'])
  const hasNoApps = isBareApp && !looksLikeApp(top)
  const problems: UnplacedProblem[] =
    (isBareApp && !hasNoApps) || options.isPackageJson ? [] : topLevelProblems(top)
  if (hasNoApps && servers.apps.length === 0) {
    return {
      ...nothing,
      problems: [
        errorAt([], 'holds no apps', 'add a list called apps'),
        ...servers.problems,
        ...problems,
      ],
    }
  }
  if (raw.length === 0 && servers.apps.length === 0)
    problems.push(errorAt(['apps'], 'the list of apps is empty'))

  const apps: EcosystemApp[] = []
  const bare = isBareApp
    ? Object.fromEntries(Object.entries(top).filter(([key]) => !TOP_LEVEL.includes(key)))
    : undefined
  for (const [index, each] of hasNoApps ? [] : raw.entries()) {
    if (typeOf(each) !== 'object') {
      problems.push(errorAt(['apps', index], 'must be a map of options'))
      continue
    }
    const read = readApp(bare ?? (each as Record<string, unknown>), ['apps', index])
    apps.push(read.app)
    problems.push(...read.problems)
  }
  apps.push(...servers.apps)
  problems.push(...servers.problems, ...setApart(apps))
  const {
    deploy,
    sshTargets,
    deployEnv,
    problems: ofDeploy,
  } = readDeploy(top['deploy'], apps.flatMap(environmentNames))
  const withEnv = Object.keys(deployEnv).length > 0 ? { deployEnv } : {}
  return { apps, deploy, sshTargets, ...withEnv, problems: [...problems, ...ofDeploy] }
}

/**
 * A file whose only fault is a slip in "apps" must be told so, and not that its app lacks a script.
 */
function looksLikeApp(top: Record<string, unknown>): boolean {
  return ['script', 'cmd', 'command', 'exec', 'name', 'exec_mode', 'instances', 'env'].some(
    (key) => key in top,
  )
}

function topLevelProblems(top: Record<string, unknown>): UnplacedProblem[] {
  // x-common: &common is where YAML files keep what several apps share.
  const unknown = Object.keys(top).filter(
    (key) => !TOP_LEVEL.includes(key) && !/^(x-|[._])/.test(key),
  )
  return unknown.map((key) => unknownKey([key], 'unknown key', TOP_LEVEL))
}

/** PM2 starts apps of one name side by side; logs, scale and `ps` need a name for each. */
function setApart(apps: EcosystemApp[]): UnplacedProblem[] {
  return apps.flatMap((app, index) => {
    const { name } = app
    const first = apps.findIndex((other) => other.name === name)
    if (name === '' || first === index) return []
    let number = 2
    while (apps.some((other) => other.name === `${name}-${number}`)) number += 1
    app.name = `${name}-${number}`
    return [
      warningAt(
        ['apps', index, 'name'],
        `the name ${name} is already that of apps/${first}: this one is called ${app.name}`,
      ),
    ]
  })
}
