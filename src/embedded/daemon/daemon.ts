/**
 * Puts the services of the embedded Heroku together. The process around it is daemon-process.ts;
 * tests start it in their own.
 */
import { rm } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { createProviders, isStoreWhole, removeUnknownFolders } from '../addons/providers.js'
import { Addons } from '../addons/index.js'
import { endLeftServers } from '../addons/left-servers.js'
import { openAuthorizations } from '../api/authorizations.js'
import { asCall } from '../api/api-error.js'
import { createApi, webUrl, type Urls } from '../api/index.js'
import { machineClock } from './clock.js'
import { acquireLock, watchLock } from './daemon-lock.js'
import { openDaemonLog } from './daemon-log.js'
import { foldersOf, makeFolders } from './folders.js'
import { DEFAULT_LIMITS } from './limits.js'
import { listen, type Listening } from './listen.js'
import { startDrains } from '../api/drains.js'
import { AppHistories } from '../logplex/app-histories.js'
import { createLogplex } from '../logplex/index.js'
import { ownVersion } from './handshake.js'
import { createReleaseOutput } from '../releases/release-output.js'
import { createReleases } from '../releases/releases.js'
import { alsoOverTls } from '../rendezvous/by-tls.js'
import { certificateOf, type Certificate } from '../rendezvous/certificate.js'
import { createRendezvous } from '../rendezvous/index.js'
import { readSettings, writeSettings } from './settings.js'
import type { Generation } from '../api/place.js'
import { openPipelines } from '../api/pipelines.js'
import { openSpaces } from '../api/spaces.js'
import type { StateProblem } from '../store/state-file.js'
import { openStore } from '../store/index.js'
import type { Clock, DaemonInfo, Dynos, Folders, Limits } from '../store/types.js'

/** Tried where no port of last time is known or free; then any free one. */
const DEFAULT_PORTS = { api: 28671, router: 28672 }

/** The services that run and build apps. */
export interface Rooms {
  createDynos: (typeof import('../dynos/index.js'))['createDynos']
  createRouter: (typeof import('../router/index.js'))['createRouter']
  createBuilder: (typeof import('../build/index.js'))['createBuilder']
  createGitHandler: (typeof import('../git/index.js'))['createGitHandler']
}

interface PlatformOptions {
  /** The folder that SHIPIT_HOME names; state lies in its `local` folder. */
  home: string
  /** 0 takes any free port. Absent: those of last time, else a fixed pair, else any. */
  ports?: { api: number; router: number }
  limits?: Partial<Limits>
  rooms?: () => Promise<Rooms>
  /** File for one line a call of the API. */
  journal?: string | undefined
  /**
   * Called once if the folder or its lock is no longer this process's: it has nothing to serve
   * then.
   */
  onLost?: () => void
  /** What log sessions expire by, and jobs of the scheduler come due by; default: the machine's. */
  clock?: Clock
}

export interface Platform {
  info: DaemonInfo
  /** Stops accepting, stops the dynos with their grace time, and leaves nothing running. */
  close(): Promise<void>
}

/** ms beyond the dynos' grace time after which the end of what runs is no longer waited for. */
const STOP_MARGIN = 4_000

const infoFile = (folders: Pick<Folders, 'root'>): string => path.join(folders.root, 'daemon.json')

const loadRooms = async (): Promise<Rooms> => {
  const [dynos, router, build, git] = await Promise.all([
    import('../dynos/index.js'),
    import('../router/index.js'),
    import('../build/index.js'),
    import('../git/index.js'),
  ])
  return { ...dynos, ...router, ...build, ...git }
}

