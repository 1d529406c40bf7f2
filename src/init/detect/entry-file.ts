import path from 'node:path/posix'
import semver from 'semver'
import type { Launch } from '../types.js'
import { withoutLoaders } from './node-flags.js'
import { isBuiltFile, isOutputFolder } from './builds.js'
import { insideFolder, resolveFile } from './resolve-file.js'
import { broken, refused, type Project, type Script, type Target } from './target.js'

const isTypeScript = (file: string) => /\.[cm]?tsx?$/.test(file)

/** Which of Node's loaders runs typed or newer sources, and the package it comes from. */
export type Loader =
  'ts-node' | 'tsx' | '@babel/register' | '@swc-node/register' | 'esbuild-register'
const LOADER_FLAGS: Record<Loader, string[]> = {
  'ts-node': ['-r', 'ts-node/register'],
  tsx: ['--import', 'tsx'],
  '@babel/register': ['-r', '@babel/register'],
  '@swc-node/register': ['-r', '@swc-node/register'],
  'esbuild-register': ['-r', 'esbuild-register'],
}

/**
 * What node (or a loader over it) would run for a path: the file that is there, the file that the
 * build will make of it, or the word why there is none. A built file need not exist yet; its source
 * must.
 */
export function entryFile(project: Project, file: string, launch: Launch, loader?: Loader): Target {
  const { folder, build } = project
  const clean = insideFolder(file)
  if (clean === undefined) return refused(`\`${file}\` lies outside the folder`)
  const main = clean === '' ? project.pkg.main : undefined
  const found = resolveFile(folder, clean, loader !== undefined || isTypeScript(clean))
  if (found === undefined)
    return unbuilt(project, main === undefined ? clean : (insideFolder(main) ?? clean), launch)
  if (isTypeScript(found) && !loader && launch.interpreter === 'node' && runsTypeScript(project))
    return native(found, launch)
  const built = isTypeScript(found) || loader ? build?.outputOf(found) : undefined
  if (built && built !== found) {
    const plain = { ...launch, nodeArgs: withoutLoaders(launch.nodeArgs) }
    delete plain.interpreter
    return script(built, plain, `${found}, which \`npm run ${build!.script}\` builds to ${built}`)
  }
  if (isTypeScript(found) || loader) return loaded(project, found, launch, loader)
  return script(found, launch, found)
}

/** Node from 22.18 and 23.6 on runs a .ts file by itself: https://nodejs.org/api/typescript.html */
const NATIVE_TYPESCRIPT = '>=22.18 <23 || >=23.6'

/** Whether some Node that engines.node allows does; without a range, Heroku takes its newest. */
function runsTypeScript({ pkg, outer }: Project): boolean {
  const range = (outer?.pkg ?? pkg).engines['node']
  return (
    range === undefined ||
    (semver.validRange(range) !== null && semver.intersects(range, NATIVE_TYPESCRIPT))
  )
}

function native(file: string, launch: Launch): Target {
  return {
    ...script(file, launch, `${file}, which Node.js runs without a build`),
    needsNode: '22.18.0',
  }
}

function script(entry: string, launch: Launch, how: string, notes: string[] = []): Script {
  return { kind: 'script', entry, launch, how, before: [], notes }
}

