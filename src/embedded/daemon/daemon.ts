/**
 * The platform of the embedded Heroku: takes its folder, starts its services, and listens. The
 * process around it is daemon-process.ts; tests start it in their own.
 */
import { rm } from 'node:fs/promises'
import type { Server } from 'node:net'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { Urls } from '../api/index.js'
import type { StateProblem } from '../store/state-file.js'
import type { Clock, DaemonInfo, Folders, Limits } from '../store/types.js'
import { machineClock } from './clock.js'
import { acquireLock, watchLock } from './daemon-lock.js'
import { openDaemonLog } from './daemon-log.js'
import { foldersOf, makeFolders } from './folders.js'
import { DEFAULT_LIMITS } from './limits.js'
import { listen, type Listening } from './listen.js'
import { loadRooms, type Rooms } from './rooms.js'
import { openServices, type Services } from './services.js'
import { readSettings, writeSettings, type Settings } from './settings.js'
import { stopServices, whatever, writeOut } from './shutdown.js'

/** Tried where no port of last time is known or free; then any free one. */
const DEFAULT_PORTS = { api: 28671, router: 28672 }

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
  /** Asked once the folder is this process's. Default: it is. */
  isWanted?: () => Promise<boolean>
  /** What log sessions expire by, and jobs of the scheduler come due by; default: the machine's. */
  clock?: Clock
}

export interface Platform {
  info: DaemonInfo
  /** Stops accepting, stops the dynos with their grace time, and leaves nothing running. */
  close(): Promise<void>
}

export class NoLongerWanted extends Error {}

const infoFile = (folders: Pick<Folders, 'root'>): string => path.join(folders.root, 'daemon.json')

/**
 * Starts the platform of one home folder in this process and resolves when it listens. Throws
 * AlreadyRunning where a live process has that folder, and NoLongerWanted. Builds and releases that a killed process
 * left pending are failed first, and dynos that it left are ended.
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const folders = foldersOf(options.home)
  await makeFolders(folders)
  const lock = await acquireLock(folders)
  try {
    if ((await options.isWanted?.()) === false) throw new NoLongerWanted()
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
  const log = openDaemonLog(folders)
  const problems: StateProblem[] = []
  const report = (problem: StateProblem) => {
    problems.push(problem)
    log(`${problem.file} ${problem.problem}`)
  }
  const rooms = await (options.rooms ?? loadRooms)()
  const settings = await readSettings(folders, report)
  await lock.verify()
  let urls: Urls | undefined
  const services = await openServices({
    folders,
    limits,
    clock: options.clock ?? machineClock,
    rooms,
    settings,
    problems,
    report,
    urls: () => urls as Urls,
    log,
    journal: options.journal,
  })

  const opened: Listening[] = []
  try {
    urls = await listenAll(services.servers, opened, { settings, wanted: options.ports })
    const info = infoOf(urls, services, settings.token, limits)
    await writeSettings(folders, settings)
    await writeFileAtomic(infoFile(folders), JSON.stringify(info, null, 2), { mode: 0o600 })
    // Before their dynos boot.
    await services.addons.start(services.isWhole)
    for (const app of services.store.list()) services.dynos.reconcile(app.id, 'release')
    log(`listens on ${info.apiUrl}, apps on port ${info.routerPort}`)

    const close = async () => {
      for (const listening of opened) listening.stopAccepting()
      // One that has lost its lock leaves its successor's file alone.
      await whatever(log, async () => {
        if (await lock.isMine()) await rm(infoFile(folders), { force: true })
      })
      await stopServices(services, limits, log)
      for (const listening of opened) await listening.close()
      await writeOut(services, log)
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
    await services.dynos.shutdown()
    await services.addons.stop()
    throw error
  }
}

/**
 * Has every server listen, and remembers the ports. The API is the last: no request can have come
 * in when the caller has its URL, for that is in the turn in which it began to listen.
 */
async function listenAll(
  { router, rendezvous, api }: Services['servers'],
  opened: Listening[],
  { settings, wanted }: { settings: Settings; wanted: PlatformOptions['ports'] },
): Promise<Urls> {
  const portOf = async (server: Server, ports: readonly number[]) => {
    const listening = await listen(server, ports)
    opened.push(listening)
    return listening.port
  }
  const routerPort = await portOf(
    router,
    candidates(wanted?.router, settings.routerPort, DEFAULT_PORTS.router),
  )
  const rendezvousPort = await portOf(rendezvous, [0])
  const apiPort = await portOf(api, candidates(wanted?.api, settings.apiPort, DEFAULT_PORTS.api))
  Object.assign(settings, { apiPort, routerPort })
  const apiUrl = `http://127.0.0.1:${apiPort}`
  return { apiUrl, gitUrl: `${apiUrl}/git`, routerPort, rendezvousPort }
}

function infoOf(
  { apiUrl, gitUrl, routerPort }: Urls,
  { status }: Services,
  token: string,
  limits: Limits,
): DaemonInfo {
  const { pid, version, started_at } = status()
  return {
    pid,
    apiUrl,
    gitUrl,
    routerPort,
    preboot_switch: limits.prebootSwitch,
    token,
    version,
    started_at,
    supervisor_pid: process.env.SHIPIT_LOCAL_SUPERVISED ? process.ppid : undefined,
  }
}

const candidates = (wanted: number | undefined, last: number | null, usual: number): number[] =>
  wanted === undefined ? [...(last === null ? [] : [last]), usual, 0] : [wanted]
