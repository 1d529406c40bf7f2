import path from 'node:path'
import { isInCommit, type Commit } from '../../git/index.js'
import type { ProjectFacts } from '../../preflight/index.js'

const LOCKFILES: Record<string, string> = {
  'package-lock.json': 'npm install --package-lock-only --workspaces=false',
  'npm-shrinkwrap.json': 'npm install --package-lock-only --workspaces=false',
  'yarn.lock': 'yarn install',
  'pnpm-lock.yaml': 'pnpm install --ignore-workspace --lockfile-only',
}

/** What a folder lacks that is deployed without the repository around it: the root's lockfile, packages that lie beside it. */
export async function folderWarnings(root: string, commit: Commit, folder: string, { folder: view, manifest }: Pick<ProjectFacts, 'folder' | 'manifest'>): Promise<string[]> {
  const names = Object.keys(LOCKFILES)
  const own = names.some((name) => view.isFile(name))
  const ofRoot = await Promise.all(names.map((name) => isInCommit(root, commit.id, name)))
  const lockfile = own ? undefined : names.find((_name, i) => ofRoot[i])
  const outside = Object.entries({ ...manifest?.dependencies, ...manifest?.devDependencies }).filter(([, spec]) => isOutside(spec)).map(([name, spec]) => `${name} (${spec})`)
  return [
    ...(lockfile === undefined ? [] : [`${folder} has no lockfile, and ${lockfile} of the root is not in this deploy: the build installs the newest versions that fit. Make one in the folder: ${LOCKFILES[lockfile]}`]),
    ...(outside.length === 0 ? [] : [`${folder} depends on packages that lie outside it and are not in this deploy, so the build cannot install them: ${outside.join(', ')}.`]),
  ]
}

function isOutside(spec: unknown): boolean {
  if (typeof spec !== 'string') return false
  const local = /^(?:file|link|portal):(.*)$/.exec(spec)?.[1]
  return spec.startsWith('workspace:') || (local !== undefined && path.posix.normalize(local).startsWith('..'))
}
