import { execFile } from 'node:child_process'
import { lstat, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { CheckRepoActions, type SimpleGit } from 'simple-git'
import { ShipitError } from '../errors.js'
import { type Commit, commitOf } from './commit.js'
import { noAnswerFromGit } from './push-failure.js'
import { gitEnvironment, openGit } from './open.js'
import { answer } from './spawn-git.js'

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

/**
 * Whether a commit holds a file; `file` is a path from the root of the repository. With a slash at
 * its end: whether it holds that folder.
 */
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

export interface WorkingFiles {
  /**
   * From the folder, with forward slashes: files and links, tracked or new, that git does not
   * ignore.
   */
  files: string[]
  /**
   * Folders that are repositories of their own (submodules and such): nothing of them is among the
   * files.
   */
  repositories: string[]
}

const exec = promisify(execFile)
const MOST_OUTPUT = 256 * 1024 * 1024

/**
 * What lies in a folder as git sees it, by git's own rules of what is ignored; also if there is
 * no repository. node_modules is never new.
 */
export async function workingFiles(dir: string, isRepository: boolean): Promise<WorkingFiles> {
  const listed = isRepository ? await list(dir, [], ['--cached']) : await listWithoutRepository(dir)
  const found: WorkingFiles = { files: [], repositories: [] }
  for (const name of new Set(listed.map((one) => one.replace(/\/$/, '')))) {
    const stats = await lstat(path.join(dir, name)).catch((error: NodeJS.ErrnoException) => {
      // Tracked, and removed from the working tree.
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
      throw error
    })
    if (stats?.isDirectory()) found.repositories.push(name)
    else if (stats?.isFile() || stats?.isSymbolicLink()) found.files.push(name)
  }
  return found
}

async function list(dir: string, before: string[], which: string[]): Promise<string[]> {
  const { stdout } = await exec(
    'git',
    [
      ...before,
      'ls-files',
      '-z',
      ...which,
      '--others',
      '--exclude-standard',
      '--exclude=node_modules/',
    ],
    { cwd: dir, env: gitEnvironment(), maxBuffer: MOST_OUTPUT },
  )
  return stdout.split('\0').filter(Boolean)
}

async function listWithoutRepository(dir: string): Promise<string[]> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'shipit-files-'))
  try {
    await exec('git', ['init', '--quiet', '--bare', '--template=', scratch], {
      env: gitEnvironment(),
    })
    return await list(dir, [`--git-dir=${scratch}`, `--work-tree=${dir}`], [])
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Whether no commit can pick the file up: git ignores it, or there is no repository around it. */
export async function isIgnored(file: string): Promise<boolean> {
  const git = openGit(path.dirname(file))
  if (!(await git.checkIsRepo(CheckRepoActions.IN_TREE))) return true
  return (await git.checkIgnore(file)).length > 0
}
