import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { ShipitError } from '../errors.js'
import type { Ecosystem } from '../ecosystem/types.js'
import { isInCommit, repositoryState, type RepositoryState } from '../git/index.js'

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

/** The file must be in the commit, since the commit is what is deployed. Throws `git` where it is only on disk. */
export async function checkIsCommitted({ root, ecosystemFile }: Project, commit: { id: string; short: string }): Promise<void> {
  if (ecosystemFile === undefined) return
  const name = path.relative(root, ecosystemFile)
  if (await isInCommit(root, commit.id, name)) return
  throw new ShipitError('git', {
    message: `${name} is not in commit ${commit.short}, so the app would start without it.`,
    next: `git add --all && git commit -m "Run under PM2"`,
  })
}

/** What is doubtful about the project itself, a sentence each. */
export async function projectWarnings({ root }: Project, { problems, file, sshTargets, deploy }: Ecosystem): Promise<string[]> {
  const { explain } = await import('../ecosystem/index.js')
  const name = path.relative(root, file)
  return [
    ...problems.filter(({ severity }) => severity === 'warning').map((problem) => explain(problem, name)),
    ...sshWarning(sshTargets, deploy),
    ...await engineWarning(root),
  ]
}

/** What of the deploy: block belongs to PM2's own deploy over ssh: whole targets, and keys beside ours. */
function sshWarning(targets: string[], deploy: Ecosystem['deploy']): string[] {
  const keys = Object.entries(deploy).flatMap(([name, { ssh }]) => ssh === undefined ? [] : [`${ssh.join(', ')} of deploy.${name}`])
  const left = [...targets.map((name) => `deploy.${name}`), ...keys]
  return left.length === 0 ? [] : [`PM2's own deploy over ssh is left alone: ${left.join('; ')}.`]
}

async function engineWarning(root: string): Promise<string[]> {
  let text: string
  try {
    text = await readFile(path.join(root, 'package.json'), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ['There is no package.json at the root: Heroku will not know this for a Node.js app.']
    throw error
  }
  let manifest: { engines?: { node?: string } }
  try {
    manifest = JSON.parse(text) as typeof manifest
  } catch (error) {
    throw new ShipitError('project', { message: 'package.json is not valid JSON.', why: error instanceof Error ? error.message : undefined, cause: error })
  }
  return manifest.engines?.node ? [] : ['package.json has no engines.node: the platform chooses the Node.js version, and may choose another one tomorrow.']
}
