/**
 * Brings a lockfile in step by the smallest edit, and has the package manager install from it in a
 * copy.
 */

import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { ShipitError } from '../../errors.js'
import { lockContents } from '../lock/contents.js'
import { isSame, lockDifference, type LockDifference } from '../lock/difference.js'
import { tryInstall, type Tried } from '../lock/frozen-install.js'
import { withRuntime } from '../lock/graft.js'
import { RUNTIME, VENDOR } from '../runtime-tarball.js'
import type { RunStep } from '../types.js'
import { runCommand } from './run-command.js'
import type { Transaction } from './transaction.js'
import { anyOf } from '../../lib/any-of.js'

export interface LockChange {
  dir: string
  step: RunStep
  transaction: Transaction
  signal: AbortSignal
  /** Whether the install is tried. */
  isTried: boolean
  /** Called before each install, with its command. */
  onTry: (command: string[]) => void
}

/** What is known of the new lockfile. `failed`: the install fails, and did before. */
export interface LockReport {
  install: 'proved' | 'failed' | 'unknown'
  /** The install's own last words, or why it was not tried. */
  why?: string
  /** What else had to change in the lockfile. */
  notes: string[]
}

/**
 * Throws `project` if the package manager cannot write the lockfile, would write another format, or
 * cannot install from it what it could install before. The caller's transaction then puts
 * everything back.
 */
export async function changeLockfile(change: LockChange): Promise<LockReport> {
  const { dir, step, transaction } = change
  await transaction.keep(step.file)
  await transaction.keep('package.json')
  const before = await textOf(path.join(dir, step.file))
  const mayGraft = step.manager === 'npm' && before !== undefined
  const isGrafted = step.isApart || (await ownWay(change, before, mayGraft))
  if (isGrafted) await graft(change, before!)
  await mustHold(dir, step)
  const notes = isGrafted ? [] : changedNotes(step, await differenceOf(change, before))
  if (!change.isTried)
    return {
      install: 'unknown',
      why: `${step.install[0]} was not asked to install from it.`,
      notes,
    }
  const tried = await attempt(change)
  if (tried.outcome === 'fails' && mayGraft && !isGrafted) {
    await graft(change, before)
    return { ...(await judge(change, await attempt(change), before)), notes: [] }
  }
  return { ...(await judge(change, tried, before)), notes }
}

/**
 * As the package manager does it by itself. True if npm cannot, or would change more than it was
 * asked to.
 */
async function ownWay(
  change: LockChange,
  before: string | undefined,
  mayGraft: boolean,
): Promise<boolean> {
  const { step } = change
  try {
    await runInProject(change)
  } catch (error) {
    if (!mayGraft || change.signal.aborted) throw error
    return true
  }
  const difference = await differenceOf(change, before)
  if (difference.format && !mayGraft) throw otherFormat(step, difference.format)
  return mayGraft && !isSame(difference)
}

async function runInProject({ dir, step, transaction, signal }: LockChange): Promise<void> {
  const manifest = path.join(dir, 'package.json')
  const manifestBefore = await readFile(manifest, 'utf8')
  const lockfile = path.join(dir, step.file)
  const lockBefore = existsSync(lockfile) ? await readFile(lockfile) : undefined
  await runCommand(dir, step, signal)
  signal.throwIfAborted()
  if (step.orElse && !(await holds(dir, step))) {
    if (lockBefore) await transaction.write(step.file, lockBefore)
    else await transaction.remove(step.file)
    await runCommand(dir, { ...step, command: step.orElse }, signal)
    signal.throwIfAborted()
  }
  // Yarn sorts and indents package.json its own way; the user's way stays.
  if ((await readFile(manifest, 'utf8')) !== manifestBefore)
    await transaction.write('package.json', manifestBefore)
}

/**
 * Lets npm lock a package that needs the runtime alone, and adds what it says to the lockfile as it
 * was.
 */
