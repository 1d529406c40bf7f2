import { applyEdits, modify, parse, type FormattingOptions } from 'jsonc-parser'
import { isObject } from '../detect/package-json.js'
import { callingScript } from '../detect/start-callers.js'
import { RUNTIME, tarballName, VENDOR } from '../runtime-tarball.js'
import type { Detected } from '../types.js'
import { type Draft, fileStep } from './draft.js'
import type { Facts } from './facts.js'
import { movedStart } from './process-types.js'

export interface PackageJsonEdit {
  path: [string, string]
  /** undefined removes the entry. */
  value: string | undefined
}

/**
 * package.json with some entries set: its indentation, order of keys, line ends and last newline
 * stay as they are.
 */
export function editPackageJson(text: string, edits: PackageJsonEdit[]): string {
  const formattingOptions = formatOf(text)
  return edits.reduce((current, { path, value }) => {
    // A section that is not there yet goes to the end, not in among package.json's own keys.
    const isListed =
      path[0] === 'dependencies' &&
      isObject((parse(current) as Record<string, unknown>)['dependencies'])
    const place = isListed
      ? { getInsertionIndex: (names: string[]) => sortedPlace(names, path[1]) }
      : {}
    return applyEdits(current, modify(current, path, value, { formattingOptions, ...place }))
  }, text)
}

function formatOf(text: string): FormattingOptions {
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  '
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
  }
}

/** Where npm would put a dependency: in order if the list is in order, else at the end. */
function sortedPlace(names: string[], name: string): number {
  const isSorted = names.every(
    (each, at) => at === 0 || names[at - 1]!.localeCompare(each, 'en') <= 0,
  )
  const before = names.filter((each) => each.localeCompare(name, 'en') <= 0)
  return isSorted ? before.length : names.length
}

/** The oldest line that the runtime supports. */
const OLDEST = 20

/**
 * engines.node for an app that names none: what .nvmrc names, else the running Node's line where
 * that is a long-term one, else the one before it; never older than `needed`, such as 22.18.0.
 * Heroku recommends a range such as 20.x (devcenter, nodejs-support).
 */
export function nodeRange(running: string, pinned?: number, needed?: string): string {
  const major = pinned !== undefined && pinned >= OLDEST ? pinned : Number(running.split('.')[0])
  const oldest = Math.max(OLDEST, Number(needed?.split('.')[0] ?? 0))
  return `${Math.max(oldest, pinned === major ? major : major - (major % 2))}.x`
}

export function planPackageJson(
  { steps, warnings }: Draft,
  manifest: Record<string, unknown>,
  start: string,
  detected: Detected,
  facts: Facts,
): void {
  const edits: PackageJsonEdit[] = []
  const why: string[] = []
  const set = (path: [string, string], value: string | undefined, reason: string) => {
    if (stringAt(manifest, ...path) === value) return
    edits.push({ path, value })
    why.push(reason)
  }
  set(['scripts', 'start'], start, `scripts.start: ${detected.start ?? '(none)'} → ${start}`)
  const moved = movedStart(detected)
  if (moved)
    set(
      ['scripts', moved.script],
      moved.command,
      `scripts.${moved.script}: ` +
        `${moved.command}${detected.kept ? ', as it is' : ', for the process types that run it'}`,
    )
  const before = stringAt(manifest, 'scripts', 'prestart')
  // Run by its new name, the old start script still has what ran before it.
  if (moved && !detected.kept && before)
    set(['scripts', `pre${moved.script}`], before, `scripts.pre${moved.script}: ${before}`)
  for (const { name, command } of detected.startCallers.filter(
    ({ place }) => moved && place === 'package.json',
  )) {
    const own = callingScript(command, moved!.script)
    set(['scripts', name], own, `scripts.${name}: ${command} → ${own}`)
  }
  if (detected.before.length > 0) {
    const prestart = [stringAt(manifest, 'scripts', 'prestart'), ...detected.before]
      .filter(Boolean)
      .join(' && ')
    set(['scripts', 'prestart'], prestart, `scripts.prestart: ${prestart}`)
    if (detected.packageManager === 'yarn-berry')
      warnings.push(
        "Yarn from version 2 on does not run prestart: put that command into the Procfile's " +
          'release line.',
      )
  }
  set(['dependencies', RUNTIME], specOf(facts), `dependencies.${RUNTIME}: ${specOf(facts)}`)
  set(
    ['devDependencies', RUNTIME],
    undefined,
    `devDependencies.${RUNTIME} removed: Heroku prunes these`,
  )
  if (detected.engines === undefined) {
    const range = nodeRange(facts.node, detected.pinnedNode, detected.needsNode)
    const why = detected.needsNode
      ? `which runs ${detected.entry} without a build`
      : 'so that Heroku runs the Node you test with'
    set(['engines', 'node'], range, `engines.node: ${range}, ${why}`)
  }
  if (edits.length === 0) return
  steps.push({
    ...fileStep('package.json', facts.packageJson, editPackageJson(facts.packageJson, edits)),
    why: why.join('\n'),
  })
}

export function stringAt(
  manifest: Record<string, unknown>,
  section: string,
  name: string,
): string | undefined {
  const inner = manifest[section]
  const value = isObject(inner) ? inner[name] : undefined
  return typeof value === 'string' ? value : undefined
}

export const specOf = ({ runtime }: Facts) => `file:${VENDOR}/${tarballName(runtime.version)}`
