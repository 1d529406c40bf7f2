import { parse } from 'jsonc-parser'
import { isObject } from '../detect/package-json.js'
import { RUNTIME } from '../runtime-tarball.js'
import type { PackageManager } from '../types.js'

/** What one entry of a lockfile is pinned to; what the format does not say is absent. */
interface Pinned {
  version?: string
  /** Where it is fetched from. */
  resolved?: string
  /** Its digest. */
  integrity?: string
}

/** A lockfile but for the runtime's own entries: what init must leave as it is. */
export interface LockContents {
  /** The version of the format, as the file names it. */
  format: string
  /**
   * By place (npm: node_modules/a), or by what asks for it (yarn: a@^1.0.0) or what it is (pnpm:
   * a@1.0.0).
   */
  entries: Map<string, Pinned>
}

/**
 * Reads package-lock.json (1 to 3), yarn.lock (1 and later) or pnpm-lock.yaml (5 to 9). Undefined
 * for a text that is none of these.
 */
export function lockContents(manager: PackageManager, text: string): LockContents | undefined {
  switch (manager) {
    case 'npm':
      return npmContents(text)
    case 'yarn':
      return yarnContents(text)
    case 'yarn-berry':
      return berryContents(text)
    case 'pnpm':
      return pnpmContents(text)
  }
}

/**
 * The lockfileVersion of package-lock.json or npm-shrinkwrap.json; npm 6 and older left it out at
 * times.
 */
export function npmLockFormat(text: string): 1 | 2 | 3 | undefined {
  const lock: unknown = parse(text)
  if (!isObject(lock)) return undefined
  const { lockfileVersion: version } = lock
  if (version === 2 || version === 3) return version
  return isObject(lock['packages']) ? undefined : 1
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
const pinned = (entry: Record<string, unknown>): Pinned =>
  without({
    version: text(entry['version']),
    resolved: text(entry['resolved']),
    integrity: text(entry['integrity']),
  })
const without = (entry: Record<keyof Pinned, string | undefined>) =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as Pinned

function npmContents(source: string): LockContents | undefined {
  const lock: unknown = parse(source)
  const format = npmLockFormat(source)
  if (!isObject(lock) || format === undefined) return undefined
  const entries = new Map<string, Pinned>()
  const own = `node_modules/${RUNTIME}`
  const add = (place: string, entry: unknown) => {
    if (place !== '' && place !== own && !place.startsWith(`${own}/`) && isObject(entry))
      entries.set(place, pinned(entry))
  }
  const walk = (list: unknown, prefix: string): void => {
    if (!isObject(list)) return
    for (const [name, entry] of Object.entries(list)) {
      add(`${prefix}node_modules/${name}`, entry)
      if (isObject(entry)) walk(entry['dependencies'], `${prefix}node_modules/${name}/`)
    }
  }
  if (format === 1) walk(lock['dependencies'], '')
  else for (const [place, entry] of Object.entries(lock['packages'] ?? {})) add(place, entry)
  return { format: String(format), entries }
}

/**
 * Blocks of lines: a heading at the margin that ends with a colon, and what is indented below it.
 */
function blocks(source: string): { heading: string; lines: string[] }[] {
  const found: { heading: string; lines: string[] }[] = []
  for (const line of source.split(/\r?\n/)) {
    if (/^[^\s#].*:$/.test(line)) found.push({ heading: line.slice(0, -1), lines: [] })
    else if (/^\s/.test(line)) found.at(-1)?.lines.push(line)
  }
  return found
}

const unquoted = (word: string) => word.trim().replace(/^["'](.*)["']$/, '$1')
const valueOf = (lines: string[], key: RegExp) =>
  lines.map((line) => key.exec(line)?.[1]).find((value) => value !== undefined)
const isRuntime = (pattern: string) => pattern.startsWith(`${RUNTIME}@`)

function yarnContents(source: string): LockContents | undefined {
  const entries = new Map<string, Pinned>()
  for (const { heading, lines } of blocks(source)) {
    const entry = without({
      version: valueOf(lines, /^ {2}version "?([^"]+)"?$/),
      resolved: valueOf(lines, /^ {2}resolved "?([^"]+)"?$/),
      integrity: valueOf(lines, /^ {2}integrity (\S+)$/),
    })
    for (const pattern of heading.split(/,\s*/).map(unquoted))
      if (!isRuntime(pattern)) entries.set(pattern, entry)
  }
  return { format: '1', entries }
}

function berryContents(source: string): LockContents | undefined {
  const all = blocks(source)
  const format = valueOf(
    all.find(({ heading }) => heading === '__metadata')?.lines ?? [],
    /^ {2}version: (\S+)$/,
  )
  if (format === undefined) return undefined
  const entries = new Map<string, Pinned>()
  for (const { heading, lines } of all) {
    if (heading === '__metadata') continue
    const resolution = valueOf(lines, /^ {2}resolution: (.+)$/)
    const entry = without({
      version: resolution === undefined ? undefined : unquoted(resolution),
      resolved: undefined,
      integrity: valueOf(lines, /^ {2}checksum: (\S+)$/),
    })
    for (const pattern of unquoted(heading).split(/,\s*/))
      if (!isRuntime(pattern)) entries.set(pattern, entry)
  }
  return { format, entries }
}

/** From pnpm 11 on the file can hold two YAML documents, of which the last is the app's. */
function pnpmContents(source: string): LockContents | undefined {
  const document = source.split(/^---[ \t]*\r?$/m).at(-1) ?? ''
  const format = /^lockfileVersion: *['"]?([\d.]+)/m.exec(document)?.[1]
  if (format === undefined) return undefined
  const [, packages = ''] = /^packages:\r?\n([^]*?)(?=^\S|(?![^]))/m.exec(document) ?? []
  const entries = new Map<string, Pinned>()
  let key = ''
  for (const line of packages.split(/\r?\n/)) {
    const heading = /^ {2}(\S.*?):\s*(\{\})?$/.exec(line)?.[1]
    if (heading !== undefined) key = unquoted(heading)
    const integrity = /^ {4}resolution: \{.*?integrity: ([^,}\s]+)/.exec(line)?.[1]
    if (heading !== undefined && !isOwnKey(key)) entries.set(key, {})
    if (integrity !== undefined && !isOwnKey(key)) entries.set(key, { integrity })
  }
  return { format, entries }
}

const isOwnKey = (key: string) =>
  key.includes(`vendor/${RUNTIME}-`) || key.startsWith(`${RUNTIME}@`)
