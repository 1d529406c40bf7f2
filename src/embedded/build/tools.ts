import { existsSync } from 'node:fs'
import {
  access,
  chmod,
  constants,
  cp,
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import semver from 'semver'
import type { ManagerName } from '../../project/lockfiles.js'
import { capture, type BuildContext } from './context.js'
import { BuildFailure } from './failure.js'
import { inTurn } from './in-turn.js'
import type { ToolWish } from './package-manager.js'
import { removeFolder } from '../daemon/folders.js'

/**
 * Where Heroku has Node.js and what is installed globally, within a slug (lib/runtimes/nodejs.sh;
 * profile/nodejs.sh puts its bin first).
 */
const NODE_IN_SLUG = path.join('.heroku', 'node')

/** ms after which what a range stood for is asked for again. */
const FRESH_FOR = 24 * 60 * 60 * 1000

/**
 * Makes the chosen Node.js the first on the PATH of the build and of the dynos: links, so that a
 * slug takes no room for it.
 */
export async function linkNode(context: BuildContext): Promise<void> {
  const bin = path.join(context.places.dir, NODE_IN_SLUG, 'bin')
  await mkdir(bin, { recursive: true })
  const { dir } = context.node ?? {}
  if (dir !== undefined)
    for (const name of await readdir(path.join(dir, 'bin')))
      await linkTo(path.join(dir, 'bin', name), path.join(bin, name))
  context.env.PATH = [bin, context.env.PATH].join(path.delimiter)
  // As on Heroku, where Node.js lies in the slug: what a build installs globally is the app's
  // alone.
  context.env.npm_config_prefix = path.join(context.places.dir, NODE_IN_SLUG)
}

async function linkTo(target: string, link: string): Promise<void> {
  await rm(link, { force: true, recursive: true })
  await symlink(target, link)
}

/** Version of a tool as the build's PATH has it; undefined if there is none that runs. */
export async function versionOf(
  context: BuildContext,
  tool: ManagerName,
): Promise<string | undefined> {
  const { status, lines } = await capture(context, tool, ['--version'], {
    cwd: context.places.home,
  }).catch((error: unknown) => {
    if (error instanceof BuildFailure) return { status: 127, lines: [] }
    throw error
  })
  return status === 0 ? lines.find((line) => /^\d+\.\d+/.test(line)) : undefined
}

/** The npm that PATH has, without starting it. */
export async function npmVersion(
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const program = await find('npm', env.PATH ?? '')
  if (program === undefined) return undefined
  const manifest = path.join(path.dirname(await realpath(program)), '..', 'package.json')
  if (!existsSync(manifest)) return undefined
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version?: string }
  return version
}

/**
 * Makes a package manager reachable by its name in the build and, as a part of the slug, in the
 * dynos: the one of this machine if it is in the range, else from the registry, kept for all
 * builds. Throws {@link BuildFailure} if there is none, or if it does not run on the app's Node.js.
 */
export async function provideTool(context: BuildContext, wish: ToolWish): Promise<void> {
  const { tool, range } = wish
  const own = await find(tool, context.hostEnv.PATH ?? '')
  const ownVersion = own && (await versionOf({ ...context, env: { ...context.hostEnv } }, tool))
  const bin = path.join(context.places.dir, NODE_IN_SLUG, 'bin')
  if (
    own &&
    ownVersion &&
    isIn(ownVersion, range) &&
    (tool !== 'npm' || context.node?.dir === undefined)
  ) {
    if (tool !== 'npm') await linkTo(own, path.join(bin, tool))
    context.output.line(`Using ${tool} ${ownVersion} of this machine`)
  } else {
    context.output.line(`Downloading and installing ${tool} (${range})`)
    await installTool(context, wish)
  }
  const version = await versionOf(context, tool)
  if (version === undefined) throw noTool(wish)
  if (own === undefined || version !== ownVersion) context.output.line(`Using ${tool} ${version}`)
}

/** A range may have no end, but its newest is what Heroku takes; and tags are the registry's. */
function isIn(version: string, range: string): boolean {
  const valid = semver.validRange(range)
  return valid !== null && /<|^\d/.test(valid) && semver.satisfies(version, valid)
}

async function installTool(context: BuildContext, wish: ToolWish): Promise<void> {
  const { tool, range } = wish
  // What one registry has under a name is not what another one has.
  const [, registry = ''] =
    Object.entries(context.configVars).find(
      ([name]) => name.toLowerCase() === 'npm_config_registry',
    ) ?? []
  const kept = path.join(
    context.places.caches,
    'tools',
    [tool, range, registry].filter(Boolean).map(encodeURIComponent).join('@'),
  )
  await inTurn(kept, context.signal, async () => {
    const age = await stat(path.join(kept, 'package.json')).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => Infinity,
    )
    const isPinned = semver.valid(range) !== null
    if (age === Infinity || (!isPinned && age > FRESH_FOR)) {
      const failed = await fetchTool(context, wish, kept)
      if (failed !== undefined && age === Infinity) throw failed
    }
    await refuseOtherNode(context, wish, path.join(kept, 'node_modules', tool))
    await copyTool(path.join(kept, 'node_modules'), path.join(context.places.dir, NODE_IN_SLUG))
  })
}