async function graft(
  { dir, step, transaction, signal }: LockChange,
  before: string,
): Promise<void> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'shipit-init-'))
  try {
    const manifest = JSON.parse(
      (await readFile(path.join(dir, 'package.json'), 'utf8')).replace(/^\ufeff/, ''),
    ) as { dependencies: Record<string, string>; engines?: Record<string, string> }
    const spec = manifest.dependencies[RUNTIME]!
    const tarball = spec.replace(/^file:/, '')
    await mkdir(path.join(scratch, VENDOR))
    await copyFile(path.join(dir, tarball), path.join(scratch, tarball))
    if (existsSync(path.join(dir, '.npmrc')))
      await copyFile(path.join(dir, '.npmrc'), path.join(scratch, '.npmrc'))
    await writeFile(
      path.join(scratch, 'package.json'),
      JSON.stringify({
        name: 'runtime-alone',
        version: '1.0.0',
        private: true,
        dependencies: { [RUNTIME]: spec },
      }),
    )
    await runCommand(scratch, { ...step, file: 'package-lock.json' }, signal)
    signal.throwIfAborted()
    const grafted = withRuntime(
      before,
      await readFile(path.join(scratch, 'package-lock.json'), 'utf8'),
      manifest.engines,
    )
    await transaction.write(step.file, grafted)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function differenceOf(
  { dir, step }: LockChange,
  before: string | undefined,
): Promise<LockDifference> {
  const after = await textOf(path.join(dir, step.file))
  const [was, now] = [before, after].map((text) =>
    text === undefined ? undefined : lockContents(step.manager, text),
  )
  return was && now ? lockDifference(was, now) : { changed: [] }
}

const NAMED = 5

function changedNotes({ file, command }: RunStep, { changed }: LockDifference): string[] {
  if (changed.length === 0) return []
  const more = changed.length > NAMED ? ` and ${changed.length - NAMED} more` : ''
  return [
    `${file} was not in step with package.json before: ${command[0]} has changed ` +
      `${changed.slice(0, NAMED).join(', ')}${more} as well.`,
  ]
}

async function attempt(
  { dir, step, signal, onTry }: LockChange,
  instead?: Record<string, Buffer>,
): Promise<Tried> {
  onTry(step.install)
  return tryInstall({ dir, command: step.install, signal, ...(instead ? { instead } : {}) })
}

/** An install that fails counts against the new lockfile only if the old one could be installed. */
async function judge(
  change: LockChange,
  tried: Tried,
  before: string | undefined,
): Promise<Omit<LockReport, 'notes'>> {
  if (tried.outcome === 'installs') return { install: 'proved' }
  if (tried.outcome === 'untold') return { install: 'unknown', why: tried.why }
  const earlier =
    before === undefined ? undefined : await attempt(change, change.transaction.originals())
  if (earlier?.outcome === 'fails') return { install: 'failed', why: tried.why }
  const { step } = change
  throw new ShipitError('project', {
    message:
      `\`${inWords(step.install)}\` fails with the runtime in ${step.file}, so the build on ` +
      'Heroku would fail. The folder is as it was before.',
    why: tried.why,
    next:
      `See that \`${step.install[0]} install ./${VENDOR}/…\` of any package works in this ` +
      'folder, then run shipit init again. --no-install-check leaves this check out.',
  })
}

/** Flags that change nothing of what is written. */
const QUIET = anyOf([
  /^--(?:no-audit|no-fund|prefer-offline|non-interactive|no-progress|workspaces=false)$/,
  /^--(?:ignore-workspace|include=dev|yes)$/,
])

/** The command without the flags that only keep it quiet. */
export const inWords = (command: string[]): string =>
  command.filter((word) => !QUIET.test(word)).join(' ')

function otherFormat(
  { file, manager, command }: RunStep,
  { before, after }: { before: string; after: string },
): ShipitError {
  const tool = command.includes('--yes') ? command[2]! : command[0]!
  return new ShipitError('project', {
    message:
      `${tool} would write ${file} in version ${after} of its format, and it is in version ` +
      `${before}. The folder is as it was before.`,
    why:
      `Everything in ${file} would be rewritten, and the ${tool} that Heroku runs for it could ` +
      'be another one.',
    next:
      manager === 'pnpm'
        ? 'Name the pnpm that wrote it in package.json ("packageManager": "pnpm@VERSION"), then ' +
          'run shipit init again.'
        : 'Bring the project to this Yarn first (`yarn install`, then commit), or name the one ' +
          'that wrote the file: yarn set version VERSION',
  })
}

const textOf = async (at: string): Promise<string | undefined> =>
  existsSync(at) ? readFile(at, 'utf8') : undefined

async function holds(dir: string, { file, mustHold: words }: RunStep): Promise<boolean> {
  const text = (await textOf(path.join(dir, file))) ?? ''
  return words.every((word) => text.includes(word))
}

/**
 * A package manager can succeed and leave an old digest in its lockfile; the install on Heroku
 * would fail on it.
 */
async function mustHold(dir: string, step: RunStep): Promise<void> {
  if (await holds(dir, step)) return
  const { file, command } = step
  throw new ShipitError('project', {
    message:
      `${command[0]} ended well, but ${file} does not hold the runtime as it is in vendor. The ` +
      'folder is as it was before.',
    why:
      'Another file of the same version may be in its cache, or a setting may keep it from ' +
      'writing the lockfile.',
    next:
      `Try \`${command[0]} cache clean${command[0] === 'npm' ? ' --force' : ''}\`, then run ` +
      'shipit init again.',
  })
}
