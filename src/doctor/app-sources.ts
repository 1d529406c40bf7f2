import path from 'node:path/posix'
import type { EcosystemApp } from '../ecosystem/types.js'
import { findBuild } from '../init/detect/build-output.js'
import { insideFolder, resolveFile } from '../init/detect/resolve-file.js'
import { scriptOf } from './checks/entry.js'
import type { ProjectFacts } from './facts.js'
import { ownImports, withoutComments } from './source-text.js'

export interface Source {
  path: string
  /** Without its comments. */
  text: string
}

const MOST_FILES = 30
const LONGEST = 300_000
const known = new WeakMap<ProjectFacts, Map<string, Source[]>>()

/**
 * The sources of one app, its script first: what the script loads of its own, as far as that is
 * written out, 30 files at most.
 * Empty if the script is not there or is built in a way that hides its source.
 */
export function appSources(app: EcosystemApp, project: ProjectFacts): Source[] {
  const sources = known.get(project) ?? new Map<string, Source[]>()
  known.set(project, sources)
  const script = scriptOf(app, project)
  if (script === undefined) return []
  const first = sourceOf(script, project)
  if (first === undefined) return []
  if (!sources.has(first)) sources.set(first, follow(first, project))
  return sources.get(first)!
}

/** Those of all apps, each once. */
export function allSources(project: ProjectFacts): Source[] {
  const all = (project.ecosystem?.apps ?? []).flatMap((app) => appSources(app, project))
  return [...new Map(all.map((source) => [source.path, source])).values()]
}

function sourceOf(script: string, { folder, manifest }: ProjectFacts): string | undefined {
  const found = resolveFile(folder, script, true)
  if (found !== undefined) return /\.[cm]?[jt]sx?$/.test(found) ? found : undefined
  return manifest && findBuild(folder, manifest)?.sourceOf(script)
}

function follow(first: string, { folder }: ProjectFacts): Source[] {
  const found: Source[] = []
  const waiting = [first]
  for (const seen = new Set(waiting); waiting.length > 0 && found.length < MOST_FILES;) {
    const file = waiting.shift()!
    const text = withoutComments(folder.read(file) ?? '')
    if (text.length > LONGEST) continue
    found.push({ path: file, text })
    for (const name of ownImports(text)) {
      const at = insideFolder(path.join(path.dirname(file), name))
      // TypeScript writes ./server.js for ./server.ts.
      const next =
        at === undefined
          ? undefined
          : (resolveFile(folder, at, true) ??
            resolveFile(folder, at.replace(/\.([cm]?)js$/, '.$1ts'), true))
      if (next === undefined || seen.has(next) || !/\.[cm]?[jt]sx?$/.test(next)) continue
      seen.add(next)
      waiting.push(next)
    }
  }
  return found
}
