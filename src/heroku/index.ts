/** The Platform API: where it is, who we are, one client, one typed file a resource. */
export type * from './types.js'
export {
  PlatformApi,
  type PlatformApiOptions,
  type RequestOptions,
  type ListOptions,
} from './client.js'
export { dropLogin, saveLogin } from './saved-login.js'
export { browserLogin, loginHost, passwordLogin, type LoggedIn } from './login.js'
export { fetchFor } from './proxy.js'
export { resolveEndpoint, platformUrls } from './endpoint.js'
export { getAccount } from './account.js'
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
export { withExitMarker } from './exit-marker.js'
export { exitStatusFromLog } from './exit-status.js'
export { getAppFeature, listAppFeatures, updateAppFeature } from './app-features.js'
export { listBuildpacks } from './buildpacks.js'
export { createBuild, createSource, uploadSource } from './sources.js'
export { cancelBuild, getBuild, listBuilds, streamOutput } from './builds.js'
export { getConfigVars, releaseConfigVars, updateConfigVars } from './config-vars.js'
export { listDomains } from './domains.js'
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
export { listFormation, updateFormation } from './formation.js'
export { parseLogLine } from './log-line.js'
export { createLogSession, type LogFilter } from './log-sessions.js'
export { streamLogBatches, streamLogs, type LogStreamOptions } from './log-stream.js'
export { SeenLines } from './seen-lines.js'
export { currentRelease, getRelease, listReleases, releaseCode, rollbackTo } from './releases.js'
export { rollBack, type RollbackOptions } from './rollback.js'
export { Pace } from './pace.js'
export { getSlug } from './slugs.js'
