/** The packages that the sources of an app load. */
import path from 'node:path/posix'
import type { EcosystemApp } from '../../ecosystem/types.js'
import { findBuild } from '../../init/detect/build-output.js'
import { allCommands } from '../../init/detect/scripts.js'
import { appSources } from '../app-sources.js'
import type { ProjectFacts } from '../facts.js'
import { topLevelLoads } from '../loads.js'
import { lineAt } from '../source-text.js'
import { isBuiltin } from 'node:module'

/**
 * Tools of a build that leave the imports of a file as they are. Any other may put the package into
 * what it makes.
 */
const TRANSLATES =
  /^(tsc|tspc|ttsc|tsc-alias|babel|swc|rimraf|rm|del-cli|mkdir|mkdirp|cp|copyfiles|cpx|shx|echo|prisma|cross-env)$/

export function sourceNeeds(app: EcosystemApp, project: ProjectFacts): Need[] {
  const { manifest, folder } = project
  if (!manifest) return []
  const sources = appSources(app, project)
  const isBuilt =
    sources[0] !== undefined &&
    /\.[cm]?tsx?$/.test(sources[0].path) &&
    !/\.[cm]?tsx?$/.test(app.script)
  const build = findBuild(folder, manifest)
  if (
    isBuilt &&
    !(
      build &&
      allCommands(build.command, manifest).every(
        ({ words }) =>
          TRANSLATES.test(path.basename(words[0] ?? '')) ||
          /^(nest|nest build)$/.test(words[0] ?? ''),
      )
    )
  )
    return []
  const reached = reachedSources(app, project)
  return sources
    .filter(({ path: file }) => reached.has(file))
    .flatMap(({ path: file, text }) =>
      topLevelLoads(text, /\.[cm]?tsx?$/.test(file)).flatMap(
        ({ specifier, offset, mayBeTypes }) => {
          const name = packageName(specifier)
          return name === undefined || mayBeTypes
            ? []
            : [
                {
                  by: file,
                  word: specifier,
                  names: [name],
                  place: `${file}:${lineAt(text, offset)}`,
                },
              ]
        },
      ),
    )
}

/** The files that the first one loads at its top level, and they in turn. */
function reachedSources(app: EcosystemApp, project: ProjectFacts): Set<string> {
  const sources = appSources(app, project)
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const found = new Set(sources.slice(0, 1).map(({ path: file }) => file))
  for (const file of found) {
    for (const { specifier, mayBeTypes } of topLevelLoads(
      byPath.get(file)!.text,
      /\.[cm]?tsx?$/.test(file),
    )) {
      if (!specifier.startsWith('.') || mayBeTypes) continue
      const base = path.join(path.dirname(file), specifier)
      const next = [
        base,
        ...['js', 'cjs', 'mjs', 'ts', 'mts', 'cts', 'tsx'].flatMap((ending) => [
          `${base}.${ending}`,
          `${base}/index.${ending}`,
        ]),
        base.replace(/\.([cm]?)js$/, '.$1ts'),
      ].find((each) => byPath.has(each))
      if (next !== undefined) found.add(next)
    }
  }
  return found
}

/** A package that something needs in a dyno. */
export interface Need {
  /** What has it: a process type, an app, a file. */
  by: string
  /** For sentences: `tsx`, `-r dotenv/config`, next.config.ts. */
  word: string
  names: string[]
  place: string
  /** What comes of its absence, if it is no crash. */
  mild?: string
}

/**
 * The package of a specifier; undefined for a path, a URL, one of Node's own modules, and a path
 * alias.
 */
export function packageName(specifier: string): string | undefined {
  if (isBuiltin(specifier) || !/^(@[a-z0-9-][\w.~-]*\/)?[a-z0-9-][\w.~-]*(\/|$)/i.test(specifier))
    return undefined
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)![0]
}
