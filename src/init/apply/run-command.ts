import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { withoutKeys } from '../../lib/child-environment.js'
import { ShipitError } from '../../errors.js'
import { SCRATCH } from '../lock/commands.js'
import type { RunStep } from '../types.js'
import { anyOf } from '../../lib/any-of.js'

/**
 * Runs the package manager in the app's folder. Throws `project` with its last lines where it
 * fails; a stop through `signal` rejects.
 */
export async function runCommand(
  dir: string,
  { command, file }: RunStep,
  signal: AbortSignal,
): Promise<void> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'shipit-init-'))
  try {
    const [tool, ...args] = command.map((word) => word.replace(SCRATCH, scratch))
    const result = await execa(tool!, args, {
      cwd: dir,
      env: childEnvironment(process.env),
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      all: true,
      cancelSignal: signal,
      forceKillAfterDelay: 5000,
    })
    if (!result.failed || signal.aborted) return
    throw new ShipitError('project', {
      message: `${tool} could not bring ${file} in step. The folder is as it was before.`,
      why: failureLines(result.all) || result.shortMessage,
      next: `See that \`${tool} install\` works in this folder, then run shipit init again.`,
      cause: result,
    })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/**
 * Without keys; without what npm and npx tell the programs that they run, which would lead the
 * app's own npm to another folder; and free of CI's frozen lockfiles.
 */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = anyOf([
    /^npm_(package|lifecycle)_/i,
    /^npm_config_(local_prefix|prefix|workspace|workspaces|dry_run|package_lock_only)$/i,
    /^npm_config_(global|frozen_lockfile)$/i,
    /^(?:npm_(execpath|command|node_execpath)|INIT_CWD|NODE_ENV)$/i,
  ])
  return {
    ...Object.fromEntries(Object.entries(withoutKeys(env)).filter(([name]) => !foreign.test(name))),
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    YARN_ENABLE_TELEMETRY: '0',
    COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
  }
}

const SHOWN = 12

/**
 * What a package manager said of its failure: npm's own error begins with the reason, the others
 * end with it.
 */
export function failureLines(output: string | undefined): string {
  const lines = (output ?? '')
    .split('\n')
    .filter(
      (line) =>
        line.trim() !== '' &&
        !/_logs\/|A complete log of this run|^npm (error|ERR!)\s*$/.test(line),
    )
  const first = lines.findIndex((line) => /^npm (error|ERR!)/.test(line))
  return (first === -1 ? lines.slice(-SHOWN) : lines.slice(first, first + SHOWN)).join('\n')
}
