/**
 * The one maker of releases: numbers them, runs their release phase, and says which of them serves.
 */
import { randomUUID } from 'node:crypto'
import { attachedVars } from '../addons/attachments.js'
import { ApiError, NotFound } from '../api/api-error.js'
import { formationFor } from '../api/formation.js'
import { ACCOUNT_EMAIL } from '../api/identity.js'
import { runtimeOf } from '../api/place.js'
import type { ReleaseOutput } from './release-output.js'
import type { Dynos, Logplex, Releases, Store } from '../store/types.js'
import type { AppRecord, ReleaseRecord, SlugRecord } from '../store/records.js'

export interface ReleaseChange {
  description: string
  /** Absent: the slug of the release that serves. */
  slugId?: string | null
  /** One that the app does not have yet, and that is its own from this release on. */
  adopted?: SlugRecord
  /** Absent: the app's config vars as they are. */
  configVars?: Record<string, string>
  onOutput?: (chunk: Buffer) => void
  /** Who makes it; the account where absent. */
  user?: string
}

interface BegunRelease {
  /** As it was stored first: `pending` if it has a release phase. */
  release: ReleaseRecord
  /** Its stored outcome. Never rejects for a release phase that failed. */
  done: Promise<ReleaseRecord>
}

export interface ReleaseService extends Releases {
  /**
   * As `create`, but resolves as soon as the release is stored. `decide` sees the app when its turn
   * has come (releases of one app are made one after the other), so that two changes at once build
   * on each other; null means that there is nothing to release.
   */
  begin(
    appId: string,
    decide: (app: Readonly<AppRecord>) => ReleaseChange | null,
  ): Promise<BegunRelease | null>
  /** At start: a release whose phase a killed process left running has failed. */
  recover(): Promise<void>
}

interface ReleaseParts {
  store: Store
  dynos: Dynos
  logplex: Logplex
  output: ReleaseOutput
}

/** The release that serves, or undefined before the first. */
export function currentRelease(app: Readonly<AppRecord>): Readonly<ReleaseRecord> | undefined {
  return app.releases.find((release) => release.id === app.current_release_id)
}

export function slugOf(
  app: Readonly<AppRecord>,
  release: Readonly<ReleaseRecord> | undefined,
): Readonly<SlugRecord> | undefined {
  return release?.slug_id ? app.slugs.find((slug) => slug.id === release.slug_id) : undefined
}

