import type { AppRecord } from '../store/records.js'

interface Expired {
  slugs: string[]
  builds: string[]
}

/**
 * What an app no longer needs: slugs of none of its last `keep` releases nor of the current one,
 * and builds beyond the last `keep` whose slug goes.
 * Nothing of a build that is not over.
 */
export function findExpired(app: Readonly<AppRecord>, keep: number): Expired {
  const releases = app.releases.filter(
    (release, index) =>
      index >= app.releases.length - keep ||
      release.id === app.current_release_id ||
      release.status === 'pending',
  )
  const pending = app.builds.filter((build) => build.status === 'pending')
  const needed = new Set([...releases, ...pending].map((one) => one.slug_id))
  const isOld = (index: number): boolean => index < app.builds.length - keep
  return {
    slugs: app.slugs.filter((slug) => !needed.has(slug.id)).map((slug) => slug.id),
    builds: app.builds
      .filter(
        (build, index) =>
          isOld(index) && build.status !== 'pending' && !needed.has(build.slug_id ?? ''),
      )
      .map((build) => build.id),
  }
}

/** The draft without what has expired. */
export function dropExpired(draft: AppRecord, { slugs, builds }: Expired): void {
  draft.slugs = draft.slugs.filter((slug) => !slugs.includes(slug.id))
  draft.builds = draft.builds.filter((build) => !builds.includes(build.id))
}
