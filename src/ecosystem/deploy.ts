import { quote, typeOf } from './coerce.js'
import { parseDynoCount } from '../lib/dyno-count.js'
import { readVariables } from './environment.js'
import { errorAt, unknownKey, warningAt, type UnplacedProblem, type Path } from './problem.js'
import { readHealth } from './health.js'
import type { DeployTarget } from './types.js'

const OURS = [
  'app',
  'stage',
  'ref',
  'env',
  'health',
  'formation',
  'config',
  'subdirectory',
] as const

/** What pm2-deploy reads (its deploy.js and deploy); ref and env are words of both. */
const OVER_SSH = [
  'user',
  'host',
  'port',
  'key',
  'repo',
  'path',
  'fetch',
  'ssh_options',
  'forward-agent',
  'needs_tty',
  'pre-setup',
  'post-setup',
  'pre-deploy',
  'pre-deploy-local',
  'post-deploy',
]

type Raw = Record<string, unknown>
type Reader = (value: unknown) => { value: unknown } | { message: string }

interface ReadDeploy {
  deploy: Record<string, DeployTarget>
  sshTargets: string[]
  /** Variables that an ssh target of that name has for `--env NAME`. */
  deployEnv: Record<string, Record<string, string>>
  problems: UnplacedProblem[]
}

/**
 * The `deploy:` block: our targets read and checked, PM2's own ssh targets named and left alone.
 */
export function readDeploy(raw: unknown, environments: readonly string[]): ReadDeploy {
  const read: ReadDeploy = { deploy: {}, sshTargets: [], deployEnv: {}, problems: [] }
  if (typeOf(raw) === 'nothing') return read
  if (typeOf(raw) !== 'object')
    return { ...read, problems: [errorAt(['deploy'], 'must be a map of names to targets')] }
  for (const [name, target] of Object.entries(raw as Raw)) {
    const at = ['deploy', name]
    if (typeOf(target) !== 'object') {
      read.problems.push(errorAt(at, 'must be a map'))
      continue
    }
    const { env } = target as Raw
    if (typeOf(env) === 'object')
      read.deployEnv[name] = readVariables(env, [...at, 'env']).variables
    if (isOverSsh(target as Raw)) read.sshTargets.push(name)
    else {
      const { value, problems } = readTarget(target as Raw, at, environments)
      read.deploy[name] = value
      read.problems.push(...problems)
    }
  }
  return read
}

function isOverSsh(target: Raw): boolean {
  const keys = Object.keys(target)
  return (
    keys.some((key) => OVER_SSH.includes(key)) &&
    !keys.some((key) => OURS.some((ours) => ours === key && ours !== 'ref' && ours !== 'env'))
  )
}

function readTarget(
  target: Raw,
  at: Path,
  environments: readonly string[],
): { value: DeployTarget; problems: UnplacedProblem[] } {
  const problems: UnplacedProblem[] = []
  const value: Raw = {}
  const ssh = Object.keys(target).filter((key) => OVER_SSH.includes(key))
  // Of an ssh target that was given an app: there env is a map of variables for the commands that
  // PM2 runs.
  if (ssh.length > 0 && typeOf(target.env) === 'object') ssh.push('env')
  if (ssh.length > 0) value.ssh = ssh
  for (const [key, each] of Object.entries(target)) {
    if (ssh.includes(key)) continue
    const reader = READERS[key as keyof typeof READERS]
    if (reader === undefined) {
      problems.push(unknownKey([...at, key], 'unknown key of a deploy target', OURS))
      continue
    }
    if (typeOf(each) === 'nothing') continue
    const read = reader(each)
    if ('message' in read) problems.push(errorAt([...at, key], read.message))
    else value[key] = read.value
  }
  const { env } = value
  if (typeof env === 'string' && !environments.includes(env)) {
    problems.push(
      warningAt([...at, 'env'], `no app has env_${env}`, nearEnvironment(env, environments)),
    )
  }
  return { value, problems }
}

function nearEnvironment(env: string, environments: readonly string[]): string | undefined {
  const near = environments.find((name) => name.startsWith(env) || env.startsWith(name))
  return near === undefined ? undefined : `did you mean ${near}?`
}

const text =
  (form: RegExp, must: string): Reader =>
  (value) =>
    typeof value === 'string' && form.test(value)
      ? { value }
      : { message: `must be ${must}, not ${quote(value)}` }

const READERS: Record<Exclude<keyof DeployTarget, 'ssh'>, Reader> = {
  // https://devcenter.heroku.com/articles/limits: an app's name.
  app: text(
    /^[a-z](?=.{2,29}$)[a-z0-9-]*[a-z0-9]$/,
    "an app's name: 3 to 30 of a-z, 0-9 and -, a letter first",
  ),
  stage: text(
    /^(?:review|development|staging|production)$/,
    'a stage of a pipeline: review, development, staging or production',
  ),
  // https://git-scm.com/docs/git-check-ref-format: what can never be in a name; a leading - would
  // be an option.
  ref: text(/^(?!-)(?!.*\.\.)[^\s~^:?*[\\]+$/, 'a branch, a tag or a commit'),
  env: text(/^(?!env_)\S+$/, 'the NAME of an env_NAME block'),
  health: readHealth,
  subdirectory: text(/^(?![/\\~])(?!(?:.*\/)?\.\.(?:\/|$)).+$/, 'a folder inside the repository'),
  formation: readFormation,
  config: readNames,
}

function readFormation(value: unknown): { value: unknown } | { message: string } {
  const message = 'must map process types to a count and a size, such as web: "2:standard-1x"'
  if (typeOf(value) !== 'object') return { message }
  const entries = Object.entries(value as Raw).map(
    ([type, size]) => [type, typeof size === 'number' ? String(size) : size] as const,
  )
  const wrong = entries.find(
    ([type, size]) => !/^[\w-]+$/.test(type) || typeof size !== 'string' || !parseDynoCount(size),
  )
  return wrong === undefined
    ? { value: Object.fromEntries(entries) }
    : { message: `${message}; ${wrong[0]} is ${quote(wrong[1])}` }
}

/**
 * Only names: a value here would be a secret in the repository, so it is not repeated in the
 * message either.
 */
function readNames(value: unknown): { value: unknown } | { message: string } {
  const isNames =
    Array.isArray(value) &&
    value.every((name) => typeof name === 'string' && /^[A-Za-z_]\w*$/.test(name))
  return isNames ? { value } : { message: 'must be a list of config vars, by name only' }
}
