/** Where the page is: kept in the address after #, so that Back works and a view can be sent on. */
export const TABS = [
  { id: 'charts', name: 'Charts' },
  { id: 'dynos', name: 'Dynos' },
  { id: 'log', name: 'Log' },
  { id: 'routes', name: 'Routes' },
  { id: 'exceptions', name: 'Exceptions' },
  { id: 'releases', name: 'Releases' },
  { id: 'formation', name: 'Formation' },
  { id: 'config', name: 'Config vars' },
] as const
export type Tab = (typeof TABS)[number]['id']

export type Route =
  | { view: 'overview' }
  | {
      view: 'app'
      app: string
      tab: Tab
      /** Only of the tab dynos: `web.1`, and `api:0` in it. */
      dyno?: string | undefined
      instance?: string | undefined
      /** Only of the log: ms since the epoch that it is opened at. */
      around?: number | undefined
    }

/** What a hash says; the overview for what is not known. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [kind, app, tab, dyno, instance] = path.split('/').map(decoded)
  if (kind !== 'app' || !app) return { view: 'overview' }
  const known = TABS.find(({ id }) => id === tab)?.id ?? 'charts'
  const around = Number(new URLSearchParams(query).get('around'))
  return {
    view: 'app',
    app,
    tab: known,
    ...(known === 'dynos' && dyno ? { dyno, ...(instance ? { instance } : {}) } : {}),
    ...(known === 'log' && around > 0 ? { around } : {}),
  }
}

export function hashOf(route: Route): string {
  if (route.view === 'overview') return '#/'
  const parts = ['app', route.app, route.tab, route.dyno, route.instance]
  const path = parts.filter((part) => part !== undefined).map(encodeURIComponent)
  return `#/${path.join('/')}${route.around === undefined ? '' : `?around=${route.around}`}`
}

export const go = (route: Route): void => {
  location.hash = hashOf(route)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A % that escapes nothing stands for itself.
    return part
  }
}
