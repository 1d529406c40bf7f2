import { appPath } from './apps.js'
import type { PlatformApi } from './client.js'
import { DOMAIN } from './shapes.js'
import type { Domain } from './types.js'

/** Host names that lead to an app, its own among them; a wildcard is `*.example.com`. */
export const listDomains = (api: PlatformApi, app: string) =>
  api.list<Domain>(`${appPath(app)}/domains`, DOMAIN)
