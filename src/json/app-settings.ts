/** What an app has beside its code: domains, features, maintenance; and one app or release in full. */
import type { App, AppFeature, Domain, Formation, Release, Slug } from '../heroku/index.js'
import { APP, appDocument, DYNO_COUNTS, RELEASE, releaseDocument } from './platform.js'
import { array, boolean, type Json, map, nullable, object, string, time } from './schema.js'

export const APPS_INFO = object({ app: APP, formation: DYNO_COUNTS })

export const appInfoDocument = (
  app: App,
  formation: readonly Formation[],
): Json<typeof APPS_INFO> => ({
  app: appDocument(app),
  formation: formation.map(({ type, quantity, size }) => ({ type, quantity, size })),
})

export const RELEASES_INFO = object({
  release: RELEASE,
  commit: nullable(string(), 'null if the platform tells of none'),
  process_types: nullable(map(string('command')), 'null before a build'),
})

export const releaseInfoDocument = (
  release: Release,
  slug: Slug | undefined,
): Json<typeof RELEASES_INFO> => ({
  release: releaseDocument(release),
  commit: slug?.commit ?? null,
  process_types: slug?.process_types ?? null,
})

const DOMAIN = object({
  id: string(),
  hostname: string(),
  kind: string('heroku for that of the app itself, else custom'),
  cname: nullable(string(), 'DNS target of a custom domain'),
  status: nullable(string('none, pending, succeeded or failed')),
  acm_status: nullable(string(), 'of the certificate that Heroku keeps for it'),
  created_at: nullable(time()),
})
export const DOMAINS = array(DOMAIN)
export const DOMAIN_CHANGED = object({ app: string(), domain: DOMAIN })

export const domainDocument = (domain: Domain): Json<typeof DOMAIN> => ({
  id: domain.id,
  hostname: domain.hostname,
  kind: domain.kind,
  cname: domain.cname ?? null,
  status: domain.status ?? null,
  acm_status: domain.acm_status ?? null,
  created_at: domain.created_at ?? null,
})

const FEATURE = object({
  name: string(),
  enabled: boolean(),
  description: nullable(string()),
  state: nullable(string('general, beta …')),
  doc_url: nullable(string()),
  updated_at: time(),
})
export const FEATURES = array(FEATURE)
export const FEATURE_CHANGED = object({ app: string(), feature: FEATURE })

export const featureDocument = (feature: AppFeature): Json<typeof FEATURE> => ({
  name: feature.name,
  enabled: feature.enabled,
  description: feature.description ?? null,
  state: feature.state ?? null,
  doc_url: feature.doc_url ?? null,
  updated_at: feature.updated_at,
})

export const MAINTENANCE = object({ app: string(), maintenance: boolean() })
