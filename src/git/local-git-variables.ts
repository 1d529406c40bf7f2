import {
  authorization,
  configCount,
  configVariables,
  type ConfigEntry,
} from './config-variables.js'

/**
 * What HEROKU_GIT_HOST is for an embedded Heroku: `127.0.0.1:28671/git`. Heroku's own CLI puts
 * https:// before it, in what it prints too.
 */
export const localGitHost = (gitUrl: string): string => gitUrl.replace(/^https?:\/\//, '')

/**
 * Variables by which git in a shell pushes to an embedded Heroku as to Heroku: the address that
 * Heroku's own CLI writes into a remote, which is https:// and HEROKU_GIT_HOST, leads to the
 * platform, and the token goes along.
 * @param gitUrl `http://127.0.0.1:28671/git`
 * @param env what the shell has already: its own configuration of this kind stays, an earlier one
 *   of ours is written over
 */
export function localGitVariables(
  gitUrl: string,
  token: string,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const entries: ConfigEntry[] = [
    [`url.${gitUrl}/.insteadOf`, `https://${localGitHost(gitUrl)}/`],
    [`http.${gitUrl}/.extraHeader`, authorization(token)],
  ]
  const count = configCount(env)
  const before = Array.from({ length: count }, (_, i) => i).find(
    (i) => env[`GIT_CONFIG_KEY_${i}`] === entries[0]![0],
  )
  const variables = configVariables(before ?? count, entries)
  return {
    ...variables,
    GIT_CONFIG_COUNT: String(Math.max(count, Number(variables.GIT_CONFIG_COUNT))),
  }
}
