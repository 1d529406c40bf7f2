/** Apps, dynos and releases: what every command says of them, by the Platform API's own names. */
import type { App, Release } from '../heroku/index.js'
import { known, nameOf, personOf } from './refs.js'
import { array, boolean, integer, type Json, nullable, object, string, time } from './schema.js'

const named = object({ id: string(), name: string() })
const person = object({ id: string(), email: string() })

export const RELEASE_REF = object({ id: string(), version: integer() })

export const APP = object({
  id: string(),
  name: string(),
  web_url: nullable(string(), 'ends with a slash; null if the platform gives none'),
  git_url: nullable(string()),
  owner: nullable(person),
  region: nullable(named),
  stack: nullable(named),
  space: nullable(named),
  team: nullable(named),
  generation: nullable(object({ name: string('cedar or fir') })),
  maintenance: nullable(boolean()),
  created_at: nullable(time()),
  updated_at: nullable(time()),
  released_at: nullable(time(), 'null before the first release'),
})

export const appDocument = (app: App): Json<typeof APP> => ({
  id: app.id,
  name: app.name,
  web_url: known(app.web_url),
  git_url: known(app.git_url),
  owner: personOf(app.owner),
  region: nameOf(app.region),
  stack: nameOf(app.stack),
  space: nameOf(app.space),
  team: nameOf(app.team),
  generation: app.generation ? { name: app.generation.name } : null,
  maintenance: known(app.maintenance),
  created_at: known(app.created_at),
  updated_at: known(app.updated_at),
  released_at: known(app.released_at),
})

export const RELEASE = object({
  id: string(),
  version: integer(),
  status: string('pending, succeeded, failed or expired'),
  current: boolean('whether it is the one that serves'),
  description: string(),
  user: nullable(person),
  slug: nullable(object({ id: string() }), 'what it runs, on Fir an image; null before a build'),
  output_stream_url: nullable(string(), 'output of the release phase, while there is one'),
  created_at: time(),
  updated_at: nullable(time()),
})

export const releaseDocument = (release: Release): Json<typeof RELEASE> => ({
  id: release.id,
  version: release.version,
  status: release.status,
  current: Boolean(release.current),
  description: release.description,
  user: personOf(release.user),
  slug: release.slug ? { id: release.slug.id } : null,
  output_stream_url: known(release.output_stream_url),
  created_at: release.created_at,
  updated_at: known(release.updated_at),
})

/** A dyno as the Platform API has it. */
export const DYNO_PROPERTIES = {
  id: string(),
  name: string('web.1'),
  type: string('process type'),
  state: string('starting, up, crashed, idle or down'),
  size: string(),
  command: string(),
  release: RELEASE_REF,
  app: nullable(named),
  created_at: time(),
  updated_at: time(),
}

const DYNO_COUNT = object({ type: string(), quantity: integer(), size: string() })
export const DYNO_COUNTS = array(DYNO_COUNT)
