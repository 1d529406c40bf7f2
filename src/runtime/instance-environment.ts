/** What an instance is started with: its environment and the flags of its Node. */
import path from 'node:path'
import type { App } from './app.js'
import { BOOT_ID_VAR } from './boot-id.js'
import { heapFlags } from './budget.js'
import type { Pm2Env } from './god.js'
import { namespaceOf } from './god-conf.js'
import type { TreeChannel } from './tree-channel.js'

export interface EnvironmentSettings {
  /** Where the runtime's own files lie: preload.cjs. */
  lib: string
  home: string
  /** ms between reports of an instance; 0 for none. */
  reportEvery: number
  /**
   * Whether PM2's dashboard is used: Node instances get PM2's metrics module, and what is printed
   * goes onto PM2's bus too.
   */
  hasDashboard: boolean
  /** MB of V8's heap for instances that set none; undefined leaves it to V8. */
  heap: number | undefined
  /** See boot-id.ts; undefined outside a dyno. */
  bootId: string | undefined
  channel: TreeChannel
}

export function nodeFlags(app: App, settings: EnvironmentSettings): string[] {
  return [
    ...app.nodeArgs,
    ...heapFlags(settings.heap, app.nodeArgs, app.env.NODE_OPTIONS),
    ...(usesDashboard(app, settings)
      ? ['--require', path.join(settings.lib, 'dashboard-preload.cjs')]
      : []),
    '--require',
    path.join(settings.lib, 'preload.cjs'),
  ]
}

/** `pmx: false` and `automation: false` are PM2's ways to do without its metrics module. */
function usesDashboard(app: App, settings: EnvironmentSettings): boolean {
  const { pmx, automation } = app.options
  return settings.hasDashboard && ![pmx, automation].some((one) => one === false || one === 'false')
}

/**
 * The app's environment and what PM2 tells an instance about itself. The app's own variables are
 * never overwritten but for the ids.
 */
export function instanceEnvironment(
  app: App,
  env: Pm2Env,
  settings: EnvironmentSettings,
): NodeJS.ProcessEnv {
  const told: NodeJS.ProcessEnv = {
    name: app.name,
    exec_mode: env.exec_mode,
    namespace: namespaceOf(app),
    pm_exec_path: app.script,
    pm_cwd: app.cwd,
    restart_time: String(env.restart_time),
  }
  const ids: NodeJS.ProcessEnv = {
    pm_id: String(env.pm_id),
    [env.instance_var]: String(env[env.instance_var] ?? 0),
  }
  const increment = app.options.increment_var
  if (typeof increment === 'string')
    ids[increment] = String(env[increment] ?? env.env[increment] ?? 0)
  if (/python/.test(app.interpreter.command)) told.PYTHONUNBUFFERED = '1'
  if (usesDashboard(app, settings)) Object.assign(told, modulesOptions(app))
  // PM2's API and its command find this PM2 there, and start no other.
  const common = {
    ...told,
    ...app.env,
    ...ids,
    PM2_HOME: settings.home,
    ...(settings.bootId === undefined ? {} : { [BOOT_ID_VAR]: settings.bootId }),
  }
  if (!app.interpreter.isNode) return common
  return {
    ...common,
    SHIPIT_INSTANCE: String(process.pid),
    SHIPIT_STOP_BY: app.options.shutdown_with_message === true ? 'message' : 'signal',
    SHIPIT_SOURCE_MAPS: app.options.disable_source_map_support === true ? 'off' : 'on',
  }
}

/** What PM2's metrics module reads, as PM2 hands it over (lib/ProcessUtils.js). */
function modulesOptions({ options: { io, trace } }: App): NodeJS.ProcessEnv {
  return {
    ...(typeof io === 'object' && io !== null ? { io: JSON.stringify(io) } : {}),
    ...(trace === true || trace === 'true' ? { trace: 'true' } : {}),
  }
}

/**
 * What every process of an instance's tree is told: whose it is, ms for its drain, ms between its
 * reports, and where to report.
 */
export function markOf(
  app: App,
  { channel, reportEvery }: EnvironmentSettings,
  number: number,
): string {
  return [number, Math.max(0, app.killTimeout - 500), reportEvery, channel.name].join(';')
}
