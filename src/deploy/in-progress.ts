import { ShipitError } from '../errors.js'
import { until } from '../until.js'
import { bootState } from './boot-state.js'
import { refOf, type Ref } from './deployment.js'
import type { Platform } from './platform.js'

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

export interface TurnRequest {
  app: string
  commit: { id: string; short: string }
  /** Whether a deploy of the same commit may be followed to its end; else it is waited for as any other. */
  mayFollow: boolean
  /** ms; 0 refuses at once. */
  wait: number
  signal?: AbortSignal | undefined
  /** Told of each deploy that is waited for. */
  onWait?: ((inProgress: InProgress) => void) | undefined
  /** ms between two looks; default 3000. */
  every?: number | undefined
}

/**
 * Waits until no other deploy of the app is in progress. Answers with one of the same commit, to be followed.
 * @throws ShipitError `refused` with who deploys and since when, at once or after the wait
 */
export async function waitForTurn(platform: Platform, { app, commit, mayFollow, wait, signal, onWait, every = 3000 }: TurnRequest): Promise<InProgress | undefined> {
  let last: InProgress | undefined
  const isFree = async () => {
    const found = await findInProgress(platform, app, commit.id)
    if (!found || (mayFollow && found.commit === commit.id)) return { follow: found }
    // A release that may never come up is in nobody's way who has not asked to wait.
    if (found.stage === 'boot' && wait === 0) return { follow: undefined }
    if (wait > 0 && (found.build ?? found.release?.id) !== (last?.build ?? last?.release?.id)) onWait?.(found)
    last = found
    return undefined
  }
  const free = await until(isFree, { timeout: wait, every, signal })
  if (free) return free.follow
  throw refusedBy(last!, app, wait)
}

const STAGES = { build: 'is being built', release: 'is in its release phase', boot: 'is starting' } as const

/** "f00ba44 by ada@example.com is being built, since 14:03:05 (12 s ago)". */
export function describeInProgress({ stage, commit, by, since, release }: InProgress, now = Date.now()): string {
  const what = [release && `v${release.version}`, commit && `commit ${commit.slice(0, 7)}`].filter(Boolean).join(', ') || 'a build'
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000))
  const ago = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
  return `${what} by ${by} ${STAGES[stage]}, since ${new Date(since).toLocaleTimeString('en-GB')} (${ago} ago)`
}

function refusedBy(found: InProgress, app: string, waited: number): ShipitError {
  return new ShipitError('refused', {
    message: `Another deploy of ${app} is in progress${waited > 0 ? ' still' : ''}: ${describeInProgress(found)}.`,
    why: waited > 0 ? 'It has not ended in the time given by --lock-wait.' : 'Two deploys at once would each judge the other\'s dynos.',
    next: waited > 0 ? `Look at it with \`shipit releases --app ${app}\`, then deploy again.` : 'To wait for its end, deploy with --lock-wait 10m.',
    details: { in_progress: found },
  })
}
