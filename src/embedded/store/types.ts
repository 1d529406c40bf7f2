/**
 * The contract between the services of the embedded Heroku. One folder a service; each takes what
 * it needs of these interfaces in its constructor and imports no other service. `daemon.ts` alone
 * puts them together.
 */
import type { Duplex } from 'node:stream'
import type { SlugRecord, ReleaseRecord, BuildRecord, AppRecord, DynoRecord } from './records.js'

/** Where things lie under SHIPIT_HOME. Made once by daemon.ts. */
export interface Folders {
  /** SHIPIT_HOME/local */
  root: string
  apps: string
  repos: string
  slugs: string
  builds: string
  caches: string
  dynos: string
  logs: string
  history: string
  /** Data of add-ons: a folder a server. */
  addons: string
}

export interface Store {
  list(): readonly Readonly<AppRecord>[]
  /** By id or name. */
  find(idOrName: string): Readonly<AppRecord> | undefined
  /**
   * Durable (written and renamed into place) once it resolves; throws {@link Conflict} where the
   * name is taken.
   */
  create(record: AppRecord): Promise<void>
  /**
   * Changes one app. `change` gets a draft, may throw to leave everything as it was, and its result
   * is passed on. Durable once it resolves.
   * Changes of one app run one after the other; readers see the old record until the new one is
   * durable.
   */
  update<T>(appId: string, change: (draft: AppRecord) => T): Promise<T>
  remove(appId: string): Promise<void>
}

export interface LogEntry {
  /** Milliseconds since the epoch. */
  time: number
  source: 'app' | 'heroku'
  /** web.1, router, api, release.4, build … */
  dyno: string
  message: string
}

export interface StoredLogEntry extends LogEntry {
  /** Grows by one a line within an app. */ seq: number
}

/** When it is, and what is to be done later: the machine's own, or one that a test moves. */
export interface Clock {
  /** ms since the epoch */
  now(): number
  /** Does `task` in so many ms. Returns what cancels it. */
  later(ms: number, task: () => void): () => void
}

export interface Logplex {
  /**
   * Splits at line breaks and at 10,000 bytes, keeps the last 1,500 lines of an app, and passes
   * them to who listens.
   */
  append(appId: string, entry: LogEntry): void
  recent(appId: string): readonly StoredLogEntry[]
  /** Returns what ends the subscription. */
  subscribe(appId: string, listener: (entry: StoredLogEntry) => void): () => void
  forget(appId: string): Promise<void>
}

export interface WebTarget {
  dyno: string
  id: string
  /** ::1 where the app listens there alone, as `listen(port, 'localhost')` may. */
  host: '127.0.0.1' | '::1'
  port: number
  /**
   * Counts a request as on its way to this dyno; to be called in the same tick as webTargets().
   * Call what it returns once the dyno must have accepted the connection, or never will. A dyno
   * that is stopped gets SIGTERM when nothing is on its way to it.
   */
  claim(): () => void
}

/** Where a client comes to be attached to a one-off dyno. */
export interface Meeting {
  /**
   * The client, greeted; undefined if none came before `signal` aborted, and nobody can come
   * after that. To be called once.
   */
  client(signal: AbortSignal): Promise<Duplex | undefined>
}

/**
 * An attached dyno's input and output are its client's, and none of the log's: on a
 * pseudo-terminal, or as they are.
 */
export interface OneOffAttach {
  meeting: Meeting
  isTerminal: boolean
}

export interface OneOffRequest {
  name: string
  /** Default: what the name begins with. */
  type?: string
  command: string
  release: ReleaseRecord
  slug: SlugRecord
  size: string
  /** Variables for this run alone; they win over config vars. */
  env?: Record<string, string>
  /** ms that it may live; 24 h where absent. */
  timeToLive?: number
  attach?: OneOffAttach
  onOutput?: (chunk: Buffer) => void
}

export interface OneOff {
  /** As it was when it began. */
  record: DynoRecord
  /** Resolves with the process's exit status (128+n after a signal). */
  exit: Promise<number>
  stop(): void
}

export interface Dynos {
  /**
   * Makes what runs match the current release and formation; returns at once. Called after every
   * change of either.
   */
  reconcile(appId: string, reason: 'release' | 'formation' | 'restart'): void
  list(appId: string): DynoRecord[]
  /** Of all web dynos, those that the router may send a request to now. */
  webTargets(appId: string): WebTarget[]
  /**
   * Whether a web dyno is on its way, so that a request is worth holding; why there is none, for
   * H10 and H14.
   */
  webStatus(appId: string): 'up' | 'starting' | 'crashed' | 'none'
  /**
   * Restarts all, one type or one dyno (web.1), as a user asks for it or as it is done daily.
   * Resolves when the stop has begun. Throws {@link NotFound}.
   */
  restart(appId: string, what?: { type?: string; name?: string }, why?: 'cycling'): Promise<void>
  /**
   * Stops one dyno or one type; it stays stopped until the next reconcile for a release or
   * formation.
   */
  stop(appId: string, what: { type?: string; name?: string }): Promise<void>
  /**
   * A process outside the formation, such as the release phase: name release.4. Its lines go to the
   * log and to `onOutput`, or to who is attached.
   */
  runOneOff(appId: string, options: OneOffRequest): Promise<OneOff>
  /**
   * Stops all dynos of an app (destroy) or of all (shutdown), with SIGTERM and the grace time;
   * resolves when the last process group is gone.
   */
  shutdown(appId?: string): Promise<void>
  on(event: 'change', listener: (appId: string) => void): void
  off(event: 'change', listener: (appId: string) => void): void
}

