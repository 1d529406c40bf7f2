/** What starts this app? Answers from a read-only view of its folder alone, and says why. */

import { hideSecrets } from '../../config/secret.js'
import { ShipitError } from '../../errors.js'
import { engineError } from '../../project/node-engines.js'
import type { FolderView } from '../folder.js'
import { plainLaunch, type Detected } from '../types.js'
import { appNameFrom } from './script-name.js'
import { findBuild } from './build-output.js'
import { findClues, type Clue } from './candidates.js'
import { choosePackageManager, isPlugAndPlay } from './package-manager.js'
import { readPackageJson } from './package-json.js'
import { entryFile } from './entry-file.js'
import { mainProcess } from './main-process.js'
import { whySingle } from './single.js'
import { workspaceClue } from './workspace-clue.js'
import { isStartAlone, startCallers } from './start-callers.js'
import type { Project } from './target.js'
import { answer, ecosystemNotes, entryWarnings, type DetectOptions } from './answer.js'

/**
 * Finds what starts the app. Throws ShipitError `project` if there is no package.json, it is not
 * valid, two package managers have a lockfile, engines.node does not fit the runtime, or nothing
 * says what starts the app; `usage` where --entry names no file.
 */
export function detect(folder: FolderView, options: DetectOptions = {}): Detected {
  const pkg = readPackageJson(folder)
  mustFitRuntime(pkg.engines['node'])
  const manager = choosePackageManager(folder, pkg)
  const project: Project = {
    folder,
    pkg,
    build: findBuild(folder, pkg),
    install: `${manager.packageManager === 'yarn-berry' ? 'yarn' : manager.packageManager} install`,
  }
  const all = options.workspace ? [workspaceClue(project, options.workspace)] : findClues(project)
  const clues =
    options.entry === undefined
      ? withoutEcosystem(all, options, project)
      : [namedEntry(options.entry, project)]
  const web = mainProcess(project)
  const procfileTarget = web ? all[0]?.target : undefined
  const shared = {
    appName: appNameFrom(pkg.name, folder.name),
    packageManager: manager.packageManager,
    ...(manager.lockfile ? { lockfile: manager.lockfile } : {}),
    hasPnpmWorkspace: folder.isFile('pnpm-workspace.yaml'),
    moduleType: pkg.type === 'module' ? ('module' as const) : ('commonjs' as const),
    ...(pkg.engines['node'] === undefined ? {} : { engines: pkg.engines['node'] }),
    ...pinned(folder),
    processType: web?.type ?? 'web',
    ...(web ? { processCommand: web.command } : {}),
    startCommand: isPlugAndPlay(folder, manager.packageManager)
      ? ('yarn start' as const)
      : ('npm start' as const),
    procfileRunsStart:
      web === undefined ||
      (procfileTarget?.ranStart === true && isStartAlone(web.command)) ||
      /(^|\s)shipit-runtime\s+start\s/.test(web.command),
    ...(pkg.scripts['start'] === undefined ? {} : { start: pkg.scripts['start'] }),
    startCallers: startCallers(project, web?.type ?? 'web'),
    scripts: pkg.scripts,
    dependencies: Object.keys({ ...pkg.dependencies, ...pkg.devDependencies }),
  }
  const chosen = choose(clues, options)
  const found = answer(chosen, clues, options, project, manager.packageManager)
  const doubts =
    found.ecosystemFile || found.kept
      ? ecosystemNotes(chosen)
      : entryWarnings(chosen, clues, project)
  const single = whySingle(project)
  return {
    ...shared,
    ...found,
    ...(single === undefined ? {} : { single }),
    warnings: [...manager.warnings, ...doubts].map(hideSecrets),
  }
}

function namedEntry(entry: string, project: Project): Clue {
  const target = entryFile(project, entry, plainLaunch())
  if (target.kind === 'refused') {
    throw new ShipitError('usage', {
      message: `--entry: ${target.reason}.`,
      next: target.next ?? 'Name a file of the app, such as --entry server.js.',
    })
  }
  return { place: '--entry', text: entry, target }
}

/**
 * With a new ecosystem file to be written, what the old one starts takes its place among the clues,
 * or comes before all that nobody has stated.
 */
function withoutEcosystem(
  clues: Clue[],
  { ignoreEcosystemFile, ecosystemApp, ecosystemFile }: DetectOptions,
  project: Project,
): Clue[] {
  if (!ignoreEcosystemFile || !ecosystemApp) return clues
  const launch = {
    ...plainLaunch(),
    args: ecosystemApp.args ?? [],
    nodeArgs: ecosystemApp.nodeArgs ?? [],
  }
  const target = entryFile(project, ecosystemApp.script, launch)
  const follow = (clue: Clue): Clue =>
    clue.target.kind === 'ecosystem' && target.kind === 'script'
      ? {
          ...clue,
          target: {
            ...target,
            before: clue.target.before,
            how: `${clue.target.file}, which starts ${target.how}`,
          },
        }
      : clue
  if (clues.some((clue) => clue.target.kind === 'ecosystem')) return clues.map(follow)
  const old: Clue = {
    place: `script in ${ecosystemFile ?? 'the ecosystem file'}`,
    text: ecosystemApp.script,
    target,
  }
  const [stated, guessed] = [true, false].map((isStated) =>
    clues.filter((clue) => (clue.isStated ?? false) === isStated),
  )
  return [...stated!, old, ...guessed!]
}

/**
 * What the user wrote down (the Procfile's web line, else the start script) if anything is, else
 * the first clue that leads somewhere.
 * An ecosystem file that the start names comes before one that only lies there.
 */
function choose(clues: Clue[], options: DetectOptions): Clue | undefined {
  const stated = clues.find(
    ({ isStated, target }) =>
      isStated && !(target.kind === 'ecosystem' && options.ignoreEcosystemFile),
  )
  if (stated) return stated
  return clues.find(
    ({ target }) =>
      target.kind === 'script' || (target.kind === 'ecosystem' && !options.ignoreEcosystemFile),
  )
}

/**
 * With a range that no Node.js of the runtime's fits, nothing that init could write would start.
 */
function mustFitRuntime(range: string | undefined): void {
  const fault = range === undefined ? undefined : engineError(range, { needsRuntime: true })
  if (fault)
    throw new ShipitError('project', {
      message: fault.what,
      why: fault.why,
      next: `${fault.next}\nshipit init`,
    })
}

function pinned(folder: FolderView): { pinnedNode?: number } {
  const text = folder.read('.nvmrc') ?? folder.read('.node-version')
  const major = /^v?(\d+)(\.|\s|$)/.exec(text?.trim() ?? '')?.[1]
  return major ? { pinnedNode: Number(major) } : {}
}
