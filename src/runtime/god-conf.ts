import path from 'node:path'
import type { App } from './app.js'

/**
 * The options that God itself acts on, under PM2's names. Restarts back off (100, 150, 225 … 15000
 * ms) if the file says nothing else.
 */
export function godConf(app: App, home: string, isWatched: boolean): Record<string, unknown> {
  const { options } = app
  const hasOwnDelay =
    options.restart_delay !== undefined || options.exp_backoff_restart_delay !== undefined
  const restarts = options.autorestart !== false && options.autorestart !== 'false'
  return {
    name: app.name,
    namespace: namespaceOf(app),
    exec_mode: app.isCluster ? 'cluster_mode' : 'fork_mode',
    pm_exec_path: app.script,
    pm_cwd: app.cwd,
    pm_pid_path: path.join(home, 'app.pid'),
    pm_out_log_path: '/dev/null',
    pm_err_log_path: '/dev/null',
    merge_logs: true,
    autostart: true,
    autorestart: restarts,
    instance_var: options.instance_var ?? 'NODE_APP_INSTANCE',
    kill_timeout: app.killTimeout,
    min_uptime: app.minUptime,
    // Without a number of the user's, ending the dyno is the crash policy's decision, not God's.
    max_restarts: app.maxRestarts ?? Number.MAX_SAFE_INTEGER,
    ...(app.maxMemory === undefined ? {} : { max_memory_restart: app.maxMemory }),
    ...(hasOwnDelay || !restarts ? {} : { exp_backoff_restart_delay: 100 }),
    ...pick(options, [
      'restart_delay',
      'exp_backoff_restart_delay',
      'stop_exit_codes',
      'cron_restart',
      'wait_ready',
      'listen_timeout',
      'increment_var',
      'shutdown_with_message',
      'treekill',
    ]),
    ...(isWatched ? pick(options, ['watch', 'ignore_watch', 'watch_delay', 'watch_options']) : {}),
    // What PM2's dashboard shows, under PM2's names.
    exec_interpreter: app.interpreter.command,
    node_args: app.nodeArgs,
    args: app.args,
    vizion: options.vizion !== false && options.vizion !== 'false',
    pmx: options.pmx ?? true,
    env: {
      ...(app.env.NODE_ENV === undefined ? {} : { NODE_ENV: app.env.NODE_ENV }),
      ...(typeof options.increment_var === 'string'
        ? { [options.increment_var]: app.env[options.increment_var] }
        : {}),
    },
  }
}

export function namespaceOf(app: App): string {
  return typeof app.options.namespace === 'string' ? app.options.namespace : 'default'
}

function pick(options: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  )
}
