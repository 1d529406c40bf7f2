import path from 'node:path'
import { ShipitError } from '../errors.js'
import type { Ecosystem } from '../ecosystem/types.js'
import { gatherCommit, type ProjectFacts } from '../preflight/index.js'
import { repositoryState, type RepositoryState } from '../git/index.js'

/** The folder that a deploy is started in, seen from its repository. */
export interface Project {
  state: RepositoryState
  /** Root of the repository; the folder itself where there is none. */
  root: string
  /** Absolute path of the ecosystem file at the root, if there is one. */
  ecosystemFile: string | undefined
  /** The folder, from the root, where it has an ecosystem file that does not count because it is not the root's. */
  readyFolder?: string
}

/** Finds what is to be deployed. The whole repository is: so the ecosystem file that counts lies at its root. */
export async function findProject(dir: string): Promise<Project> {
  const { findEcosystemFile } = await import('../ecosystem/index.js')
  const state = await repositoryState(dir)
  const root = state.isRepository ? state.root : dir
  const ecosystemFile = await findEcosystemFile(root)
  const isReady = ecosystemFile === undefined && state.isRepository && state.subdirectory !== '' && (await findEcosystemFile(dir)) !== undefined
  return { state, root, ecosystemFile, ...(isReady ? { readyFolder: state.subdirectory } : {}) }
}

/**
 * Reads the project's ecosystem file.
 * @throws ShipitError `project` where there is none, or where it holds an error: each with its line and column
 */
export async function readProject({ root, ecosystemFile, readyFolder }: Project): Promise<Ecosystem> {
  const { explain, readEcosystem } = await import('../ecosystem/index.js')
  if (readyFolder !== undefined) {
    throw new ShipitError('project', {
      message: `The ecosystem file is in ${readyFolder}, and a deploy is of the whole repository, from its root.`,
      why: `Heroku builds what lies in ${root}.`,
      next: `Give the app a repository of its own:\ngit subtree split --prefix ${readyFolder} --branch deploy && git clone --branch deploy ${root} ../${path.basename(readyFolder)}`,
    })
  }
  if (ecosystemFile === undefined) {
    throw new ShipitError('project', { message: `There is no ecosystem file in ${root}.`, why: 'It says what PM2 runs in a dyno.', next: 'shipit init' })
  }
  const ecosystem = await readEcosystem(ecosystemFile)
  const errors = ecosystem.problems.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return ecosystem
  const name = path.relative(root, ecosystemFile)
  throw new ShipitError('project', {
    message: `${name} has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}. Nothing was deployed.`,
    why: errors.map((problem) => explain(problem, name)).join('\n'),
    next: 'Correct the file, commit, and deploy again.',
    details: { problems: errors },
  })
}

/** The commit as the checks see it. */
export function projectFacts({ root }: Project, commit: { id: string; short: string }, ecosystem: Ecosystem): Promise<ProjectFacts> {
  return gatherCommit({ root, folder: '', commit, ecosystem })
}
