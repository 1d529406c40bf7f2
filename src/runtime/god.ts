/**
 * PM2's God: the state machine that keeps instances. Its own way to spawn, stop, measure and log is
 * replaced by ours.
 */
import type { EventEmitter } from 'node:events'
import Module from 'node:module'
import { GodBus } from './god-bus.js'
import { eachLimit, timesLimit } from './limited.js'

/**
 * One instance's settings, as God stores and clones them. It holds no environment: that stays with
 * us, and out of PM2's messages.
 */
export interface Pm2Env {
  name: string
  pm_id: number | string
  status: string
  exec_mode: 'cluster_mode' | 'fork_mode'
  pm_exec_path: string
  pm_cwd: string
  kill_timeout?: number
  restart_time: number
  prev_restart_delay?: number
  restart_delay?: number
  exp_backoff_restart_delay?: number
  restart_task?: unknown
  NODE_APP_INSTANCE?: number
  instance_var: string
  env: Record<string, unknown>
  [option: string]: unknown
}

/**
 * What God wants a spawned process to be: a ChildProcess or a cluster Worker with two fields more.
 */
export interface Keeper extends EventEmitter {
  process: { pid?: number | undefined }
  pm2_env: Pm2Env
  send?(message: unknown): boolean
}

/** One process as PM2's lists show it. */
export interface Formatted {
  pid?: number
  name: string
  pm2_env: Pm2Env
  monit?: { memory: number; cpu: number }
}

type Callback<T> = (error: unknown, result?: T) => void

export interface God {
  bus: EventEmitter
  /** What `pm2 kill` begins with. PM2's RPC reads the text of it. */
  notifyKillPM2(): void
  pm2_being_killed?: boolean
  /** By pm_id; one that a reload is replacing is under `_old_` and its id. */
  clusters_db: Record<string, Keeper>
  prepare(conf: Record<string, unknown>, callback: Callback<unknown>): void
  deleteProcessId(id: number | string, callback: Callback<unknown>): void
  restartProcessId(options: { id: number }, callback: Callback<unknown>): void
  reloadProcessId(options: { id: number }, callback: Callback<unknown>): void
  nodeApp(env: Pm2Env, callback: Callback<Keeper>): void
  forkMode(env: Pm2Env, callback: Callback<Keeper>): void
  killProcess(pid: number, env: Pm2Env, callback: Callback<boolean>): void
  getMonitorData(env: unknown, callback: Callback<unknown>): void
  getFormatedProcesses(): Formatted[]
  duplicateProcessId(id: number, callback: Callback<unknown>): void
  stopProcessId(id: number | string, callback: Callback<unknown>): void
  /** What PM2 does when a watched file has changed. */
  restartProcessName(name: string, callback: Callback<unknown>): void
  watch: { disable(env: Pm2Env): unknown }
  Worker: { start(): void; stop(): void }
}

/**
 * What PM2's parts want of a module that is left out, by the last part of the name that they
 * require it by.
 */
interface Unused {
  name: string
  standIn: unknown
  /** Loaded after all if the file asks for it. */
  unless?: 'watch' | 'cron' | 'git' | 'dashboard'
}

/**
 * What a dyno has no use for; each costs memory and time at every boot. `watch` brings chokidar,
 * the rest host metrics, git, an update check, PM2's own configuration file, and clothes for
 * messages that nobody reads. Node's `domain` slows every promise of the process once it is used.
 */
const UNUSED: Unused[] = [
  {
    name: 'vizion',
    standIn: {
      analyze: (_: unknown, done: (error: Error) => void) => done(new Error('not loaded')),
    },
    unless: 'git',
  },
  { name: 'VersionCheck.js', standIn: () => undefined },
  { name: 'SysMetrics.js', standIn: { collect: (done: (data: object) => void) => done({}) } },
  {
    name: 'typestrip.js',
    standIn: { supportLevel: () => 'native', resolvedNodeVersion: () => process.versions.node },
  },
  { name: 'pidusage', standIn: () => undefined },
  { name: 'Configuration.js', standIn: { getSync: () => ({ sysmonit: 'false' }) } },
  { name: 'debug', standIn: () => () => undefined },
  { name: 'dayjs', standIn: () => ({ format: () => '' }) },
  { name: 'domain', standIn: { create: standInDomain } },
  { name: 'ansis', standIn: plainText() },
  { name: 'eventemitter2', standIn: { EventEmitter2: GodBus }, unless: 'dashboard' },
  { name: 'timesLimit', standIn: timesLimit },
  { name: 'eachLimit', standIn: eachLimit },
  // Only God's own way to spawn, which is replaced, opens log files by it.
  { name: 'waterfall', standIn: () => undefined },
  { name: 'croner', standIn: () => undefined, unless: 'cron' },
  {
    name: 'Watcher',
    standIn: (god: Record<string, unknown>) =>
      void (god.watch = {
        enable: () => undefined,
        disable: () => undefined,
        disableAll: () => undefined,
      }),
    unless: 'watch',
  },
]

/** Takes any chain of colours and styles for a text, and leaves the text as it is. */
function plainText(): unknown {
  const style: unknown = new Proxy((text: unknown) => String(text), { get: () => style })
  return style
}

/**
 * Runs a function, and gives what it throws to the `error` listener, as a domain does for what is
 * thrown at once.
 */
function standInDomain(): {
  once(name: string, listener: (error: unknown) => void): void
  run(work: () => void): void
} {
  let onError: ((error: unknown) => void) | undefined
  return {
    once: (_name, listener) => void (onError = listener),
    run(work) {
      try {
        work()
      } catch (error) {
        if (!onError) throw error
        onError(error)
      }
    },
  }
}

interface Wanted {
  home: string
  withWatch: boolean
  withCron: boolean
  /** PM2 tells the dashboard of the app's commit where PM2_ENABLE_GIT_PARSING asks for it. */
  withGit: boolean
  /** PM2's dashboard is told of every event, by wildcards. */
  withDashboard: boolean
}

/**
 * Loads God into this process. PM2 reads its settings from the environment while it loads, so
 * `home` and the rest are set around it.
 */
export function loadGod(options: Wanted): God {
  process.env.PM2_HOME = options.home
  process.env.PM2_DISABLE_VERSION_CHECK = 'true'
  process.env.PM2_SILENT = 'true'
  // PM2 narrates on the console; what a user should read, we say ourselves.
  const mute = () => undefined
  for (const method of ['log', 'info', 'warn', 'error', 'trace'] as const) console[method] = mute
  return withStandIns(options, () => require('pm2/lib/God.js') as God)
}

/** Loads another of PM2's parts, by the path that Node resolves it by. */
export function loadOfPm2(request: string): unknown {
  return withStandIns(
    { withWatch: false, withCron: false, withGit: false, withDashboard: false },
    () => require(request) as unknown,
  )
}

function withStandIns<T>(
  { withWatch, withCron, withGit, withDashboard }: Omit<Wanted, 'home'>,
  load: () => T,
): T {
  const loader = Module as unknown as {
    _load(request: string, parent: { filename?: string } | undefined, isMain: boolean): unknown
  }
  const original = loader._load
  const wanted = { watch: withWatch, cron: withCron, git: withGit, dashboard: withDashboard }
  loader._load = function (this: unknown, request, parent, isMain) {
    const last = request.slice(request.lastIndexOf('/') + 1)
    const unused = UNUSED.find((one) => one.name === last && !(one.unless && wanted[one.unless]))
    return unused && parent?.filename?.includes('pm2')
      ? unused.standIn
      : original.call(this, request, parent, isMain)
  }
  try {
    return load()
  } finally {
    loader._load = original
  }
}
