import { readApp } from './app.js'
import { typeOf } from './coerce.js'
import { readDeploy } from './deploy.js'
import { environmentNames } from './environment.js'
import { errorAt, unknownKey, warningAt, type Finding, type Path } from './finding.js'
import type { Ecosystem, EcosystemApp } from './types.js'

/** What PM2 reads at the top of a file (API._startJson). */
const TOP_LEVEL = ['apps', 'deploy', 'pm2', 'static']

type Contents = Pick<Ecosystem, 'apps' | 'deploy' | 'sshTargets'> & { findings: Finding[] }

/** Where the apps are in the data: under apps or pm2, or the data itself; a list or one alone. `prefix` leads to them. */
function appsIn(data: unknown): { prefix: Path; isList: boolean; raw: unknown[] } {
  const key = typeOf(data) === 'object' ? ['apps', 'pm2'].find((each) => (data as Record<string, unknown>)[each]) : undefined
  const found = key === undefined ? data : (data as Record<string, unknown>)[key]
  return { prefix: key === undefined ? [] : [key], isList: Array.isArray(found), raw: Array.isArray(found) ? found : [found] }
}

/**
 * The place in the data for a problem's path: `apps/0/…` also where the file holds a single app or a bare list.
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
  return Array.isArray(data) || (typeOf(data) === 'object' && (appsIn(data).prefix.length > 0 || looksLikeApp(data as Record<string, unknown>)))
}

/** The way back: the path that a problem shows for a place in the data. */
export function shownPath(data: unknown, path: Path): Path {
  const { prefix, isList } = appsIn(data)
  const isInApps = path.length > prefix.length && prefix.every((key, index) => path[index] === key) && !TOP_LEVEL.includes(String(path[prefix.length]))
  return isInApps ? ['apps', ...(isList ? [] : [0]), ...path.slice(prefix.length)] : path
}

/** Everything that a file says, from the data in it. Pure: the same data gives the same apps and findings. */
export function readContents(data: unknown, options: { isPackageJson?: boolean } = {}): Contents {
  const nothing: Contents = { apps: [], deploy: {}, sshTargets: [], findings: [] }
  if (typeOf(data) !== 'object' && typeOf(data) !== 'array') {
    return { ...nothing, findings: [errorAt([], 'holds no apps: there must be a map with a list called apps')] }
  }
  const { prefix, raw } = appsIn(data)
  const top = Array.isArray(data) ? {} : (data as Record<string, unknown>)
  const isBareApp = prefix.length === 0 && !Array.isArray(data)
  const findings: Finding[] = isBareApp || options.isPackageJson ? [] : topLevelFindings(top)
  if (isBareApp && !looksLikeApp(top)) return { ...nothing, findings: [errorAt([], 'holds no apps', 'add a list called apps'), ...topLevelFindings(top)] }
  if (raw.length === 0) findings.push(errorAt(['apps'], 'the list of apps is empty'))

  const apps: EcosystemApp[] = []
  const bare = isBareApp ? Object.fromEntries(Object.entries(top).filter(([key]) => !TOP_LEVEL.includes(key))) : undefined
  raw.forEach((each, index) => {
    if (typeOf(each) !== 'object') return findings.push(errorAt(['apps', index], 'must be a map of options'))
    const read = readApp(bare ?? (each as Record<string, unknown>), ['apps', index])
    apps.push(read.app)
    return findings.push(...read.findings)
  })
  findings.push(...duplicateNames(apps))
  const deploy = readDeploy(top['deploy'], apps.flatMap(environmentNames))
  return { apps, deploy: deploy.deploy, sshTargets: deploy.sshTargets, findings: [...findings, ...deploy.findings] }
}

/** A file whose only fault is a slip in "apps" must be told so, and not that its app lacks a script. */
function looksLikeApp(top: Record<string, unknown>): boolean {
  return ['script', 'cmd', 'command', 'exec', 'name', 'exec_mode', 'instances', 'env'].some((key) => key in top)
}

function topLevelFindings(top: Record<string, unknown>): Finding[] {
  return Object.keys(top).flatMap((key): Finding[] => {
    if (key === 'static') return [{ ...warningAt([key], "PM2's static servers are not started by shipit"), at: 'key' }]
    // x-common: &common is where YAML files keep what several apps share.
    return TOP_LEVEL.includes(key) || /^(x-|[._])/.test(key) ? [] : [unknownKey([key], 'unknown key', TOP_LEVEL)]
  })
}

/** shipit addresses instances by their app's name, in logs as in scale. */
function duplicateNames(apps: readonly EcosystemApp[]): Finding[] {
  return apps.flatMap(({ name }, index) => {
    const first = apps.findIndex((app) => app.name === name)
    return name !== '' && first < index ? [errorAt(['apps', index, 'name'], `the name ${name} is already that of apps/${first}`)] : []
  })
}
