import { existsSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'shell-quote'
import { step, type BuildContext } from './context.js'
import { installDependencies } from './dependencies.js'
import { checkEngines } from './engines.js'
import { BuildFailure } from './failure.js'
import { readManifest, type Manifest } from './manifest.js'
import { choosePackageManager, type PackageManager } from './package-manager.js'
import { parseProcfile } from './procfile.js'
import { mayOmitDev, pruneDevDependencies, whyNotPrune } from './prune-dev.js'
import { commandOf, npmVersion, provideTool } from './tools.js'

/** Throws {@link BuildFailure} where no package.json lies at the root, which is all that heroku/nodejs looks at. */
export async function detectNode(dir: string): Promise<void> {
  if (existsSync(path.join(dir, 'package.json'))) return
  const folders = (await readdir(dir, { withFileTypes: true })).filter((entry) => entry.isDirectory() && existsSync(path.join(dir, entry.name, 'package.json')))
  throw new BuildFailure('No default language could be detected for this app.', [
    'A Node.js app has its package.json at the root of the repository, and there is none.',
    ...(folders.length === 0 ? ['Is it committed? `git ls-files package.json` prints it if so.'] : [`There is one in ${folders.map(({ name }) => `${name}/`).join(', ')}: push that folder as the root (git subtree).`]),
  ])
}

/** Scripts of the app's own that may write into node_modules once it is there. */
const AFTER_INSTALL = ['heroku-postbuild', 'build', 'heroku-cleanup']

/** From sources to what a dyno runs, in the order in which heroku/nodejs does it (devcenter: nodejs-support, "Heroku-specific build steps"). */
export async function buildNodeApp(context: BuildContext): Promise<void> {
  const { output, places, env } = context
  output.heading('Creating runtime environment')
  output.line()
  for (const name of ['NPM_CONFIG_LOGLEVEL', 'NPM_CONFIG_PRODUCTION', 'NODE_VERBOSE', 'NODE_ENV', 'NODE_MODULES_CACHE']) {
    if (env[name] !== undefined) output.line(`${name}=${env[name]}`)
  }
  output.line()

  const manifest = await readManifest(places.dir)
  const manager = choosePackageManager(await readdir(places.dir), manifest, (name) => readFileSync(path.join(places.dir, name), 'utf8'))
  output.heading('Installing binaries')
  const report = checkEngines(manifest.engines, { node: process.versions.node, npm: await npmVersion(env) })
  for (const line of report.lines) output.line(line)
  const version = await provideTool(context, manager)
  for (const line of report.warnings) output.warning(line)

  await runScript(context, manifest, manager, 'Prebuild', ['heroku-prebuild'])
  const isBuilt = AFTER_INSTALL.some((name) => manifest.scripts[name] !== undefined)
  const keepsDev = await whyNotPrune(context, manifest, manager)
  const omitsDev = !isBuilt && keepsDev === undefined && await mayOmitDev(context, manifest, manager)
  await installDependencies(context, manifest, manager, { version, isLast: !isBuilt && (omitsDev || keepsDev !== undefined), omitsDev })
  await runScript(context, manifest, manager, 'Build', ['heroku-postbuild', 'build'])
  await pruneDevDependencies(context, manager, omitsDev ? 'no script of the build uses them: they were not installed' : keepsDev)
  await runScript(context, manifest, manager, 'Cleanup', ['heroku-cleanup'])
  output.heading('Build succeeded!')
}

/** Runs the first of `names` that package.json has. */
async function runScript(context: BuildContext, manifest: Manifest, manager: PackageManager, heading: string, names: string[]): Promise<void> {
  const present = names.filter((name) => (manifest.scripts[name] ?? '') !== '')
  const [name] = present
  if (name === undefined) return
  context.output.heading(heading)
  if (present.length > 1) context.output.line(`Detected both "${present[1]}" and "${name}" scripts`)
  context.output.line(`Running ${name}`)
  await step(context, commandOf(manager), ['run', name, ...(name === 'build' ? buildFlags(context.env, manager) : [])])
}

/** NODE_BUILD_FLAGS (devcenter: nodejs-support, "Build flags"). */
function buildFlags(env: Record<string, string>, manager: PackageManager): string[] {
  const flags = parse(env.NODE_BUILD_FLAGS ?? '').filter((part): part is string => typeof part === 'string')
  return flags.length === 0 || commandOf(manager) === 'yarn' ? flags : ['--', ...flags]
}

/** What can be run: the Procfile's types, else `npm start` where there is something to start (devcenter: nodejs-support, "Default web process type"). */
export async function discoverProcessTypes({ output, places: { dir } }: BuildContext): Promise<Record<string, string>> {
  output.heading('Discovering process types')
  const procfile = path.join(dir, 'Procfile')
  if (existsSync(procfile)) {
    const types = parseProcfile(await readFile(procfile, 'utf8'))
    output.line(`Procfile declares types -> ${Object.keys(types).join(', ') || '(none)'}`)
    return types
  }
  const { scripts } = await readManifest(dir)
  if (scripts.start !== undefined || existsSync(path.join(dir, 'server.js'))) {
    output.line('Procfile declares types     -> (none)')
    output.line('Default types for buildpack -> web')
    return { web: 'npm start' }
  }
  output.line('Procfile declares types -> (none)')
  output.warning('This app does not say how it is started: add a "start" script to package.json, or a Procfile.')
  return {}
}
