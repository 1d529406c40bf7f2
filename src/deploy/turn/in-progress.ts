import { bootState } from '../serving/boot-state.js'
import { refOf, type Ref } from '../deployment.js'
import type { Platform } from '../platform.js'

/** A deploy of the app that the platform is at work on. Plain data. */
export interface InProgress {
  stage: 'build' | 'release' | 'boot'
  /** Null where the platform does not know of which commit it is. */
  commit: string | null
  /** The account, as an address. */
  by: string
  /** ISO 8601, by the platform's clock. */
  since: string
  /** Id of the build, in that stage. */
  build: string | null
  /** The release, from its release phase on. */
  release: Ref | null
}

const LOOKED_AT = 10
/** ms after which a release that does not come up is no deploy in progress any more, but an app that is down: to be followed, and to be waited for. */
const YOUNG = { ours: 10 * 60_000, others: 2 * 60_000 }

/**
 * What the platform is at work on: its own pending builds and releases are the lock, so that none can be left behind. After them a
 * release that has succeeded and whose dynos are not all up yet.
 */
export async function findInProgress(platform: Platform, app: string, commit: string): Promise<InProgress | undefined> {
  const [builds, releases] = await Promise.all([platform.builds(app, LOOKED_AT), platform.releases(app, LOOKED_AT)])
  const build = builds.findLast(({ status }) => status === 'pending')
  if (build) return { stage: 'build', commit: build.source_blob.version, by: build.user.email, since: build.created_at, build: build.id, release: null }
  const release = releases.findLast(({ status }) => status === 'pending') ?? releases.find(({ current }) => current)
  if (!release?.slug) return undefined
  const isPending = release.status === 'pending'
  const age = Date.now() - Date.parse(release.created_at)
  if (!isPending && age > YOUNG.ours) return undefined
  const { commit: released } = await platform.slug(app, release.slug.id)
  const found: InProgress = { stage: isPending ? 'release' : 'boot', commit: released, by: release.user.email, since: release.created_at, build: null, release: refOf(release) }
  if (isPending) return found
  if (released !== commit && age > YOUNG.others) return undefined
  const [dynos, formation] = await Promise.all([platform.dynos(app), platform.formation(app)])
  return bootState(dynos, formation, release.version).state === 'up' ? undefined : found
}

const STAGES = { build: 'is being built', release: 'is in its release phase', boot: 'is starting' } as const

/** "f00ba44 by ada@example.com is being built, since 14:03:05 (12 s ago)". */
export function describeInProgress({ stage, commit, by, since, release }: InProgress, now = Date.now()): string {
  const what = [release && `v${release.version}`, commit && `commit ${commit.slice(0, 7)}`].filter(Boolean).join(', ') || 'a build'
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000))
  const ago = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
  return `${what} by ${by} ${STAGES[stage]}, since ${new Date(since).toLocaleTimeString('en-GB')} (${ago} ago)`
}
