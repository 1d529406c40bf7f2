/** Does what a plan says, all of it or nothing. */

import { readFile } from 'node:fs/promises'
import { ShipitError } from '../../errors.js'
import { signalStatus, STOP_SIGNALS } from '../../lib/signals.js'
import { LOCKFILES } from '../../project/lockfiles.js'
import { mustStayInside, touchedBy } from '../stay-inside.js'
import type { FileStep, InitPlan, InitStep, RemoveStep } from '../types.js'
import { changeLockfile, type LockReport } from './lockfile.js'
import { Transaction } from './transaction.js'

/** What package managers leave behind where they stop midway. */
const LEFTOVERS = [
  ...LOCKFILES,
  'node_modules',
  '.yarn',
  '.pnp.cjs',
  '.pnp.loader.mjs',
  '.pnp.data.json',
  'yarn-error.log',
  '.pnpm-debug.log',
  '.pnpm-store',
]

export interface ApplyOptions {
  /** Called before each step. */
  onStep?: (step: InitStep) => void
  /** Called before an install is tried, with its command. */
  onTry?: (command: string[]) => void
  /**
   * Whether the package manager installs from the new lockfile, in a copy, before it counts. True
   * if absent.
   */
  isInstallTried?: boolean
}

/**
 * Applies the steps in order. If one fails, or the process is told to stop (SIGINT, SIGTERM,
 * SIGHUP), every file is put back, with its mode, and what was made is removed; then the failure is
 * thrown. Nothing is written through a link out of the folder. Returns what is known of the
 * lockfile, if that changed.
 */
export async function applyPlan(
  plan: InitPlan,
  { onStep = () => {}, onTry = () => {}, isInstallTried = true }: ApplyOptions = {},
): Promise<LockReport | undefined> {
  mustStayInside(plan.dir, touchedBy(plan.steps))
  const transaction = new Transaction(plan.dir)
  const stop = new AbortController()
  const listen = (signal: NodeJS.Signals) => stop.abort(stoppedBy(signal))
  for (const signal of STOP_SIGNALS) process.on(signal, listen)
  let report: LockReport | undefined
  try {
    await transaction.expectLeftovers(LEFTOVERS)
    for (const step of plan.steps) {
      stop.signal.throwIfAborted()
      onStep(step)
      if (step.kind === 'run')
        report = await changeLockfile({
          dir: plan.dir,
          step,
          transaction,
          signal: stop.signal,
          isTried: isInstallTried,
          onTry,
        })
      else await applyFile(step, transaction)
    }
    stop.signal.throwIfAborted()
    return report
  } catch (error) {
    const stuck = await transaction.rollback()
    if (stuck.length === 0) throw error
    throw new ShipitError('project', {
      message:
        `init failed, and ${stuck.join(', ')} could not be put back as ` +
        `${stuck.length === 1 ? 'it was' : 'they were'}.`,
      why: ShipitError.from(error).message,
      next: 'See `git status` and put it back with `git checkout`.',
      cause: error,
    })
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, listen)
  }
}

async function applyFile(step: FileStep | RemoveStep, transaction: Transaction): Promise<void> {
  if (step.kind === 'remove') return transaction.remove(step.file)
  return transaction.write(
    step.file,
    step.from === undefined ? step.after! : await readFile(step.from),
  )
}

function stoppedBy(name: NodeJS.Signals): ShipitError {
  return new ShipitError('interrupted', {
    message: `Stopped by ${name === 'SIGINT' ? 'Ctrl-C' : name}. The folder is as it was before.`,
    exitCode: signalStatus(name),
  })
}
