import { randomUUID } from 'node:crypto'
import { ACCOUNT_EMAIL } from './identity.js'
import type { AppRecord, ReleaseRecord } from '../store/types.js'

/** A new app as Heroku makes it: no slug, and its first two releases behind it. */
export function newApp(
  name: string,
  place: Partial<Pick<AppRecord, 'generation' | 'region' | 'team' | 'space'>> = {},
  now = new Date().toISOString(),
): AppRecord {
  const releases = ['Initial release', 'Enable Logplex'].map(
    (description, index): ReleaseRecord => ({
      id: randomUUID(),
      version: index + 1,
      description,
      status: 'succeeded',
      slug_id: null,
      config_vars: {},
      user: ACCOUNT_EMAIL,
      created_at: now,
      updated_at: now,
    }),
  )
  return {
    id: randomUUID(),
    name,
    generation: 'cedar',
    region: 'us',
    ...place,
    webhooks: [],
    drains: [],
    maintenance: false,
    features: {},
    config_vars: {},
    formation: {},
    releases,
    current_release_id: releases.at(-1)?.id ?? null,
    builds: [],
    slugs: [],
    domains: [],
    created_at: now,
    updated_at: now,
    released_at: now,
  }
}
