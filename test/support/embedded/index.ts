/**
 * The embedded Heroku in the process of a test: its own API, store, builder, log, router and
 * formation, over stand-ins for the processes of dynos and for the slug compiler. The client speaks
 * to it through a proxy, by which a test can have it misbehave. To be started under a virtual clock.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import * as v from 'valibot'
import { herokuPlatform, type Platform } from '../../../src/deploy/index.js'
import { PlatformApi, type Release } from '../../../src/heroku/index.js'
import { createBuilder, type LocalBuilder } from '../../../src/embedded/build/index.js'
import { setGeneration } from '../../../src/embedded/daemon/client.js'
import { startPlatform, type Platform as Daemon } from '../../../src/embedded/daemon/daemon.js'
import { createDynos } from '../../../src/embedded/dynos/index.js'
import { createRouter } from '../../../src/embedded/router/index.js'
import { loopbackLookup } from '../../../src/lib/loopback.js'
import type { Dynos, Limits, Store } from '../../../src/embedded/store/types.js'
import type { AppRecord } from '../../../src/embedded/store/records.js'
import { skipTime } from '../virtual-clock.js'
import { changeOf } from './calls.js'
import { standInCompile } from './compile.js'
import { StandInGit, type BeginBuild } from './git.js'
import type { Behaviour } from './program.js'
import { Proxy } from './proxy.js'
import { StandInMachine, type StandIn } from './stand-in.js'

export { skipTime }

export const OLD = 'a'.repeat(40)
export const NEW = 'b'.repeat(40)
export const OTHER = 'c'.repeat(40)
/** In place of a commit: what one-off dynos do. */
export const ONE_OFF = ''

/** Heroku's own times; nothing of the machine is measured. */
const LIMITS: Partial<Limits> = {
  prebootSwitch: 180_000,
  metricsEvery: 2 ** 31 - 1,
  cycleAfter: 0,
}
const ANYTHING = v.unknown()
/** ms that releases of before the test have served. */
const AGE = 3_600_000

interface WorldOptions {
  /** Commits that were deployed an hour ago, in that order; default OLD. */
  commits?: readonly string[]
  /** Of commits that were there before. */
  behaviours?: Record<string, Behaviour>
  limits?: Partial<Limits>
  /** Whether there is the app a1; default true. */
  hasApp?: boolean
  /** Of the app; default Cedar. */
  isFir?: boolean
}

/** The app a1 on an embedded Heroku, and what a client of it works with. */
export class World {
  /** Changes that the platform was asked for and pushes, in order. */
  readonly calls: string[] = []
  /** What the releases of a commit do; a process that runs sees changes at once. */
  readonly behaviours: Record<string, Behaviour>
  /** As the client knows it: through the proxy. */
  api!: PlatformApi
  platform!: Platform
  proxy!: Proxy
  /** The same without the proxy, for what others do. */
  direct!: PlatformApi
  readonly git = new StandInGit(
    (commit, onOutput) => this.build(commit, onOutput),
    (commit) => {
      this.note(`push ${commit.slice(0, 7)}`)
      return this.onPush()
    },
  )
  /** Called when the first of them has come. */
  onChange: () => void = () => undefined
  /** Called when a push has begun. */
  onPush: () => void | Promise<void> = () => undefined

  private readonly machine = new StandInMachine((commit) => this.behaviourOf(commit))
  private daemon!: Daemon
  private store!: Store
  private builder!: LocalBuilder
  private readonly certificates: Record<string, string> = {}
  private dynos!: Dynos

  private constructor(
    private readonly home: string,
    { behaviours = {} }: WorldOptions,
  ) {
    this.behaviours = { ...behaviours }
  }

  static async start(options: WorldOptions = {}): Promise<World> {
    const { commits = [OLD], limits, hasApp = true, isFir = false } = options
    // Nothing of them is used on the loopback, and heroku-client reads them anew for every request.
    const { SSL_CERT_DIR, SSL_CERT_FILE } = process.env
    delete process.env.SSL_CERT_DIR
    delete process.env.SSL_CERT_FILE
    const world = new World(await mkdtemp(path.join(os.tmpdir(), 'shipit-world-')), options)
    if (SSL_CERT_DIR !== undefined) world.certificates.SSL_CERT_DIR = SSL_CERT_DIR
    if (SSL_CERT_FILE !== undefined) world.certificates.SSL_CERT_FILE = SSL_CERT_FILE
    await world.open({ ...LIMITS, ...limits })
    if (isFir) await setGeneration(world.daemon.info, 'fir')
    if (hasApp) await world.directly('POST', '/apps', { name: 'a1' })
    for (const commit of commits) await world.deploy(commit)
    await world.settled()
    skipTime(AGE)
    return world
  }

  async stop(): Promise<void> {
    Object.assign(process.env, this.certificates)
    await this.daemon.close()
    await this.proxy.close()
    await rm(this.home, { recursive: true, force: true })
  }

  get url(): string {
    return `http://a1.localhost:${this.daemon.info.routerPort}/`
  }

  /** As it is stored. */
  get app(): Readonly<AppRecord> {
    const app = this.store.find('a1')
    if (!app) throw new Error('there is no app')
    return app
  }

  /** The release that is current, whoever serves. */
  get version(): number | undefined {
    return this.app.releases.find(({ id }) => id === this.app.current_release_id)?.version
  }

