import { ShipitError } from '../errors.js'
import type { Release } from '../heroku/index.js'
import { pause } from './timing.js'
import type { Deployment } from './deployment.js'
import { monotonic } from '../lib/monotonic.js'

const RECENT = 10
/** Releases looked at for one that holds a commit: beyond these a slug is seldom still there. */
const HISTORY = 100

/** The release that a push of the plan's commit has made. Waits for it to be listed. */
export async function releaseOfPush(deployment: Deployment): Promise<Release> {
  const { plan, timing, signal } = deployment
  const deadline = monotonic() + timing.listed
  for (let poll = 0; ; poll++) {
    const release = await lookForRelease(deployment)
    if (release) return release
    if (monotonic() > deadline) {
      throw new ShipitError('release', {
        message:
          `The build of ${plan.commit.short} ended well, and yet the platform lists no release ` +
          'of it.',
        next: `Look at \`shipit releases --app ${plan.app}\`.`,
      })
    }
    await pause(deployment, poll, signal)
  }
}

/**
 * The same, as it is now: by the build of the commit, else by the slug of a release that was not
 * there when the plan was made.
 */
export async function lookForRelease({
  plan,
  platform,
  journal,
}: Deployment): Promise<Release | undefined> {
  const known = journal.newestVersion(plan.current?.release.version)
  const fresh = (await platform.releases(plan.app, RECENT)).filter(({ version }) => version > known)
  if (fresh.length === 0) return undefined
  const builds = await platform.builds(plan.app, RECENT)
  const built = new Set(
    builds
      .filter((build) => journal.isOwnBuild(build, plan.commit.id))
      .map(({ release }) => release?.id),
  )
  for (const release of fresh) {
    if (built.has(release.id)) return release
    if (plan.promotes && release.slug?.id === plan.promotes.slug) return release
    if (release.slug && (await platform.slug(plan.app, release.slug.id)).commit === plan.commit.id)
      return release
  }
  return undefined
}

/**
 * The newest slug made of the plan's commit, with the release that had it; undefined if no
 * release is of that commit.
 */
export async function slugOfCommit({
  plan,
  platform,
}: Deployment): Promise<{ slug: string; release: Release } | undefined> {
  const asked = new Set<string>()
  for (const release of await platform.releases(plan.app, HISTORY)) {
    const slug = release.slug?.id
    if (slug === undefined || asked.has(slug)) continue
    asked.add(slug)
    if ((await platform.slug(plan.app, slug)).commit === plan.commit.id) return { slug, release }
  }
  return undefined
}
