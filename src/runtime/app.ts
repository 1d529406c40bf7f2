import { existsSync } from 'node:fs'
import path from 'node:path'
import type { EcosystemApp } from './ecosystem-adapter.js'
import { checkCron } from './cron.js'
import { RuntimeError } from './runtime-error.js'
import { chooseInterpreter, type Interpreter } from './interpreter.js'
import { findCommand } from './script.js'
import { resolveUser, type User } from './user.js'

/** One app of the file, ready to be run: paths resolved, defaults filled in. */
export interface App {
  name: string
  script: string
  args: string[]
  cwd: string
  interpreter: Interpreter
  nodeArgs: string[]
  isCluster: boolean
  wanted: number | 'max' | undefined
  env: Record<string, string>
  /** Where the file names another. */
  user: User | undefined
  /** ms an instance has between the signal and SIGKILL. */
  killTimeout: number
  minUptime: number
  maxRestarts: number | undefined
  /** Bytes. */
  maxMemory: number | undefined
  options: EcosystemApp
}

interface AppContext {
  cwd: string
  env: Record<string, string>
  /** ms: SHIPIT_DRAIN */
  drain: number
}

/** Resolves one app. Throws a RuntimeError for a script or interpreter that is not there. */
export function resolveApp(options: EcosystemApp, context: AppContext): App {
  const cwd = path.resolve(context.cwd, options.cwd ?? '.')
  if (!existsSync(cwd))
    throw new RuntimeError(`${options.name}: the folder \`cwd\` names does not exist`, cwd)
  const command = findCommand(
    { name: options.name, script: options.script, args: words(options.args) },
    cwd,
    context.env,
  )
  const wanted = wantedInstances(options.instances)
  const mode = String(options.exec_mode ?? '').replace(/_mode$/, '')
  // PM2's rule: a cluster has one version of Node, its primary's.
  const named =
    mode === 'cluster' && options.interpreter?.includes('node@') ? undefined : options.interpreter
  const nodeArgs = words(options.node_args)
  const interpreter = chooseInterpreter(command.script, named, cwd, context.env, nodeArgs)
  checkCron(options.name, options.cron_restart)
  const user = resolveUser(options.name, options.uid, options.gid)
  return {
    name: options.name,
    ...command,
    cwd,
    interpreter,
    nodeArgs: [...interpreter.flags, ...nodeArgs],
    // PM2's rule: `instances` alone already means cluster, for Node.
    isCluster: interpreter.isNode && (mode === 'cluster' || (mode === '' && wanted !== undefined)),
    wanted,
    env: user ? { ...context.env, HOME: user.home } : context.env,
    user,
    killTimeout: numberOf(options.kill_timeout) ?? context.drain,
    minUptime: numberOf(options.min_uptime) ?? 1000,
    maxRestarts: options.max_restarts === undefined ? undefined : Number(options.max_restarts),
    maxMemory: numberOf(options.max_memory_restart),
    options,
  }
}

/** Of an option with a unit, which the ecosystem file's reader has made ms or bytes. */
const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined)

function wantedInstances(value: unknown): number | 'max' | undefined {
  if (value === undefined || value === null) return undefined
  if (value === 'max' || Number(value) === 0) return 'max'
  return Number.isFinite(Number(value)) ? Math.trunc(Number(value)) : undefined
}

/** Arguments as a list; a string is split at spaces outside quotes. */
function words(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String)
  if (typeof value !== 'string') return []
  return (value.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []).map((word) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'),
  )
}
