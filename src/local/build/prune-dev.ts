import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { capture, step, type BuildContext } from './context.js'
import { berryOptions } from './dependencies.js'
import type { Manifest } from './manifest.js'
import type { PackageManager } from './package-manager.js'

/** Takes devDependencies out of the slug, under the rules of Heroku's buildpack. */
export async function pruneDevDependencies(context: BuildContext, manifest: Manifest, manager: PackageManager): Promise<void> {
  const { output } = context
  output.heading('Pruning devDependencies')
  const reason = await whyNotPrune(context, manifest, manager)
  if (reason !== undefined) {
    output.line(`Skipping because ${reason}`)
    return
  }
  if (manager.name === 'npm') return await step(context, 'npm', ['prune', '--omit=dev', '--no-audit', '--no-fund'])
  if (manager.name === 'pnpm') return await step(context, 'pnpm', ['prune', '--prod', '--ignore-scripts'])
  if (manager.name === 'berry') return await step(context, 'yarn', ['workspaces', 'focus', '--all', '--production'], await berryOptions(context))
  await step(context, 'yarn', ['install', '--frozen-lockfile', '--ignore-engines', '--ignore-scripts', '--prefer-offline', '--non-interactive', '--production=true'])
}

/** One switch a tool, each named as the buildpack names it. */
const SWITCHES: Record<PackageManager['name'], { name: string; isSet: (value: string) => boolean }> = {
  npm: { name: 'NPM_CONFIG_PRODUCTION', isSet: (value) => value !== '' },
  yarn: { name: 'YARN_PRODUCTION', isSet: (value) => value !== '' },
  berry: { name: 'YARN2_SKIP_PRUNING', isSet: (value) => value === 'true' },
  pnpm: { name: 'PNPM_SKIP_PRUNING', isSet: (value) => value === 'true' },
}

/** Undefined where devDependencies are to be taken out. */
export async function whyNotPrune(context: BuildContext, manifest: Manifest, manager: PackageManager): Promise<string | undefined> {
  const { env, places } = context
  if (env.NODE_ENV === 'test') return 'NODE_ENV is \'test\''
  if (env.NODE_ENV !== 'production') return 'NODE_ENV is not \'production\''
  const { name, isSet } = SWITCHES[manager.name]
  // NPM_CONFIG_PRODUCTION=false keeps devDependencies with every tool (devcenter: nodejs-support).
  for (const [variable, holds] of [[name, isSet], ['NPM_CONFIG_PRODUCTION', (value: string) => value === 'false']] as const) {
    if (holds(env[variable] ?? '')) return `${variable} is '${env[variable]}'`
  }
  if (manager.name === 'pnpm' && existsSync(path.join(places.dir, 'pnpm-workspace.yaml')) && /^packages:/m.test(await readFile(path.join(places.dir, 'pnpm-workspace.yaml'), 'utf8'))) {
    return 'this is a pnpm workspace'
  }
  if (manager.name === 'berry' && (await capture(context, 'yarn', ['workspaces', 'focus', '--help'], await berryOptions(context))).status !== 0) {
    return 'this yarn has no workspace-tools plugin'
  }
  if (Object.keys((manifest.raw.devDependencies as object | undefined) ?? {}).length === 0 && manifest.raw.workspaces === undefined && manager.lockfile !== null) {
    return 'there are none'
  }
  return undefined
}
