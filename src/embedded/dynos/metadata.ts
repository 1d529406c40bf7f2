import { dynoSize } from '../../lib/dyno-sizes.js'
import { isFeatureOn } from '../api/features.js'
import type { AppRecord } from '../store/records.js'
import type { Wanted } from './formation.js'

/**
 * What `runtime-dyno-metadata` puts into a dyno's environment
 * (devcenter.heroku.com/articles/dyno-metadata); nothing unless it is enabled.
 */
export function dynoMetadata(
  app: Readonly<AppRecord> | undefined,
  { release, slug }: Pick<Wanted, 'release' | 'slug'>,
  dynoId: string,
): Record<string, string> {
  if (!app || !isFeatureOn(app, 'runtime-dyno-metadata')) return {}
  const commit = slug.commit ?? ''
  return {
    HEROKU_APP_DEFAULT_DOMAIN_NAME: `${app.name}.localhost`,
    HEROKU_APP_ID: app.id,
    HEROKU_APP_NAME: app.name,
    HEROKU_DYNO_ID: dynoId,
    HEROKU_RELEASE_CREATED_AT: release.created_at,
    HEROKU_RELEASE_VERSION: `v${release.version}`,
    HEROKU_BUILD_COMMIT: commit,
    HEROKU_BUILD_DESCRIPTION: slug.commit_description ?? '',
    HEROKU_SLUG_COMMIT: commit,
    HEROKU_SLUG_DESCRIPTION: release.description,
  }
}

/**
 * Fir's sizes say how many CPUs they have
 * (devcenter.heroku.com/articles/dynos#available-parallelism); a share of a host says nothing of
 * use here.
 */
export function parallelism(size: string): Record<string, string> {
  const cpus = /^dyno-(\d+)c-/.exec(dynoSize(size)?.name ?? '')?.[1]
  return cpus === undefined ? {} : { HEROKU_AVAILABLE_PARALLELISM: cpus }
}
