/**
 * When Heroku's build keeps devDependencies (heroku-buildpack-nodejs, lib/package_managers:
 * prune_devdependencies).
 */

export type Pruner = 'npm' | 'yarn' | 'berry' | 'pnpm'

/** One switch a tool, each named as the buildpack names it. */
const SWITCHES: Record<Pruner, { name: string; isSet: (value: string) => boolean }> = {
  npm: { name: 'NPM_CONFIG_PRODUCTION', isSet: (value) => value !== '' },
  yarn: { name: 'YARN_PRODUCTION', isSet: (value) => value !== '' },
  berry: { name: 'YARN2_SKIP_PRUNING', isSet: (value) => value === 'true' },
  pnpm: { name: 'PNPM_SKIP_PRUNING', isSet: (value) => value === 'true' },
}

/** The value of each tool's switch that keeps devDependencies, as an assignment. */
export const KEEP_DEV: Record<Pruner, string> = {
  npm: 'NPM_CONFIG_PRODUCTION=false',
  yarn: 'YARN_PRODUCTION=false',
  berry: 'YARN2_SKIP_PRUNING=true',
  pnpm: 'PNPM_SKIP_PRUNING=true',
}

/**
 * The variable because of which the build prunes nothing, in the buildpack's words; undefined if it
 * prunes.
 */
export function prunesNothing(
  env: Readonly<Record<string, string | undefined>>,
  tool: Pruner,
): string | undefined {
  if (env['NODE_ENV'] === 'test') return "NODE_ENV is 'test'"
  if (env['NODE_ENV'] !== 'production') return "NODE_ENV is not 'production'"
  const { name, isSet } = SWITCHES[tool]
  // NPM_CONFIG_PRODUCTION=false keeps devDependencies with every tool (devcenter: nodejs-support).
  for (const [variable, holds] of [
    [name, isSet],
    ['NPM_CONFIG_PRODUCTION', (value: string) => value === 'false'],
  ] as const) {
    if (holds(env[variable] ?? '')) return `${variable} is '${env[variable]}'`
  }
  return undefined
}

/**
 * Whether a dyno has devDependencies: nothing is pruned, and `production` did not leave them out
 * when they were installed.
 */
export function keepsDev(env: Readonly<Record<string, string | undefined>>, tool: Pruner): boolean {
  return (
    env['NPM_CONFIG_PRODUCTION'] !== 'true' &&
    env['YARN_PRODUCTION'] !== 'true' &&
    prunesNothing(env, tool) !== undefined
  )
}
