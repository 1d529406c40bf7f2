import { existsSync } from 'node:fs'
import path from 'node:path'
import { readPackageJson, type PackageJson } from './detect/package-json.js'
import { outsideDependencies, workspacesOf } from './detect/workspaces.js'
import { folderOnDisk } from './folder.js'

/** A folder that is a workspace of a repository, and needs other workspaces of it beside it. */
export interface WithSiblings {
  /** Absolute path of the root. */
  root: string
  /** From the root, with forward slashes. */
  workspace: string
  /** Names of the packages that it needs. */
  siblings: string[]
}

/**
 * Undefined for a folder that is no workspace, or that can be deployed alone. Looks no further up
 * than the repository's root.
 */
export function withSiblings(dir: string): WithSiblings | undefined {
  if (!existsSync(path.join(dir, 'package.json'))) return undefined
  for (
    let root = path.dirname(dir), below = dir;
    !existsSync(path.join(below, '.git')) && root !== below;
    below = root, root = path.dirname(root)
  ) {
    const folder = folderOnDisk(root)
    const pkg = manifestOf(root)
    if (!pkg || (pkg.workspaces === undefined && !folder.isFile('pnpm-workspace.yaml'))) continue
    const workspace = path.relative(root, dir).split(path.sep).join('/')
    const all = workspacesOf(folder, pkg)
    if (!all.some((each) => each.dir === workspace)) return undefined
    const siblings = outsideDependencies(
      readPackageJson(folderOnDisk(dir)),
      all.map(({ name }) => name),
    )
    return siblings.length > 0 ? { root, workspace, siblings } : undefined
  }
  return undefined
}

const manifestOf = (dir: string): PackageJson | undefined =>
  existsSync(path.join(dir, 'package.json')) ? readPackageJson(folderOnDisk(dir)) : undefined
