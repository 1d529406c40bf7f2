import { existsSync } from 'node:fs'
import type { Dashboard, SeenProcess } from './dashboard.js'
import { until } from './until.js'

/**
 * A runtime under watch: plain pm2-runtime or ours, with ROWS_APP, whose agent speaks to
 * `dashboard` as `machine`.
 */
export interface Watched {
  dashboard: Dashboard
  machine: string
  /** Where `api` and `jobs` answer. */
  ports: { api: number; jobs: number }
}

/**
 * One thing that the dashboard shows or does. `look` resolves with what was seen, in a few words;
 * it throws if nothing was.
 */
export interface Row {
  name: string
  look(watched: Watched): Promise<string>
}

const APPS = ['api', 'jobs'] as const
type AppName = (typeof APPS)[number]

const online = (processes: SeenProcess[], name: string) =>
  processes.filter((one) => one.name === name && one.status === 'online')
const each = async (look: (app: AppName) => Promise<string>) =>
  (await Promise.all(APPS.map(async (app) => `${app}: ${await look(app)}`))).join('; ')
const both = async (look: (app: AppName) => Promise<string>) => {
  const seen: string[] = []
  for (const app of APPS) seen.push(`${app}: ${await look(app)}`)
  return seen.join('; ')
}

async function ask(watched: Watched, app: AppName, path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${watched.ports[app]}${path}`)).text()
}

/** Resolves when the app answers again, as it does not while its only instance restarts. */
const answers = (watched: Watched, app: AppName) =>
  until(`${app} to answer`, () => ask(watched, app, '/').catch(() => undefined), 20_000)

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`)

function field(
  name: string,
  of: (one: SeenProcess) => unknown,
  isThere: (value: unknown) => boolean,
): Row {
  return {
    name,
    look: (watched) =>
      each(async (app) => {
        const processes = await watched.dashboard.shows(
          watched.machine,
          (all) => online(all, app).length > 0 && online(all, app).every((one) => isThere(of(one))),
        )
        return JSON.stringify(of(online(processes, app)[0] as SeenProcess))
      }),
  }
}

/** A log line: with streaming switched on, as the dashboard's page of logs does. */
function logRow(kind: 'out' | 'err'): Row {
  return {
    name: `log:${kind}, streamed`,
    look: (watched) =>
      both(async (app) => {
        const { dashboard, machine } = watched
        await dashboard.act(machine, 'startLogging', {})
        const text = `a line of ${kind} ${app} ${Math.random()}`
        await ask(watched, app, `/${kind}?text=${encodeURIComponent(text)}`)
        const packet = await dashboard.receives(
          machine,
          'logs',
          ({ data, process, log_type }) =>
            data === `${text}\n` && process?.name === app && log_type === kind,
        )
        return String(packet.payload.log_type)
      }),
  }
}

function exceptionRow(name: string, path: string, type: string): Row {
  return {
    name,
    look: (watched) =>
      both(async (app) => {
        const { dashboard, machine } = watched
        await answers(watched, app)
        const text = `trouble ${path} ${app} ${Math.random()}`
        await ask(watched, app, '/out?text=before')
        await ask(watched, app, `${path}?text=${encodeURIComponent(text)}`)
        const { data } = (
          await dashboard.receives(
            machine,
            'process:exception',
            (payload) =>
              (payload.data as { message?: string }).message === text &&
              payload.process?.name === app,
          )
        ).payload
        const {
          stack,
          callsite,
          last_logs: logs,
        } = data as { stack?: string; callsite?: string; last_logs?: string[] }
        if (!stack?.includes(type))
          throw new Error(`no stack of a ${type}: ${JSON.stringify(data)}`)
        return `${type}, at ${callsite?.replace(/.*\//, '')}, last_logs ${logs && logs.length > 0 ? 'yes' : 'no'}`
      }),
  }
}

const actionRow: Row = {
  name: 'io.action, with and without options',
  look: (watched) =>
    both(async (app) => {
      const { dashboard, machine } = watched
      await answers(watched, app)
      const [first] = online(
        await dashboard.shows(machine, (all) =>
          online(all, app).some((one) =>
            one.axm_actions.some((action) => action.action_name === 'add'),
          ),
        ),
        app,
      ) as [SeenProcess]
      dashboard.send(machine, 'trigger:action', {
        action_name: 'greet',
        app_name: app,
        process_id: first.pm_id,
      })
      await dashboard.receives(
        machine,
        'axm:reply',
        ({ data }) => (data as { return?: { hello?: number } }).return?.hello === first.pid,
      )
      dashboard.send(machine, 'trigger:action', {
        action_name: 'add',
        app_name: app,
        process_id: first.pm_id,
        opts: { a: 2, b: 3 },
      })
      await dashboard.receives(
        machine,
        'axm:reply',
        ({ data, process }) =>
          (data as { return?: { sum?: number } }).return?.sum === 5 && process?.name === app,
      )
      await dashboard.receives(
        machine,
        'trigger:action:success',
        ({ action_name, id }) => action_name === 'greet' && id === first.pm_id,
      )
      return 'replies'
    }),
}

const cpuRow: Row = {
  name: 'CPU of a busy process',
  look: (watched) =>
    both(async (app) => {
      let isOver = false
      const burning = (async () => {
        while (!isOver) await ask(watched, app, '/burn')
      })()
      try {
        const processes = await watched.dashboard.shows(watched.machine, (all) =>
          online(all, app).some((one) => one.cpu > 10),
        )
        return `over 10 % (${Math.max(...online(processes, app).map((one) => one.cpu)) > 10 ? 'yes' : 'no'})`
      } finally {
        isOver = true
        await burning
      }
    }),
}