  get currentCommit(): string | null | undefined {
    const { releases, slugs, current_release_id: current } = this.app
    const slug = releases.find(({ id }) => id === current)?.slug_id
    return slugs.find(({ id }) => id === slug)?.commit
  }

  /** What reached the dynos: `a1.localhost:1234 /healthz`. */
  get requests(): string[] {
    return this.machine.requests.map(({ host, path: asked }) => `${host} ${asked}`)
  }

  /** Commits of the processes that answered, in order. */
  get answered(): string[] {
    return this.machine.requests.map(({ place }) => place.commit)
  }

  /** The process that runs as a dyno: the newest, or that of a commit. */
  running(name: string, commit?: string): StandIn {
    return this.machine.running(name, commit)
  }

  /** The newest process of a one-off dyno. */
  get oneOff(): StandIn | undefined {
    return this.machine.oneOff()
  }

  /** A request of somebody else's to the app's own address. */
  visit(): void {
    http
      .get(this.url, { lookup: loopbackLookup, agent: false }, (response) => response.resume())
      .on('error', () => undefined)
  }

  /** A deploy by somebody else, to the end of its build. */
  async deploy(commit: string): Promise<void> {
    const { done } = await this.build(commit)
    await done
    this.git.head = commit
  }

  /** A build by somebody else, which goes on. */
  readonly build: BeginBuild = async (commit, onOutput) => {
    const archive = path.join(this.home, `${randomUUID()}.tar`)
    await writeFile(archive, '')
    return this.builder.start(
      { appId: this.app.id, archive, commit, commitDescription: null },
      onOutput,
    )
  }

  /** Whatever a request of the API does, by somebody else. */
  directly(method: 'POST' | 'PATCH' | 'DELETE', url: string, body?: object): Promise<unknown> {
    if (method === 'POST') return this.direct.post(url, ANYTHING, body)
    return method === 'PATCH'
      ? this.direct.patch(url, ANYTHING, body)
      : this.direct.delete(url, ANYTHING)
  }

  /** A release of the slug that was built of a commit, by somebody else. */
  releaseSlugOf(commit: string): Promise<unknown> {
    const slug = this.app.slugs.find((one) => one.commit === commit)?.id
    return this.directly('POST', '/apps/a1/releases', { slug })
  }

  /** A rollback by somebody else. */
  rollBack(version: number): Promise<unknown> {
    const release = this.app.releases.find((one) => one.version === version)?.id
    return this.directly('POST', '/apps/a1/releases', { release })
  }

  setConfig(vars: Record<string, string | null>): Promise<unknown> {
    return this.directly('PATCH', '/apps/a1/config-vars', vars)
  }

  scale(type: string, quantity: number, size?: string): Promise<unknown> {
    return this.directly('PATCH', '/apps/a1/formation', {
      updates: [{ type, quantity, ...(size === undefined ? {} : { size }) }],
    })
  }

  async enablePreboot(): Promise<void> {
    await this.directly('PATCH', '/apps/a1/features/preboot', { enabled: true })
    skipTime(AGE)
  }

  /** What runs, as the platform knows it: `web up`, in order of names. */
  states(): string[] {
    const dynos = this.dynos.list(this.app.id)
    return dynos.map(({ type, state }) => `${type} ${state}`).sort()
  }

  /** Resolves when no dyno is in its boot. */
  async settled(): Promise<void> {
    const isStarting = () => this.dynos.list(this.app.id).some(({ state }) => state === 'starting')
    while (this.store.find('a1') && isStarting()) await delay(10)
  }

  /** Ids of the dynos that are listed. */
  dynoIds(): string[] {
    return this.dynos.list(this.app.id).map(({ id }) => id)
  }

  private note(change: string): void {
    if (this.calls.push(change) === 1) this.onChange()
  }

  private behaviourOf(commit: string): Behaviour {
    return this.behaviours[commit] ?? {}
  }

  private async open(limits: Partial<Limits>): Promise<void> {
    this.daemon = await startPlatform({
      home: this.home,
      ports: { api: 0, router: 0 },
      limits,
      rooms: () =>
        Promise.resolve({
          createDynos: (given) => {
            this.store = given.store
            const dynos = createDynos(given, this.machine)
            this.dynos = dynos
            return dynos
          },
          createRouter,
          createBuilder: (parts) =>
            (this.builder = createBuilder({
              ...parts,
              compile: standInCompile((of) => this.behaviourOf(of)),
            })),
          createGitHandler: () => (_request, response) => response.writeHead(404).end(),
        }),
    })
    const { apiUrl, token } = this.daemon.info
    const clientOf = (url: string) =>
      new PlatformApi({
        apiUrl: url,
        gitUrl: 'https://git.heroku.com',
        token,
        tokenSource: 'HEROKU_API_KEY',
        label: 'Heroku',
      })
    this.proxy = await Proxy.start(apiUrl, (asked) => {
      const change = changeOf(asked, (id) => this.releaseOf(id)?.version)
      if (change !== undefined) this.note(change)
    })
    this.direct = clientOf(apiUrl)
    this.api = clientOf(this.proxy.url)
    this.platform = herokuPlatform(this.api)
  }

  private releaseOf(id: string): Pick<Release, 'version'> | undefined {
    return this.app.releases.find((one) => one.id === id)
  }
}
