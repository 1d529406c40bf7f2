import { type ChildProcess, spawn } from 'node:child_process'
import cluster, { type ClusterSettings } from 'node:cluster'
import type { Readable } from 'node:stream'
import type { App } from './app.js'
import { shareLog } from './dashboard/log-bus.js'
import { warn } from './runtime-error.js'
import type { God, Keeper, Pm2Env } from './god.js'
import type { LineLog } from './control/line-log.js'
import {
  instanceEnvironment,
  markOf,
  nodeFlags,
  type EnvironmentSettings,
} from './instance-environment.js'
import { takeReport, takeTold, type Instance, type Instances } from './instances.js'
import { CHANNEL_VARIABLES, openChannel } from './open-channel.js'
import { type Outlet, dynoOutput } from './outlet.js'
import { type OutputStyle, carry, isPlain } from './output.js'
import { attachedTo } from './preload/inheritance.js'
import type { ReportMessage } from './preload/report.js'
import { MARK } from './proc.js'
import { endLeftBehind } from './stopping.js'

/** ms that the last output of an instance may take to arrive. */
const LAST_WORDS = 1000

export interface SpawnSettings extends EnvironmentSettings {
  apps: App[]
  instances: Instances
  /** Keeps what is printed, for other terminals. */
  lines: LineLog | undefined
  /** Nothing is started any more. */
  isStopping: () => boolean
  prefixes: boolean
  onStart(instance: Instance): void
  onReport(instance: Instance, report: ReportMessage): void
  /**
   * What an app sends that is no report of ours: PM2's packages send metrics, actions and errors.
   */
  onMessage(instance: Instance, message: unknown): void
  onExit(instance: Instance, code: number | null, signal: string | null): void
  onSpawnError(app: App, error: Error): void
}

/**
 * Starts the first instance of an app before God is there: it boots while God is loaded, which
 * takes as long. God has to be given it, by
 * `prepare`, before the event loop turns, so that none of its events is missed.
 */
export function startEarly(
  app: App,
  conf: Record<string, unknown>,
  settings: SpawnSettings,
): Early {
  const named = conf as Pm2Env
  const env: Pm2Env = { ...named, pm_id: 0, restart_time: 0, [named.instance_var]: 0 }
  return { app, made: make(app, env, styleOf(app, env, settings.prefixes), settings) }
}

/**
 * Gives God our way to start a process in each of its two modes. `early` is what it gets at its
 * first wish.
 */
export function installSpawn(god: God, settings: SpawnSettings, early?: Early): void {
  let waiting = early
  const start = (env: Pm2Env, callback: (error: unknown, keeper?: Keeper) => void) => {
    const app = settings.apps.find((one) => one.name === env.name)
    if (!app) return callback(refuse(env.name))
    if (settings.isStopping()) return callback(new Error('everything is being stopped'))
    // What its predecessor has left may hold the port.
    const left = settings.instances.leftBehind(app, env.pm_id)
    if (left) return void left.then(() => start(env, callback))
    const style = styleOf(app, env, settings.prefixes)
    const made = waiting?.app === app ? waiting.made : make(app, env, style, settings)
    waiting = undefined
    made.keeper.pm2_env = env
    watch(god, settings, app, made, style)
    callback(null, made.keeper)
  }
  god.nodeApp = start
  god.forkMode = start
}

/** PM2's API keeps from the app that asks why nothing was started, so the log says it. */
function refuse(name: string): Error {
  const why =
    `${name} is not started: shipit-runtime runs the apps of its ecosystem file alone; add it ` +
    'there'
  warn(why)
  return new Error(why)
}

interface Early {
  app: App
  made: Made
}

interface Made {
  keeper: Keeper
  child: ChildProcess
  /** SHIPIT_TREE of all that comes of it. */
  mark: string
}

let made = 0

function make(app: App, env: Pm2Env, style: OutputStyle, settings: SpawnSettings): Made {
  const mark = markOf(app, settings, (made += 1))
  const environment = { ...instanceEnvironment(app, env, settings), [MARK]: mark }
  return {
    mark,
    ...(app.isCluster
      ? makeWorker(app, environment, style, settings)
      : makeChild(app, environment, style, settings)),
  }
}

function makeWorker(
  app: App,
  wanted: NodeJS.ProcessEnv,
  style: OutputStyle,
  settings: SpawnSettings,
): Omit<Made, 'mark'> {
  cluster.setupPrimary({
    exec: app.script,
    args: app.args,
    execArgv: nodeFlags(app, settings),
    cwd: app.cwd,
    stdio: ['ignore', outputOf(style, settings), 'pipe', 'ipc'],
    windowsHide: true,
    // The settings of one fork last until the next names others.
    uid: app.user?.uid,
    gid: app.user?.gid,
  } as ClusterSettings)
  // cluster.fork() adds the supervisor's environment, which holds what PM2 reads and what
  // filter_env takes away.
  const absent = Object.keys(process.env).filter((key) => !(key in wanted))
  const worker = cluster.fork({
    ...wanted,
    ...Object.fromEntries(absent.map((key) => [key, undefined])),
  })
  return { keeper: worker as unknown as Keeper, child: worker.process }
}

