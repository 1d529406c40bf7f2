import path from 'node:path/posix'
import { parse } from 'jsonc-parser'
import type { FolderView } from '../folder.js'
import { isObject } from './package-json.js'
import { insideFolder } from './resolve-file.js'
import { sourceFiles } from './source-files.js'

/** What of a tsconfig decides where tsc puts its files. Paths are relative to the app's folder. */
export interface Tsconfig {
  outDir?: string
  rootDir?: string
  emits: boolean
  /** The sources that it compiles, without declarations. */
  sources: string[]
}

interface Raw {
  options: Record<string, unknown>
  /** Folder of the config that set an option, since paths are relative to it. */
  setIn: Record<string, string>
  include?: string[]
  exclude?: string[]
  files?: string[]
  dir: string
}

/**
 * Reads a tsconfig with what it extends inside the folder
 * (https://www.typescriptlang.org/tsconfig); undefined if there is none.
 */
export function readTsconfig(folder: FolderView, file = 'tsconfig.json'): Tsconfig | undefined {
  const raw = readRaw(
    folder,
    folder.isDirectory(file) ? path.join(file, 'tsconfig.json') : file,
    new Set(),
  )
  if (!raw) return undefined
  const option = (name: string) => {
    const value = raw.options[name]
    return typeof value === 'string'
      ? insideFolder(path.join(raw.setIn[name] ?? '', value))
      : undefined
  }
  const outDir = option('outDir')
  const rootDir = option('rootDir') ?? (raw.options['composite'] === true ? raw.dir : undefined)
  return {
    ...(outDir === undefined ? {} : { outDir }),
    ...(rootDir === undefined ? {} : { rootDir }),
    emits: raw.options['noEmit'] !== true && raw.options['emitDeclarationOnly'] !== true,
    sources: compiled(folder, raw, outDir),
  }
}

function readRaw(folder: FolderView, file: string, seen: Set<string>): Raw | undefined {
  const text = folder.read(file)
  if (text === undefined || seen.has(file)) return undefined
  seen.add(file)
  const data: unknown = parse(text, [], { allowTrailingComma: true })
  if (!isObject(data)) return undefined
  const dir = path.dirname(file) === '.' ? '' : path.dirname(file)
  const merged: Raw = { options: {}, setIn: {}, dir }
  for (const parent of list(data['extends']) ??
    (typeof data['extends'] === 'string' ? [data['extends']] : [])) {
    // A config from a package sets compiler flags, not the app's folders.
    if (!parent.startsWith('.')) continue
    const base = path.join(dir, parent)
    const inherited = [base, `${base}.json`]
      .map((name) => readRaw(folder, name, seen))
      .find(Boolean)
    if (inherited)
      Object.assign(merged, inherited, {
        options: { ...merged.options, ...inherited.options },
        setIn: { ...merged.setIn, ...inherited.setIn },
        dir,
      })
  }
  const own = isObject(data['compilerOptions']) ? data['compilerOptions'] : {}
  Object.assign(merged.options, own)
  for (const name of Object.keys(own)) merged.setIn[name] = dir
  for (const name of ['include', 'exclude', 'files'] as const) {
    const value = list(data[name])
    if (value) merged[name] = value.map((entry) => path.join(dir, entry))
  }
  return merged
}

function list(value: unknown): string[] | undefined {
  return Array.isArray(value)
    ? value.filter((entry): entry is string => typeof entry === 'string')
    : undefined
}

/**
 * Which sources a tsconfig takes in: `include` without `exclude`, everything below it if it says
 * nothing.
 */
function compiled(folder: FolderView, raw: Raw, outDir: string | undefined): string[] {
  const all = sourceFiles(folder).filter(
    (file) => /\.[cm]?tsx?$/.test(file) && !/\.d\.[cm]?ts$/.test(file),
  )
  const include = raw.include ?? (raw.files ? [] : [path.join(raw.dir, '**/*')])
  const exclude = [...(raw.exclude ?? []), ...(outDir ? [outDir] : [])]
  return all.filter(
    (file) =>
      raw.files?.includes(file) ||
      (include.some((glob) => covers(glob, file)) && !exclude.some((glob) => covers(glob, file))),
  )
}

/** tsconfig's globs: `*`, `?`, a doubled star for folders, and a folder's name for all in it. */
function covers(glob: string, file: string): boolean {
  const clean = glob.replace(/^\.\//, '').replace(/\/$/, '')
  if (clean === '' || clean === '.') return true
  const pattern = clean
    .split('/')
    .map((part) =>
      part === '**'
        ? '(?:[^/]+/)*'
        : part
            .replace(/[.+^${}()|[\]\\]/g, '\\$&')
            .replaceAll('*', '[^/]*')
            .replaceAll('?', '[^/]') + '/',
    )
    .join('')
    .replace(/\/$/, '')
  return new RegExp(`^${pattern}(?:/.*)?$`).test(file)
}

/**
 * Where tsc puts the output of a source: outDir instead of rootDir, which is the sources' longest
 * common folder unless set.
 */
export function tscOutput(config: Tsconfig, source: string): string {
  const script = source.replace(/\.tsx?$/, '.js').replace(/\.([cm])ts$/, '.$1js')
  if (config.outDir === undefined) return script
  const root =
    config.rootDir ??
    commonFolder(config.sources.includes(source) ? config.sources : [...config.sources, source])
  const relative = path.relative(root, script)
  return path.join(config.outDir, relative.startsWith('..') ? script : relative)
}

function commonFolder(files: string[]): string {
  const folders = files.map((file) => file.split('/').slice(0, -1))
  const first = folders[0] ?? []
  const shared = first.findIndex((part, at) => folders.some((parts) => parts[at] !== part))
  return first.slice(0, shared === -1 ? first.length : shared).join('/')
}
