/** What starts this app? Answers from a read-only view of its folder alone, and says why. */

import path from 'node:path/posix'
import { hideSecrets } from '../../config/secret.js'
import { ShipitError } from '../../errors.js'
import { engineFault } from '../../project/node-engines.js'
import type { FolderView } from '../folder.js'
import { plainLaunch, type Beside, type Candidate, type Detected } from '../types.js'
import { appNameFrom } from './script-name.js'
import { findBuild } from './build-output.js'
import { findClues, sentence, type Clue } from './candidates.js'
import { choosePackageManager, isPlugAndPlay } from './package-manager.js'
import { readPackageJson } from './package-json.js'
import { entryFile } from './entry-file.js'
import { launchWarnings, needsShell, portWarning } from './warnings.js'
import { keep } from './keep.js'
import { mainProcess } from './main-process.js'
import { whySingle } from './single.js'
import { workspaceClue } from './workspace-clue.js'
import { isStartAlone, startCallers } from './start-callers.js'
import type { Project, Script, Target } from './target.js'

export interface DetectOptions {
  /** The user's own word for the entry; it wins over all that the folder says. */
  entry?: string
  /**
   * An ecosystem or process file that the folder has under a usual name, as findEcosystemFile gives
   * it.
   */
  ecosystemFile?: string
  /**
   * Do not use an ecosystem file that is there: a new one will be written, for the app that the old
   * one starts.
   */
  ignoreEcosystemFile?: boolean
  /** The workspace that is to be started, and the packages that it needs beside it. */
  workspace?: { workspace: string; siblings: string[] }
  /** The first app of the ecosystem file that is there. */
  ecosystemApp?: { script: string; args?: string[]; nodeArgs?: string[] }
}

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
 * With a new ecosystem file to be written, what the old one starts takes its place among the clues.
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
  const at = clues.findIndex(({ target }) => target.kind === 'ecosystem')
  if (at !== -1) return clues.map(follow)
  return [
    ...clues,
    {
      place: `script in ${ecosystemFile ?? 'the ecosystem file'}`,
      text: ecosystemApp.script,
      target,
    },
  ]
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

type Answer = Pick<
  Detected,
  | 'entry'
  | 'chosenBecause'
  | 'launch'
  | 'before'
  | 'candidates'
  | 'ecosystemFile'
  | 'kept'
  | 'beside'
  | 'needsNode'
>

function answer(
  chosen: Clue | undefined,
  clues: Clue[],
  options: DetectOptions,
  project: Project,
  manager: Detected['packageManager'],
): Answer {
  const candidates = distinct(
    clues.flatMap((clue) => (clue.target.kind === 'script' ? [candidate(clue, clue.target)] : [])),
  )
  const target = chosen?.target
  if (target?.kind === 'ecosystem' && !options.ignoreEcosystemFile) {
    const because = sentence(chosen!)
    const file = { file: target.file, startArgs: target.startArgs, because }
    return {
      ...ecosystemEntry(options),
      chosenBecause: because,
      launch: plainLaunch(),
      before: target.before,
      candidates,
      ecosystemFile: file,
      beside: [],
    }
  }
  if (options.ecosystemFile && !options.ignoreEcosystemFile) {
    const because = `The folder has ${options.ecosystemFile}, which says what PM2 starts.`
    const before = target?.kind === 'script' ? target.before : []
    return {
      ...ecosystemEntry(options),
      chosenBecause: because,
      launch: plainLaunch(),
      before,
      candidates,
      ecosystemFile: { file: options.ecosystemFile, startArgs: [], because },
      beside: [],
    }
  }
  const unlike = target?.kind === 'script' && chosen?.isStated ? needsShell(target) : undefined
  const reason = target?.kind === 'refused' && !target.isFinal ? target.reason : unlike
  if (reason !== undefined)
    return {
      ...keep(
        chosen!,
        reason,
        project,
        manager,
        target?.kind === 'refused' ? target.next : undefined,
      ),
      candidates,
      beside: [],
    }
  if (!chosen || target?.kind !== 'script') throw noEntry(chosen ? [chosen] : clues, project)
  const first = candidate(chosen, target)
  const others = candidates.filter(({ entry }) => entry !== first.entry)
  return {
    entry: first.entry,
    chosenBecause: first.because,
    launch: first.launch,
    before: first.before,
    candidates: [first, ...others],
    beside: besideOf(target),
    ...(target.needsNode ? { needsNode: target.needsNode } : {}),
  }
}

/** The other apps of the same line, named by their files. */
function besideOf({ beside = [], entry }: Script): Beside[] {
  const taken = new Set([nameOf(entry)])
  return beside.map((app) => {
    let name = nameOf(app.entry)
    for (let n = 2; taken.has(name); n += 1) name = `${nameOf(app.entry)}-${n}`
    taken.add(name)
    return { name, entry: app.entry, launch: app.launch }
  })
}

const nameOf = (entry: string) =>
  entry
    .split('/')
    .at(-1)!
    .replace(/\.[^.]*$/, '')

function ecosystemEntry({ ecosystemApp }: DetectOptions): { entry?: string } {
  return ecosystemApp ? { entry: ecosystemApp.script } : {}
}

function candidate(clue: Clue, target: Target & { kind: 'script' }): Candidate {
  return {
    entry: target.entry,
    because: sentence(clue),
    launch: target.launch,
    before: target.before,
  }
}

function distinct(candidates: Candidate[]): Candidate[] {
  return candidates.filter(
    ({ entry }, at) => candidates.findIndex((other) => other.entry === entry) === at,
  )
}

function ecosystemNotes(chosen: Clue | undefined): string[] {
  return chosen?.target.kind === 'ecosystem' ? chosen.target.notes : []
}

/** What the chosen clue wants said, and the stronger clues that led nowhere. */
function entryWarnings(
  chosen: Clue | undefined,
  clues: Clue[],
  { folder, build }: Project,
): string[] {
  const stronger = clues.slice(0, chosen ? clues.indexOf(chosen) : clues.length)
  const passedOver = stronger.filter(
    ({ place, target }) =>
      target.kind === 'refused' &&
      !place.startsWith('scripts["') &&
      !place.startsWith('the framework'),
  )
  const warnings = passedOver.map((clue) => `Passed over ${sentence(clue)}`)
  const target = chosen?.target
  if (target?.kind !== 'script') return warnings
  const file = path.join(target.launch.cwd ?? '', target.entry)
  const source = build?.sourceOf(file) ?? file
  return [
    ...warnings,
    ...target.notes,
    ...launchWarnings(target.launch),
    ...portWarning(folder.read(source), source),
  ]
}

/**
 * With a range that no Node.js of the runtime's fits, nothing that init could write would start.
 */
function mustFitRuntime(range: string | undefined): void {
  const fault = range === undefined ? undefined : engineFault(range, { needsRuntime: true })
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

function noEntry(clues: Clue[], { folder }: Project): ShipitError {
  const led = clues.filter(({ target }) => target.kind === 'refused')
  const next = led
    .map(({ target }) => (target.kind === 'refused' ? target.next : undefined))
    .find(Boolean)
  const only = led[0]
  return new ShipitError('project', {
    message: `shipit cannot tell what starts the app in ${folder.name}.`,
    why: only
      ? led.slice(0, 4).map(sentence).join('\n')
      : 'There is no Procfile, no start script and no main, and no file has a usual name such ' +
        'as server.js, app.js or index.js.',
    next: next ?? 'Name its file: shipit init --entry FILE',
  })
}
