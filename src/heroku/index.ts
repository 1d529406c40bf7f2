/** The Platform API: where it is, who we are, one client, one typed file a family of resources. */
export type * from './types.js'
export {
  PlatformApi,
  type PlatformApiOptions,
  type RequestOptions,
  type ListOptions,
} from './client.js'
export { dropLogin, saveLogin } from './credentials.js'
export { browserLogin, loginHost, passwordLogin, type LoggedIn } from './login.js'
export { fetchFor } from './proxy.js'
export { resolveEndpoint, platformUrls } from './endpoint.js'
export { attach, type Detached } from './attach.js'
export { exitStatusFromLog, withExitMarker } from './exit-status.js'
export { lastOutput } from './dyno-output.js'
export { DynoNews, dynoWord, WordCount, type DynoWord, type Pending } from './dyno-news.js'
export { streamLogBatches, streamLogs, type LogStreamOptions } from './log-stream.js'
export { rollBack, type RollbackOptions } from './rollback.js'
export { Pace } from './limits.js'
export * from './apps.js'
export * from './builds.js'
export * from './config-vars.js'
export * from './dynos.js'
export * from './logs.js'
export * from './releases.js'
