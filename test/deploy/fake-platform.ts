import { EventEmitter, on } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GitPush, Platform } from '../../src/deploy/index.js'
import { ShipitError } from '../../src/errors.js'
import { BOOT_HEADER, PROBE_HEADER } from '../../src/runtime/boot-id.js'
import type {
  App,
  AppFeature,
  Build,
  Dyno,
  DynoState,
  Formation,
  LogLine,
  Release,
  Slug,
} from '../../src/heroku/types.js'

/** How the releases of one commit behave. */
interface Behaviour {
  /** Of every dyno, a look each; the last one stays. Default up. */
  states?: DynoState[]
  /** What the app's URL answers. Default 200. */
  status?: number
  /** Of its answers. */
  location?: string
  /** What web.1 prints once it is released: the app's own lines. */
  prints?: string[]
  /** Lines of the platform about web.1. */
  platformSays?: string[]
  /** Outcome of the release phase, and its output. Default: there is none. */
  releasePhase?: { status: 'succeeded' | 'failed' | 'never'; output: string[] }
  /**
   * The build: its failure, or that the push hangs until it is ended, or breaks off, while the
   * build goes on for some looks.
   */
  build?: 'fails' | { hangs: number; released: boolean; breaksOff?: boolean }
}

export const OLD = 'a'.repeat(40)
export const NEW = 'b'.repeat(40)

/**
 * An app of one web dyno on a platform that does as it is told, with a real server behind the app's
 * URL.
 */
export class FakePlatform implements Platform {
  readonly label = 'Heroku'
  readonly gitUrl = 'https://git.heroku.com'
  /** Requests that change something, in order. */
  readonly calls: string[] = []
  readonly remotes: string[] = []
  behaviours: Record<string, Behaviour> = {}
  config: Record<string, string> = {}
  sizes: Record<string, number> = { web: 1 }
  dynoSizes: Record<string, string> = {}
  isMaintenance = false
  /**
   * With preboot the release before goes on answering for so many ms, unlisted, and then gets
   * SIGTERM.
   */
  hasPreboot = false
  prebootSwitch = 180_000
  prebootSince = NOW
  /** Whether the log tells of that SIGTERM. */
  tellsOfEnds = true
  /** Whether the dynos run under the runtime, which tells of its boots and proves its answers. */
  hasRuntime = false
  /** Added to the lines of the log where each request is routed. */
  isRouted = true
  /** In place of the app's own address. */
  webUrl: string | null | undefined
  ownDomains: string[] = []
  exists = true
  /** Fails the call of that name. */
  failing: Partial<Record<keyof Platform, ShipitError>> = {}
  /** The commit that the app's repository holds. */
  head: string | undefined
  /** Called when the push has begun. */
  onPush: () => void = () => undefined

  private readonly made: Release[] = []
  private readonly slugs = new Map<string, Slug>()
  private readonly buildList: Build[] = []
  private readonly lines: LogLine[] = []
  private readonly news = new EventEmitter().setMaxListeners(0)
  private looks = new Map<string, number>()
  private pendingBuild: { looks: number; commit: string; released: boolean } | undefined
  private server: Server | undefined

