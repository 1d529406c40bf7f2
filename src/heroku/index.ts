/** The Platform API: where it is, who we are, one client, one typed file a resource. */
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
export { getAccount } from './apps.js'
export {
  createApp,
  destroyApp,
  getApp,
  listApps,
  updateApp,
  isFir,
  type AppChanges,
  type NewApp,
} from './apps.js'
export { attach, type Detached } from './attach.js'
export { withExitMarker } from './exit-status.js'
export { exitStatusFromLog } from './exit-status.js'
export { getAppFeature, listAppFeatures, updateAppFeature } from './apps.js'
export { listBuildpacks } from './builds.js'
export { createBuild, createSource, uploadSource } from './builds.js'
export { cancelBuild, getBuild, listBuilds, streamOutput } from './builds.js'
export { getConfigVars, releaseConfigVars, updateConfigVars } from './config-vars.js'
export { listDomains } from './apps.js'
export { lastOutput } from './dyno-output.js'
export { DynoNews, dynoWord, WordCount, type DynoWord, type Pending } from './dyno-news.js'
export {
  byTypeAndNumber,
  createDyno,
  listDynos,
  restartDynos,
  stopDyno,
  type OneOffDyno,
} from './dynos.js'
export { listFormation, updateFormation } from './dynos.js'
export { parseLogLine } from './logs.js'
export { createLogSession, type LogFilter } from './logs.js'
export { streamLogBatches, streamLogs, type LogStreamOptions } from './log-stream.js'
export { SeenLines } from './logs.js'
export { currentRelease, getRelease, listReleases, releaseCode, rollbackTo } from './releases.js'
export { rollBack, type RollbackOptions } from './rollback.js'
export { Pace } from './limits.js'
export { getSlug } from './builds.js'