/**
 * Heroku has npm itself replace npm, which goes by the engines.node of what it installs; Yarn and
 * pnpm are left to see for themselves.
 */
async function refuseOtherNode(
  { output, node }: BuildContext,
  wish: ToolWish,
  folder: string,
): Promise<void> {
  if (wish.tool !== 'npm' || node === undefined) return
  const { version = '', engines } = JSON.parse(
    await readFile(path.join(folder, 'package.json'), 'utf8'),
  ) as { version?: string; engines?: { node?: string } | unknown[] }
  const wanted = Array.isArray(engines) ? undefined : engines?.node
  if (wanted === undefined || semver.satisfies(node.version, wanted)) return
  output.line(`npm@${version} wants node ${wanted}, and the app's is ${node.version}`)
  throw noTool(wish)
}

async function copyTool(modules: string, into: string): Promise<void> {
  const lib = path.join(into, 'lib', 'node_modules')
  await mkdir(lib, { recursive: true })
  for (const name of (await readdir(modules)).filter((one) => !one.startsWith('.')))
    await cp(path.join(modules, name), path.join(lib, name), {
      recursive: true,
      verbatimSymlinks: true,
    })
  for (const name of await readdir(path.join(modules, '.bin'))) {
    const target = path.join(
      lib,
      path.relative(
        modules,
        path.resolve(modules, '.bin', await readlink(path.join(modules, '.bin', name))),
      ),
    )
    await chmod(target, 0o755)
    const link = path.join(into, 'bin', name)
    await linkTo(path.relative(path.dirname(link), target), link)
  }
}

/**
 * With this machine's npm, whatever the app's is, and with the app's own word on the registry.
 * Returns what to fail with.
 */
async function fetchTool(
  context: BuildContext,
  wish: ToolWish,
  kept: string,
): Promise<BuildFailure | undefined> {
  const { output, places, hostEnv } = context
  const fresh = path.join(places.temp, 'tool')
  const { NODE_OPTIONS: _, npm_config_prefix: __, ...env } = context.env
  const host = { ...context, env: { ...env, PATH: hostEnv.PATH ?? '' } }
  try {
    for (const name of packagesOf(wish.tool)) {
      await removeFolder(fresh)
      await mkdir(fresh, { recursive: true })
      await writeFile(path.join(fresh, 'package.json'), '{"private":true}\n')
      const { status, lines } = await capture(
        host,
        'npm',
        [
          'install',
          '--no-save',
          '--no-package-lock',
          '--no-audit',
          '--no-fund',
          '--fetch-retries=1',
          '--fetch-retry-mintimeout=1000',
          '--prefix',
          fresh,
          `${name}@${wish.range}`,
        ],
        { cwd: fresh },
      )
      if (status === 0) {
        await removeFolder(kept)
        await mkdir(path.dirname(kept), { recursive: true })
        await rename(fresh, kept)
        return undefined
      }
      const isUnknown = lines.some((line) => /code (ETARGET|E404)/.test(line))
      if (isUnknown && name === 'yarn' && semver.validRange(wish.range) !== null) continue
      for (const line of lines) output.line(line)
      // lib/package_managers/yarn.sh: install_binary
      return wish.tool === 'yarn' && !isUnknown
        ? new BuildFailure(`Unable to resolve yarn version '${wish.range}' via npm info`, [
            'The registry did not answer.',
          ])
        : noTool(wish)
    }
    return noTool(wish)
  } finally {
    await removeFolder(fresh)
  }
}

/**
 * Yarn 2.4.3 and Yarn 1 are `yarn`, all others @yarnpkg/cli-dist (lib/package_managers/yarn.sh:
 * _determine_package_name).
 */
const packagesOf = (tool: ManagerName): string[] =>
  tool === 'yarn' ? ['yarn', '@yarnpkg/cli-dist'] : [tool]

/** lib/package_managers/{npm,yarn,pnpm}.sh: install_binary. */
function noTool({ tool, range }: ToolWish): BuildFailure {
  return new BuildFailure(`Unable to install ${tool} ${range}.`, [
    `Does ${tool} ${range} exist? (https://help.heroku.com/8MEL050H)`,
    `Is ${range} valid semver? (https://help.heroku.com/0ZIOF3ST)`,
    `Is ${tool} ${range} compatible with this Node.js version?`,
  ])
}

async function find(program: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(path.delimiter)) {
    const file = path.join(folder, program)
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  return undefined
}
