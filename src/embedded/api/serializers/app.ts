import { ACCOUNT_EMAIL, ACCOUNT_ID, stableId } from '../identity.js'
import { idAndName, stackOf } from '../place.js'
import { currentRelease, slugOf } from '../../releases/releases.js'
import type { AppRecord } from '../../store/types.js'
import type { Urls } from '../parts.js'

export const appRef = (app: Readonly<AppRecord>) => ({ id: app.id, name: app.name })
export const user = (email = ACCOUNT_EMAIL) => ({ id: ACCOUNT_ID, email })
export const hostnameOf = (app: Readonly<AppRecord>) => `${app.name}.localhost`

/** Where the router serves an app; ends with a slash. */
export const webUrl = (appName: string, { routerPort }: Urls) =>
  `http://${appName}.localhost:${routerPort}/`

/** What an app of an account and one of a team have in common. */
function base(app: Readonly<AppRecord>, urls: Urls) {
  const slug = slugOf(app, currentRelease(app))
  const stack = idAndName('stack', stackOf(app))
  return {
    archived_at: null,
    buildpack_provided_description: slug?.buildpack_description ?? null,
    build_stack: stack,
    created_at: app.created_at,
    git_url: `${urls.gitUrl}/${app.name}.git`,
    id: app.id,
    internal_routing: null,
    maintenance: app.maintenance,
    name: app.name,
    owner:
      app.team === undefined
        ? user()
        : { ...user(`${app.team}@herokumanager.com`), id: stableId(`team owner ${app.team}`) },
    team: app.team === undefined ? null : idAndName('team', app.team),
    region: idAndName('region', app.region),
    released_at: app.released_at,
    repo_size: null,
    slug_size: app.generation === 'fir' ? null : (slug?.size ?? null),
    space: app.space ? { id: app.space.id, name: app.space.name, shield: app.space.shield } : null,
    stack,
    updated_at: app.updated_at,
    web_url: webUrl(app.name, urls),
  }
}

export const serializeApp = (app: Readonly<AppRecord>, urls: Urls) => ({
  ...base(app, urls),
  acm: false,
  generation: idAndName('generation', app.generation),
  organization: app.team === undefined ? null : idAndName('team', app.team),
})

/** Schema: team-app. */
export const serializeTeamApp = (app: Readonly<AppRecord>, urls: Urls) => ({
  ...base(app, urls),
  joined: true,
  locked: false,
})
