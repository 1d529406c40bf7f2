import path from 'node:path/posix'
import type { Pm2CommandLine } from '../ecosystem/pm2-command-line.js'
import type { EcosystemApp } from '../ecosystem/types.js'
import { findBuild } from '../init/detect/build-output.js'
import { followLine } from '../init/detect/follow.js'
import { allCommands } from '../init/detect/scripts.js'
import type { Project, Target } from '../init/detect/target.js'
import { RUNTIME } from '../init/runtime-tarball.js'
import { processTypes } from '../project/procfile.js'
import { shellWord } from '../lib/shell-word.js'
import type { ProjectFacts } from './facts.js'

/** A command that a dyno runs, and where init's own parser finds that it leads. */
export interface Followed {
  /** As it is written. */
  line: string
  target: Target
  /** Every command on the way, wrappers and what goes before the app's own included. */
  commands: string[][]
}

/** A process type, as heroku/nodejs and the Procfile make it. */
export interface Process extends Followed {
  type: string
  place: 'Procfile' | 'package.json'
  /** Whether heroku/nodejs adds it: there is no line for it in the Procfile. */
  isDefault: boolean
  /**
   * How shipit-runtime is called; all is absent from it if only a shell, or a tool, knows.
   * Undefined if the line does not come to the runtime.
   */
  runtime?: Partial<Pm2CommandLine>
}

type Asked = Pick<ProjectFacts, 'folder' | 'manifest' | 'onDisk'>

const known = new WeakMap<ProjectFacts['folder'], Process[]>()

/**
 * Every process type of the app. What heroku/nodejs adds is shown by the start script's own text.
 */
export function processesOf(project: Asked): Process[] {
  const before = known.get(project.folder)
  if (before) return before
  const { folder, manifest } = project
  const found = !manifest
    ? []
    : processTypes(folder.read('Procfile')).map(({ type, command, isDefault }): Process => {
        const followed = follow(command, project)
        const runtime = runtimeOf(followed, project)
        return {
          ...followed,
          line: isDefault ? (manifest.scripts['start'] ?? command) : command,
          type,
          place: isDefault ? 'package.json' : 'Procfile',
          isDefault,
          ...(runtime ? { runtime } : {}),
        }
      })
  known.set(folder, found)
  return found
}

export const processOf = (type: string, project: Asked): Process | undefined =>
  processesOf(project).find((each) => each.type === type)

/**
 * Whether `npm start` has something to run: a script, or the server.js that npm runs without one.
 */
export const hasStart = ({ folder, manifest }: Asked): boolean =>
  manifest?.scripts['start'] !== undefined || folder.isFile('server.js')

/**
 * What an app of the ecosystem file runs, if its script is a package manager, a program or a
 * command line; undefined for a file, of a package too.
 */
export function commandOf(app: EcosystemApp, project: Asked): Followed | undefined {
  const args = Array.isArray(app.args) ? app.args : (app.args ?? '').split(/\s+/).filter(Boolean)
  const isFile =
    !app.script.includes(' ') &&
    (/\.[cm]?[jt]sx?$/.test(app.script) ||
      app.script.includes('/') ||
      project.folder.isFile(path.join(app.cwd ?? '', app.script)))
  if (app.script === '' || isFile || app.script === 'serve') return undefined
  const line = [
    app.script,
    ...args.map((word) => (/\s/.test(word) ? JSON.stringify(word) : word)),
  ].join(' ')
  return follow(
    app.cwd === undefined || path.isAbsolute(app.cwd) ? line : `cd ${app.cwd} && ${line}`,
    project,
  )
}

function follow(line: string, { folder, manifest }: Asked): Followed {
  const pkg = manifest ?? { scripts: {}, dependencies: {}, devDependencies: {}, engines: {} }
  const commands: string[][] = []
  const project: Project = {
    folder,
    pkg,
    build: findBuild(folder, pkg),
    onCommand: (words) => commands.push(words),
  }
  return { line, target: followLine(line, project), commands }
}

/**
 * Why what a line starts cannot be there in a dyno; undefined if it can, or if only the build would
 * tell: a buildpack may bring it, as the one for nginx brings bin/start-nginx, or a package.
 */
export function absence(
  { target, commands }: Followed,
  { folder, onDisk }: Pick<ProjectFacts, 'folder' | 'onDisk'>,
): { reason: string; next?: string | undefined } | undefined {
  if (target.kind !== 'refused' || !target.isFinal || target.pm2?.line.refused.length)
    return undefined
  const words = commands.at(-1) ?? []
  const [program = ''] = words
  if (
    (program.includes('/') && !/\.[cm]?[jt]sx?$/.test(program)) ||
    words.some((word) => /(^|\/)node_modules\//.test(word))
  )
    return undefined
  const file = words
    .slice(1)
    .map((word) => word.replace(/^\.\//, ''))
    .find(
      (word) => word !== '' && !folder.isFile(word) && !folder.isDirectory(word) && onDisk(word),
    )
  return file === undefined
    ? target
    : {
        reason: `\`${file}\` is on disk and not in the commit`,
        next: `git add --force ${shellWord(file)} && git commit`,
      }
}

/**
 * A line that is not understood may come to the runtime all the same: by a word of it, or in a
 * shell script that it runs.
 */
function runtimeOf(followed: Followed, project: Asked): Process['runtime'] {
  const { folder, manifest } = project
  const { line, target } = followed
  if (target.pm2?.program === RUNTIME) return target.pm2.line
  if (target.kind !== 'refused' || absence(followed, project) || target.pm2 || !manifest)
    return undefined
  const words = allCommands(line, manifest).flatMap((command) => command.words)
  const scripts = words
    .map((word) => word.replace(/^\.\//, ''))
    .filter((word) => folder.isFile(word))
    .map((word) => folder.read(word) ?? '')
  const isNamed = [line, ...words, ...scripts].some((text) =>
    new RegExp(`(^|[\\s/'"(;&|])${RUNTIME}(?=$|[\\s'")])`).test(text),
  )
  return isNamed ? {} : undefined
}
