/** Puts the services of the embedded Heroku together: what each of them needs of the others. */
import http from 'node:http'
import type { Server } from 'node:net'
import { Addons } from '../addons/index.js'
import { endLeftServers } from '../addons/left-servers.js'
import { createProviders, isStoreWhole, removeUnknownFolders } from '../addons/providers.js'
import { asCall } from '../api/api-error.js'
import { openAuthorizations } from '../api/authorizations.js'
import { startDrains } from '../api/drains.js'
import { createApi, webUrl, type Urls } from '../api/index.js'
import { openPipelines } from '../api/pipelines.js'
import type { Generation } from '../api/place.js'
import { openSpaces } from '../api/spaces.js'
import { AppHistories } from '../logplex/app-histories.js'
import { createLogplex } from '../logplex/index.js'
import { createReleaseOutput } from '../releases/release-output.js'
import { createReleases } from '../releases/releases.js'
import { alsoOverTls } from '../rendezvous/by-tls.js'
import { certificateOf, type Certificate } from '../rendezvous/certificate.js'
import { createRendezvous } from '../rendezvous/index.js'
import { openStore, type OpenedStore } from '../store/index.js'
import type { StateProblem } from '../store/state-file.js'
import type { Builder, Clock, Folders, Limits } from '../store/types.js'
import type { Rooms } from './rooms.js'
import { writeSettings, type Settings } from './settings.js'
import { daemonStatus } from './status.js'

interface ServicesParts {
  folders: Folders
  limits: Limits
  clock: Clock
  rooms: Rooms
  settings: Settings
  /** What was wrong with stored state so far; what the services find is added. */
  problems: readonly StateProblem[]
  report: (problem: StateProblem) => void
  /** Known once they listen: asked for by what a caller is answered, and by builds. */
  urls: () => Urls
  log: (message: string) => void
  journal: string | undefined
}

export interface Services {
  store: OpenedStore
  /** Whether the store has every app that there is. */
  isWhole: boolean
  histories: AppHistories
  /** Listens to the dynos for the histories. */
  recordDynos: (appId: string) => void
  logplex: ReturnType<typeof createLogplex>
  dynos: ReturnType<Rooms['createDynos']>
  builder: Builder
  addons: Addons
  drains: ReturnType<typeof startDrains>
  status: Awaited<ReturnType<typeof daemonStatus>>
  servers: { router: Server; rendezvous: Server; api: Server }
}

/**
 * Opens what is stored, fails the builds and releases that a killed process left pending, and ends
 * its dynos. Nothing listens yet.
 */
export async function openServices(parts: ServicesParts): Promise<Services> {
  const { folders, limits, clock, rooms, settings, report, urls, log } = parts
  const store = await openStore(folders)
  store.problems.forEach(report)
  const histories = new AppHistories(folders, log)
  const logplex = createLogplex(folders, log, histories)
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
    webUrl: (appName) => webUrl(appName, urls()),
    isolation: dynos.isolation,
    exposure: dynos.exposure,
  })
  const git = rooms.createGitHandler({ store, builder, folders, token: settings.token })
  await builder.recover()
  await releases.recover()
  await dynos.recover()
  await endLeftServers(folders.addons)
  const isWhole = await isStoreWhole(folders, store)
  if (isWhole) await removeUnknownFolders(folders, store)

  const status = await daemonStatus({ ...parts, store, dynos })
  const certificate = certificateOnce(folders, report)
  const rendezvous = createRendezvous(certificate, log)
  const providers = createProviders({ folders, store, logplex, dynos, clock, certificate, log })
  const addons = new Addons({ store, releases, logplex, providers, log })
  const drains = startDrains({ store, logplex })
  const generation = () => settings.generation ?? 'cedar'
  const api = createApi({
    authorizations: await openAuthorizations(folders, report),
    drain: drains.follow,
    spaces: await openSpaces(folders, generation, report),
    pipelines: await openPipelines(folders, report),
    generation,
    setGeneration: async (wanted: Generation) => {
      settings.generation = wanted
      await writeSettings(folders, settings)
    },
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
    token: settings.token,
    log,
    status,
    urls,
    now: () => clock.now(),
    journal: parts.journal,
  })
  return {
    store,
    isWhole,
    histories,
    recordDynos,
    logplex,
    dynos,
    builder,
    addons,
    drains,
    status,
    servers: {
      router: rooms.createRouter({ store, dynos, logplex, limits }).server,
      rendezvous: rendezvous.server,
      api: apiServer(api, certificate, log),
    },
  }
}

/** The certificate, made when it is first asked for; anew if that failed. */
function certificateOnce(
  folders: Folders,
  report: (problem: StateProblem) => void,
): () => Promise<Certificate> {
  let made: Promise<Certificate> | undefined
  return () =>
    (made ??= certificateOf(folders, report).catch((error: unknown) => {
      made = undefined
      throw error
    }))
}

function apiServer(
  api: http.RequestListener,
  certificate: () => Promise<Certificate>,
  log: (message: string) => void,
): Server {
  const server = http.createServer((request, response) => {
    asCall(response, () => void api(request, response))
  })
  alsoOverTls(server, {
    certificate,
    onError: ({ message }) => log(`no TLS for git: ${message}`),
  })
  return server
}
