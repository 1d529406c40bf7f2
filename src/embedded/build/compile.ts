import { existsSync } from 'node:fs'
import { mkdir, readFile, symlink, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import type { Isolate } from '../dynos/isolation.js'
import type { BuildContext } from './context.js'
import { buildEnvironment, type BuildPlaces } from './environment.js'
import { detectNode, discoverProcessTypes } from './detect.js'
import { buildNodeApp } from './node-build.js'
import type { BuildOutput } from './output.js'
import { noteProcessGroup } from './left-processes.js'
import { applySlugignore, weighSlug } from './slug.js'
import { unpack, type SourceLimits } from './unpack.js'
import type { SlugRecord } from '../store/records.js'

interface CompileJob {
  archive: string
  commit: string | null
  configVars: Readonly<Record<string, string>>
  /** Where the slug is built and stays. */
  slugDir: string
  /** The build's own temporary folder. */
  work: string
  cache: string
  shared: string
  nodes: string
  output: BuildOutput
  signal: AbortSignal
  isolate: Isolate | undefined
  slugLimit: number
  sourceLimits?: SourceLimits | undefined
}

interface CompiledSlug extends Pick<SlugRecord, 'modules' | 'node' | 'size'> {
  processTypes: Record<string, string>
}

/**
 * The slug compiler: unpack, ignore, detect, build, discover, weigh. Throws what a build can fail
 * of.
 */
export async function compile(job: CompileJob): Promise<CompiledSlug> {
  const { output, signal } = job
  const context = await prepare(job)
  output.heading('Building on the embedded Heroku')
  const leaving = await unpack(job.archive, job.slugDir, { signal, limits: job.sourceLimits })
  for (const link of leaving)
    output.warning(`${link}: this link leads out of the app, and nowhere in a dyno on Heroku.`)
  await applySlugignore(context)
  await detectNode(job.slugDir)
  output.heading('Using buildpack: heroku/nodejs')
  output.heading('Node.js app detected')
  await buildNodeApp(context)
  const processTypes = await discoverProcessTypes(context)
  const size = await weighSlug(context, job.slugLimit)
  signal.throwIfAborted()
  return { processTypes, size, modules: context.modules?.dir, node: context.node?.dir }
}

async function prepare({
  commit,
  configVars,
  slugDir,
  work,
  cache,
  shared,
  nodes,
  output,
  signal,
  isolate,
}: CompileJob): Promise<BuildContext> {
  const places: BuildPlaces = {
    dir: slugDir,
    home: path.join(work, 'home'),
    temp: path.join(work, 'tmp'),
    programs: (await hasThisNode(process.env.PATH)) ? [] : [path.dirname(process.execPath)],
    caches: shared,
    nodes,
  }
  for (const folder of [slugDir, places.home, places.temp]) await mkdir(folder, { recursive: true })
  const settings = await linkUserSettings(places.home)
  const of = { commit, hasCacheSetting: /^\s*cache\s*=/m.test(settings) }
  const env = buildEnvironment(process.env, configVars, places, of)
  const hostEnv = buildEnvironment(process.env, {}, places, of)
  const groups = path.join(work, 'groups')
  return {
    places,
    cache,
    env,
    hostEnv,
    configVars,
    output,
    signal,
    onProcessGroup: (group) => noteProcessGroup(groups, group),
    isolate,
  }
}

/**
 * Whether `node` on the user's PATH is the one that runs this: then `npm` is the one that PATH has
 * too.
 */
async function hasThisNode(searchPath = ''): Promise<boolean> {
  const own = await realpath(process.execPath)
  for (const folder of searchPath.split(path.delimiter).filter((each) => path.isAbsolute(each))) {
    const found = await realpath(path.join(folder, path.basename(process.execPath))).catch(
      () => undefined,
    )
    if (found !== undefined) return found === own
  }
  return false
}

/**
 * The user's word on registries and their credentials: linked, not copied, and gone with the build.
 * Returns the text of .npmrc.
 */
async function linkUserSettings(home: string): Promise<string> {
  const npmrc =
    process.env.npm_config_userconfig ??
    process.env.NPM_CONFIG_USERCONFIG ??
    path.join(homedir(), '.npmrc')
  const files = {
    '.npmrc': npmrc,
    '.yarnrc': path.join(homedir(), '.yarnrc'),
    '.yarnrc.yml': path.join(homedir(), '.yarnrc.yml'),
  }
  for (const [name, file] of Object.entries(files)) {
    if (existsSync(file)) await symlink(file, path.join(home, name))
  }
  return existsSync(npmrc) ? await readFile(npmrc, 'utf8') : ''
}
