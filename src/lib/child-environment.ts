import { anyOf } from './any-of.js'

/**
 * What the programs that shipit starts may know. Each gets an environment that leaves out the keys
 * of the platform and of PM2's dashboard: npm, yarn, pnpm, git with the hooks that it runs, the
 * browser, the system's keyring. Questions to git get less still (git/open.ts), the evaluator of an
 * ecosystem file (ecosystem/evaluate.ts) and the embedded Heroku (local/daemon-environment.ts)
 * lists of their own. `shipit dev` alone hands on what it has, as `npm start` would: it runs your
 * own app.
 */

/**
 * The keys by their usual names: of Heroku's CLI, of PM2's dashboard, of what runs in a dyno, and
 * the address of a webhook.
 */
const KEYS = anyOf([
  /^(?:HEROKU_(API_KEY|AUTH_TOKEN|OAUTH_\w+)|PM2_(SECRET|PUBLIC)_KEY)$/i,
  /^(?:KEYMETRICS_(SECRET|PUBLIC)|SHIPIT_(\w*(TOKEN|KEY|SECRET)|NOTIFY_URL))$/i,
])
/** In a value as short as this a key is no more than a word that others use too. */
const SHORTEST_KEY = 16
/** Where the platform's token is sent to: Heroku, and the embedded one. */
const PLATFORM = /^http\.https?:\/\/(?:localhost|127\.|\[::1\]|git\.heroku\.com)/i

/**
 * An environment without the platform's token and PM2's keys, whatever name they are found under,
 * and without the header for git that carries one (`shipit local env` sets it). All else stays:
 * what npm, proxies and registries need, NPM_TOKEN among it.
 * @param more other values that are not to be passed on
 */
export function withoutKeys(env: NodeJS.ProcessEnv, more: string[] = []): NodeJS.ProcessEnv {
  const values = Object.entries(env).flatMap(([name, value]) =>
    KEYS.test(name) && value !== undefined ? [value] : [],
  )
  const secrets = [...values, ...more].filter(({ length }) => length >= SHORTEST_KEY)
  const holdsKey = (value = ''): boolean => secrets.some((secret) => value.includes(secret))
  const kept = Object.entries(env).filter(
    ([name, value]) => !KEYS.test(name) && !(holdsKey(value) && name !== 'PATH'),
  )
  return withoutHeaders(Object.fromEntries(kept), holdsKey)
}

/**
 * git's configuration in variables (git-config, GIT_CONFIG_COUNT) without the platform's headers,
 * and without halves of pairs.
 */
function withoutHeaders(
  env: NodeJS.ProcessEnv,
  holdsKey: (value: string) => boolean,
): NodeJS.ProcessEnv {
  const count = Number.parseInt(env.GIT_CONFIG_COUNT ?? '', 10)
  if (!(count > 0)) return env
  const isHeader = (key: string, value: string): boolean =>
    /\.extraheader$/i.test(key) &&
    (PLATFORM.test(key) || holdsKey(Buffer.from(value.split(' ').at(-1)!, 'base64').toString()))
  const all = Array.from({ length: Math.min(count, 1000) }, (_, at) => [
    env[`GIT_CONFIG_KEY_${at}`],
    env[`GIT_CONFIG_VALUE_${at}`],
  ])
  const kept = all.filter(
    ([key, value]) => key !== undefined && value !== undefined && !isHeader(key, value),
  )
  const rest = Object.entries(env).filter(
    ([name]) => !/^GIT_CONFIG_(COUNT|KEY_\d+|VALUE_\d+)$/.test(name),
  )
  const pairs = kept.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ])
  return Object.fromEntries([
    ...rest,
    ['GIT_CONFIG_COUNT', String(kept.length)],
    ...pairs,
  ]) as NodeJS.ProcessEnv
}