/**
 * Starts the platform of one home folder in this process and resolves when it listens. Throws
 * AlreadyRunning where a live process has that folder. Builds and releases that a killed process
 * left pending are failed first, and dynos that it left are ended.
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const folders = foldersOf(options.home)
  await makeFolders(folders)
  const lock = await acquireLock(folders)
  try {
    return await start(options, folders, lock)
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function start(
  options: PlatformOptions,
  folders: Folders,
  lock: Awaited<ReturnType<typeof acquireLock>>,
): Promise<Platform> {
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits }
  const clock = options.clock ?? machineClock
  const log = openDaemonLog(folders)
  const problems: StateProblem[] = []
  const report = (problem: StateProblem) => {
    problems.push(problem)
    log(`${problem.file} ${problem.problem}`)
  }
  const rooms = await (options.rooms ?? loadRooms)()
  const settings = await readSettings(folders, report)
  const { token } = settings
  await lock.verify()

  const store = await openStore(folders)
  store.problems.forEach(report)
  const histories = new AppHistories(folders, log)
  const logplex = createLogplex(folders, log, histories)
  let urls: Urls | undefined
  const dynos = rooms.createDynos({ store, logplex, folders, limits })
  const recordDynos = (appId: string) => histories.addDynos(appId, dynos.list(appId))
  dynos.on('change', recordDynos)
  const output = createReleaseOutput(folders)
  const releases = createReleases({ store, dynos, logplex, output })
  const builder = rooms.createBuilder({
    store,
    releases,
    logplex,
    folders,
    limits,
    webUrl: (appName) => webUrl(appName, urls as Urls),
    isolation: dynos.isolation,
    exposure: dynos.exposure,
  })
  const git = rooms.createGitHandler({ store, builder, folders, token })
  await builder.recover()
  await releases.recover()
  await dynos.recover()
  await endLeftServers(folders.addons)
  const isWhole = await isStoreWhole(folders, store)
  if (isWhole) await removeUnknownFolders(folders, store)

  const { why: notIsolated } = await dynos.isolation
  if (notIsolated !== undefined) log(`Apps are not isolated from the state folder: ${notIsolated}`)
  const exposed = await dynos.exposure
  if (exposed !== undefined) log(`The network reaches dynos' ports: ${exposed}`)
  const startedAt = new Date().toISOString()
  const version = await ownVersion()
  const status = () => ({
    pid: process.pid,
    version,
    started_at: startedAt,
    limits,
    generation: settings.generation ?? 'cedar',
    isolated: notIsolated === undefined,
    exposed: exposed !== undefined,
    apps: store.list().map(({ id, name }) => ({ name, ...dynoCounts(dynos, id) })),
    problems,
  })
  let made: Promise<Certificate> | undefined
  const certificate = () =>
    (made ??= certificateOf(folders, report).catch((error: unknown) => {
      made = undefined
      throw error
    }))
  const rendezvous = createRendezvous(certificate, log)
  const providers = createProviders({ folders, store, logplex, dynos, clock, certificate, log })
  const addons = new Addons({ store, releases, logplex, providers, log })
  const generation = () => settings.generation ?? 'cedar'
  const drains = startDrains({ store, logplex })
  const spaces = await openSpaces(folders, generation, report)
  const setGeneration = async (wanted: Generation) => {
    settings.generation = wanted
    await writeSettings(folders, settings)
  }
  const api = createApi({
    authorizations: await openAuthorizations(folders, report),
    drain: drains.follow,
    spaces,
    pipelines: await openPipelines(folders, report),
    generation,
    setGeneration,
    rendezvous,
    certificate,
    store,
    logplex,
    dynos,
    releases,
    output,
    builder,
    addons,
    git,
    folders,
    limits,
    token,
    log,
    status,
    urls: () => urls as Urls,
    now: () => clock.now(),
    journal: options.journal,
  })

  const opened: Listening[] = []
  try {
    const routerListening = await listen(
      rooms.createRouter({ store, dynos, logplex, limits }).server,
      candidates(options.ports?.router, settings.routerPort, DEFAULT_PORTS.router),
    )
    opened.push(routerListening)
    const rendezvousListening = await listen(rendezvous.server, [0])
    opened.push(rendezvousListening)
    const server = http.createServer((request, response) => {
      asCall(response, () => api(request, response))
    })
    alsoOverTls(server, {
      certificate,
      onError: ({ message }) => log(`no TLS for git: ${message}`),
    })
    const apiListening = await listen(
      server,
      candidates(options.ports?.api, settings.apiPort, DEFAULT_PORTS.api),
    )
    opened.push(apiListening)
    const apiUrl = `http://127.0.0.1:${apiListening.port}`
    // No request can have come in yet: this runs in the turn in which the server began to listen.
    const addresses = { apiUrl, gitUrl: `${apiUrl}/git`, routerPort: routerListening.port }
    urls = { ...addresses, rendezvousPort: rendezvousListening.port }
    const info: DaemonInfo = {
      pid: process.pid,
      ...addresses,
      preboot_switch: limits.prebootSwitch,
      token,
      version,
      started_at: startedAt,
      supervisor_pid: process.env.SHIPIT_LOCAL_SUPERVISED ? process.ppid : undefined,
    }
    Object.assign(settings, { apiPort: apiListening.port, routerPort: routerListening.port })
    await writeSettings(folders, settings)
    await writeFileAtomic(infoFile(folders), JSON.stringify(info, null, 2), { mode: 0o600 })
    // Before their dynos boot.
    await addons.start(isWhole)
    for (const app of store.list()) dynos.reconcile(app.id, 'release')
    log(`listens on ${apiUrl}, apps on port ${info.routerPort}`)

    const close = async () => {
      for (const listening of opened) listening.stopAccepting()
      // One that has lost its lock leaves its successor's file alone.
      await whatever(log, async () => {
        if (await lock.isMine()) await rm(infoFile(folders), { force: true })
      })
      drains.close()
      // Dynos first: a build may wait for its release phase, which is one.
      const dynosGone = dynos.shutdown()
      await within(
        limits.stopGrace + STOP_MARGIN,
        Promise.all([dynosGone, builder.shutdown()]),
        () => log('builds or dynos have not ended in time; the next start ends what is left'),
      )
      // After the dynos, which use them to their end.
      await addons.stop()
      for (const listening of opened) await listening.close()
      await store.settled()
      await whatever(log, () => logplex.flush())
      dynos.off('change', recordDynos)
      await whatever(log, () => histories.close())
      log('stopped')
      await whatever(log, () => lock.release())
    }
    const watch = watchLock(lock, () => options.onLost?.())
    let closing: Promise<void> | undefined
    return {
      info,
      close: () => {
        clearInterval(watch)
        return (closing ??= close())
      },
    }
  } catch (error) {
    for (const listening of opened) await listening.close()
    await dynos.shutdown()
    await addons.stop()
    throw error
  }
}

/** A step of the end that a full or read-only disk may refuse: the others are taken all the same. */
async function whatever(log: (text: string) => void, step: () => Promise<void>): Promise<void> {
  await step().catch((error: Error) => log(`while it stops: ${error.message}`))
}

/** Waits for `work`, but no longer than `ms`. */
async function within(ms: number, work: Promise<unknown>, onLate: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      onLate()
      resolve()
    }, ms)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}

const candidates = (wanted: number | undefined, last: number | null, usual: number): number[] =>
  wanted === undefined ? [...(last === null ? [] : [last]), usual, 0] : [wanted]

function dynoCounts(dynos: Dynos, appId: string): { dynos: Record<string, number> } {
  const counts: Record<string, number> = {}
  for (const { state } of dynos.list(appId)) counts[state] = (counts[state] ?? 0) + 1
  return { dynos: counts }
}
