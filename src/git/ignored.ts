import path from 'node:path'
import { CheckRepoActions } from 'simple-git'
import { openGit } from './open.js'

/** Whether no commit can pick the file up: git ignores it, or there is no repository around it. */
export async function isIgnored(file: string): Promise<boolean> {
  const git = openGit(path.dirname(file))
  if (!(await git.checkIsRepo(CheckRepoActions.IN_TREE))) return true
  return (await git.checkIgnore(file)).length > 0
}
