import path from 'node:path'
import { ShipitError } from '../errors.js'
import { explain } from '../ecosystem/explain.js'
import type { Ecosystem } from '../ecosystem/types.js'
import { gatherCommit, type ProjectFacts } from '../preflight/index.js'
import { repositoryState, resolveCommit, type Commit, type RepositoryState } from '../git/index.js'
import { readCommitEcosystem } from './commit-ecosystem.js'
import { checkDeployable, type ChosenCommit } from './source.js'

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

/** @throws ShipitError `git` where nothing can be pushed, or where there is no such commit */
export async function chooseCommit({ state, root }: Project, ref: string, isTyped: boolean): Promise<ChosenCommit> {
  checkDeployable(state)
  return { ref, commit: await resolveCommit(root, ref), isTyped }
}

/**
 * Reads the project's ecosystem file as it lies on disk.
 * @throws ShipitError `project` where there is none, or where it holds an error: each with its line and column
 */
export async function readProject({ root, ecosystemFile, readyFolder }: Project): Promise<Ecosystem> {
  const { readEcosystem } = await import('../ecosystem/index.js')
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
  return checked(await readEcosystem(ecosystemFile))
}

/**
 * The ecosystem file that a deploy of the commit runs by.
 * @param onDisk the one that was read from disk: it will do where the commit is checked out and the file is as it has it
 * @throws ShipitError `project` where the commit has none, or one with an error
 */
export async function readDeployed({ state, root }: Project, commit: Commit, onDisk?: Ecosystem): Promise<Ecosystem> {
  const isCheckedOut = state.isRepository && state.commit?.id === commit.id && onDisk !== undefined
  const name = onDisk && path.relative(root, onDisk.file).split(path.sep).join('/')
  if (isCheckedOut && !state.changed.some((file) => file === name || (onDisk.format === 'js' && /\.([cm]?js|json)$/.test(file)))) return onDisk
  const found = await readCommitEcosystem({ root, folder: '', commit })
  if (found) return checked(found, `of commit ${commit.short}`)
  // A file that is new on disk: the checks say that it is not in the commit.
  if (isCheckedOut) return onDisk
  throw new ShipitError('project', { message: `Commit ${commit.short} (${commit.subject}) has no ecosystem file.`, why: 'It says what PM2 runs in a dyno.', next: 'Deploy a commit that has one; `shipit init` writes it.' })
}

function checked(ecosystem: Ecosystem, which = ''): Ecosystem {
  const errors = ecosystem.problems.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return ecosystem
  const name = path.basename(ecosystem.file)
  throw new ShipitError('project', {
    message: `${[name, which].filter(Boolean).join(' ')} has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}. Nothing was deployed.`,
    why: errors.map((problem) => explain(problem, name)).join('\n'),
    next: 'Correct the file, commit, and deploy again.',
    details: { problems: errors },
  })
}

/** The commit as the checks see it. */
export function projectFacts({ root }: Project, commit: { id: string; short: string }, ecosystem: Ecosystem): Promise<ProjectFacts> {
  return gatherCommit({ root, folder: '', commit, ecosystem })
}
