import path from 'node:path'
import type { Ecosystem } from '../../ecosystem/types.js'
import { subtree, workingFiles } from '../../git/index.js'
import { gatherFolder, type ProjectFacts } from '../../doctor/index.js'
import { folderWarnings } from './folder-warnings.js'
import {
  chooseCommit,
  inFolder,
  projectFacts,
  readDeployed,
  readProject,
  type Project,
} from './project.js'
import { packSource } from './source-archive.js'
import {
  deploySource,
  leftOut,
  named,
  splitSource,
  uploadSource,
  type DeploySource,
} from './source.js'
import type { Environment } from './target.js'

/** What is deployed, where to, and all that was read of it. */
export interface Prepared {
  source: DeploySource
  environment: Environment | undefined
  facts: ProjectFacts
  /** Uncommitted work that is not in it, named in a sentence; empty if there is none. */
  leftOut: string
  /** Where the commit lies, if not in the user's repository. */
  objects?: string | undefined
  /** The files as one archive, if they are sent in place of a commit. */
  pack?: () => Promise<Buffer>
  /** Ends the need for what was made on disk. */
  remove: () => Promise<void>
}

interface Wanted {
  /** `--ref` */
  ref?: string | undefined
  /** Whether `--dir` named the folder: it then wins over the environment's. */
  isFolderTyped: boolean
  /** Which environment of the file is meant. */
  environment: (ecosystem: Ecosystem) => Promise<Environment | undefined>
}

/**
 * The working tree as it is, in a repository or not.
 * @throws ShipitError `project` or `git` if there is nothing that could be sent
 */
export async function prepareUpload(
  project: Project,
  wanted: Omit<Wanted, 'ref'>,
): Promise<Prepared> {
  const { state, root } = project
  if (state.isRepository && state.isBare) deploySource(state)
  const onDisk = await readProject(project)
  const environment = await wanted.environment(onDisk)
  const { subdirectory } = environment?.target ?? {}
  const isElsewhere =
    subdirectory !== undefined && !wanted.isFolderTyped && folderOf(subdirectory) !== project.folder
  const deployed = isElsewhere ? await inFolder(project, folderOf(subdirectory)) : project
  const ecosystem = isElsewhere ? await readProject(deployed) : onDisk
  const dir = path.join(root, deployed.folder)
  const sent = await workingFiles(dir, state.isRepository)
  const facts = await gatherFolder({
    root,
    folder: deployed.folder,
    ecosystem,
    isRepository: state.isRepository,
    commit: (state.isRepository && state.commit) || null,
    uncommitted: state.isRepository ? [...state.changed, ...state.untracked] : [],
  })
  const names = new Set(sent.files)
  const source = uploadSource(state, sent)
  const beside = state.isRepository && deployed.folder !== '' ? state.commit : undefined
  const warnings = beside ? await folderWarnings(root, beside, deployed.folder, facts) : []
  return {
    source: { ...source, warnings: [...source.warnings, ...warnings] },
    environment,
    // To the platform all of it is the source, whatever of it is in a commit.
    facts: {
      ...facts,
      isRepository: true,
      uncommitted: [],
      files: facts.files
        .filter((file) => names.has(file.path))
        .map((file) => ({ ...file, isCommitted: true })),
    },
    leftOut: '',
    pack: () => packSource(dir, sent.files),
    remove: () => Promise.resolve(),
  }
}

/**
 * Chooses the commit and the folder, reads them, and makes the folder's own history if one is
 * deployed alone. The `deploy:` block is read from disk, as the user sees it; all else is the
 * commit's.
 */
export async function prepareDeploy(project: Project, wanted: Wanted): Promise<Prepared> {
  const typed = wanted.ref === undefined ? undefined : await chooseCommit(project, wanted.ref, true)
  const onDisk =
    typed && project.ecosystemFile === undefined ? undefined : await readProject(project)
  const environment = await wanted.environment(
    onDisk ?? (await readDeployed(project, typed!.commit)),
  )
  const { ref, subdirectory } = environment?.target ?? {}
  const isElsewhere =
    subdirectory !== undefined && !wanted.isFolderTyped && folderOf(subdirectory) !== project.folder
  const deployed = isElsewhere ? await inFolder(project, folderOf(subdirectory)) : project
  const chosen = typed ?? (ref === undefined ? undefined : await chooseCommit(project, ref, false))
  const whole = deploySource(project.state, chosen, deployed.folder)
  const ecosystem = await readDeployed(deployed, whole.commit, isElsewhere ? undefined : onDisk)
  const facts = await projectFacts(deployed, whole.commit, ecosystem)
  const without = named(leftOut(project.state, deployed.folder))
  if (deployed.folder === '')
    return { source: whole, environment, facts, leftOut: without, remove: () => Promise.resolve() }
  return { environment, facts, leftOut: without, ...(await ofFolder(deployed, whole, facts)) }
}

const folderOf = (subdirectory: string): string =>
  subdirectory
    .replace(/^(\.\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '')

async function ofFolder(
  { root, folder }: Project,
  whole: DeploySource,
  facts: ProjectFacts,
): Promise<Pick<Prepared, 'source' | 'objects' | 'remove'>> {
  const warnings = await folderWarnings(root, whole.commit, folder, facts)
  const { id, objects, remove } = await subtree(root, whole.commit.id, folder)
  // The commit has the folder: its facts were read.
  const source = splitSource(whole, id!, folder)
  return { source: { ...source, warnings: [...source.warnings, ...warnings] }, objects, remove }
}
