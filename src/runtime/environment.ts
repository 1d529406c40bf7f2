import { environmentOf, type EcosystemApp } from './ecosystem-adapter.js'

/** Set by the platform for each dyno (so by nobody on a laptop): a file that could override them would break routing and names. */
const PLATFORMS_OWN = ['PORT', 'DYNO']

/**
 * The environment of one app: the dyno's, the file's `env`, and `env_NAME` over both.
 * PORT and DYNO stay the dyno's where it has them; what the file says of them is told in `warnings`.
 */
export function appEnvironment(
  app: EcosystemApp,
  envName: string | undefined,
  dyno: Record<string, string>,
): { env: Record<string, string>; warnings: string[] } {
  const own = environmentOf(app, envName, dyno)
  const fixed = dyno.DYNO ? PLATFORMS_OWN : []
  const blocked = fixed.filter((name) => own[name] !== undefined && dyno[name] !== undefined && own[name] !== dyno[name])
  const warnings = blocked.map((name) => `${app.name}: \`${name}\` in the ecosystem file is ignored; the dyno says ${dyno[name]}`)
  const platforms = Object.fromEntries(fixed.flatMap((name) => (dyno[name] === undefined ? [] : [[name, dyno[name]]])))
  return { env: { ...own, ...platforms }, warnings }
}
