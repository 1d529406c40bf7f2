import { noAnswerFromGit } from './push-failure.js'
import { openGit } from './open.js'

/**
 * The app's name behind the git remote `heroku` (https://git.heroku.com/myapp.git → myapp);
 * undefined if there is no repository or no such remote.
 * @throws ShipitError `git` if git is not there, or does not trust the folder
 */
export async function herokuRemoteApp(dir: string): Promise<string | undefined> {
  const git = openGit(dir)
  const isRepository = await git.checkIsRepo().catch((error: unknown) => {
    throw noAnswerFromGit(error) ?? error
  })
  if (!isRepository) return undefined
  const remote = (await git.getRemotes(true)).find(({ name }) => name === 'heroku')
  return remote && /[/:]([a-z][a-z0-9-]*)\.git$/.exec(remote.refs.push)?.[1]
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
