import { parse as parseYaml } from 'yaml'
import { isObject } from '../init/detect/package-json.js'

/**
 * What a lockfile holds for one direct dependency: the version and where it is from, or the range
 * that it was locked for.
 */
export interface LockEntry {
  version?: string
  resolved?: string
  specifier?: string
}

/** A JSON object; undefined if the text is none. */
export function lockJson(text: string): Record<string, unknown> | undefined {
  try {
    const data: unknown = JSON.parse(text)
    return isObject(data) ? data : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/**
 * Direct dependencies as package-lock.json (1, 2 and 3) has them; undefined if the text is no
 * such file.
 */
export function npmEntries(text: string): ((name: string) => LockEntry | undefined) | undefined {
  const lock = lockJson(text)
  if (!lock) return undefined
  const { packages, dependencies } = lock
  const entry = (found: unknown): LockEntry | undefined => {
    if (!isObject(found)) return undefined
    return {
      ...(typeof found['version'] === 'string' ? { version: found['version'] } : {}),
      ...(typeof found['resolved'] === 'string' ? { resolved: found['resolved'] } : {}),
    }
  }
  if (isObject(packages)) return (name) => entry(packages[`node_modules/${name}`])
  return isObject(dependencies) ? (name) => entry(dependencies[name]) : () => undefined
}

/** The `name@range` headings of a yarn.lock of version 1. */
export function yarnPatterns(text: string): Set<string> {
  const headings = text.split(/\r?\n/).filter((line) => /^["\w@].*:$/.test(line))
  return new Set(
    headings.flatMap((line) =>
      line
        .slice(0, -1)
        .split(/,\s*/)
        .map((pattern) => pattern.replace(/^"|"$/g, '')),
    ),
  )
}

/**
 * The app's own direct dependencies in a yarn.lock of Yarn 2 or later, by the entry of its root;
 * undefined if there is none.
 */
export function berryEntries(text: string): ((name: string) => LockEntry | undefined) | undefined {
  const root = text
    .split(/\r?\n(?=\S)/)
    .find((block) => /^"?[^\n]*@workspace:\.["\s,:]/.test(block))
  if (root === undefined) return undefined
  const found = dependencyLines(root.split(/\r?\n/)).flatMap((line) => {
    const [, name, specifier] =
      /^ {4}"?((?:@[^/\s]+\/)?[^\s":]+)"?:\s*"?([^"\n]+?)"?\s*$/.exec(line) ?? []
    return name === undefined || specifier === undefined ? [] : [[name, { specifier }] as const]
  })
  const entries = new Map<string, LockEntry>(found)
  return (name) => entries.get(name)
}

/**
 * Names of packages, and of what each depends on, in a yarn.lock of any version. The project's own
 * workspaces, whose entries mix in devDependencies, are left out.
 */
export function yarnGraph(text: string): Map<string, string[]> {
  const graph = new Map<string, string[]>()
  for (const block of text.split(/\r?\n(?=\S)/)) {
    const [heading = '', ...body] = block.split(/\r?\n/)
    if (!/^["\w@].*:$/.test(heading) || /@workspace:/.test(heading)) continue
    const names = heading
      .slice(0, -1)
      .split(/,\s*/)
      .flatMap((pattern) => /^"?(@?[^@]+)@/.exec(pattern)?.[1] ?? [])
    const needs = dependencyLines(body).flatMap(
      (line) => /^ {4}"?((?:@[^/\s]+\/)?[^\s":]+)/.exec(line)?.[1] ?? [],
    )
    for (const name of new Set(names)) graph.set(name, [...(graph.get(name) ?? []), ...needs])
  }
  return graph
}

function dependencyLines(body: string[]): string[] {
  let isInside = false
  return body.filter((line) => {
    if (/^ {2}\S/.test(line)) isInside = /^ {2}(optionalDependencies|dependencies):$/.test(line)
    return isInside && line.startsWith('    ')
  })
}

/**
 * The app's own direct dependencies in pnpm-lock.yaml. Only that part is parsed: the file can be
 * large. From pnpm 11 on the file can hold two YAML documents, of which the first locks pnpm itself
 * and its configuration; the app's is the last.
 */
export function pnpmEntries(text: string): ((name: string) => LockEntry | undefined) | undefined {
  const document = text.split(/^---[ \t]*\r?$/m).at(-1) ?? ''
  const [, own] = /^importers:\r?\n([^]*?)(?=^\S|(?![^]))/m.exec(document) ?? []
  if (own === undefined) return undefined
  const importers: unknown = parseYaml(own)
  const app = isObject(importers) ? importers['.'] : undefined
  if (!isObject(app)) return undefined
  return (name) => {
    const found = ['dependencies', 'devDependencies', 'optionalDependencies']
      .map((kind) => (isObject(app[kind]) ? app[kind][name] : undefined))
      .find(isObject)
    return found && typeof found['specifier'] === 'string'
      ? { specifier: found['specifier'] }
      : found && {}
  }
}
