import type { Addon, App, ConfigVars, Formation } from '../heroku/index.js'
import type { PlatformFacts } from './facts.js'

/** What is asked of the platform; `heroku/` gives it, and a test its own. */
export interface PlatformSource {
  readonly label: string
  configVars(app: string): Promise<ConfigVars>
  formation(app: string): Promise<Formation[]>
  /** Names or URLs in order. */
  buildpacks(app: string): Promise<string[]>
  addons(app: string): Promise<Addon[]>
}

/**
 * What the checks need to know of an app that exists; the questions side by side. Add-ons matter
 * for the limits of a database alone.
 */
export async function gatherPlatform(
  source: PlatformSource,
  app: App,
): Promise<Omit<PlatformFacts, 'hasPreboot' | 'slugSize'>> {
  const [configVars, formation, buildpacks] = await Promise.all([
    source.configVars(app.name),
    source.formation(app.name),
    source.buildpacks(app.name),
  ])
  const hasDatabase = Object.values(configVars).some((value) => /^postgres(ql)?:/.test(value))
  const addons = hasDatabase ? await source.addons(app.name) : []
  return {
    app: app.name,
    label: source.label,
    exists: true,
    configVars,
    formation,
    buildpacks,
    databases: addons
      .filter(({ addon_service: { name } }) => name === 'heroku-postgresql')
      .map(({ name, plan, config_vars: vars }) => ({ name, plan: plan.name, configVars: vars })),
  }
}

/** Of an app that the deploy will make. */
export const noApp = (app: string, label: string): PlatformFacts => ({
  app,
  label,
  exists: false,
  configVars: {},
  formation: [],
  buildpacks: [],
  databases: [],
  hasPreboot: null,
  slugSize: null,
})
