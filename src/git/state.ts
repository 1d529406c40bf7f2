import path from 'node:path'
import type { SimpleGit } from 'simple-git'
import { ShipitError } from '../errors.js'
import { answer } from './answer.js'
import { commitOf, type Commit } from './commit.js'
import { noAnswerFromGit } from './no-answer.js'
import { openGit } from './open.js'

interface Remote {
  name: string
  url: string
}

/** What git says of a folder. Plain data: what of it forbids a deploy is for the plan to say. */
export type RepositoryState =
  | { isRepository: false }
  | {
      isRepository: true
      isBare: boolean
      /**
       * One of several working trees of one repository (`git worktree add`). Deploys as any other.
       */
      isLinkedWorktree: boolean
      isShallow: boolean
      /** Absolute path of the working tree's root; of the git folder where it is bare. */
      root: string
      /** The folder asked about, from the root: '' at the root, 'packages/api' below it. */
      subdirectory: string
      /** Undefined if HEAD is detached. */
      branch: string | undefined
      /** Undefined if there is no commit yet. */
      commit: Commit | undefined
      /** Paths from the root that differ from the commit. */
      changed: string[]
      /**
       * Paths from the root that git does not know and does not ignore; a wholly new folder is one
       * entry that ends with a slash.
       */
      untracked: string[]
      remotes: Remote[]
    }

/**
 * Looks at the repository that holds `dir`. Throws `git` if git is missing or refuses to look.
 */
export async function repositoryState(dir: string): Promise<RepositoryState> {
  const git = openGit(dir)
  const place = await locate(git)
  if (!place) return { isRepository: false }
  const { isBare } = place
  const [root, subdirectory] = isBare ? [place.gitDir, ''] : await workTree(git, dir)
  // One after another on one instance; side by side on several.
  const [status, branch, commit, remotes] = await Promise.all([
    isBare ? undefined : openGit(dir).status(),
    answer(openGit(dir), ['symbolic-ref', '--quiet', '--short', 'HEAD']),
    commitOf(openGit(dir), 'HEAD'),
    openGit(dir).getRemotes(true),
  ])
  const untracked = status?.not_added ?? []
  return {
    isRepository: true,
    isBare,
    isLinkedWorktree: path.resolve(dir, place.commonDir) !== path.resolve(place.gitDir),
    isShallow: place.isShallow,
    root,
    subdirectory,
    branch,
    commit,
    changed: (status?.files ?? [])
      .map(({ path: name }) => name)
      .filter((name) => !untracked.includes(name)),
    untracked,
    remotes: remotes.map(({ name, refs }) => ({ name, url: refs.push || refs.fetch })),
  }
}

/** Whether a commit holds a file; `file` is a path from the root of the repository. */
export async function isInCommit(dir: string, commit: string, file: string): Promise<boolean> {
  return (
    (await answer(openGit(dir), [
      'rev-parse',
      '--verify',
      '--quiet',
      `${commit}:${file.split(path.sep).join('/')}`,
    ])) !== undefined
  )
}

async function locate(
  git: SimpleGit,
): Promise<{ isBare: boolean; isShallow: boolean; gitDir: string; commonDir: string } | undefined> {
  try {
    const output = await git.raw([
      'rev-parse',
      '--is-bare-repository',
      '--is-shallow-repository',
      '--absolute-git-dir',
      '--git-common-dir',
    ])
    const [bare, shallow, gitDir = '', commonDir = ''] = output.trimEnd().split('\n')
    return { isBare: bare === 'true', isShallow: shallow === 'true', gitDir, commonDir }
  } catch (error) {
    const fault = noAnswerFromGit(error)
    if (fault) throw fault
    return undefined
  }
}

async function workTree(
  git: SimpleGit,
  dir: string,
): Promise<[root: string, subdirectory: string]> {
  const output = await answer(git, ['rev-parse', '--show-toplevel', '--show-prefix'])
  if (output === undefined)
    throw new ShipitError('git', {
      message: `${dir} lies inside a .git folder.`,
      next: 'Run the command in the folder of your app.',
    })
  const [root = '', prefix = ''] = output.split('\n')
  return [path.resolve(root), prefix.replace(/\/$/, '')]
}
