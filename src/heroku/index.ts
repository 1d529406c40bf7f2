/** The Platform API: where it is, who we are, one client, one typed file a family of resources. */
export type { Endpoint } from './endpoint.js'
export type * from './shapes.js'
export {
  PlatformApi,
  type PlatformApiOptions,
  type RequestOptions,
  type ListOptions,
} from './client.js'
export { dropLogin, saveLogin } from './credentials.js'
export { browserLogin, loginHost, passwordLogin, type LoggedIn } from './login.js'
export { fetchFor } from './proxy.js'
export { reasonOf } from './connection-errors.js'
export { resolveEndpoint, platformUrls } from './endpoint.js'
export { attach, withExitMarker, type Detached } from './attach.js'
export { exitStatusFromLog, lastOutput } from './dyno-output.js'
export { streamLogBatches, streamLogs, type LogStreamOptions } from './log-stream.js'
export { Pace, isRateLimit, retry, retryAfter, ridingOut, type RetryOptions } from './limits.js'
export * from './addons.js'
export * from './builds.js'
export * from './logs.js'
export * from './pipelines.js'
export * from './resources.js'
