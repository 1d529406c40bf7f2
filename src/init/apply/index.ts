/** Does what a plan says, all of it or nothing. */

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { ShipitError } from '../../errors.js'
import type { InitPlan, InitStep, RunStep } from '../types.js'
import { runCommand } from './run-command.js'
import { Transaction } from './transaction.js'

/** What package managers leave behind where they stop midway. */
const LEFTOVERS = ['package-lock.json', 'yarn.lock', 'pnpm-lock.yaml', 'node_modules', '.yarn', '.pnp.cjs', '.pnp.loader.mjs', '.pnp.data.json', 'yarn-error.log', '.pnpm-debug.log', '.pnpm-store']
const STOPS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Applies the steps in order. Where one fails, or the process is told to stop (SIGINT, SIGTERM, SIGHUP), every file is put
 * back, with its mode, and what was made is removed; then the failure is thrown.
 */
export async function applyPlan(plan: InitPlan, onStep: (step: InitStep) => void = () => {}): Promise<void> {
  const transaction = new Transaction(plan.dir)
  const stop = new AbortController()
  const listen = (signal: NodeJS.Signals) => stop.abort(signal)
  for (const signal of STOPS) process.on(signal, listen)
  try {
    await transaction.expectLeftovers(LEFTOVERS)
    for (const step of plan.steps) {
      throwIfStopped(stop.signal)
      onStep(step)
      await applyStep(plan, step, transaction, stop.signal)
    }
    throwIfStopped(stop.signal)
  } catch (error) {
    const stuck = await transaction.rollback()
    if (stuck.length === 0) throw error
    throw new ShipitError('project', {
      message: `init failed, and ${stuck.join(', ')} could not be put back as ${stuck.length === 1 ? 'it was' : 'they were'}.`,
      why: ShipitError.from(error).message,
      next: 'See `git status` and put it back with `git checkout`.',
      cause: error,
    })
  } finally {
    for (const signal of STOPS) process.off(signal, listen)
  }
}

async function applyStep(plan: InitPlan, step: InitStep, transaction: Transaction, signal: AbortSignal): Promise<void> {
  if (step.kind === 'remove') return transaction.remove(step.file)
  if (step.kind !== 'run') return transaction.write(step.file, step.from === undefined ? step.after! : await readFile(step.from))
  await transaction.keep(step.file)
  await transaction.keep('package.json')
  const manifest = path.join(plan.dir, 'package.json')
  const before = await readFile(manifest, 'utf8')
  const lockfile = path.join(plan.dir, step.file)
  const lockBefore = existsSync(lockfile) ? await readFile(lockfile) : undefined
  await runCommand(plan.dir, step, signal)
  throwIfStopped(signal)
  if (step.orElse && !(await holds(plan.dir, step))) {
    if (lockBefore) await transaction.write(step.file, lockBefore)
    else await transaction.remove(step.file)
    await runCommand(plan.dir, { ...step, command: step.orElse }, signal)
    throwIfStopped(signal)
  }
  await mustHold(plan.dir, step)
  // Yarn sorts and indents package.json its own way; the user's way stays.
  if ((await readFile(manifest, 'utf8')) !== before) await transaction.write('package.json', before)
}

async function holds(dir: string, { file, mustHold: words }: RunStep): Promise<boolean> {
  const at = path.join(dir, file)
  const text = existsSync(at) ? await readFile(at, 'utf8') : ''
  return words.every((word) => text.includes(word))
}

/** A package manager can end well and leave an old digest in its lockfile; the install on Heroku would fail on it. */
async function mustHold(dir: string, step: RunStep): Promise<void> {
  if (await holds(dir, step)) return
  const { file, command } = step
  throw new ShipitError('project', {
    message: `${command[0]} ended well, but ${file} does not hold the runtime as it is in vendor. The folder is as it was before.`,
    why: 'Another file of the same version may be in its cache, or a setting may keep it from writing the lockfile.',
    next: `Try \`${command[0]} cache clean${command[0] === 'npm' ? ' --force' : ''}\`, then run shipit init again.`,
  })
}

function throwIfStopped(signal: AbortSignal): void {
  if (!signal.aborted) return
  const name = signal.reason as NodeJS.Signals
  throw new ShipitError('interrupted', {
    message: `Stopped by ${name === 'SIGINT' ? 'Ctrl-C' : name}. The folder is as it was before.`,
    exitCode: 128 + os.constants.signals[name],
  })
}
