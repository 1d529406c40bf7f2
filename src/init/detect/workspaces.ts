import path from 'node:path/posix'
import { parse } from 'yaml'
import type { FolderView } from '../folder.js'
import { isObject, type PackageJson } from './package-json.js'

/** A package of the repository that is not the root's. */
export interface Workspace {
  /** The name in its package.json; its folder if it has none. */
  name: string
  /** From the root, with forward slashes. */
  dir: string
}

/**
 * The workspaces that the root names: `workspaces` of package.json (npm, yarn, bun: a list, or
 * `packages` in an object),
 * `packages` of pnpm-workspace.yaml, or `packages` of lerna.json.
 */
export function workspacesOf(
  folder: FolderView,
  pkg: Pick<PackageJson, 'workspaces'>,
): Workspace[] {
  const dirs = new Set(patternsOf(folder, pkg).flatMap((pattern) => foldersFor(folder, pattern)))
  return [...dirs].map((dir) => ({ name: nameIn(folder, dir) ?? dir, dir }))
}

/**
 * The folder of a workspace by its name, its path (`./packages/api`, `{packages/api}`) or its
 * folder's own name.
 */
export function workspaceDir(
  folder: FolderView,
  pkg: Pick<PackageJson, 'workspaces'>,
  wanted: string,
): string | undefined {
  const plain = wanted
    .replace(/^\{(.*)\}$/, '$1')
    .replace(/^\.\//, '')
    .replace(/\/$/, '')
  const all = workspacesOf(folder, pkg)
  const found = all.find(({ name, dir }) => name === plain || dir === plain)
  if (found) return found.dir
  const unscoped = all.filter(
    ({ name, dir }) => name.replace(/^@[^/]*\//, '') === plain || path.basename(dir) === plain,
  )
  return unscoped.length === 1 ? unscoped[0]!.dir : undefined
}

/**
 * Dependencies of a package that lie outside its folder: other workspaces, by their names, and
 * folders that it names.
 */
export function outsideDependencies(
  { dependencies, devDependencies }: Pick<PackageJson, 'dependencies' | 'devDependencies'>,
  workspaces: readonly string[],
): string[] {
  return Object.entries({ ...devDependencies, ...dependencies })
    .filter(
      ([name, spec]) =>
        isOutside(spec) ||
        (workspaces.includes(name) && !/^(npm|file|link|git(\+\w+)?|https?|github):/.test(spec)),
    )
    .map(([name]) => name)
}

/** Whether a version is not one of a registry but a path out of the folder, or `workspace:`. */
export function isOutside(spec: unknown): boolean {
  if (typeof spec !== 'string') return false
  const local = /^(?:file|link|portal):(.*)$/.exec(spec)?.[1]
  return (
    spec.startsWith('workspace:') || (local !== undefined && path.normalize(local).startsWith('..'))
  )
}

function patternsOf(folder: FolderView, { workspaces }: Pick<PackageJson, 'workspaces'>): string[] {
  const own = isObject(workspaces) ? workspaces['packages'] : workspaces
  if (Array.isArray(own)) return own.map(String)
  const pnpm = folder.read('pnpm-workspace.yaml')
  const listed = pnpm === undefined ? jsonPackages(folder.read('lerna.json')) : yamlPackages(pnpm)
  return Array.isArray(listed) ? listed.map(String) : []
}

function yamlPackages(text: string): unknown {
  const data: unknown = parse(text, { logLevel: 'silent' })
  return isObject(data) ? data['packages'] : undefined
}

function jsonPackages(text: string | undefined): unknown {
  const data: unknown = text === undefined ? undefined : parse(text, { logLevel: 'silent' })
  return isObject(data) ? data['packages'] : undefined
}

/**
 * Globs of workspaces use `*` for one folder and `**` for any number; a leading `!` takes away,
 * which changes no name here.
 */
function foldersFor(folder: FolderView, pattern: string): string[] {
  if (pattern.startsWith('!')) return []
  const parts = path.normalize(pattern).replace(/\/$/, '').split('/')
  const found = parts.reduce<string[]>(
    (dirs, part) => dirs.flatMap((dir) => step(folder, dir, part)),
    [''],
  )
  return found.filter((dir) => dir !== '' && folder.isFile(`${dir}/package.json`))
}

function step(folder: FolderView, dir: string, part: string): string[] {
  if (part === '**') return [dir, ...below(folder, dir)]
  if (part === '.') return [dir]
  const match = new RegExp(`^${part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '[^/]*')}$`)
  return subfolders(folder, dir)
    .filter((name) => match.test(name))
    .map((name) => path.join(dir, name))
}

const subfolders = (folder: FolderView, dir: string) =>
  folder
    .list(dir)
    .filter(
      (entry) => entry.isDirectory && entry.name !== 'node_modules' && !entry.name.startsWith('.'),
    )
    .map(({ name }) => name)

function below(folder: FolderView, dir: string, depth = 4): string[] {
  if (depth === 0) return []
  return subfolders(folder, dir)
    .map((name) => path.join(dir, name))
    .flatMap((each) => [each, ...below(folder, each, depth - 1)])
}

function nameIn(folder: FolderView, dir: string): string | undefined {
  const data: unknown = parse(folder.read(`${dir}/package.json`) ?? '', { logLevel: 'silent' })
  return isObject(data) && typeof data['name'] === 'string' ? data['name'] : undefined
}
