/**
 * Dynos: process groups with the environment, the limits and the signals that Heroku gives them,
 * kept as the formation says.
 */
import { EventEmitter } from 'node:events'
import { ApiError, NotFound } from '../api/api-error.js'
import type { Dynos, OneOff } from '../store/types.js'
import { AppDynos } from './app-dynos.js'
import { DynoRun } from './dyno-run.js'
import type { Isolation } from './isolation.js'
import { thisMachine, type Services } from './machine.js'
import { Meter } from './meter.js'
import { endLeftDynos } from './recover.js'
import { SpareModules } from './spare-modules.js'

/** Most ms that a start waits for the dynos of a killed daemon to end by themselves. */
const RECOVERY_GRACE = 5_000

/** ms between two polls at the process table, whatever the limits say. */
const SHORTEST_POLL = 50

/** ms that a one-off dyno may live (devcenter.heroku.com/articles/one-off-dynos). */
const LONGEST_RUN = 24 * 3_600_000

/**
 * The dynos of all apps. `recover()` is for the daemon's start: it ends what a killed daemon left
 * and starts what should run.
 */
export function createDynos(
  given: Pick<Services, 'store' | 'logplex' | 'folders' | 'limits'>,
  machine = thisMachine(given.folders),
): Dynos & {
  readonly isolation: Promise<Isolation>
  /** Why the network reaches dynos' ports; undefined if it does not. */
  readonly exposure: Promise<string | undefined>
  recover(): Promise<void>
} {
  const { store, folders, limits } = given
  const services: Services = {
    ...given,
    isolation: machine.isolation,
    network: machine.network,
    removeDisk: (dir) => machine.removeDisk(dir),
    launch: (launch) => machine.launch(launch),
    spares: new SpareModules(folders.dynos),
    meter: new Meter(Math.max(limits.metricsEvery, SHORTEST_POLL)),
  }
  const events = new EventEmitter().setMaxListeners(0)
  const apps = new Map<string, AppDynos>()
  const oneOffs = new Set<DynoRun>()
  let isClosed = false

  const dynosOf = (appId: string): AppDynos => {
    let app = apps.get(appId)
    if (!app)
      apps.set(appId, (app = new AppDynos(appId, services, () => events.emit('change', appId))))
    return app
  }
  const oneOffsOf = (appId: string | undefined, name?: string) =>
    [...oneOffs].filter(
      ({ spec }) =>
        (appId === undefined || spec.appId === appId) && (name === undefined || spec.name === name),
    )

  const reconcile: Dynos['reconcile'] = (appId, reason) => {
    if (!isClosed) dynosOf(appId).reconcile(reason)
  }

  return {
    isolation: machine.isolation,
    exposure: services.network.why,
    reconcile,
    list: (appId) => [
      ...(apps.get(appId)?.list() ?? []),
      ...oneOffsOf(appId).map((dyno) => dyno.record()),
    ],
    webTargets: (appId) => apps.get(appId)?.webTargets() ?? [],
    webStatus: (appId) => apps.get(appId)?.webStatus() ?? 'none',

    async restart(appId, what = {}, why) {
      const isSelected = what.type !== undefined || what.name !== undefined
      // A one-off dyno has no successor: it ends.
      const runs = what.name === undefined ? [] : oneOffsOf(appId, what.name)
      for (const run of runs) void run.stop()
      if (!dynosOf(appId).restart(what, why) && isSelected && runs.length === 0)
        throw new NotFound('dyno')
    },

    async stop(appId, what) {
      const runs = what.name === undefined ? [] : oneOffsOf(appId, what.name)
      for (const run of runs) void run.stop()
      if (!dynosOf(appId).stop(what) && runs.length === 0) throw new NotFound('dyno')
    },

    async runOneOff(
      appId,
      { name, type = name.split('.')[0] ?? name, ...request },
    ): Promise<OneOff> {
      if (isClosed) throw new ApiError(503, 'unavailable', 'The embedded Heroku is shutting down.')
      const dyno = new DynoRun({ ...request, appId, name, type, isOneOff: true }, services, () =>
        events.emit('change', appId),
      )
      oneOffs.add(dyno)
      const exit = dyno.ended.finally(() => oneOffs.delete(dyno))
      const expiry = setTimeout(() => void dyno.stop(), request.timeToLive ?? LONGEST_RUN).unref()
      void exit.then(() => clearTimeout(expiry))
      return { record: dyno.record(), exit, stop: () => void dyno.stop() }
    },

    async shutdown(appId) {
      if (appId === undefined) isClosed = true
      const ended = oneOffsOf(appId).map(async (dyno) => {
        await dyno.stop()
        await dyno.ended
      })
      const concerned = [...apps].filter(([id]) => appId === undefined || id === appId)
      await Promise.all([...ended, ...concerned.map(([, app]) => app.shutdown())])
      await services.spares.drop(appId)
      for (const [id, app] of concerned) if (app.list().length === 0) apps.delete(id)
    },

    on: (event, listener) => void events.on(event, listener),
    off: (event, listener) => void events.off(event, listener),

    async recover() {
      await endLeftDynos(folders.dynos, Math.min(limits.stopGrace, RECOVERY_GRACE))
      for (const { id } of store.list()) reconcile(id, 'release')
    },
  }
}
