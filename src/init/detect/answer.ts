/** What detection answers of the clue that it chose, and what it says if there is none. */
import path from 'node:path/posix'
import { plainLaunch, type Beside, type Detected, type Candidate } from '../types.js'
import { sentence, type Clue } from './candidates.js'
import { launchWarnings, needsShell, portWarning } from './warnings.js'
import { keep } from './keep.js'
import type { Project, Script, Target } from './target.js'
import { ShipitError } from '../../errors.js'

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

export function answer(
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

export function ecosystemNotes(chosen: Clue | undefined): string[] {
  return chosen?.target.kind === 'ecosystem' ? chosen.target.notes : []
}

/** What the chosen clue wants said, and the stronger clues that led nowhere. */
export function entryWarnings(
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

export function candidate(clue: Clue, target: Target & { kind: 'script' }): Candidate {
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
