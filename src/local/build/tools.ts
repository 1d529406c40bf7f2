import { existsSync } from 'node:fs'
import { access, constants, cp, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { capture, step, type BuildContext } from './context.js'
import type { PackageManager } from './package-manager.js'

const TOOLS_IN_SLUG = path.join('.heroku', 'tools')

/** The npm that PATH has, without starting it. */
export async function npmVersion(env: Record<string, string>): Promise<string | undefined> {
  const program = await find('npm', env.PATH ?? '')
  if (program === undefined) return undefined
  const manifest = path.join(path.dirname(await realpath(program)), '..', 'package.json')
  if (!existsSync(manifest)) return undefined
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version?: string }
  return version
}

/**
 * Makes the package manager reachable by its name: as PATH has it where the version fits, else from the registry, once for all builds and
 * with a copy in the slug, so that `yarn start` in a Procfile finds it too. Returns its version.
 */
export async function provideTool(context: BuildContext, manager: PackageManager): Promise<string> {
  if (manager.name === 'npm') return (await npmVersion(context.env)) ?? 'unknown'
  const command = commandOf(manager)
  const present = await versionOnPath(context, command)
  if (present !== undefined && (manager.major === undefined || Number.parseInt(present.version, 10) === manager.major)) {
    context.output.line(`Using ${command} ${present.version} of this machine`)
    await addToDynoPath(context, present.folder)
    return present.version
  }
  const tool = path.join(context.places.caches, 'tools', manager.spec.replaceAll(/[^\w.@-]/g, '_'))
  if (!existsSync(tool)) {
    context.output.line(`Downloading and installing ${manager.spec}`)
    await fetchTool(context, manager.spec, tool)
  }
  const slug = path.join(context.places.dir, TOOLS_IN_SLUG)
  await mkdir(slug, { recursive: true })
  await cp(path.join(tool, 'node_modules'), path.join(slug, 'node_modules'), { recursive: true, verbatimSymlinks: true })
  await addToDynoPath(context, `$HOME/${TOOLS_IN_SLUG}/node_modules/.bin`)
  context.env.PATH = [path.join(tool, 'node_modules', '.bin'), context.env.PATH].join(path.delimiter)
  const version = (await versionOnPath(context, command))?.version ?? manager.spec
  context.output.line(`Using ${command} ${version}`)
  return version
}

export function commandOf(manager: PackageManager): 'npm' | 'yarn' | 'pnpm' {
  return manager.name === 'berry' ? 'yarn' : manager.name
}

async function fetchTool(context: BuildContext, spec: string, tool: string): Promise<void> {
  const fresh = path.join(context.places.temp, 'tool')
  await mkdir(fresh, { recursive: true })
  await writeFile(path.join(fresh, 'package.json'), '{"private":true}\n')
  await step(context, 'npm', ['install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', fresh, spec], { cwd: fresh })
  await mkdir(path.dirname(tool), { recursive: true })
  await rename(fresh, tool).catch(async (error: NodeJS.ErrnoException) => {
    // Another build was quicker.
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code ?? '')) throw error
    await rm(fresh, { recursive: true })
  })
}

/** A dyno's PATH is short, so a Procfile's `yarn start` needs the folder that the build found the tool in. */
async function addToDynoPath(context: BuildContext, folder: string): Promise<void> {
  const profile = path.join(context.places.dir, '.profile.d')
  await mkdir(profile, { recursive: true })
  await writeFile(path.join(profile, '000_package_manager.sh'), `export PATH="${folder}:$PATH"\n`)
}

async function versionOnPath(context: BuildContext, command: string): Promise<{ version: string; folder: string } | undefined> {
  const program = await find(command, context.env.PATH ?? '')
  if (program === undefined) return undefined
  const { status, lines } = await capture(context, command, ['--version'], { cwd: context.places.home })
  const version = status === 0 ? lines.find((line) => /^\d+\.\d+/.test(line)) : undefined
  return version === undefined ? undefined : { version, folder: path.dirname(program) }
}

async function find(program: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(path.delimiter)) {
    const file = path.join(folder, program)
    const isThere = await access(file, constants.X_OK).then(() => true, () => false)
    if (isThere) return file
  }
  return undefined
}
