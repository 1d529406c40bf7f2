import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { ShipitError } from '../../errors.js'
import { explain } from '../../ecosystem/explain.js'
import type { Ecosystem } from '../../ecosystem/types.js'
import { gatherCommit, type ProjectFacts } from '../../doctor/index.js'
import {
  isInCommit,
  repositoryState,
  resolveCommit,
  type Commit,
  type RepositoryState,
} from '../../git/index.js'
import { isReadable, noFolder, readCommitEcosystem } from './commit-ecosystem.js'
import { checkDeployable, type ChosenCommit } from './source.js'

/** What is to be deployed, seen from its repository. */
export interface Project {
  state: RepositoryState
  /** Root of the repository; the folder itself if there is none. */
  root: string
  /**
   * The app's folder from the root, which is then deployed alone; '' where the whole repository is.
   */
  folder: string
  /** Absolute path of the folder's ecosystem file on disk, if there is one. */
  ecosystemFile: string | undefined
}

/**
 * Finds what is to be deployed: the whole repository, or a folder of it alone where one is named,
 * or where the command is given in one that has an ecosystem file while the root has none.
 * @param named as it was typed, from `dir`
 * @throws ShipitError `usage` where the named folder is not of this repository
 */
export async function findProject(dir: string, named?: string): Promise<Project> {
  const { findEcosystemFile } = await import('../../ecosystem/index.js')
  const state = await repositoryState(dir)
  const root = state.isRepository ? state.root : dir
  if (named !== undefined)
    return inFolder(
      { state, root, folder: '', ecosystemFile: undefined },
      folderFrom(root, path.resolve(await realpath(dir), named), named),
    )
  const ecosystemFile = await findEcosystemFile(root)
  const isReady =
    ecosystemFile === undefined &&
    state.isRepository &&
    !state.isBare &&
    state.subdirectory !== '' &&
    (await findEcosystemFile(dir)) !== undefined
  return isReady
    ? inFolder({ state, root, folder: '', ecosystemFile }, state.subdirectory)
    : { state, root, folder: '', ecosystemFile }
}

/** The same project, of which only that folder is deployed. */
export async function inFolder(project: Project, folder: string): Promise<Project> {
  const { findEcosystemFile } = await import('../../ecosystem/index.js')
  return {
    ...project,
    folder,
    ecosystemFile: await findEcosystemFile(path.join(project.root, folder)),
  }
}

function folderFrom(root: string, absolute: string, named: string): string {
  const folder = path.relative(root, absolute).split(path.sep).join('/')
  if (folder === '..' || folder.startsWith('../') || path.isAbsolute(folder)) {
    throw new ShipitError('usage', {
      message: `--dir ${named} is not in the repository ${root}.`,
      next: 'Name a folder of it.',
    })
  }
  return folder
}

/** @throws ShipitError `git` if nothing can be pushed, or if there is no such commit */
export async function chooseCommit(
  { state, root }: Project,
  ref: string,
  isTyped: boolean,
): Promise<ChosenCommit> {
  checkDeployable(state)
  return { ref, commit: await resolveCommit(root, ref), isTyped }
}

/**
 * Reads the project's ecosystem file as it lies on disk.
 * @throws ShipitError `project` if there is none, or if it holds an error: each with its line
 *   and column
 */
export async function readProject({ root, folder, ecosystemFile }: Project): Promise<Ecosystem> {
  const { readEcosystem } = await import('../../ecosystem/index.js')
  if (ecosystemFile === undefined) {
    throw new ShipitError('project', {
      message: `There is no ecosystem file in ${path.join(root, folder)}.`,
      why: 'It says what PM2 runs in a dyno.',
      next: `shipit init${folder === '' ? '' : ` ${path.join(root, folder)}`}`,
    })
  }
  return checked(await readEcosystem(ecosystemFile))
}

/**
 * The ecosystem file that a deploy of the commit runs by.
 * @param onDisk the one that was read from disk: it will do if the commit is checked out and the
 *   file is as it has it
 * @throws ShipitError `project` if the commit has none, or one with an error
 */
export async function readDeployed(
  { state, root, folder }: Project,
  commit: Commit,
  onDisk?: Ecosystem,
): Promise<Ecosystem> {
  const isCheckedOut = state.isRepository && state.commit?.id === commit.id && onDisk !== undefined
  const name = onDisk && path.relative(root, onDisk.file).split(path.sep).join('/')
  if (
    isCheckedOut &&
    !state.changed.some((file) => file === name || (onDisk.format === 'js' && isReadable(file)))
  )
    return onDisk
  const found = await readCommitEcosystem({ root, folder, commit })
  if (found) return checked(found, `of commit ${commit.short}`)
  // A file that is new on disk: the checks say that it is not in the commit.
  if (isCheckedOut) return onDisk
  throw new ShipitError('project', {
    message:
      `Commit ${commit.short} (${commit.subject}) has no ecosystem ` +
      `file${folder === '' ? '' : ` in ${folder}`}.`,
    why: 'It says what PM2 runs in a dyno.',
    next:
      `Deploy a commit that has one; \`shipit init${folder === '' ? '' : ` ${folder}`}\` writes ` +
      'it.',
  })
}

const DONE = { deploy: 'deployed', promote: 'promoted' }

/**
 * @param verb what the file is read for
 * @throws ShipitError `project` if it holds an error: each with its line and column
 */
export function checked(
  ecosystem: Ecosystem,
  which = '',
  verb: keyof typeof DONE = 'deploy',
): Ecosystem {
  const errors = ecosystem.problems.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return ecosystem
  const name = path.basename(ecosystem.file)
  throw new ShipitError('project', {
    message:
      `${[name, which].filter(Boolean).join(' ')} has ` +
      `${errors.length === 1 ? 'an error' : `${errors.length} errors`}. Nothing was ${DONE[verb]}.`,
    why: errors.map((problem) => explain(problem, name)).join('\n'),
    next: errors.some(({ absentPackage }) => absentPackage !== undefined)
      ? 'Install the dependencies of the project here (npm install, or its own package ' +
        `manager), then ${verb} again.`
      : `Correct the file, ${verb === 'deploy' ? 'commit, ' : ''}and ${verb} again.`,
    details: { problems: errors },
  })
}

/** The commit as the checks see it. @throws ShipitError `git` if it has no such folder */
export async function projectFacts(
  { root, folder }: Project,
  commit: Commit,
  ecosystem: Ecosystem,
): Promise<ProjectFacts> {
  // The ecosystem file may lie on disk alone, as all of its folder.
  if (folder !== '' && !(await isInCommit(root, commit.id, `${folder}/`)))
    throw noFolder(commit, folder)
  return gatherCommit({ root, folder, commit, ecosystem })
}
