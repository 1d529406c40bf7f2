/**
 * Variables by which git in a shell pushes to an embedded Heroku as to Heroku: the address that Heroku's own CLI writes into a remote, which puts
 * https:// before whatever HEROKU_GIT_HOST is, leads to the platform, and the token goes along
 * (https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT).
 * @param gitUrl `http://127.0.0.1:28671/git`
 * @param env what the shell has already: its own configuration of this kind stays, an earlier one of ours is written over
 */
export function localGitVariables(gitUrl: string, token: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const entries: [key: string, value: string][] = [
    [`url.${gitUrl}/.insteadOf`, `https://${gitUrl}/`],
    [`http.${gitUrl}/.extraHeader`, `Authorization: Basic ${Buffer.from(`shipit:${token}`).toString('base64')}`],
  ]
  const count = Number.parseInt(env.GIT_CONFIG_COUNT ?? '0', 10) || 0
  const before = Array.from({ length: count }, (_, i) => i).find((i) => env[`GIT_CONFIG_KEY_${i}`] === entries[0]![0])
  const from = before ?? count
  return {
    GIT_CONFIG_COUNT: String(Math.max(count, from + entries.length)),
    ...Object.fromEntries(entries.flatMap(([key, value], i) => [[`GIT_CONFIG_KEY_${from + i}`, key], [`GIT_CONFIG_VALUE_${from + i}`, value]])),
  }
}
