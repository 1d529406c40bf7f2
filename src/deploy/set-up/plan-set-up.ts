import { serviceOf, type AppJson } from '../../app-json/index.js'
import type { Addon, App, Attachment } from '../../heroku/index.js'
import type { Platform } from '../platform.js'
import { POSTDEPLOY_VAR, type LackedAddon, type SetUp } from './set-up.js'

/** What of an app decides what it lacks. */
export interface Found {
  buildpacks: string[]
  /** Names of those that are on. */
  features: string[]
  /** Names, and the values of ours alone. */
  configVars: Record<string, string>
  addons: Addon[]
  attachments: Attachment[]
  /** Whether it has a release with code. */
  hasCode: boolean
}

const NOTHING: Found = {
  buildpacks: [],
  features: [],
  configVars: {},
  addons: [],
  attachments: [],
  hasCode: false,
}

/** Asks what an app has of what app.json says; nothing of one that is to be made. */
export async function lookAt(
  platform: Platform,
  { features }: AppJson,
  app: App | undefined,
): Promise<Found> {
  if (!app) return NOTHING
  const [buildpacks, configVars, addons, attachments, release, ...asked] = await Promise.all([
    platform.buildpacks(app.name),
    platform.configVars(app.name),
    platform.addons(app.name),
    platform.attachments(app.name),
    platform.currentRelease(app.name),
    ...features.map((name) => platform.feature(app.name, name)),
  ])
  return {
    buildpacks,
    configVars,
    addons,
    attachments,
    features: asked.flatMap((one) => (one?.enabled ? [one.name] : [])),
    hasCode: Boolean(release?.slug),
  }
}

/**
 * What the app lacks of what app.json says. Pure.
 * @param values names of the config vars that can be set
 */
export function planSetUp(
  appJson: AppJson,
  found: Found,
  values: readonly string[],
  { environment = null, coupling = null }: Partial<Pick<SetUp, 'environment' | 'coupling'>> = {},
): SetUp {
  const isOwed = found.configVars[POSTDEPLOY_VAR] !== undefined
  return {
    environment,
    coupling,
    stack: appJson.stack ?? null,
    buildpacks: found.buildpacks.length > 0 ? [] : appJson.buildpacks,
    features: appJson.features.filter((name) => !found.features.includes(name)),
    configVars: [...values],
    addons: lackedAddons(appJson, found),
    postdeploy: (!found.hasCode || isOwed ? appJson.postdeploy : undefined) ?? null,
    isPostdeployOwed: isOwed,
    formation: found.hasCode ? {} : appJson.formation,
  }
}

/** By the name of the attachment where app.json names one, else one of the service each. */
function lackedAddons({ addons }: AppJson, found: Found): LackedAddon[] {
  const left = [...found.addons]
  const take = (isIt: (addon: Addon) => boolean) => {
    const at = left.findIndex(isIt)
    return at === -1 ? undefined : left.splice(at, 1)[0]
  }
  const of = ({ plan, as, options }: AppJson['addons'][number]): LackedAddon[] => {
    const attached = found.attachments.find(({ name }) => name === as?.toUpperCase())
    const there =
      as === undefined
        ? take((addon) => addon.addon_service.name === serviceOf(plan))
        : take(({ id }) => id === attached?.addon.id)
    if (there && there.state !== 'provisioning') return []
    return [{ plan, as: as ?? null, options, name: there?.name ?? null }]
  }
  // Named ones first: what is attached by a name is nobody else's.
  const named = addons.filter(({ as }) => as !== undefined)
  return [...named, ...addons.filter(({ as }) => as === undefined)].flatMap(of)
}
