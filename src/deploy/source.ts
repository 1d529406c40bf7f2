import { ShipitError } from '../errors.js'
import type { RepositoryState } from '../git/index.js'

/** What is deployed: one commit, and what is doubtful about it. */
export interface DeploySource {
  commit: { id: string; short: string; subject: string }
  /** Null where HEAD is detached. */
  branch: string | null
  warnings: string[]
}

const NAMED = 10

/**
 * What of a repository is deployed. Pure.
 * @param ref the branch that `deploy.<environment>.ref` names; else main or master are right
 * @throws ShipitError `git` where the repository cannot be deployed as it is
 */
export function deploySource(state: RepositoryState, ref?: string): DeploySource {
  if (!state.isRepository) {
    throw new ShipitError('git', { message: 'This folder is not in a git repository, and a deploy is a git push.', next: 'git init && git add . && git commit -m "Begin"' })
  }
  if (state.isBare) throw new ShipitError('git', { message: 'This is a bare repository: it has no files to look at.', next: 'Run the command in a clone that has a working tree.' })
  if (!state.commit) {
    throw new ShipitError('git', { message: 'There is no commit yet, so there is nothing to deploy.', next: 'git add . && git commit -m "Begin"' })
  }
  if (state.isShallow) {
    throw new ShipitError('git', {
      message: 'This is a shallow clone: its history is cut off, and the platform refuses the push of such a repository.',
      next: 'git fetch --unshallow\n(in GitHub Actions: actions/checkout with fetch-depth: 0)',
    })
  }
  return {
    commit: state.commit,
    branch: state.branch ?? null,
    warnings: [...dirtyWarning(state.changed, state.untracked, state.commit.short), ...branchWarning(state.branch, ref), ...rootWarning(state.subdirectory)],
  }
}

function dirtyWarning(changed: string[], untracked: string[], short: string): string[] {
  const files = [...changed, ...untracked.map((file) => `${file} (new)`)]
  if (files.length === 0) return []
  const names = files.slice(0, NAMED).join(', ') + (files.length > NAMED ? ` and ${files.length - NAMED} more` : '')
  return [`Uncommitted work is not in this deploy, which is commit ${short} alone: ${names}.`]
}

function branchWarning(branch: string | undefined, ref: string | undefined): string[] {
  const wanted = ref === undefined ? ['main', 'master'] : [ref.replace(/^refs\/heads\//, '')]
  if (branch === undefined) return ['HEAD is detached: this deploys the commit that is checked out, of no branch.']
  return wanted.includes(branch) ? [] : [`This deploys branch ${branch}, not ${wanted[0]}.`]
}

function rootWarning(subdirectory: string): string[] {
  return subdirectory === '' ? [] : [`This folder is ${subdirectory} of its repository. A git push deploys the whole repository, from its root.`]
}
