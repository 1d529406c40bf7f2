import { ShipitError } from '../../errors.js'
import { dirtyVersion } from './short-commit.js'
import type { Commit, RepositoryState, WorkingFiles } from '../../git/index.js'

/** What is deployed: one commit, and what is doubtful about it. */
export interface DeploySource {
  /**
   * What the platform gets and knows it by. For a folder alone its id is that of the folder's own
   * history, its words are the user's commit's.
   */
  commit: Commit
  /** Of which commit the folder is that is deployed alone; null for a whole repository. */
  split: Split | null
  /** The working tree as it is, in place of a commit; null for a commit. */
  upload: Upload | null
  /** The branch or other name that it was taken from; null if HEAD is detached. */
  branch: string | null
  warnings: string[]
}

export interface Split {
  /** Full object name of the user's commit. */
  commit: string
  /** From the root of the repository. */
  folder: string
}

export interface Upload {
  files: number
  /** Whether they differ from the commit; true if there is no commit. */
  isDirty: boolean
}

/**
 * The working tree as what is deployed. Pure. What it is known by: the commit, marked as dirty
 * where the files differ from it.
 * @param now for the name of files that are of no commit
 */
export function uploadSource(
  state: RepositoryState,
  { files, repositories }: WorkingFiles,
  now = new Date(),
): DeploySource {
  const commit = state.isRepository ? state.commit : undefined
  const isDirty =
    !state.isRepository || !commit || state.changed.length + state.untracked.length > 0
  const dated = `files-${now.toISOString().replace(/[-:]|\.\d+/g, '')}`
  return {
    commit: commit
      ? {
          id: isDirty ? dirtyVersion(commit.id) : commit.id,
          short: `${commit.short}${isDirty ? '-dirty' : ''}`,
          subject: commit.subject,
        }
      : { id: dated, short: dated, subject: 'of no commit' },
    split: null,
    upload: { files: files.length, isDirty },
    branch: (state.isRepository ? state.branch : undefined) ?? null,
    warnings:
      repositories.length === 0
        ? []
        : [
            'Not sent, because they are repositories of their own (submodules): ' +
              `${repositories.join(', ')}.`,
          ],
  }
}

/** Another commit than the one that is checked out. */
export interface ChosenCommit {
  /** As it was named. */
  ref: string
  commit: Commit
  /** Whether this command named it; else the ecosystem file does, which is easily forgotten. */
  isTyped: boolean
}

const NAMED = 10

/**
 * What of a repository is deployed. Pure.
 * @param chosen the commit of `--ref` or `deploy.<environment>.ref`; else the one that is checked
 *   out
 * @param folder from the root; '' is all of it
 * @throws ShipitError `git` if the repository cannot be deployed as it is
 */
export function deploySource(
  state: RepositoryState,
  chosen?: ChosenCommit,
  folder = '',
): DeploySource {
  const checkedOut = checkDeployable(state)
  const isOther = chosen !== undefined && chosen.commit.id !== checkedOut.commit.id
  const { commit } = isOther ? chosen : checkedOut
  return {
    commit,
    split: null,
    upload: null,
    branch: chosen && chosen.ref !== 'HEAD' ? chosen.ref : (checkedOut.branch ?? null),
    warnings: [
      ...dirtyWarning(leftOut(state, folder), commit.short),
      ...(chosen ? otherWarning(chosen, checkedOut, isOther) : branchWarning(checkedOut.branch)),
      ...(folder === '' ? rootWarning(checkedOut.subdirectory) : []),
    ],
  }
}

/** Hexadecimal digits of a commit's name. */
const SHA_1 = 40

type Deployable = Extract<RepositoryState, { isRepository: true }> & { commit: Commit }

/** @throws ShipitError `git` where nothing of the repository can be pushed */
export function checkDeployable(state: RepositoryState): Deployable {
  if (!state.isRepository) {
    throw new ShipitError('git', {
      message: 'This folder is not in a git repository, and a deploy is a git push.',
      next: 'git init && git add . && git commit -m "Begin"',
    })
  }
  if (state.isBare)
    throw new ShipitError('git', {
      message: 'This is a bare repository: it has no files to look at.',
      next: 'Run the command in a clone that has a working tree.',
    })
  if (!state.commit) {
    throw new ShipitError('git', {
      message: 'There is no commit yet, so there is nothing to deploy.',
      next: 'git add . && git commit -m "Begin"',
    })
  }
  if (state.isShallow) {
    throw new ShipitError('git', {
      message:
        'This is a shallow clone: its history is cut off, and the platform refuses the push ' +
        'of such a repository.',
      next: 'git fetch --unshallow\n(in GitHub Actions: actions/checkout with fetch-depth: 0)',
    })
  }
  if (state.commit.id.length > SHA_1) {
    throw new ShipitError('git', {
      message: 'This repository names its commits by SHA-256, and the platform takes SHA-1 alone.',
      next:
        'Make a repository of the usual format (git init --object-format=sha1) and bring the ' +
        'files into it.',
    })
  }
  return { ...state, commit: state.commit }
}

/** The folder's own history, in place of the repository's. */
export const splitSource = (source: DeploySource, id: string, folder: string): DeploySource => ({
  ...source,
  commit: { ...source.commit, id },
  split: { commit: source.commit.id, folder },
})

/**
 * Uncommitted work that a deploy of a commit does not have, by name: "server.js", "new.js (new)".
 * Pure.
 */
export function leftOut(state: RepositoryState, folder: string): string[] {
  if (!state.isRepository) return []
  const isInside = (file: string) => folder === '' || file.startsWith(`${folder}/`)
  return [
    ...state.changed.filter(isInside),
    ...state.untracked.filter(isInside).map((file) => `${file} (new)`),
  ]
}

/** Several names in a sentence, and how many more there are. */
export const named = (files: readonly string[]): string =>
  files.slice(0, NAMED).join(', ') +
  (files.length > NAMED ? ` and ${files.length - NAMED} more` : '')

const dirtyWarning = (files: string[], short: string): string[] =>
  files.length === 0
    ? []
    : [`Uncommitted work is not in this deploy, which is commit ${short} alone: ${named(files)}.`]

function branchWarning(branch: string | undefined): string[] {
  if (branch === undefined)
    return ['HEAD is detached: this deploys the commit that is checked out, of no branch.']
  return ['main', 'master'].includes(branch) ? [] : [`This deploys branch ${branch}, not main.`]
}

function otherWarning(
  { ref, commit, isTyped }: ChosenCommit,
  { branch, commit: head }: Deployable,
  isOther: boolean,
): string[] {
  if (!isOther || isTyped) return []
  return [
    `The ecosystem file's \`ref: ${ref}\` is deployed, commit ${commit.short}, and not what ` +
      `is checked out: ${branch ? `${branch}, ` : ''}commit ${head.short} (--ref HEAD deploys ` +
      'that).',
  ]
}

function rootWarning(subdirectory: string): string[] {
  return subdirectory === ''
    ? []
    : [
        `This folder is ${subdirectory} of its repository. A git push deploys the whole ` +
          'repository, from its root; --dir . deploys this folder alone.',
      ]
}
