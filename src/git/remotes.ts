import { simpleGit } from 'simple-git'

/** The app's name behind the git remote `heroku` (https://git.heroku.com/myapp.git → myapp); undefined where there is no repository or no such remote. */
export async function herokuRemoteApp(dir: string): Promise<string | undefined> {
  const git = simpleGit(dir)
  if (!(await git.checkIsRepo())) return undefined
  const remote = (await git.getRemotes(true)).find(({ name }) => name === 'heroku')
  return remote && /[/:]([a-z][a-z0-9-]*)\.git$/.exec(remote.refs.push)?.[1]
}