  static async start(commits: string[] = [OLD]): Promise<FakePlatform> {
    const platform = new FakePlatform()
    const server = createServer((request, response) => {
      platform.requests.push(`${request.headers.host} ${request.url}`)
      const { served } = platform
      const { status = 200, location } = platform.behaviourOf(served) ?? {}
      platform.judged.push(served?.version ?? 0)
      if (platform.isRouted)
        platform.log(
          `at=info method=GET path="/" host=a1 request_id=${request.headers['x-request-id'] as string} fwd="1.2.3.4" dyno=web.1 connect=0ms service=1ms status=${status} bytes=2 protocol=http`,
          'heroku',
          'router',
        )
      response
        .writeHead(status, {
          ...(location ? { location } : {}),
          ...(platform.hasRuntime && request.headers[PROBE_HEADER] && served
            ? { [BOOT_HEADER]: bootOf(served) }
            : {}),
        })
        .end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    platform.server = server
    for (const commit of commits) platform.deploy(commit)
    // They have served for long.
    for (const release of platform.made)
      release.created_at = new Date(Date.now() - 3_600_000).toISOString()
    return platform
  }

  readonly requests: string[] = []
  /** Versions that answered them. */
  readonly judged: number[] = []
  private switching: { before: Release; to: Release } | undefined

  /** The release that requests go to now. */
  get served(): Release | undefined {
    return this.switching?.to.id === this.current?.id
      ? (this.switching?.before ?? this.current)
      : this.current
  }

  async feature(_app: string, name: string): Promise<AppFeature | undefined> {
    return {
      id: name,
      name,
      enabled: name === 'preboot' && this.hasPreboot,
      description: '',
      state: 'general',
      doc_url: '',
      created_at: NOW,
      updated_at: this.prebootSince,
    }
  }
  async domains(): Promise<string[]> {
    return [new URL(this.url).hostname, ...this.ownDomains]
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections()
    await new Promise((resolve) => this.server?.close(resolve))
  }

  get url(): string {
    return `http://a1.localhost:${(this.server?.address() as AddressInfo).port}/`
  }
  get current(): Release | undefined {
    return this.made.findLast(({ status }) => status === 'succeeded')
  }
  get currentCommit(): string | null | undefined {
    return this.current?.slug ? this.slugs.get(this.current.slug.id)?.commit : undefined
  }

  /** As a push from elsewhere: a build that goes on for some looks, and is released or fails. */
  buildElsewhere(commit: string, looks: number, released: boolean): void {
    this.pendingBuild = { looks, commit, released }
    this.buildList.push(build(commit))
  }

  /** As a push of that commit would. */
  deploy(commit: string): Release {
    const slug = `slug-of-${commit.slice(0, 7)}-${this.slugs.size}`
    this.slugs.set(slug, {
      id: slug,
      commit,
      commit_description: null,
      process_types: { web: 'npm start' },
      size: 1,
    })
    const release = this.releaseOf(slug, `Deploy ${commit.slice(0, 7)}`)
    this.buildList.push({
      ...build(commit),
      status: 'succeeded',
      slug: { id: slug },
      release: { id: release.id },
    })
    this.head = commit
    return release
  }

  readonly git: GitPush = {
    push: async ({ commit, onOutput, signal }) => {
      this.calls.push(`push ${commit.slice(0, 7)}`)
      this.onPush()
      if (this.head === commit) return { outcome: 'up-to-date' }
      onOutput('-----> Building on the Heroku-24 stack')
      const how = this.behaviours[commit]?.build
      if (how === 'fails')
        throw new ShipitError('build', {
          message: 'The build failed. Nothing was released.',
          why: 'npm ERR!',
        })
      if (how) {
        this.pendingBuild = { looks: how.hangs, commit, released: how.released }
        this.buildList.push(build(commit))
        if (how.breaksOff)
          throw new ShipitError('network', {
            message: 'The connection failed during the push.',
            next: 'Check the connection.',
          })
        signal.throwIfAborted()
        await new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
        )
      }
      this.deploy(commit)
      return { outcome: 'pushed' }
    },
    overwritten: () => Promise.resolve(null),
    addRemote: (app) => Promise.resolve(this.remotes.push(app) > 0),
  }

  async findApp(name: string): Promise<App | undefined> {
    return this.exists ? this.app(name) : undefined
  }
  async createApp(name: string): Promise<App> {
    this.calls.push(`create ${name}`)
    this.exists = true
    // As Heroku has it: two releases before there is any code.
    for (const description of ['Initial release', 'Enable Logplex'])
      this.releaseOf(null, description)
    return this.app(name)
  }
  async dynos(): Promise<Dyno[]> {
    this.fail('dynos')
    const { current } = this
    if (!current?.slug) return []
    const look = this.looks.get(current.id) ?? 0
    this.looks.set(current.id, look + 1)
    const states = this.behaviourOf(current)?.states ?? ['up']
    const state = states[Math.min(look, states.length - 1)] ?? 'up'
    return Object.entries(this.sizes).flatMap(([type, quantity]) =>
      Array.from({ length: quantity }, (_, i) => ({
        ...dyno(`${type}.${i + 1}`, state, current),
        size: this.dynoSizes[type] ?? 'Standard-1X',
      })),
    )
  }
  async formation(): Promise<Formation[]> {
    return Object.entries(this.sizes).map(([type, quantity]) => ({
      id: type,
      app: { id: 'a1', name: 'a1' },
      type,
      quantity,
      size: this.dynoSizes[type] ?? 'Standard-1X',
      command: 'npm start',
      created_at: NOW,
      updated_at: NOW,
    }))
  }
  async updateFormation(
    _app: string,
    updates: { type: string; quantity?: number; size?: string }[],
  ) {
    this.calls.push(
      `scale ${updates.map(({ type, quantity, size }) => `${type}=${quantity}:${size}`).join(' ')}`,
    )
    this.fail('updateFormation')
    for (const { type, quantity, size } of updates) {
      if (quantity !== undefined) this.sizes[type] = quantity
      if (size !== undefined) this.dynoSizes[type] = size
    }
    return []
  }
  async buildpacks() {
    return []
  }
  async configVars() {
    return this.config
  }
  async updateConfigVars(_app: string, changes: Record<string, string | null>) {
    this.calls.push(`config ${Object.keys(changes).join(',')}`)
    this.fail('updateConfigVars')
    for (const [name, value] of Object.entries(changes))
      if (value !== null) this.config[name] = value
    this.releaseOf(this.current?.slug?.id ?? null, 'Set config vars')
    return this.config
  }
  async currentRelease() {
    this.fail('currentRelease')
    return this.current
  }
  async releases(_app: string, max: number) {
    return this.made
      .toReversed()
      .slice(0, max)
      .map((release) => ({ ...release, current: release.id === this.current?.id }))
  }
  async release(_app: string, id: string): Promise<Release> {
    const release = this.made.find((one) => one.id === id)
    if (!release) throw new ShipitError('not_found', { message: 'no such release' })
    return release
  }
  async rollbackTo(_app: string, id: string) {
    const to = await this.release('', id)
    this.calls.push(`rollback v${to.version}`)
    this.fail('rollbackTo')
    return this.releaseOf(to.slug?.id ?? null, `Rollback to v${to.version}`)
  }
  async releaseSlug(_app: string, slug: string, description: string) {
    this.calls.push('release slug')
    return this.releaseOf(slug, description)
  }
  async slug(_app: string, id: string): Promise<Slug> {
    const slug = this.slugs.get(id)
    if (!slug) throw new ShipitError('not_found', { message: 'no such slug' })
    return slug
  }
  async builds(): Promise<Build[]> {
    const pending = this.pendingBuild
    if (pending && --pending.looks <= 0) {
      const ended = this.buildList.pop()!
      this.pendingBuild = undefined
      if (pending.released) this.deploy(pending.commit)
      else this.buildList.push({ ...ended, status: 'failed' })
    }
    return this.buildList.toReversed()
  }
  /** Whether a build can be cancelled. */
  canCancel = false
  async cancelBuild(): Promise<void> {
    this.calls.push('cancel')
    if (!this.canCancel || !this.pendingBuild)
      throw new ShipitError('refused', { message: 'The build cannot be cancelled.' })
    this.pendingBuild = undefined
    this.buildList.push({ ...this.buildList.pop()!, status: 'failed' })
  }
  async build(_app: string, id: string): Promise<Build> {
    const found = (await this.builds()).find((one) => one.id === id)
    if (!found) throw new ShipitError('not_found', { message: 'no such build' })
    return found
  }
  async *output(url: string): AsyncIterable<string> {
    if (url.startsWith('https://build/'))
      return yield '-----> Building on the Heroku-24 stack\n-----> Laun'
    const release = this.made.find(({ id }) => url.endsWith(id))
    const phase = this.behaviourOf(release)?.releasePhase
    for (const line of phase?.output ?? []) yield `${line}\n`
    if (release && phase && phase.status !== 'never') release.status = phase.status
  }
  async *logs(
    _app: string,
    { tail, dyno: name, signal }: { tail: boolean; dyno?: string; signal: AbortSignal },
  ): AsyncIterable<LogLine> {
    this.fail('logs')
    yield* this.lines.filter((line) => !name || line.dyno === name)
    if (!tail) return
    try {
      for await (const [line] of on(this.news, 'line', { signal })) yield line as LogLine
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  log(message: string, source = 'app', dynoName = 'web.1'): void {
    const line = { timestamp: new Date().toISOString(), source, dyno: dynoName, message }
    this.lines.push(line)
    this.news.emit('line', line)
  }

  private fail(name: keyof Platform): void {
    const error = this.failing[name]
    if (error) throw error
  }

  private behaviourOf(release: Release | undefined): Behaviour | undefined {
    const commit = release?.slug && this.slugs.get(release.slug.id)?.commit
    return commit ? this.behaviours[commit] : undefined
  }

  private releaseOf(slug: string | null, description: string): Release {
    const version = this.made.length + 1
    const id = `release-${version}`
    const release: Release = {
      id,
      version,
      description,
      status: 'succeeded',
      current: false,
      slug: slug ? { id: slug } : null,
      user: USER,
      app: { id: 'a1', name: 'a1' },
      output_stream_url: null,
      created_at: new Date().toISOString(),
      updated_at: NOW,
    }
    const behaviour = this.behaviourOf(release)
    if (behaviour?.releasePhase)
      Object.assign(release, { status: 'pending', output_stream_url: `https://output/${id}` })
    const before = this.current
    this.made.push(release)
    if (this.hasPreboot && before?.slug && release.status === 'succeeded')
      this.prebootTo(release, this.switching?.before ?? before)
    if (this.hasRuntime && release.slug)
      this.log(`shipit source=web.1 event=boot id=${bootOf(release)}`)
    for (const line of behaviour?.prints ?? []) this.log(line)
    for (const line of behaviour?.platformSays ?? []) this.log(line, 'heroku')
    return release
  }

  /** https://devcenter.heroku.com/articles/preboot */
  private prebootTo(to: Release, before: Release): void {
    this.switching = { before, to }
    setTimeout(() => {
      if (this.switching?.to !== to) return
      this.switching = undefined
      if (this.tellsOfEnds) this.log('Stopping all processes with SIGTERM', 'heroku')
    }, this.prebootSwitch).unref()
  }

  private app(name: string): App {
    return {
      id: 'a1',
      name,
      web_url: this.webUrl === undefined ? this.url : this.webUrl,
      git_url: '',
      maintenance: this.isMaintenance,
      owner: USER,
      region: { id: 'us', name: 'us' },
      stack: { id: 's', name: 'heroku-24' },
      created_at: NOW,
      updated_at: NOW,
      released_at: null,
    }
  }
}

const NOW = '2026-01-01T00:00:00Z'
const USER = { id: 'u', email: 'ada@example.com' }

const bootOf = ({ version }: Release): string => String(version).padStart(24, '0')

function build(commit: string): Build {
  return {
    id: `build-of-${commit.slice(0, 7)}`,
    app: { id: 'a1' },
    status: 'pending',
    source_blob: { url: '', version: commit },
    output_stream_url: `https://build/${commit.slice(0, 7)}`,
    slug: null,
    release: null,
    user: USER,
    created_at: NOW,
    updated_at: NOW,
  }
}

function dyno(name: string, state: DynoState, { id, version, created_at: created }: Release): Dyno {
  return {
    id: `${name}-of-${id}`,
    name,
    type: name.split('.')[0] ?? '',
    command: 'npm start',
    size: 'Standard-1X',
    state,
    release: { id, version },
    app: { id: 'a1', name: 'a1' },
    attach_url: null,
    created_at: created,
    updated_at: created,
  }
}
