import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { capture, type BuildContext } from './context.js'
import { BuildFailure } from './failure.js'
import type { Manifest } from './manifest.js'
import type { PackageManager } from './package-manager.js'
import { removeFolder } from '../remove.js'

/** What was installed the last time, and under which circumstances. */
interface CacheRecord { key: string | null; runtime: string }

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare', 'dependencies', 'pnpm:devPreinstall']
const TREE_FIELDS = [
  'dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies', 'peerDependenciesMeta', 'dependenciesMeta',
  'bundleDependencies', 'bundledDependencies', 'overrides', 'resolutions', 'pnpm', 'packageManager', 'os', 'cpu', 'engines',
]

/** Names a Node and tool under which a tree was installed; another one does not get it. */
export function runtimeOf(manager: PackageManager, version: string): string {
  return `${process.version} ${process.platform}-${process.arch} ${manager.name} ${version}`
}

/**
 * A digest of everything that decides what an installation leaves behind, or null where the app's own files take part in it
 * (install scripts, workspaces, linked folders): then each build installs anew, as `npm ci` would.
 */
export async function treeKey(context: BuildContext, manifest: Manifest, manager: PackageManager, runtime: string): Promise<string | null> {
  const { dir } = context.places
  if (manager.lockfile === null || (manager.name !== 'npm' && manager.name !== 'yarn')) return null
  if (INSTALL_SCRIPTS.some((name) => manifest.scripts[name] !== undefined) || manifest.raw.workspaces !== undefined) return null
  if (existsSync(path.join(dir, 'binding.gyp'))) return null
  const lock = await readFile(path.join(dir, manager.lockfile), 'utf8')
  const fields = JSON.stringify(TREE_FIELDS.map((name) => manifest.raw[name] ?? null))
  const files = await localPackages(dir, `${fields}\n${lock}`)
  if (files === null) return null
  const settings = await Promise.all(['.npmrc', '.yarnrc'].map((name) => readIfThere(path.join(dir, name))))
  const vars = Object.entries(context.configVars).filter(([name]) => canTakePart(name, settings)).sort(([a], [b]) => (a < b ? -1 : 1))
  return digest(JSON.stringify([runtime, lock, fields, files, settings, vars]))
}

/**
 * Whether a config var may change what is installed. A package's install script may read any, so all count but those that the runtime and PM2 read in the
 * dyno: keys and instances change often, and would make the next build start from nothing. A settings file may name any as ${NAME}.
 */
function canTakePart(name: string, settings: (string | null)[]): boolean {
  return !/^(PM2|SHIPIT)_/.test(name) || settings.some((text) => text?.includes(name))
}

export type Restored = 'identical' | 'restored' | 'changed' | 'written' | 'none'

/** How a tree goes into the cache and out of it: by hard links, which takes no time and no room, only where the build itself writes nothing into it. */
export type Passing = 'copy' | 'link'

/** Puts the last build's node_modules in place. `identical` where nothing is left to install. */
export async function restoreTree(context: BuildContext, runtime: string, key: string | null, passing: Passing): Promise<Restored> {
  const record = await readRecord(context)
  if (record === undefined) return 'none'
  if (record.runtime !== runtime) return 'changed'
  if (key !== null && record.key !== key) return 'none'
  if (await isWritten(context)) return 'written'
  await passTree(context, treeDir(context), path.join(context.places.dir, 'node_modules'), passing)
  return key === null ? 'restored' : 'identical'
}

/** Keeps node_modules for the next build. One tree an app, replaced as a whole. */
export async function saveTree(context: BuildContext, runtime: string, key: string | null, passing: Passing): Promise<void> {
  const fresh = path.join(context.cache, 'node_modules.new')
  await mkdir(context.cache, { recursive: true })
  await removeFolder(fresh)
  try {
    await passTree(context, path.join(context.places.dir, 'node_modules'), fresh, passing)
  } catch (error) {
    await removeFolder(fresh)
    throw error
  }
  await rm(recordFile(context), { force: true })
  await removeFolder(treeDir(context))
  await rename(fresh, treeDir(context))
  await writeFile(recordFile(context), JSON.stringify({ key, runtime } satisfies CacheRecord))
}

const treeDir = (context: BuildContext): string => path.join(context.cache, 'node_modules')
const recordFile = (context: BuildContext): string => path.join(context.cache, 'tree.json')
const digest = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')

async function readRecord(context: BuildContext): Promise<CacheRecord | undefined> {
  const text = await readIfThere(recordFile(context))
  if (text === null || !existsSync(treeDir(context))) return undefined
  try {
    return JSON.parse(text) as CacheRecord
  } catch (error) {
    // Cut off by a crash: as good as no cache.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Whether a file of the tree is younger than its record: a dyno that shares it by a link has written into it, and the next release must not see that. */
async function isWritten(context: BuildContext): Promise<boolean> {
  const { status, lines } = await capture(context, 'find', [treeDir(context), '-type', 'f', '-newer', recordFile(context)])
  return status !== 0 || lines.length > 0
}

async function passTree(context: BuildContext, from: string, to: string, passing: Passing): Promise<void> {
  if (passing === 'link') {
    const { status } = await capture(context, 'cp', ['-RPpl', from, to])
    if (status === 0) return
    // The file system knows no links, or no more to one file.
    await removeFolder(to)
  }
  // cp(1) keeps times and links, shares blocks where the file system can, and is many times quicker than copying file by file from here.
  const { status, lines } = await capture(context, 'cp', ['-a', from, to])
  if (status !== 0) throw new BuildFailure(`The node_modules could not be copied: ${lines.at(-1) ?? `cp ended with ${status}`}`)
}

/** Digests of the tarballs that `file:` dependencies name; null where one names a folder. */
async function localPackages(dir: string, text: string): Promise<[string, string][] | null> {
  const found: [string, string][] = []
  const names = new Set([...text.matchAll(/(?:file:|link:|portal:)([^"'\s,#)]+)/g)].map((match) => match[1] ?? ''))
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