/**
 * Restart or reload of an app: every process is another afterwards, the old ones are gone, and the
 * counts say so.
 */
function againRow(method: 'restart' | 'reload'): Row {
  return {
    name: `remote ${method}`,
    look: (watched) =>
      both(async (app) => {
        const { dashboard, machine } = watched
        await answers(watched, app)
        const before = online(
          await dashboard.shows(
            machine,
            (all) => online(all, app).length === (app === 'api' ? 2 : 1),
          ),
          app,
        )
        const answer = await dashboard.act(machine, method, { name: app })
        const failure = (answer.ret as { err?: unknown }).err
        if (failure) throw new Error(JSON.stringify(failure))
        const after = online(
          await dashboard.shows(
            machine,
            (all) =>
              online(all, app).length === before.length &&
              online(all, app).every((one) => before.every((old) => old.pid !== one.pid)),
          ),
          app,
        )
        await until(`the old processes of ${app} to end`, () =>
          before.every((one) => !isAlive(one.pid)),
        )
        await answers(watched, app)
        return `${after.length} new, restarts +${(after[0] as SeenProcess).restart_time - (before[0] as SeenProcess).restart_time}`
      }),
  }
}

function scaleRow(app: AppName, number: string | number, expected: number): Row {
  return {
    name: `remote scale of ${app} to ${number}`,
    look: async (watched) => {
      const { dashboard, machine } = watched
      await answers(watched, 'api')
      const before = dashboard.machine(machine).named(app)
      const answer = await dashboard.act(machine, 'scale', { name: app, number })
      const failure = (answer.ret as { err?: unknown }).err
      if (failure) throw new Error(JSON.stringify(failure))
      const after = await dashboard.shows(
        machine,
        (all) =>
          all.filter((one) => one.name === app).length === expected &&
          online(all, app).length === expected,
      )
      await until('those that went to have ended', () =>
        before.every((one) => after.some((other) => other.pid === one.pid) || !isAlive(one.pid)),
      )
      await answers(watched, 'api')
      return `${expected} online`
    },
  }
}

const resetRow: Row = {
  name: 'remote reset',
  look: (watched) =>
    both(async (app) => {
      const { dashboard, machine } = watched
      await dashboard.act(machine, 'reset', { name: app })
      await dashboard.shows(machine, (all) =>
        online(all, app).every((one) => one.restart_time === 0),
      )
      return 'restarts 0'
    }),
}

const eventRow: Row = {
  name: 'process:event',
  look: ({ dashboard, machine }) =>
    both(async (app) => {
      for (const event of ['exit', 'online'])
        await dashboard.receives(
          machine,
          'process:event',
          (payload) => payload.event === event && payload.process?.name === app,
        )
      return 'exit, online'
    }),
}

const monitorRow: Row = {
  name: "metrics: custom, and PM2's own",
  look: (watched) =>
    each(async (app) => {
      const processes = await watched.dashboard.shows(
        watched.machine,
        (all) =>
          online(all, app).length > 0 &&
          online(all, app).every((one) =>
            ['queue length', 'Heap Size', 'Event Loop Latency'].every(
              (metric) => one.axm_monitor[metric],
            ),
          ) &&
          online(all, app).some((one) => one.axm_monitor.HTTP),
      )
      const monitor = (online(processes, app)[0] as SeenProcess).axm_monitor
      return `queue length ${String(monitor['queue length']?.value)}, ${'heap, event loop, http'}`
    }),
}

const refusedRow: Row = {
  name: 'a method that is not allowed (stop)',
  look: async ({ dashboard, machine }) => {
    const before = online(dashboard.machine(machine).processes, 'api').map((one) => one.pid)
    await dashboard.act(machine, 'stop', { name: 'api' })
    if (!before.every(isAlive)) throw new Error('it stopped')
    return 'refused'
  },
}

/**
 * Every row, in an order in which one leaves the next what it needs: two instances of `api`, one of
 * `jobs`, until the last scales it to 0.
 */
export const ROWS: Row[] = [
  field(
    'status',
    (one) => one.status,
    (value) => value === 'online',
  ),
  field(
    'memory',
    (one) => one.memory > 10e6,
    (value) => value === true,
  ),
  field(
    'node_env',
    (one) => one.node_env,
    (value) => value === 'production',
  ),
  field('args (of Node)', (one) => one.args, Array.isArray),
  field(
    'interpreter',
    (one) => String(one.interpreter).replace(/.*\//, ''),
    (value) => value === 'node',
  ),
  field('exec_mode', (one) => one.exec_mode, Boolean),
  field('path', (one) => one.path.replace(/.*\//, ''), Boolean),
  field(
    'unique_id, created_at, pm_uptime',
    (one) => /^[0-9a-f-]{36}$/.test(one.unique_id) && one.created_at > 0 && one.pm_uptime > 0,
    (value) => value === true,
  ),
  field(
    'versioning',
    (one) => one.versioning,
    () => true,
  ),
  cpuRow,
  monitorRow,
  logRow('out'),
  logRow('err'),
  actionRow,
  exceptionRow('io.notifyError', '/notify', 'Error'),
  exceptionRow('an uncaught error', '/throw', 'TypeError'),
  exceptionRow('an unhandled rejection', '/reject', 'RangeError'),
  eventRow,
  againRow('restart'),
  againRow('reload'),
  resetRow,
  scaleRow('api', 3, 3),
  scaleRow('api', '+1', 4),
  scaleRow('api', '-2', 2),
  refusedRow,
  scaleRow('jobs', 0, 0),
]
