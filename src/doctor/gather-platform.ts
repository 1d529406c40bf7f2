import type { App, ConfigVars, Formation } from '../heroku/index.js'
import type { PlatformFacts } from './facts.js'

/** What is asked of the platform; `heroku/` gives it, and a test its own. */
export interface PlatformSource {
  readonly label: string
  configVars(app: string): Promise<ConfigVars>
  formation(app: string): Promise<Formation[]>
  /** Names or URLs in order. */
  buildpacks(app: string): Promise<string[]>
}

/** What the checks need to know of an app that exists; four questions side by side. */
export async function gatherPlatform(
  source: PlatformSource,
  app: App,
): Promise<Omit<PlatformFacts, 'hasPreboot' | 'slugSize'>> {
  const [configVars, formation, buildpacks] = await Promise.all([
    source.configVars(app.name),
    source.formation(app.name),
    source.buildpacks(app.name),
  ])
  return { app: app.name, label: source.label, exists: true, configVars, formation, buildpacks }
}

/** Of an app that the deploy will make. */
export const noApp = (app: string, label: string): PlatformFacts => ({
  app,
  label,
  exists: false,
  configVars: {},
  formation: [],
  buildpacks: [],
  hasPreboot: null,
  slugSize: null,
})
