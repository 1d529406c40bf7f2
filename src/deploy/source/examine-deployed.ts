/**
 * What `shipit doctor ENV` looks at: the commit that `shipit deploy ENV` would deploy, whatever
 * lies on disk.
 */

import type { Ecosystem } from '../../ecosystem/types.js'
import { resolveCommit } from '../../git/index.js'
import { gatherCommit, type ProjectFacts } from '../../doctor/index.js'
import { readCommitEcosystem } from './commit-ecosystem.js'
import { refusalOf } from './examine.js'
import { folderWarnings } from './folder-warnings.js'
import { findProject, inFolder } from './project.js'
import type { Environment } from './target.js'

interface Examined {
  project: ProjectFacts
  environment: Environment | undefined
  /** Absolute path of the repository's root. */
  root: string
}

/**
 * The `deploy:` block is read from disk, as a deploy reads it; all else is of the environment's
 * `ref`, or of the commit that is checked out, and of its `subdirectory`.
 * An ecosystem file with errors is in the answer, with its problems.
 * @param named `--dir` as it was typed
 * @returns undefined if git has no commit that could be deployed
 * @throws what `environment` throws; ShipitError `git` for a ref or a folder that is not there
 */
export async function examineDeployed(
  dir: string,
  named: string | undefined,
  environment: (ecosystem: Ecosystem | undefined) => Promise<Environment | undefined>,
): Promise<Examined | undefined> {
  const { readEcosystem } = await import('../../ecosystem/index.js')
  const found = await findProject(dir, named)
  const { state, root } = found
  if (!state.isRepository || state.isBare || !state.commit) return undefined
  const chosen = await environment(
    found.ecosystemFile === undefined ? undefined : await readEcosystem(found.ecosystemFile),
  )
  const { ref, subdirectory } = chosen?.target ?? {}
  const wanted = subdirectory
    ?.replace(/^(\.\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '')
  const { folder } =
    wanted !== undefined && named === undefined && wanted !== found.folder
      ? await inFolder(found, wanted)
      : found
  const commit = ref === undefined ? state.commit : await resolveCommit(root, ref)
  const facts = await gatherCommit({
    root,
    folder,
    commit,
    ecosystem: await readCommitEcosystem({ root, folder, commit }),
  })
  const isCheckedOut = commit.id === state.commit.id
  const refusal = refusalOf(state)
  const project: ProjectFacts = {
    ...facts,
    uncommitted: isCheckedOut ? [...state.changed, ...state.untracked] : [],
    deployed: isCheckedOut ? {} : { ref: ref! },
    ...(folder === '' ? {} : { outside: await folderWarnings(root, commit, folder, facts) }),
    ...(refusal ? { refusal } : {}),
  }
  return { project, environment: chosen, root }
}
