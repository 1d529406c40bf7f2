import { ACCOUNT_EMAIL, ACCOUNT_ID, stableId } from '../../identity.js'
import { currentRelease, slugOf } from '../../releases.js'
import type { AppRecord } from '../../types.js'
import type { Urls } from '../parts.js'

export const STACK = { id: stableId('stack heroku-24'), name: 'heroku-24' }
export const REGION = { id: stableId('region us'), name: 'us' }
const GENERATION = { id: stableId('generation cedar'), name: 'cedar' }

export const appRef = (app: Readonly<AppRecord>) => ({ id: app.id, name: app.name })
export const user = (email = ACCOUNT_EMAIL) => ({ id: ACCOUNT_ID, email })
export const hostnameOf = (app: Readonly<AppRecord>) => `${app.name}.localhost`

/** Where the router serves an app; ends with a slash. */
export const webUrl = (appName: string, { routerPort }: Urls) => `http://${appName}.localhost:${routerPort}/`

export function serializeApp(app: Readonly<AppRecord>, urls: Urls) {
  const slug = slugOf(app, currentRelease(app))
  return {
    acm: false,
    archived_at: null,
    buildpack_provided_description: slug?.buildpack_description ?? null,
    build_stack: STACK,
    created_at: app.created_at,
    generation: GENERATION,
    git_url: `${urls.gitUrl}/${app.name}.git`,
    id: app.id,
    internal_routing: null,
    maintenance: app.maintenance,
    name: app.name,
    owner: user(),
    organization: null,
    team: null,
    region: REGION,
    released_at: app.released_at,
    repo_size: null,
    slug_size: slug?.size ?? null,
    space: null,
    stack: STACK,
    updated_at: app.updated_at,
    web_url: webUrl(app.name, urls),
  }
}
