import { noAnswerFromGit } from './push-failure.js'
import { openGit } from './open.js'

/** A git remote that is an app's. */
export interface AppRemote {
  remote: string
  app: string
}

/** https://git.heroku.com/myapp.git and git@heroku.com:myapp.git, as the official CLI writes them. */
const HEROKU =
  /^(?:https:\/\/(?:[^@/]*@)?git\.|ssh:\/\/git@|git@)heroku\.com[/:]([a-z][a-z0-9-]*)\.git$/
/** http://127.0.0.1:28671/git/myapp.git: an embedded Heroku's, by https too, as that CLI has it. */
const EMBEDDED =
  /^https?:\/\/(?:[^@/]*@)?(?:127\.0\.0\.1|localhost|\[::1\]):\d+\/git\/([a-z][a-z0-9-]*)\.git$/
const ANY = /[/:]([a-z][a-z0-9-]*)\.git$/

/**
 * The remotes that are apps: of Heroku, of the host that HEROKU_GIT_HOST names, of an embedded
 * Heroku, and any that is called `heroku`. As they are written down, before `insteadOf`.
 * @throws ShipitError `git` if git is not there, or does not trust the folder
 */
export async function appRemotes(
  dir: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<AppRemote[]> {
  const git = openGit(dir)
  const isRepository = await git.checkIsRepo().catch((error: unknown) => {
    throw noAnswerFromGit(error) ?? error
  })
  if (!isRepository) return []
  const { all } = await git.listConfig()
  const host = env.HEROKU_GIT_HOST?.trim().replace(/^https?:\/\//, '')
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(all)) {
    const [, remote] = /^remote\.(.*)\.(?:push)?url$/.exec(key) ?? []
    if (remote === undefined) continue
    const url = [value].flat().at(-1) ?? ''
    const isOfHost = host !== undefined && url.replace(/^https?:\/\//, '').startsWith(`${host}/`)
    const app =
      HEROKU.exec(url)?.[1] ??
      EMBEDDED.exec(url)?.[1] ??
      (remote === 'heroku' || isOfHost ? ANY.exec(url)?.[1] : undefined)
    if (app !== undefined) found.set(remote, app)
  }
  return [...found].map(([remote, app]) => ({ remote, app }))
}

/**
 * The one that a command works on: the remote `heroku`, else that which `git config heroku.remote`
 * names, as for the official CLI, else the only one there is; undefined if none of that is so.
 */
export async function herokuRemoteApp(dir: string): Promise<string | undefined> {
  const remotes = await appRemotes(dir)
  const named = (name: string) => remotes.find(({ remote }) => remote === name)?.app
  if (remotes.length < 2) return remotes[0]?.app
  const { value } = await openGit(dir).getConfig('heroku.remote')
  const apps = new Set(remotes.map(({ app }) => app))
  return (
    (value ? named(value) : undefined) ??
    named('heroku') ??
    (apps.size === 1 ? [...apps][0] : undefined)
  )
}

/**
 * Makes the remote `heroku` point at an app that was just created, as `heroku create` does. A
 * remote of that name is left as it is.
 * @param gitUrl base URL, without any credentials: `<gitUrl>/<app>.git` is what git keeps in
 *   .git/config
 * @returns whether it was added
 */
export async function ensureHerokuRemote(
  dir: string,
  gitUrl: string,
  app: string,
): Promise<boolean> {
  const git = openGit(dir)
  if ((await git.getRemotes()).some(({ name }) => name === 'heroku')) return false
  await git.addRemote('heroku', `${gitUrl}/${app}.git`)
  return true
}
