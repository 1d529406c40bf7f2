import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { capture, sizeOf, type BuildContext } from './context.js'
import { BuildFailure } from './failure.js'
import { hasInstallScripts, type Manifest } from './manifest.js'
import type { PackageManager } from './package-manager.js'
import { treeText } from './tree-file.js'
import { removeFolder } from '../daemon/folders.js'

/**
 * What was installed the last time, under which circumstances, the name of its folder, and its size
 * in bytes.
 */
interface CacheRecord {
  key: string | null
  runtime: string
  tree: string
  size: number
}

const TREE_FIELDS = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'dependenciesMeta',
  'bundleDependencies',
  'bundledDependencies',
  'overrides',
  'resolutions',
  'pnpm',
  'packageManager',
  'os',
  'cpu',
  'engines',
]

/** Names a Node and tool under which a tree was installed; another one does not get it. */
export function runtimeOf(manager: PackageManager, version: string, node: string): string {
  return `v${node} ${process.platform}-${process.arch} ${manager.name} ${version}`
}

/**
 * A digest of everything that decides what an installation leaves behind, or null if the app's
 * own files take part in it (install scripts, workspaces, linked folders): then each build installs
 * anew, as `npm ci` would.
 */
export async function treeKey(
  context: BuildContext,
  manifest: Manifest,
  manager: PackageManager,
  runtime: string,
): Promise<string | null> {
  const { dir } = context.places
  if (manager.lockfile === null || (manager.name !== 'npm' && manager.name !== 'yarn')) return null
  if (hasInstallScripts(manifest) || manifest.raw.workspaces !== undefined) return null
  if (existsSync(path.join(dir, 'binding.gyp'))) return null
  const lock = treeText(dir, manager.lockfile)
  const fields = JSON.stringify(TREE_FIELDS.map((name) => manifest.raw[name] ?? null))
  const files = await localPackages(dir, `${fields}\n${lock}`)
  if (files === null) return null
  const settings = await Promise.all(
    ['.npmrc', '.yarnrc'].map((name) =>
      existsSync(path.join(dir, name)) ? treeText(dir, name) : null,
    ),
  )
  const vars = Object.entries(context.configVars)
    .filter(([name]) => canTakePart(name, settings))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return digest(JSON.stringify([runtime, lock, fields, files, settings, vars]))
}

/**
 * Whether a config var may change what is installed. A package's install script may read any, so
 * all count but those that the runtime and PM2 read in the dyno: keys and instances change often,
 * and would make the next build start from nothing. A settings file may name any as ${NAME}.
 */
function canTakePart(name: string, settings: (string | null)[]): boolean {
  return !/^(PM2|SHIPIT)_/.test(name) || settings.some((text) => text?.includes(name))
}

export type Restored = 'identical' | 'restored' | 'changed' | 'written' | 'none'

/**
 * How a tree is kept: shared by the slug and the builds to come, which takes no time and no room,
 * only if the build writes nothing more into it; else the slug has a copy.
 */
export type Keeping = 'copied' | 'shared'

/** Puts the last build's node_modules to use. `identical` if nothing is left to install. */
export async function restoreTree(
  context: BuildContext,
  runtime: string,
  key: string | null,
  keeping: Keeping,
): Promise<Restored> {
  const record = await readRecord(context)
  if (record === undefined) return 'none'
  if (record.runtime !== runtime) return 'changed'
  if (key !== null && record.key !== key) return 'none'
  const modules = modulesOf(context.cache, record.tree)
  if (await isWritten(context, modules)) return 'written'
  if (keeping === 'shared') context.modules = { dir: modules, size: record.size }
  else await copyTree(context, modules, path.join(context.places.dir, 'node_modules'))
  return key === null ? 'restored' : 'identical'
}

/** Keeps node_modules for the next build, which takes the newest that was kept. */
export async function saveTree(
  context: BuildContext,
  runtime: string,
  key: string | null,
  keeping: Keeping,
): Promise<void> {
  const tree = randomUUID()
  const modules = modulesOf(context.cache, tree)
  const installed = path.join(context.places.dir, 'node_modules')
  await mkdir(path.dirname(modules), { recursive: true })
  if (keeping === 'shared') await rename(installed, modules)
  else await copyTree(context, installed, modules)
  const size = await sizeOf(context, modules)
  if (keeping === 'shared') context.modules = { dir: modules, size }
  await writeFile(
    recordFile(context.cache),
    JSON.stringify({ key, runtime, tree, size } satisfies CacheRecord),
  )
}

/**
 * Removes the trees that neither the next build nor a slug uses. Not while a build of the app runs.
 * @param used `modules` of the app's slugs
 */
export async function sweepTrees(cache: string, used: (string | undefined)[]): Promise<void> {
  const newest = (await readRecordOf(cache))?.tree
  const trees = await readdir(path.join(cache, 'trees')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  for (const tree of trees) {
    if (tree !== newest && !used.includes(modulesOf(cache, tree)))
      await removeFolder(path.join(cache, 'trees', tree))
  }
}

const modulesOf = (cache: string, tree: string): string =>
  path.join(cache, 'trees', tree, 'node_modules')
const recordFile = (cache: string): string => path.join(cache, 'tree.json')
const digest = (content: string | Buffer): string =>
  createHash('sha256').update(content).digest('hex')

async function readRecord({ cache }: BuildContext): Promise<CacheRecord | undefined> {
  const record = await readRecordOf(cache)
  return record && existsSync(modulesOf(cache, record.tree)) ? record : undefined
}

async function readRecordOf(cache: string): Promise<CacheRecord | undefined> {
  const text = await readIfThere(recordFile(cache))
  if (text === null) return undefined
  try {
    const record = JSON.parse(text) as Partial<CacheRecord> | null
    // Of an older version, which kept one tree elsewhere.
    return typeof record?.tree !== 'string' ? undefined : (record as CacheRecord)
  } catch (error) {
    // Cut off by a crash: as good as no cache.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/**
 * Whether a file of the tree is younger than its record: a dyno that shares it by a link has
 * written into it, and the next release must not see that.
 */
async function isWritten(context: BuildContext, modules: string): Promise<boolean> {
  const { status, lines } = await capture(context, 'find', [
    modules,
    '-type',
    'f',
    '-newer',
    recordFile(context.cache),
  ])
  return status !== 0 || lines.length > 0
}

async function copyTree(context: BuildContext, from: string, to: string): Promise<void> {
  // cp(1) keeps times and links, shares blocks where the file system can, and is many times quicker
  // than copying file by file from here.
  const { status, lines } = await capture(context, 'cp', ['-a', from, to])
  if (status !== 0)
    throw new BuildFailure(
      `The node_modules could not be copied: ${lines.at(-1) ?? `cp ended with ${status}`}`,
    )
}

/** Digests of the tarballs that `file:` dependencies name; null if one names a folder. */
async function localPackages(dir: string, text: string): Promise<[string, string][] | null> {
  const found: [string, string][] = []
  const names = new Set(
    [...text.matchAll(/(?:file:|link:|portal:)([^"'\s,#)]+)/g)].map((match) => match[1] ?? ''),
  )
  for (const name of [...names].sort()) {
    const file = path.resolve(dir, name)
    const kind = await lstat(file).catch(() => undefined)
    if (kind === undefined) continue
    if (!kind.isFile()) return null
    found.push([name, digest(await readFile(file))])
  }
  return found
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
