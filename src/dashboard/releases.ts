import {
  currentRelease,
  getRelease,
  getSlug,
  listReleases,
  type Dyno,
  type PlatformApi,
  type Release,
} from '../heroku/index.js'
import { ShipitError } from '../errors.js'
import { isRollbackTarget, ROLLBACK } from '../operate/index.js'
import type { AppSummary, ReleaseDocument } from './wire.js'

const LISTED = 50
/** ms between two looks if nothing tells of a release. */
const LOOK_EVERY = 5 * 60_000
/** ms after a word of one before it is asked for: several come at once. */
const SETTLES = 1500
/** Slugs are never changed: what is known of one stays true. */
const MOST_SLUGS = 200
/** Asked for at once, of those whose release does not name its commit. */
const MOST_ASKED = 5

const DEPLOY = /^Deploy ([0-9a-f]{7,40})\b/

/** The app's releases: which one serves, and of which commit each is. */
export class ReleaseBook {
  current: AppSummary['release'] = null
  private readonly commits = new Map<string, string | null>()
  private readonly descriptions = new Map<number, string>()
  /** The end of the last look. */
  looked: Promise<unknown> = Promise.resolve()
  private lookedAt = -Infinity
  private dueAt: number | undefined
  private isLooking = false

  constructor(
    private readonly api: PlatformApi,
    private readonly app: string,
  ) {}

  /** The log has told of something that may be a release. */
  mayHaveChanged(): void {
    this.dueAt ??= Date.now() + SETTLES
  }

  /** To be called at each look. What cannot be read now is asked for again at the next. */
  follow(dynos: readonly Dyno[], now: number): void {
    if (dynos.some(({ release }) => release.version > (this.current?.version ?? 0)))
      this.mayHaveChanged()
    const isDue =
      (this.dueAt !== undefined && now >= this.dueAt) || now - this.lookedAt > LOOK_EVERY
    if (!isDue || this.isLooking) return
    this.isLooking = true
    this.dueAt = undefined
    this.lookedAt = now
    this.looked = this.look().finally(() => (this.isLooking = false))
  }

  async list(): Promise<ReleaseDocument[]> {
    const releases = await listReleases(this.api, this.app, { max: LISTED })
    await this.learnCommits(releases)
    return releases.map((release) => ({
      version: release.version,
      description: release.description,
      status: release.status,
      user: release.user.email,
      at: release.created_at,
      commit: this.commitOf(release, releases),
      is_current: Boolean(release.current),
      is_rollback_possible: isRollbackTarget(release),
    }))
  }

  /** Of a release that a dyno runs; asked for once. */
  async descriptionOf(version: number): Promise<string> {
    if (this.current?.version === version) return this.current.description
    const known = this.descriptions.get(version)
    if (known !== undefined) return known
    const { description } = await getRelease(this.api, this.app, version)
    this.descriptions.set(version, description)
    if (this.descriptions.size > MOST_SLUGS)
      this.descriptions.delete(this.descriptions.keys().next().value!)
    return description
  }

  private async look(): Promise<void> {
    try {
      const release = await currentRelease(this.api, this.app)
      if (release) await this.learnCommits([release])
      this.current = release
        ? {
            version: release.version,
            description: release.description,
            commit: this.commitOf(release, [release]),
            at: release.created_at,
          }
        : null
    } catch (error) {
      // The watch of the app's dynos tells why the platform cannot be asked.
      if (!(error instanceof ShipitError)) throw error
    }
  }

  private async learnCommits(releases: readonly Release[]): Promise<void> {
    for (const { slug, description } of releases) {
      const commit = DEPLOY.exec(description)?.[1]
      if (slug && commit !== undefined && !this.commits.has(slug.id)) this.learn(slug.id, commit)
    }
    const unknown = [...new Set(releases.flatMap(({ slug }) => slug?.id ?? []))]
      .filter((id) => !this.commits.has(id))
      .slice(0, MOST_ASKED)
    for (const id of unknown) this.learn(id, (await getSlug(this.api, this.app, id)).commit)
  }

  private learn(slug: string, commit: string | null): void {
    this.commits.set(slug, commit)
    if (this.commits.size > MOST_SLUGS) this.commits.delete(this.commits.keys().next().value!)
  }

  private commitOf(release: Release, all: readonly Release[]): string | null {
    const known = release.slug ? this.commits.get(release.slug.id) : undefined
    if (known !== undefined) return known
    const to = ROLLBACK.exec(release.description)?.[1]
    const origin = all.find(({ version }) => version === Number(to) && version < release.version)
    return origin ? this.commitOf(origin, all) : null
  }
}
