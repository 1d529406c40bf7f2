import { ShipitError } from '../errors.js'
import { ensureHerokuRemote, overwrittenBy, push } from '../git/index.js'
import {
  addToPipeline,
  cancelBuild,
  createAddon,
  createApp,
  createPromotion,
  currentRelease,
  getAddon,
  getApp,
  getAppFeature,
  getBuild,
  getConfigVars,
  getRelease,
  getSlug,
  listAddons,
  listAttachments,
  listBuildpacks,
  listBuilds,
  listDomains,
  listDynos,
  listFormation,
  listPromotionTargets,
  listReleases,
  releaseCode,
  rollbackTo,
  setBuildpacks,
  streamLogs,
  streamOutput,
  updateAppFeature,
  updateConfigVars,
  updateFormation,
  type PlatformApi,
} from '../heroku/index.js'
import { runLines } from '../operate/one-off/run-lines.js'
import type { DoctorSource } from './source/examine.js'
import type { GitPush, Platform } from './platform.js'

/**
 * https://devcenter.heroku.com/articles/preboot: about 3 minutes, of which one is the boot timeout.
 */
export const PREBOOT_SWITCH = 180_000

/** The Platform API as the doctor knows it. */
export function doctorSource(api: PlatformApi): DoctorSource {
  return herokuPlatform(api)
}

/** The Platform API as the deploy knows it. */
export function herokuPlatform(api: PlatformApi): Platform {
  return {
    label: api.endpoint.label,
    gitUrl: api.endpoint.gitUrl,
    slowdown: () => api.budget.slowdown,
    prebootSwitch: api.endpoint.prebootSwitch ?? PREBOOT_SWITCH,
    findApp: (app) => orUndefined(getApp(api, app)),
    createApp: (name, place) => createApp(api, { name, ...place }),
    dynos: (app) => listDynos(api, app),
    formation: (app) => listFormation(api, app),
    updateFormation: (app, updates) => updateFormation(api, app, updates),
    buildpacks: (app) => listBuildpacks(api, app),
    setBuildpacks: (app, buildpacks) => setBuildpacks(api, app, buildpacks),
    addons: (app) => listAddons(api, app),
    attachments: (app) => listAttachments(api, app),
    addon: (app, name) => getAddon(api, app, name),
    createAddon: (app, wanted) => createAddon(api, app, wanted),
    enableFeature: (app, name) => updateAppFeature(api, app, name, true),
    addToPipeline: (pipeline, app, stage) => addToPipeline(api, pipeline, app, stage),
    runOneOff: (app, script, listener) => runLines(api, app, script, listener),
    configVars: (app) => getConfigVars(api, app),
    updateConfigVars: (app, changes) => updateConfigVars(api, app, changes),
    currentRelease: (app) => currentRelease(api, app),
    releases: (app, max) => listReleases(api, app, { max }),
    release: (app, id) => getRelease(api, app, id),
    rollbackTo: (app, id) => rollbackTo(api, app, id),
    releaseSlug: (app, slug, description) => releaseCode(api, app, slug, description),
    promote: async ({ pipeline, from, to }) =>
      (await createPromotion(api, { pipeline, from, to: [to] })).id,
    promotionTarget: async (id) => (await listPromotionTargets(api, id))[0],
    slug: (app, id) => getSlug(api, app, id),
    builds: (app, max) => listBuilds(api, app, { max }),
    build: (app, id) => getBuild(api, app, id),
    cancelBuild: (app, id) => cancelBuild(api, app, id),
    output: (url, signal) => streamOutput(url, { signal }),
    logs: (app, options) => streamLogs(api, app, options),
    feature: (app, name) => orUndefined(getAppFeature(api, app, name)),
    domains: async (app) => (await listDomains(api, app)).map(({ hostname }) => hostname),
  }
}

/**
 * The push from a repository to that platform's git host. @param objects where the commit lies, if
 * not in the repository
 */
export function gitPush(api: PlatformApi, dir: string, objects?: string): GitPush {
  const { endpoint } = api
  // Read when it is used: a refused token may have given way to another.
  const access = (app: string) => ({
    dir,
    objects,
    url: `${endpoint.gitUrl}/${app}.git`,
    token: endpoint.token,
  })
  return {
    push: ({ app, commit, onBuild: _unknown, ...options }) =>
      push({ ...access(app), refspec: `${commit}:refs/heads/main`, ...options }),
    overwritten: (app, commit) => overwrittenBy(access(app), commit),
    addRemote: (app) => ensureHerokuRemote(dir, endpoint.gitUrl, app),
  }
}

async function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof ShipitError && error.code === 'not_found') return undefined
    throw error
  }
}
