import { dynoSize } from '../../lib/dyno-sizes.js'
import type { AppRecord, ReleaseRecord, SlugRecord } from '../store/records.js'

/** One dyno that should run. */
export interface Wanted {
  /** web.1 */
  name: string
  type: string
  command: string
  size: string
  release: ReleaseRecord
  slug: SlugRecord
  /** Fir gives each dyno a name of its own, which its successor does not have. */
  isFir?: boolean
}

/**
 * What should run of an app: its formation times the process types of the release that serves.
 * Without a slug nothing does.
 */
export function wantedDynos(app: Readonly<AppRecord>): Wanted[] {
  const release = app.releases.find(({ id }) => id === app.current_release_id)
  const slug = release && app.slugs.find(({ id }) => id === release.slug_id)
  if (!release || !slug) return []
  return Object.values(app.formation).flatMap(({ type, quantity, size }) => {
    const command = slug.process_types[type]
    if (command === undefined) return []
    return Array.from({ length: quantity }, (_, index) => ({
      name: `${type}.${index + 1}`,
      type,
      command,
      size,
      release,
      slug,
      ...(app.generation === 'fir' ? { isFir: true } : {}),
    }))
  })
}

/**
 * Whether a new release's web dynos start beside the old ones. Only some sizes may:
 * devcenter.heroku.com/articles/preboot.
 */
export function hasPreboot(app: Readonly<AppRecord>): boolean {
  return (
    app.features.preboot?.enabled === true &&
    dynoSize(app.formation.web?.size ?? '')?.preboot === true
  )
}

/** Whether a dyno that runs is what is wanted under its name. */
export function isAsWanted(running: Wanted, wanted: Wanted): boolean {
  return (
    running.release.id === wanted.release.id &&
    running.size === wanted.size &&
    running.command === wanted.command
  )
}
