import path from 'node:path/posix'
import { foreignInterpreter } from '../../ecosystem/interpreter.js'
import type { EcosystemApp } from '../../ecosystem/types.js'
import { isObject } from '../../init/detect/package-json.js'
import type { Facts, ProjectFacts } from '../facts.js'
import type { Check, Problem } from '../check.js'
import { lockJson } from '../lock-entries.js'
import { packagesOf } from '../packages.js'
import { commandOf, processesOf } from '../processes.js'
import { isCluster } from '../instances-per-dyno.js'

/** A program that a dyno lacks, and what brings it: a buildpack, or a package of npm's. */
interface Lacking {
  programs: RegExp
  buildpack?: string
  package?: string
  /** Files of a project in that language, which has its buildpack if anybody looks after it. */
  files?: string[]
}

/**
 * What is not among the packages of a dyno (heroku/base-images,
 * heroku-24/installed-packages-amd64.txt), and what people start with all the same.
 */
const LACKING: Lacking[] = [
  {
    programs: /^(python(\d(\.\d+)?)?|pip\d?|gunicorn|uvicorn|celery)$/,
    buildpack: 'heroku/python',
    files: ['requirements.txt', 'Pipfile', 'pyproject.toml', 'uv.lock', 'manage.py'],
  },
  { programs: /^(ruby|bundle|rake|rails)$/, buildpack: 'heroku/ruby', files: ['Gemfile'] },
  { programs: /^php\d?$/, buildpack: 'heroku/php', files: ['composer.json', 'index.php'] },
  {
    programs: /^java$/,
    buildpack: 'heroku/jvm',
    files: ['pom.xml', 'build.gradle', 'build.gradle.kts'],
  },
  { programs: /^bunx?$/, package: 'bun' },
  { programs: /^deno$/, package: 'deno' },
  { programs: /^coffee$/, package: 'coffeescript' },
  { programs: /^lsc$/, package: 'livescript' },
  { programs: /^(make|git|jq|ffmpeg)$/, buildpack: 'heroku-community/apt' },
  { programs: /^(docker|docker-compose|podman)$/ },
]
/** PM2's lib/API/interpreter.json, as far as a dyno lacks them. */
const BY_EXTENSION: Record<string, string> = {
  '.py': 'python3',
  '.rb': 'ruby',
  '.php': 'php',
  '.coffee': 'coffee',
  '.ls': 'lsc',
}

interface Use {
  by: string
  program: string
  place: string
  /** A line of the Procfile says by itself that the app has the buildpack of its language. */
  isOfProcfile?: boolean
}

/** Programs that an app or a process type is started with, and that only another buildpack brings. */
export const programs: Check = {
  name: 'programs',
  theme: 'Start',
  asserts: 'a dyno has the programs that start the app',
  run: (facts) => {
    const told = new Set<string>()
    return usesOf(facts.project)
      .filter(({ by, program }) => !told.has(`${by} ${program}`) && told.add(`${by} ${program}`))
      .flatMap((use) => problemOf(use, facts))
  },
}

function usesOf(project: ProjectFacts): Use[] {
  const types = processesOf(project)
    .filter(({ runtime }) => !runtime)
    .flatMap(({ type, commands, place }) =>
      commands.map(([first = '']) => ({
        by: `The process type ${type}`,
        program: path.basename(first),
        place,
        isOfProcfile: place === 'Procfile',
      })),
    )
  const place = project.ecosystemFile ?? 'ecosystem file'
  const apps = (project.ecosystem?.apps ?? []).flatMap((app) =>
    [interpreterOf(app), ...(commandOf(app, project)?.commands ?? []).map(([first]) => first)]
      .filter((word) => word !== undefined)
      .map((word) => ({ by: app.name, program: path.basename(word), place })),
  )
  return [...types, ...apps]
}

/** PM2 runs a cluster by its own Node, whatever the file says. */
function interpreterOf(app: EcosystemApp): string | undefined {
  const foreign = isCluster(app) ? undefined : foreignInterpreter(app.script, app.interpreter)
  return foreign?.startsWith('.') ? BY_EXTENSION[foreign] : foreign
}

function problemOf(use: Use, facts: Facts): Problem[] {
  const { by, program, place } = use
  const lacking = LACKING.find(({ programs }) => programs.test(program))
  if (!lacking || isBrought(lacking, use, facts)) return []
  return [
    {
      severity: 'warning',
      place,
      what: `${by} is started by ${program}, which a dyno does not have.`,
      why: 'It may be installed on your machine; heroku/nodejs brings Node.js and npm alone.',
      next: adviceOn(lacking, program, facts),
    },
  ]
}

function adviceOn({ buildpack, package: name }: Lacking, program: string, facts: Facts): string {
  const app = facts.platform ? ` --app ${facts.platform.app}` : ''
  if (name !== undefined) return packagesOf(facts).promote(name)
  if (buildpack === undefined)
    return `Start the app without ${program}: a dyno is a container already.`
  const first = `heroku buildpacks:add --index 1 ${buildpack}${app}`
  return buildpack.endsWith('/apt')
    ? `${first}\nThen name ${program} in a file called Aptfile, or start the app without it.`
    : `${first}\nThen heroku/nodejs must be there too, as the last one.`
}

/** By a package of the app, or by a buildpack: that of the language, or one that the user chose. */
function isBrought(
  { buildpack, package: name, files }: Lacking,
  { program, isOfProcfile }: Use,
  facts: Facts,
): boolean {
  const { manifest } = facts.project
  if (
    name !== undefined &&
    (manifest?.dependencies[name] !== undefined ||
      manifest?.optionalDependencies[name] !== undefined ||
      ['kept', 'pruned'].includes(packagesOf(facts).standing(name)))
  )
    return true
  const { platform, project } = facts
  const isKnown = platform?.exists === true && platform.buildpacks.length > 0
  if (!isKnown && files && (isOfProcfile || files.some((file) => project.folder.isFile(file))))
    return true
  const words = [program.replace(/[\d.]+$/, ''), name, buildpack?.split('/')[1]].filter(Boolean)
  return buildpacksOf(facts).some(
    (each) => each.includes('apt') || words.some((word) => each.includes(word!)),
  )
}

/** The app's own, else those that app.json gives it (devcenter: app-json-schema). */
function buildpacksOf({ platform, project }: Facts): string[] {
  if (platform && platform.buildpacks.length > 0) return platform.buildpacks
  const named = lockJson(project.folder.read('app.json') ?? '')?.['buildpacks']
  return (Array.isArray(named) ? (named as unknown[]) : []).flatMap((each) =>
    isObject(each) && typeof each['url'] === 'string' ? [each['url']] : [],
  )
}
