import path from 'node:path'
import { ShipitError } from '../../errors.js'
import { commitFiles, isInCommit, readBlob, type Commit } from '../../git/index.js'
import { outsideDependencies, isOutside, workspacesOf } from '../../init/detect/workspaces.js'
import type { ProjectFacts } from '../../doctor/index.js'
import { viewOf } from '../../doctor/views.js'
import {
  LOCKFILE_MANAGERS,
  LOCKFILES,
  lockfilesIn,
  type ManagerName,
} from '../../project/lockfiles.js'

/** Makes the lockfile of a folder whatever lies around it. */
const LOCK_COMMANDS: Record<ManagerName, string> = {
  npm: 'npm install --package-lock-only --workspaces=false',
  yarn: 'yarn install',
  pnpm: 'pnpm install --ignore-workspace --lockfile-only',
}

/**
 * What a folder lacks that is deployed without the repository around it: the root's lockfile,
 * packages that lie beside it and that the registry may have as well.
 * @throws ShipitError `project` if it cannot be installed without what lies beside it
 */
export async function folderWarnings(
  root: string,
  commit: Commit,
  folder: string,
  { folder: view, manifest }: Pick<ProjectFacts, 'folder' | 'manifest'>,
): Promise<string[]> {
  const dependencies = { ...manifest?.devDependencies, ...manifest?.dependencies }
  const siblings = manifest ? outsideDependencies(manifest, await workspaces(root, commit)) : []
  const outside = siblings.filter((name) => isOutside(dependencies[name]))
  if (outside.length > 0)
    throw outsideError(
      folder,
      outside.map((name) => `${name} (${dependencies[name]})`),
    )
  const ofRoot = await Promise.all(LOCKFILES.map((name) => isInCommit(root, commit.id, name)))
  const lockfile =
    lockfilesIn(view).length > 0 ? undefined : LOCKFILES.find((_name, i) => ofRoot[i])
  const wholeOne = 'To deploy the root, which has both, leave --dir out'
  return [
    ...(lockfile === undefined
      ? []
      : [
          `${folder} has no lockfile, and ${lockfile} of the root is not in this deploy: the ` +
            'build installs the newest versions that fit. Make one in the folder: ' +
            `${LOCK_COMMANDS[LOCKFILE_MANAGERS[lockfile]!]}. ${wholeOne}.`,
        ]),
    ...(siblings.length === 0
      ? []
      : [
          `${siblings.join(', ')} of this repository ${siblings.length === 1 ? 'is' : 'are'} ` +
            `not in this deploy of ${folder} alone: the build takes what the registry has under ` +
            `${siblings.length === 1 ? 'that name' : 'these names'}, if anything. ${wholeOne} ` +
            `(shipit init ${folder} sets it up).`,
        ]),
  ]
}

function outsideError(folder: string, outside: string[]): ShipitError {
  return new ShipitError('project', {
    message:
      `${folder} cannot be deployed alone: it depends on packages that lie outside it. Nothing ` +
      'was pushed.',
    why: `Not in such a deploy, so that the build could not install them: ${outside.join(', ')}.`,
    next:
      `Deploy the whole repository, which starts ${folder}: at its root,\nshipit init ` +
      `${folder}\ngit add --all && git commit --message "Run ${folder} under PM2"\nshipit ` +
      'deploy, without --dir',
  })
}

/** Names of the workspaces that the commit has. */
async function workspaces(root: string, commit: Commit): Promise<string[]> {
  const files = (await commitFiles(root, commit.id)).filter(
    (file) =>
      file.mode.startsWith('100') &&
      /(^|\/)(package\.json|pnpm-workspace\.yaml|lerna\.json)$/.test(file.path),
  )
  const ids = new Map(files.map((file) => [file.path, file.id]))
  const view = viewOf(path.basename(root), [...ids.keys()], (file) =>
    readBlob(root, ids.get(file)!).toString('utf8'),
  )
  const manifest = view.read('package.json')
  return workspacesOf(view, {
    workspaces: manifest === undefined ? undefined : listed(manifest),
  }).map(({ name }) => name)
}

function listed(manifest: string): unknown {
  try {
    return (JSON.parse(manifest) as { workspaces?: unknown } | null)?.workspaces
  } catch (error) {
    // A root whose package.json cannot be read has no workspaces for npm either.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