export function createReleases(parts: ReleaseParts): ReleaseService {
  const { store, dynos, logplex, output } = parts
  const queues = new Map<string, Promise<unknown>>()

  const log = (appId: string, message: string) =>
    logplex.append(appId, { time: Date.now(), source: 'app', dyno: 'api', message })

  const settle = (appId: string, releaseId: string, hasSucceeded: boolean) =>
    store.update(appId, (draft) => {
      const release = draft.releases.find((one) => one.id === releaseId)
      if (!release) throw new NotFound('release')
      if (hasSucceeded) serve(draft, release)
      else fail(release)
      return { ...release }
    })

  const runPhase = async (
    appId: string,
    release: ReleaseRecord,
    slug: SlugRecord,
    command: string,
    onOutput: ReleaseChange['onOutput'],
  ): Promise<ReleaseRecord> => {
    const sink = output.open(release.id)
    const emit = (chunk: Buffer) => {
      sink.write(chunk)
      onOutput?.(chunk)
    }
    let status: number
    try {
      const size = store.find(appId)?.formation.release?.size ?? 'Standard-1X'
      const oneOff = await dynos.runOneOff(appId, {
        name: `release.${release.version}`,
        command,
        release,
        slug,
        size,
        onOutput: emit,
      })
      status = await oneOff.exit
    } catch (error) {
      emit(
        Buffer.from(
          ` !     The release command could not be started: ${(error as Error).message}\n`,
        ),
      )
      status = -1
    }
    // Before its end is shown to who follows the output, so that the status is there when the
    // output ends.
    const settled = await settle(appId, release.id, status === 0).finally(() => sink.end())
    if (status !== 0) log(appId, `Release v${release.version} command failed (exit code ${status})`)
    return settled
  }

  const make = async (
    appId: string,
    decide: (app: Readonly<AppRecord>) => ReleaseChange | null,
  ): Promise<BegunRelease | null> => {
    const app = store.find(appId)
    if (!app) throw new NotFound('app')
    const change = decide(app)
    if (change === null) return null
    const attached = attachedVars(store.list(), app.id)
    const begun = await store.update(app.id, (draft) => record(draft, change, attached))
    const { user } = begun.release
    log(app.id, `${change.description} by user ${user}`)
    log(app.id, `Release v${begun.release.version} created by user ${user}`)
    const { release, slug, command } = begun
    const outcome =
      slug && command !== undefined
        ? runPhase(app.id, release, slug, command, change.onOutput)
        : Promise.resolve(release)
    const done = outcome.then((settled) => {
      if (settled.status === 'succeeded') dynos.reconcile(app.id, 'release')
      return settled
    })
    return { release, done }
  }

  const begin: ReleaseService['begin'] = (appId, decide) => {
    const turn = (queues.get(appId) ?? Promise.resolve()).then(() => make(appId, decide))
    const settled = turn
      .then((begun) => begun?.done)
      .then(
        () => undefined,
        () => undefined,
      )
    queues.set(appId, settled)
    void settled.then(() => {
      if (queues.get(appId) === settled) queues.delete(appId)
    })
    return turn
  }

  return {
    begin,
    async create(appId, change) {
      const begun = await begin(appId, () => change)
      if (!begun) throw new ApiError(500, 'internal', 'a release that was asked for was not made')
      return begun.done
    },
    async recover() {
      for (const app of store.list()) {
        if (!app.releases.some((release) => release.status === 'pending')) continue
        await store.update(app.id, (draft) => {
          for (const release of draft.releases) if (release.status === 'pending') fail(release)
        })
        log(app.id, 'Release command failed: the platform was stopped while it ran')
      }
    },
  }
}

/**
 * Adds the next release to the draft; without a release phase it serves at once, in the same write.
 */
function record(
  draft: AppRecord,
  change: ReleaseChange,
  attached: Readonly<Record<string, string>>,
): { release: ReleaseRecord; slug: SlugRecord | undefined; command: string | undefined } {
  const now = new Date().toISOString()
  const { adopted } = change
  if (adopted && !draft.slugs.some(({ id }) => id === adopted.id)) draft.slugs.push(adopted)
  const slugId =
    change.slugId === undefined ? (currentRelease(draft)?.slug_id ?? null) : change.slugId
  const slug = draft.slugs.find((one) => one.id === slugId)
  if (slugId !== null && !slug) throw new NotFound('slug')
  const command = slug?.process_types.release
  draft.config_vars = { ...(change.configVars ?? draft.config_vars) }
  const release: ReleaseRecord = {
    id: randomUUID(),
    version: (draft.releases.at(-1)?.version ?? 0) + 1,
    description: change.description,
    status: 'pending',
    slug_id: slugId,
    config_vars: { ...draft.config_vars },
    addon_plans: draft.addons.map(({ service, plan }) => `${service}:${plan}`),
    addon_vars: Object.keys(attached).filter((name) => Object.hasOwn(draft.config_vars, name)),
    user: change.user ?? ACCOUNT_EMAIL,
    created_at: now,
    updated_at: now,
  }
  draft.releases.push(release)
  if (command === undefined) serve(draft, release)
  return { release: structuredClone(release), slug: slug && structuredClone(slug), command }
}

function serve(draft: AppRecord, release: ReleaseRecord): void {
  const now = new Date().toISOString()
  release.status = 'succeeded'
  release.updated_at = now
  draft.current_release_id = release.id
  draft.released_at = now
  draft.updated_at = now
  const slug = slugOf(draft, release)
  if (slug)
    draft.formation = formationFor(slug.process_types, draft.formation, now, runtimeOf(draft))
}

function fail(release: ReleaseRecord): void {
  release.status = 'failed'
  release.updated_at = new Date().toISOString()
}