function makeChild(
  app: App,
  env: NodeJS.ProcessEnv,
  style: OutputStyle,
  settings: SpawnSettings,
): Omit<Made, 'mark'> {
  const { command, isNode } = app.interpreter
  const flags = isNode ? nodeFlags(app, settings) : app.nodeArgs
  const [file, args] =
    command === 'none' ? [app.script, app.args] : [command, [...flags, app.script, ...app.args]]
  const child = spawn(file, args, {
    cwd: app.cwd,
    env: isNode
      ? env
      : { ...env, ...CHANNEL_VARIABLES, NODE_OPTIONS: attachedTo(env.NODE_OPTIONS, settings.lib) },
    stdio: ['ignore', outputOf(style, settings), 'pipe', isNode ? 'ipc' : 'pipe'],
    windowsHide: true,
    ...(app.user ? { uid: app.user.uid, gid: app.user.gid } : {}),
  })
  if (!isNode) {
    openChannel(child)
    settings.channel.open()
  }
  const keeper = child as unknown as Keeper
  keeper.process = { pid: child.pid }
  return { keeper, child }
}

function watch(
  god: God,
  settings: SpawnSettings,
  app: App,
  { keeper, child, mark }: Made,
  style: OutputStyle,
): void {
  if (child.pid === undefined) {
    // `error` follows; without a process there is nothing to watch.
    child.once('error', (error) => settings.onSpawnError(app, error))
    return
  }
  const instance = settings.instances.add(app, keeper, child.pid, mark)
  settings.onStart(instance)
  child.stdout?.once('data', () => (instance.hasPrinted = true))
  if (child.stdout) carry(child.stdout, dynoOutput.out, style, 'out')
  if (child.stderr) carry(child.stderr, dynoOutput.err, style, 'err', instance.tail)
  const of = `${app.name}:${instance.index}`
  if (child.stdout) settings.lines?.follow(child.stdout, style, 'out', of)
  if (child.stderr) settings.lines?.follow(child.stderr, style, 'err', of)
  for (const kind of settings.hasDashboard ? (['out', 'err'] as const) : []) {
    const stream = kind === 'out' ? child.stdout : child.stderr
    if (stream) shareLog(god, keeper, stream, style, kind)
  }
  child.on('message', (message: unknown) => {
    if (isTreeNews(message)) return settings.channel.open()
    if (takeReport(instance, message)) return settings.onReport(instance, message)
    takeTold(instance, message)
    settings.onMessage(instance, message)
    forward(god, keeper, message)
  })
  child.once('exit', (code, signal) => {
    settings.instances.end(instance)
    if (String(keeper.pm2_env.pm_id).startsWith('_old_')) instance.wasAsked = true
    // A stop sees to the whole tree itself.
    const left = instance.stopped ? undefined : endLeftBehind(instance, settings.isStopping)
    if (left) settings.instances.leaves(instance, left)
    instance.silence = settings.instances.silenced(
      Promise.all([
        lastWords(child.stdout, dynoOutput.out),
        lastWords(child.stderr, dynoOutput.err),
      ]),
    )
    // A reader that is slow must not hold back the news.
    void Promise.race([instance.silence, pause(LAST_WORDS)]).then(() =>
      settings.onExit(instance, code, signal),
    )
  })
}

/** The preload says so before the instance starts its first process, which may report. */
const isTreeNews = (message: unknown): boolean =>
  (message as { shipit?: unknown } | null)?.shipit === 'tree'

/**
 * What an app sends goes onto PM2's bus, as PM2's own containers put it: `ready`, metrics of its
 * module, messages between apps.
 */
function forward(god: God, keeper: Keeper, message: unknown): void {
  const { pm_id, name } = keeper.pm2_env
  const packet = message as { type?: string; data?: unknown } | null
  const isTyped = typeof packet === 'object' && packet !== null && packet.type && packet.data
  const { namespace, versioning } = keeper.pm2_env
  const from = {
    at: Date.now(),
    process: {
      pm_id,
      name,
      namespace,
      rev: (versioning as { revision?: string } | null | undefined)?.revision ?? null,
    },
  }
  if (isTyped) god.bus.emit(packet.type as string, { ...from, data: packet.data })
  else god.bus.emit('process:msg', { ...from, raw: message })
}

/**
 * The last output arrives after the exit. A slow reader of the log is waited for, a grandchild that
 * keeps the pipe open is not for long.
 */
function lastWords(stream: Readable | null, to: Outlet): Promise<void> {
  return new Promise((resolve) => {
    if (!stream || stream.readableEnded || stream.destroyed) return void setImmediate(resolve)
    const timer = setInterval(() => {
      if (!to.isHolding(stream)) return end()
      to.abandon(stream)
    }, LAST_WORDS)
    const end = () => {
      clearInterval(timer)
      resolve()
    }
    stream.once('close', end)
  })
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms).unref())

function styleOf(app: App, env: Pm2Env, prefixes: boolean): OutputStyle {
  const instance = Number(env[env.instance_var] ?? 0)
  return {
    prefix:
      app.options.log_type === 'formatted'
        ? `${env.pm_id}|${app.name} | `
        : prefixes
          ? `[${app.name}:${instance}] `
          : '',
    dateFormat:
      typeof app.options.log_date_format === 'string' && app.options.log_date_format !== ''
        ? app.options.log_date_format
        : undefined,
    isJson: app.options.log_type === 'json',
    isKeyValue: app.options.log_type === 'format',
    isSilent: app.options.disable_logs === true,
    app: app.name,
    pmId: Number(env.pm_id),
  }
}

/**
 * On a terminal an app should see it as one, for its colours; a terminal keeps each write whole.
 * What others read too has to come through here.
 */
function outputOf(style: OutputStyle, { hasDashboard, lines }: SpawnSettings): 'inherit' | 'pipe' {
  return isPlain(style) && !hasDashboard && lines === undefined && process.stdout.isTTY
    ? 'inherit'
    : 'pipe'
}
