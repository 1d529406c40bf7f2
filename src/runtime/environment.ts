import { environmentOf, SERVE, type EcosystemApp } from './ecosystem-adapter.js'

/**
 * Set by the platform for each dyno (so by nobody on a laptop): a file that could override them
 * would break routing and names.
 */
const PLATFORMS_OWN = ['PORT', 'DYNO']

/**
 * The environment of one app: the dyno's, the file's `env`, `deploy.NAME.env`, and `env_NAME` over
 * all.
 * PORT and DYNO stay the dyno's if it has them; what the file says of them is told in
 * `warnings`.
 */
export function appEnvironment(
  app: EcosystemApp,
  envName: string | undefined,
  dyno: Record<string, string>,
  deployEnv?: Record<string, Record<string, string>>,
): { env: Record<string, string>; warnings: string[] } {
  const own = environmentOf(app, envName, dyno, deployEnv)
  const fixed = dyno.DYNO ? PLATFORMS_OWN : []
  const blocked = fixed.filter(
    (name) => own[name] !== undefined && dyno[name] !== undefined && own[name] !== dyno[name],
  )
  const warnings = blocked.map(
    (name) =>
      `${app.name}: \`${name}\` in the ecosystem file is ignored; the dyno says ${dyno[name]}`,
  )
  const platforms = Object.fromEntries(
    fixed.flatMap((name) => (dyno[name] === undefined ? [] : [[name, dyno[name]]])),
  )
  return { env: { ...own, ...platforms, ...servePort(app, own, dyno, warnings) }, warnings }
}

/** PM2's server of static files listens on a variable of its own; the router knows PORT alone. */
function servePort(
  app: EcosystemApp,
  own: Record<string, string>,
  { DYNO, PORT }: Record<string, string>,
  warnings: string[],
): Record<string, string> {
  if (app.script !== SERVE || !PORT) return {}
  const { PM2_SERVE_PORT: wanted } = own
  if (!DYNO && wanted !== undefined) return {}
  if (wanted !== undefined && wanted !== PORT)
    warnings.push(
      `${app.name}: the port ${wanted} in the ecosystem file is ignored; the dyno says ${PORT}`,
    )
  return { PM2_SERVE_PORT: PORT }
}
