import path from 'node:path/posix'
import { parseDynoCount } from '../lib/dyno-count.js'
import type { EcosystemApp } from '../ecosystem/types.js'
import { appSources } from './app-sources.js'
import { scriptOf } from './checks/entry.js'
import type { Facts, ProjectFacts } from './facts.js'
import { hasStart, processesOf, processOf, type Process } from './processes.js'

/**
 * The web process that heroku/nodejs adds to a Procfile without one (its bin/release). A first
 * deploy starts one dyno of it, and none of the other types.
 */
export interface DefaultWeb {
  /** What it runs. */
  line: string
  /** Process types that the Procfile has instead. */
  types: string[]
  /** Why that dyno cannot serve; null if it may. */
  trouble: 'no start script' | { sameAs: string } | { silent: string } | null
}

/**
 * Undefined if the Procfile says what web is, has nothing else either, or if somebody has settled
 * how many web dynos there are. Pure.
 */
export function defaultWeb(facts: Facts): DefaultWeb | undefined {
  const { project } = facts
  const web = processOf('web', project)
  const declared = processesOf(project).filter(
    ({ isDefault, type }) => !isDefault && type !== 'release',
  )
  if (!web?.isDefault || declared.length === 0 || isSettled(facts)) return undefined
  return {
    line: web.line,
    types: declared.map(({ type }) => type),
    trouble: troubleOf(web, declared, project),
  }
}

function troubleOf(
  web: Process,
  declared: readonly Process[],
  project: ProjectFacts,
): DefaultWeb['trouble'] {
  if (!hasStart(project)) return 'no start script'
  const twice = web.runtime && declared.find((process) => runsSame(process, project))
  if (twice) return { sameAs: twice.type }
  const silent = silentScript(web, project)
  return silent === undefined ? null : { silent }
}

/** Whether a process type starts, by itself, the script of an app of the ecosystem file. */
function runsSame({ target, runtime }: Process, project: ProjectFacts): boolean {
  const entry =
    target.kind === 'script' && !runtime
      ? path.join(target.launch.cwd ?? '', target.entry)
      : undefined
  return (
    entry !== undefined &&
    (project.ecosystem?.apps ?? []).some((app) => scriptOf(app, project) === entry)
  )
}

/** Words of a program that serves, or hands its port to one that does. */
const SERVES = /\bPORT\b|listen|server|serve\b|\.start\(/i

/**
 * The script of web, if all of its sources can be read and none of them speaks of a server or a
 * port.
 */
function silentScript({ target, runtime }: Process, project: ProjectFacts): string | undefined {
  const own: EcosystemApp[] =
    target.kind === 'script'
      ? [
          {
            name: 'web',
            script: target.entry,
            ...(target.launch.cwd === undefined ? {} : { cwd: target.launch.cwd }),
          },
        ]
      : []
  const apps = runtime ? (project.ecosystem?.apps ?? []) : own
  const sources = apps.map((app) => appSources(app, project))
  if (
    sources.length === 0 ||
    sources.some((one) => one.length === 0 || one.some(({ text }) => SERVES.test(text)))
  )
    return undefined
  return sources[0]![0]!.path
}

function isSettled({ platform, environment, scale }: Facts): boolean {
  if (scale?.['web'] !== undefined) return true
  const asked = environment?.target.formation?.['web']
  return (
    (asked !== undefined && parseDynoCount(asked)?.quantity === 0) ||
    platform?.formation.find(({ type }) => type === 'web')?.quantity === 0
  )
}

/** What starts the other types instead, as `shipit deploy --scale` takes it. */
export const withoutWeb = ({ types }: DefaultWeb): string[] => [
  'web=0',
  ...types.map((type) => `${type}=1`),
]
