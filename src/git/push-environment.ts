import { isLoopback } from '../lib/loopback.js'

/**
 * Variables that would have git look at another repository than the folder's own: those of `git
 * rev-parse --local-env-vars` but for the configuration ones. They are set where shipit is run from
 * a git hook.
 */
const OTHER_REPOSITORY = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_COMMON_DIR',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_PREFIX',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_GRAFT_FILE',
  'GIT_SHALLOW_FILE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_REPLACE_REF_BASE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_NAMESPACE',
])

/** Anything that has git or curl write down what it sends. */
const TRACES = /^(GIT_TRACE.*|GIT_CURL_VERBOSE|GIT_REDACT_COOKIES)$/

/**
 * The environment of a push, whose configuration lives in variables only. git asks nobody else for
 * a password: no prompt, no askpass program, no helper of the user.
 * @param credentials a helper of git's for this one URL, or a header that carries them
 * @param objects folder of objects instead of the repository's own, which it refers to
 */
export function pushEnvironment(
  env: NodeJS.ProcessEnv,
  url: string,
  credentials: { helper: string } | { header: string },
  objects?: string,
): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(
    Object.entries(env).filter(([name]) => !OTHER_REPOSITORY.has(name) && !TRACES.test(name)),
  )
  return {
    ...kept,
    ...(objects === undefined ? {} : { GIT_OBJECT_DIRECTORY: objects }),
    ...configVariables(configCount(env), [
      // Empty first: it stands alone, whatever else is configured to go along (`shipit local env`
      // has a header of its own).
      [`http.${url}.extraHeader`, ''],
      ...('header' in credentials
        ? ([[`http.${url}.extraHeader`, credentials.header]] as ConfigEntry[])
        : []),
      // A redirect must not carry the header to another host.
      [`http.${url}.followRedirects`, 'false'],
      ['credential.helper', ''],
      ...('helper' in credentials
        ? ([
            [`credential.${url}.helper`, ''],
            [`credential.${url}.helper`, credentials.helper],
          ] as ConfigEntry[])
        : []),
      // A rewritten address would have neither header nor platform. The longest match counts, and
      // none is longer than the whole.
      [`url.${url}.insteadOf`, url],
      [`url.${url}.pushInsteadOf`, url],
      // Options for other hosts: a platform that takes none refuses the push.
      ['push.pushOption', ''],
      // No proxy of the user's configuration knows a platform on this machine.
      ...(isLoopback(new URL(url).hostname) ? ([[`http.${url}.proxy`, '']] as ConfigEntry[]) : []),
    ]),
    GIT_TERMINAL_PROMPT: '0',
    // Set and empty: git then asks no program at all, SSH_ASKPASS included.
    GIT_ASKPASS: '',
    // trace2 can be on by the user's configuration too, and may be told to write down the
    // environment; these switch it off.
    GIT_TRACE2: '0',
    GIT_TRACE2_EVENT: '0',
    GIT_TRACE2_PERF: '0',
    // Failures are told apart by git's own words.
    LC_ALL: 'C',
    LANGUAGE: '',
  }
}

/**
 * git's configuration in variables alone, which neither `ps` nor a file shows
 * (https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT).
 */

type ConfigEntry = [key: string, value: string]

/** How many entries an environment has already. */
const configCount = (env: NodeJS.ProcessEnv): number =>
  Number.parseInt(env.GIT_CONFIG_COUNT ?? '0', 10) || 0

/** Entries as variables, the first of them numbered `from`. */
function configVariables(from: number, entries: readonly ConfigEntry[]): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(from + entries.length) }
  for (const [i, [key, value]] of entries.entries()) {
    variables[`GIT_CONFIG_KEY_${from + i}`] = key
    variables[`GIT_CONFIG_VALUE_${from + i}`] = value
  }
  return variables
}

/**
 * The header that carries a token; any user name will do
 * (https://devcenter.heroku.com/articles/git#http-git-authentication).
 */
export const authorization = (token: string): string =>
  `Authorization: Basic ${Buffer.from(`shipit:${token}`).toString('base64')}`

/**
 * What HEROKU_GIT_HOST is for an embedded Heroku: `127.0.0.1:28671/git`. Heroku's own CLI puts
 * https:// before it, in what it prints too.
 */
export const localGitHost = (gitUrl: string): string => gitUrl.replace(/^https?:\/\//, '')

/**
 * Variables by which git in a shell talks to an embedded Heroku as to Heroku, at the address that
 * Heroku's own CLI writes into a remote: https:// and HEROKU_GIT_HOST. That CLI finds the app of a
 * folder by that address as `git remote --verbose` prints it, so no `insteadOf` may rewrite it.
 * @param gitUrl `http://127.0.0.1:28671/git`
 * @param certificates file that names the platform's among those to trust
 * @param env what the shell has already: its own configuration of this kind stays, an earlier one
 *   of ours is written over
 */
export function localGitVariables(
  gitUrl: string,
  { token, certificates }: { token: string; certificates: string },
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const url = `https://${localGitHost(gitUrl)}/`
  const entries: ConfigEntry[] = [
    [`http.${url}.sslCAInfo`, certificates],
    // No proxy of the user's knows a platform on this machine.
    [`http.${url}.proxy`, ''],
    [`http.${url}.extraHeader`, authorization(token)],
  ]
  const count = configCount(env)
  const before = Array.from({ length: count }, (_, i) => i).find(
    (i) => env[`GIT_CONFIG_KEY_${i}`] === entries[0]![0],
  )
  const variables = configVariables(before ?? count, entries)
  return {
    ...variables,
    GIT_CONFIG_COUNT: String(Math.max(count, Number(variables.GIT_CONFIG_COUNT))),
    // Stronger than any http.*.sslCAInfo.
    ...(env.GIT_SSL_CAINFO ? { GIT_SSL_CAINFO: certificates } : {}),
  }
}
