/**
 * git's configuration in variables alone, which neither `ps` nor a file shows
 * (https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT).
 */

export type ConfigEntry = [key: string, value: string]

/** How many entries an environment has already. */
export const configCount = (env: NodeJS.ProcessEnv): number =>
  Number.parseInt(env.GIT_CONFIG_COUNT ?? '0', 10) || 0

/** Entries as variables, the first of them numbered `from`. */
export function configVariables(
  from: number,
  entries: readonly ConfigEntry[],
): Record<string, string> {
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