/** A path that is not there: the build may make it. */
function unbuilt(project: Project, file: string, launch: Launch): Target {
  const { build, pkg } = project
  if (/\$\{?\w/.test(file)) return refused(`only a shell fills in \`${file}\``)
  const [, owner] = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/./.exec(file) ?? []
  // A dependency that is not installed here is installed on Heroku.
  if (owner !== undefined && (pkg.dependencies[owner] ?? pkg.devDependencies[owner]) !== undefined)
    return script(file, launch, `${file}, of the package ${owner}`)
  const names = path.extname(file) === '' ? [`${file}.js`, `${file}/index.js`, file] : [file]
  for (const name of names) {
    const source = build?.sourceOf(name)
    if (source)
      return script(
        name,
        launch,
        `${name}, which \`npm run ${build!.script}\` builds from ${source}`,
      )
  }
  const inBuild =
    build?.startsIn &&
    names.find((name) => build.sourceOf(path.join(build.startsIn!, name)) !== undefined)
  if (inBuild)
    return script(
      inBuild,
      { ...launch, cwd: path.join(launch.cwd ?? '', build.startsIn!) },
      `${inBuild} in ${build.startsIn}/, where \`npm run ${build.script}\` puts the app,`,
    )
  if (build && file !== '' && (build.isOpaque || isBuiltFile(file))) {
    const isFolder = isOutputFolder(file) && !isBuiltFile(file)
    const name = isFolder
      ? `${file}/index.js`
      : path.extname(file) === '' && !/(^|\/)bin\//.test(file)
        ? `${file}.js`
        : file
    return script(name, launch, `${name}, which \`npm run ${build.script}\` should make`, [
      `${name} does not exist yet, and shipit cannot see from \`${build.command}\` what it is ` +
        'built from. Run the build once and look.',
    ])
  }
  if (!build && project.outer && pkg.scripts['build'] !== undefined) {
    return broken(
      `\`${file}\` does not exist, and Heroku runs the build script of the root alone, which ` +
        'has none',
      `Add one to the package.json of the root, such as "build": "${buildFromRoot(project)}".`,
    )
  }
  const idle = Object.keys(pkg.scripts).find((name) => /build|compile|transpile/.test(name))
  if (!build && idle && !['build', 'heroku-postbuild'].includes(idle)) {
    return broken(
      `\`${file}\` does not exist, and Heroku runs no script that could make it`,
      `Heroku runs the script called \`build\`: add "build": "npm run ${idle}" to package.json.`,
    )
  }
  return broken(`\`${file || '.'}\` does not exist`)
}

/** What builds a folder of the project from its root. */
function buildFromRoot({ install = 'npm install', pkg, outer }: Project): string {
  if (outer?.workspace === undefined)
    return `npm --prefix ${outer?.dir} install && npm --prefix ${outer?.dir} run build`
  if (install.startsWith('pnpm')) return 'pnpm -r run build'
  return install.startsWith('yarn')
    ? `yarn workspace ${pkg.name ?? outer.workspace} build`
    : 'npm run build --workspaces --if-present'
}

/** A source that is compiled as it is loaded. */
function loaded(
  { pkg }: Project,
  file: string,
  launch: Launch,
  loader: Loader | undefined,
): Target {
  const packages = { ...pkg.devDependencies, ...pkg.dependencies }
  const used =
    loader ??
    (['tsx', 'ts-node', '@swc-node/register', 'esbuild-register'] as const).find(
      (name) => packages[name] !== undefined,
    )
  if (!used) {
    if (launch.interpreter === 'node') {
      return broken(
        `\`${file}\` is TypeScript, and no Node.js that engines.node allows runs it`,
        'Set engines.node in package.json to 22.x or newer, or add a build script that ' +
          'compiles it.',
      )
    }
    return broken(
      `\`${file}\` is TypeScript, and no build script makes JavaScript of it`,
      'Add a script called `build` that compiles it, such as "build": "tsc".',
    )
  }
  const has = launch.nodeArgs.some((word) => word.includes(used))
  const notes: string[] = []
  if (pkg.dependencies[used] === undefined && used !== '@babel/register') {
    notes.push(
      `${used} compiles ${file} at every start and ` +
        (pkg.devDependencies[used]
          ? 'is a devDependency, which Heroku removes after the build: '
          : 'is not a dependency: ') +
        'move it to dependencies, or better, add a build script.',
    )
  }
  const nodeArgs = has ? launch.nodeArgs : [...LOADER_FLAGS[used], ...launch.nodeArgs]
  return script(
    file,
    { ...launch, nodeArgs, interpreter: 'node' },
    `${file}, compiled by ${used} as it starts`,
    notes,
  )
}

/** Whether the source of an entry speaks of a port. */
export function listens(
  { entry, launch }: Pick<Script, 'entry' | 'launch'>,
  { folder, build }: Project,
): boolean {
  const file = path.join(launch.cwd ?? '', entry)
  return /\bPORT\b|\.listen\(/.test(folder.read(build?.sourceOf(file) ?? file) ?? '')
}
