import path from 'node:path/posix'
import type { Launch } from '../types.js'
import { withoutLoaders } from './node-flags.js'
import { insideFolder, resolveFile } from './resolve-file.js'
import { refused, type Project, type Target } from './target.js'

const isTypeScript = (file: string) => /\.[cm]?tsx?$/.test(file)

/** Which of Node's loaders runs typed or newer sources, and the package it comes from. */
export type Loader = 'ts-node' | 'tsx' | '@babel/register' | '@swc-node/register' | 'esbuild-register'
const LOADER_FLAGS: Record<Loader, string[]> = {
  'ts-node': ['-r', 'ts-node/register'],
  tsx: ['--import', 'tsx'],
  '@babel/register': ['-r', '@babel/register'],
  '@swc-node/register': ['-r', '@swc-node/register'],
  'esbuild-register': ['-r', 'esbuild-register'],
}

/**
 * What node (or a loader over it) would run for a path: the file that is there, the file that the build will make of it,
 * or the word why there is none. A built file need not exist yet; its source must.
 */
export function entryFile(project: Project, file: string, launch: Launch, loader?: Loader): Target {
  const { folder, build } = project
  const clean = insideFolder(file)
  if (clean === undefined) return refused(`\`${file}\` lies outside the folder`)
  const found = resolveFile(folder, clean, loader !== undefined || isTypeScript(clean))
  if (found === undefined) return unbuilt(project, clean, launch)
  const built = isTypeScript(found) || loader ? build?.outputOf(found) : undefined
  if (built && built !== found) {
    const plain = { ...launch, nodeArgs: withoutLoaders(launch.nodeArgs) }
    delete plain.interpreter
    return script(built, plain, `${found}, which \`npm run ${build!.script}\` builds to ${built}`)
  }
  if (isTypeScript(found) || loader) return loaded(project, found, launch, loader)
  return script(found, launch, found)
}

function script(entry: string, launch: Launch, how: string, notes: string[] = []): Target {
  return { kind: 'script', entry, launch, how, before: [], notes }
}

/** A path that is not there: the build may make it. */
function unbuilt({ build, pkg }: Project, file: string, launch: Launch): Target {
  const names = path.extname(file) === '' ? [`${file}.js`, `${file}/index.js`, file] : [file]
  for (const name of names) {
    const source = build?.sourceOf(name)
    if (source) return script(name, launch, `${name}, which \`npm run ${build!.script}\` builds from ${source}`)
  }
  if (build && /^(\.?(dist|build|built|lib|out|output|public|server-build|bundle))\//.test(file)) {
    const name = path.extname(file) === '' ? `${file}.js` : file
    return script(name, launch, `${name}, which \`npm run ${build.script}\` should make`, [
      `${name} does not exist yet, and shipit cannot see from \`${build.command}\` what it is built from. Run the build once and look.`,
    ])
  }
  const idle = Object.keys(pkg.scripts).find((name) => /build|compile|transpile/.test(name))
  if (!build && idle && !['build', 'heroku-postbuild'].includes(idle)) {
    return refused(`\`${file}\` does not exist, and Heroku runs no script that could make it`, `Heroku runs the script called \`build\`: add "build": "npm run ${idle}" to package.json.`)
  }
  return refused(`\`${file}\` does not exist`)
}

/** A source that is compiled as it is loaded. */
function loaded({ pkg }: Project, file: string, launch: Launch, loader: Loader | undefined): Target {
  const packages = { ...pkg.devDependencies, ...pkg.dependencies }
  const used = loader ?? (['tsx', 'ts-node', '@swc-node/register', 'esbuild-register'] as const).find((name) => packages[name] !== undefined)
  if (!used) {
    return refused(`\`${file}\` is TypeScript, and no build script makes JavaScript of it`, 'Add a script called `build` that compiles it, such as "build": "tsc".')
  }
  const has = launch.nodeArgs.some((word) => word.includes(used))
  const notes: string[] = []
  if (pkg.dependencies[used] === undefined && used !== '@babel/register') {
    notes.push(`${used} compiles ${file} at every start and ${pkg.devDependencies[used] ? 'is a devDependency, which Heroku removes after the build' : 'is not a dependency'}: move it to dependencies, or better, add a build script.`)
  }
  const nodeArgs = has ? launch.nodeArgs : [...LOADER_FLAGS[used], ...launch.nodeArgs]
  return script(file, { ...launch, nodeArgs, interpreter: 'node' }, `${file}, compiled by ${used} as it starts`, notes)
}