/** What one release needs; releases.ts is its only maker. */
export interface Releases {
  /**
   * Makes the next release of what the app is now, runs its release phase, and lets the dynos
   * follow. Resolves when its outcome is stored.
   */
  create(
    appId: string,
    what: {
      description: string
      slugId?: string | null
      configVars?: Record<string, string>
      onOutput?: (chunk: Buffer) => void
    },
  ): Promise<ReleaseRecord>
}

export interface BuildRequest {
  appId: string
  /** Absolute path of a tar (or tar.gz) of the source; the builder removes it when it is done. */
  archive: string
  commit: string | null
  commitDescription: string | null
}

export interface Builder {
  /**
   * Registers a pending build (durable once it resolves), then builds in the background: output
   * into `output_file` and to `onOutput`, a slug and a release at the end. `done` resolves with the
   * final record, and never rejects for a failed build.
   */
  start(
    request: BuildRequest,
    onOutput?: (chunk: Buffer) => void,
  ): Promise<{ build: BuildRecord; done: Promise<BuildRecord> }>
  /**
   * A copy of another app's slug, for a release of this app; it goes when no rollback reaches it any
   * more. Of one that the app has already, that one.
   */
  adopt(appId: string, slug: Readonly<SlugRecord>): Promise<SlugRecord>
  /** The output so far and then live; ends when the build has ended. */
  follow(appId: string, buildId: string): AsyncIterable<Buffer>
  /**
   * Ends a build that waits or runs, with every process of it: it is failed then. Whether there was
   * one that could be ended.
   */
  cancel(appId: string, buildId: string): Promise<boolean>
  /** At start: builds that a killed process left pending become failed. */
  recover(): Promise<void>
  /**
   * At the daemon's own end: ends the processes of builds that run. Their records may stay pending;
   * `recover` fails them.
   */
  shutdown(): Promise<void>
  /** An app is gone: ends its builds and removes its slugs, outputs and caches. */
  forget(appId: string): Promise<void>
}

export interface Limits {
  /** ms a web dyno may take to bind PORT: R10. Default 60000. */
  bootTimeout: number
  /**
   * ms that a one-off dyno waits for the client that is to be attached to it: R13. Default 60000.
   */
  attachTimeout: number
  /** ms between SIGTERM and SIGKILL: R12. Default 30000. */
  stopGrace: number
  /** ms the router waits for the first byte: H12. Default 30000. */
  requestTimeout: number
  /**
   * ms from a release until preboot switches requests to its dynos, whose boot it awaits. Heroku
   * takes about 3 minutes; default 5000 here.
   */
  prebootSwitch: number
  /** The same of dynos that are not up by then. Default 180000, Heroku's time. */
  prebootSwitchFailed: number
  /**
   * ms before a crashed dyno is started again: first, and the most it grows to. Default 10000 …
   * 600000; the first restart comes at once.
   */
  crashBackoff: { first: number; max: number }
  /** ms a build may take. Default 900000. */
  buildTimeout: number
  /**
   * ms between two polls at a dyno's memory and load: R14, R15, log-runtime-metrics. Default 20000.
   */
  metricsEvery: number
  /**
   * MB of every dyno, for a rehearsal of too little memory; 0, the default, leaves it to the dyno's
   * size.
   */
  memoryQuota: number
  /**
   * ms after which a dyno is cycled, and up to 15% later at random (24 h + 216 min on Heroku).
   * Default 86400000; 0 never does it.
   */
  cycleAfter: number
}

/** How another process reaches the daemon; written to root/daemon.json (0600) when it listens. */
export interface DaemonInfo {
  pid: number
  /** http://127.0.0.1:PORT – Platform API, git and log streams. */
  apiUrl: string
  /** Base of <gitUrl>/<app>.git */
  gitUrl: string
  /** PORT of http://<app>.localhost:PORT/ */
  routerPort: number
  /** {@link Limits.prebootSwitch}, in ms. */
  preboot_switch: number
  token: string
  version: string
  started_at: string
  /** Who starts it anew if it dies: supervisor.ts. */
  supervisor_pid?: number | undefined
}
