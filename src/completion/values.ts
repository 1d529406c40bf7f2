import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { findEcosystemFile, readEcosystem } from '../ecosystem/index.js'
import { appRemotes, herokuRemoteApp } from '../git/remotes.js'
import {
  getConfigVars,
  listApps,
  listDynos,
  listFormation,
  listPipelines,
  listReleases,
  type PlatformApi,
} from '../heroku/index.js'
import { withoutKeys } from '../lib/child-environment.js'
import type { CompletionCache } from './cache.js'
import type { Ask } from './plan.js'

/** ms that a Tab may wait for a platform. */
const LONGEST_WAIT = 300
const POLL = 15
/** Releases that a rollback may be to. */
const RELEASES = 20

/** What a platform is asked for. `app` is undefined where none is known, or none is needed. */
export interface Question {
  ask: Ask
  app: string | undefined
  isLocal: boolean
}

/** Names that answer a question, in the order to show them in. Rejects as the Platform API does. */
export async function askPlatform(api: PlatformApi, { ask, app }: Question): Promise<string[]> {
  if (ask === 'apps') return (await listApps(api)).map(({ name }) => name).sort()
  if (ask === 'pipelines') return (await listPipelines(api)).map(({ name }) => name).sort()
  if (app === undefined) return []
  switch (ask) {
    case 'types':
      return (await listFormation(api, app)).map(({ type }) => type)
    case 'dynos':
      return (await listDynos(api, app)).map(({ name }) => name)
    case 'releases':
      return (await listReleases(api, app, { max: RELEASES })).map(({ version }) => `v${version}`)
    case 'config vars':
      return Object.keys(await getConfigVars(api, app)).sort()
    default:
      return []
  }
}

/** Whether the answer is the same for every app. */
export const isOfAccount = (ask: Ask): boolean => ask === 'apps' || ask === 'pipelines'

/** The question's name in the cache: other hosts, homes and tokens have other answers. */
export const keyOf = ({ ask, app, isLocal }: Question, env: NodeJS.ProcessEnv): string =>
  JSON.stringify([
    ask,
    isOfAccount(ask) ? '' : app,
    isLocal ? ['local', env.SHIPIT_HOME] : [env.HEROKU_HOST, env.HEROKU_API_KEY],
  ])

/**
 * What the cache knows; if that is old, another process asks the platform anew, which a Tab waits
 * 300 ms for at most.
 * @param refresh the words of the command line that asks and stores the answer
 */
export async function valuesOf(
  question: Question,
  cache: CompletionCache,
  refresh: { script: string; args: readonly string[] },
  env: NodeJS.ProcessEnv = process.env,
): Promise<string[]> {
  const key = keyOf(question, env)
  const deadline = performance.now() + LONGEST_WAIT
  let known = await cache.read(key)
  if (known?.isFresh) return known.values
  if (await cache.take(key)) {
    const token = env.HEROKU_API_KEY
    const child = spawn(process.execPath, [refresh.script, ...refresh.args], {
      detached: true,
      stdio: 'ignore',
      env: { ...withoutKeys(env), ...(token === undefined ? {} : { HEROKU_API_KEY: token }) },
    })
    // No process to be had is as good as no answer in time.
    child.on('error', () => undefined)
    child.unref()
  }
  while (!known?.isFresh && performance.now() < deadline) {
    await delay(POLL)
    known = (await cache.read(key)) ?? known
  }
  return known?.values ?? []
}

/**
 * The app that a command line without --app works on, and the environments of the folder's
 * ecosystem file. A file of JavaScript is not run for a Tab.
 */
export async function folderOf(
  dir: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ app: string | undefined; environments: string[]; remotes: string[] }> {
  const file = await findEcosystemFile(dir)
  const isData = file !== undefined && /\.(ya?ml|json)$/.test(file)
  const deploy = isData ? (await readEcosystem(file)).deploy : {}
  const apps = [...new Set(Object.values(deploy).flatMap(({ app }) => app ?? []))]
  return {
    app:
      env.HEROKU_APP ?? (await herokuRemoteApp(dir)) ?? (apps.length === 1 ? apps[0] : undefined),
    environments: Object.keys(deploy),
    remotes: (await appRemotes(dir, env)).map(({ remote }) => remote),
  }
}
