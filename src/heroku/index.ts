/** The Platform API: where it is, who we are, one client, one typed file a resource. */
export type * from './types.js'
export { PlatformApi } from './client.js'
export { resolveEndpoint } from './endpoint.js'
