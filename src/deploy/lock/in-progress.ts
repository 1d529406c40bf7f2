import { bootState } from '../health/boot-state.js'
import { refOf, type Ref } from '../ref.js'
import { TIMING } from '../timing.js'
import type { Dyno } from '../../heroku/index.js'
import { isSwitching } from './switching.js'
import { watchTime } from '../health/stability.js'
import { shortCommit } from '../source/short-commit.js'
import type { Platform } from '../platform.js'

/** A deploy of the app that the platform is at work on. Plain data. */
export interface InProgress {
  stage: 'build' | 'release' | 'boot' | 'switch'
  /** Null if the platform does not know of which commit it is. */
  commit: string | null
  /** The account, as an address. */
  by: string
  /** ISO 8601, by the platform's clock. */
  since: string
  /** Id of the build, in that stage. */
  build: string | null
  /** The release, from its release phase on. */
  release: Ref | null
  /**
   * In the boot: whether the release has other code than the one before, so that somebody is
   * judging it.
   */
  isOfCode: boolean
  /**
   * In the boot: ms until its dynos have been up for long enough to count as proven; null while
   * they are not up.
   */
  provenIn: number | null
}

const LOOKED_AT = 10
/**
 * ms after which a release that does not come up is no deploy in progress any more, but an app that
 * is down: to be followed, and to be waited for.
 */
const YOUNG = { ours: 10 * 60_000, others: 2 * 60_000 }

/**
 * What the platform is at work on: its own pending builds and releases are the lock, so that none
 * can be left behind. After them a release that has succeeded and whose dynos are not all up yet.
 */
export async function findInProgress(
  platform: Platform,
  app: string,
  commit: string,
): Promise<InProgress | undefined> {
  const [builds, releases] = await Promise.all([
    platform.builds(app, LOOKED_AT),
    platform.releases(app, LOOKED_AT),
  ])
  const build = builds.findLast(({ status }) => status === 'pending')
  if (build)
    return {
      stage: 'build',
      commit: build.source_blob.version,
      by: build.user.email,
      since: build.created_at,
      build: build.id,
      release: null,
      isOfCode: true,
      provenIn: null,
    }
  const release =
    releases.findLast(({ status }) => status === 'pending') ??
    releases.find(({ current }) => current)
  if (!release?.slug) return undefined
  const isPending = release.status === 'pending'
  const age = Date.now() - Date.parse(release.created_at)
  if (!isPending && age > YOUNG.ours) return undefined
  const { commit: released } = await platform.slug(app, release.slug.id)
  const before = releases.find(
    ({ version, status, slug }) =>
      version < release.version && status === 'succeeded' && slug !== null,
  )
  const found: InProgress = {
    stage: isPending ? 'release' : 'boot',
    commit: released,
    by: release.user.email,
    since: release.created_at,
    build: null,
    release: refOf(release),
    isOfCode: before?.slug?.id !== release.slug.id,
    provenIn: null,
  }
  if (isPending) return found
  if (released !== commit && age > YOUNG.others) return undefined
  const [dynos, formation] = await Promise.all([platform.dynos(app), platform.formation(app)])
  const state = bootState(dynos, formation, release.version)
  // Whoever deployed it goes back by himself, and a fix must not have to wait for that.
  if (state.state === 'crashed') return undefined
  if (state.state !== 'up') return found
  const webDynos = state.dynos.filter(({ type }) => type === 'web').length
  if (before && found.isOfCode && (await isSwitching(platform, app, release, webDynos)))
    return { ...found, stage: 'switch' }
  const provenIn = timeToProof(state.dynos)
  return provenIn > 0 && found.isOfCode ? { ...found, provenIn } : undefined
}

/**
 * ms until dynos that are up have been so for as long as their deploy watches them (stability.ts);
 * -Infinity for no dynos.
 */
function timeToProof(dynos: readonly Dyno[]): number {
  const bootTime = Math.max(
    ...dynos.map(
      ({ created_at: created, updated_at: updated }) => Date.parse(updated) - Date.parse(created),
    ),
  )
  const upSince = Math.max(...dynos.map(({ updated_at: updated }) => Date.parse(updated)))
  const watched = watchTime({ bootTime, isLogUpToDate: true, firstExit: undefined }, TIMING)
  return Math.min(watched, upSince + watched - Date.now())
}

const STAGES = {
  build: 'is being built',
  release: 'is in its release phase',
  boot: 'is starting',
  switch: 'waits for preboot to switch requests to it',
} as const

/** "f00ba44 by ada@example.com is being built, since 14:03:05 (12 s ago)". */
export function describeInProgress(
  { stage, commit, by, since, release }: InProgress,
  now = Date.now(),
): string {
  const what =
    [release && `v${release.version}`, commit && `commit ${shortCommit(commit)}`]
      .filter(Boolean)
      .join(', ') || 'a build'
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000))
  const ago = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
  return (
    `${what} by ${by} ${STAGES[stage]}, since ${new Date(since).toLocaleTimeString('en-GB')} ` +
    `(${ago} ago)`
  )
}
