import path from 'node:path/posix'
import { parse } from 'jsonc-parser'
import type { FolderView } from '../folder.js'
import { flagValue, splitFlags } from './command-line.js'
import { isObject, type PackageJson } from './package-json.js'
import { resolveFile } from './resolve-file.js'
import { allCommands, type BuildCommand } from './scripts.js'
import { sourceFiles } from './source-files.js'
import { readTsconfig, tscOutput, type Tsconfig } from './tsconfig.js'
import { anyOf } from '../../lib/any-of.js'

/** One tool of the build: what it makes of a source; undefined if that is not known. */
type Compiler = (source: string) => string | undefined

/** What the app's build makes on Heroku. */
export interface Build {
  /** The script that runs it, for sentences: `npm run build`. */
  script: string
  command: string
  /** A tool whose output cannot be told from its command line takes part. */
  isOpaque: boolean
  /** The built file of a source. */
  outputOf(source: string): string | undefined
  /** The source that a built file comes from. */
  sourceOf(output: string): string | undefined
  /** The folder in which the start script finds the built app, if that is not the app's own. */
  startsIn?: string
}

/**
 * The scripts that run between the push and the app's start: heroku-postbuild instead of build
 * if there is one (devcenter, nodejs-support), and npm's own around install and start.
 */
function scriptsRunOnHeroku(pkg: PackageJson): string[] {
  const build = pkg.scripts['heroku-postbuild'] === undefined ? 'build' : 'heroku-postbuild'
  return [build, 'heroku-prebuild', 'postinstall', 'prepare', 'prestart'].filter(
    (name) => pkg.scripts[name],
  )
}

const TOOLS = anyOf([
  /^(?:tsc|tspc|ttsc|nest|babel|swc|esbuild|tsup|tsdown|webpack|webpack-cli|rollup|vite)$/,
  /^(?:ncc|parcel|next|nuxt|nuxi|remix|react-router|gulp|grunt|make|turbo|nx|unbuild)$/,
  /^(?:pkgroll|astro|svelte-kit|rspack|react-scripts|vue-cli-service|ng|strapi|bunchee)$/,
  /^(?:microbundle)$/,
])

/**
 * Commands beside a build that make no JavaScript: their presence does not hide what the others
 * make.
 */
const HARMLESS = anyOf([
  /^(?:echo|rimraf|rm|del-cli|mkdir|mkdirp|cp|copyfiles|cpx|cpy|cpy-cli|ncp|mv|shx)$/,
  /^(?:tsc-alias|eslint|prettier|prisma|true|:|cd|set|export)$/,
])
const isHarmless = (words: string[]) =>
  words.length === 0 || HARMLESS.test(path.basename(words[0]!))

/** Whether a command line builds, so that it need not run again at every start. */
export function isBuildLine(line: string, pkg: PackageJson): boolean {
  const commands = allCommands(line, pkg)
  const builds = ({ words, dir }: BuildCommand) =>
    dir === undefined &&
    TOOLS.test(path.basename(words[0] ?? '')) &&
    !/^(start|serve|preview|dev)$/.test(words[1] ?? '')
  const tidies = ({ words }: { words: string[] }) =>
    /^(rimraf|rm|del-cli|mkdir|mkdirp|cp|copyfiles|cpx|tsc-alias|shx|eslint|prettier)$/.test(
      path.basename(words[0] ?? ''),
    )
  return commands.some(builds) && commands.every((command) => builds(command) || tidies(command))
}

/** Whether a command line only takes away what an earlier build has made. */
export const isCleanLine = (line: string, pkg: PackageJson): boolean =>
  allCommands(line, pkg).every(({ words }) =>
    /^(rimraf|rm|del-cli)$/.test(path.basename(words[0] ?? '')),
  )

/**
 * The build that Heroku runs for this app; undefined if no script of that kind compiles anything. A
 * script called `build` or
 * `heroku-postbuild` is a build whatever tool it runs: what shipit does not know of it, it makes no
 * claim about (isOpaque).
 */
export function findBuild(folder: FolderView, pkg: PackageJson): Build | undefined {
  for (const script of scriptsRunOnHeroku(pkg)) {
    const command = pkg.scripts[script]!
    const isNamedBuild = script === 'build' || script === 'heroku-postbuild'
    const all = allCommands(command, pkg, new Set([script]))
    const builders = all.filter(({ words }) =>
      isNamedBuild ? !isHarmless(words) : TOOLS.test(path.basename(words[0] ?? '')),
    )
    if (builders.length === 0 && !isNamedBuild) continue
    const compilers = builders.map(({ words, dir }) =>
      dir === undefined
        ? compilerOf(folder, pkg, [path.basename(words[0]!), ...words.slice(1)])
        : undefined,
    )
    const known = compilers.filter((compiler): compiler is Compiler => compiler !== undefined)
    const outputOf = (source: string) =>
      known.map((compile) => compile(source)).find((output) => output !== undefined)
    return {
      script,
      command,
      isOpaque: known.length < compilers.length,
      outputOf,
      sourceOf: (output) =>
        sourceFiles(folder).find((source) => source !== output && outputOf(source) === output),
      ...(builders.some(isAdonisBuild) ? { startsIn: ADONIS_OUTPUT } : {}),
    }
  }
  return undefined
}

/**
 * `node ace build` puts the whole app into build/, and its start script is for that folder:
 * https://docs.adonisjs.com/guides/deployment
 */
const ADONIS_OUTPUT = 'build'
const isAdonisBuild = ({ words }: { words: string[] }) =>
  path.basename(words[0]!) === 'node' && /^ace(\.js)?$/.test(words[1] ?? '') && words[2] === 'build'

function compilerOf(folder: FolderView, pkg: PackageJson, words: string[]): Compiler | undefined {
  const [tool, ...rest] = words
  switch (tool) {
    case 'tsc':
    case 'tspc':
    case 'ttsc':
      return tscCompiler(folder, rest)
    case 'nest':
      return nestCompiler(folder)
    case 'babel':
    case 'swc':
      return folderCompiler(folder, tool, rest)
    case 'esbuild':
      return esbuildCompiler(rest)
    case 'node':
      return isAdonisBuild({ words })
        ? (source) =>
            /\.ts$/.test(source) ? path.join(ADONIS_OUTPUT, asJavaScript(source)) : undefined
        : undefined
    case 'tsup':
      return bundleCompiler(folder, pkg, rest, 'src/index.ts')
    case 'ncc': {
      const entry = splitFlags(rest.slice(1), takesValue).rest[0]
      const source = entry && resolveFile(folder, entry, true)
      return (file) =>
        file === source
          ? path.join(flagValue(rest, '-o', '--out') ?? 'dist', 'index.js')
          : undefined
    }
    default:
      return undefined
  }
}

const takesValue = (flag: string) =>
  !flag.includes('=') &&
  /^(-d|--out-dir|-o|--outDir|--format|--target|-x|--extensions|--config-file)$/.test(flag)
const isScript = (file: string) => /\.[cm]?[jt]sx?$/.test(file) && !/\.d\.[cm]?ts$/.test(file)
const asJavaScript = (file: string) =>
  file.replace(/\.[jt]sx?$/, '.js').replace(/\.([cm])[jt]s$/, '.$1js')

function tscCompiler(folder: FolderView, words: string[]): Compiler | undefined {
  if (words.includes('--noEmit')) return () => undefined
  const named = flagValue(words, '-p', '--project', '-b', '--build')
  const config = readTsconfig(
    folder,
    named && !named.startsWith('-') ? path.normalize(named) : undefined,
  )
  const outDir = flagValue(words, '--outDir', '--outdir', '-outDir')
  const rootDir = flagValue(words, '--rootDir', '--rootdir')
  const used: Tsconfig = {
    emits: true,
    sources: [],
    ...config,
    ...(outDir ? { outDir: path.normalize(outDir) } : {}),
    ...(rootDir ? { rootDir: path.normalize(rootDir) } : {}),
  }
  if (!used.emits && !outDir) return () => undefined
  return (source) => (/\.[cm]?tsx?$/.test(source) ? tscOutput(used, source) : undefined)
}

/**
 * Nest builds with tsconfig.build.json if there is one; nest-cli.json may move the sources.
 * https://docs.nestjs.com/cli/monorepo
 */
function nestCompiler(folder: FolderView): Compiler {
  const config = readTsconfig(
    folder,
    folder.isFile('tsconfig.build.json') ? 'tsconfig.build.json' : 'tsconfig.json',
  )
  const used: Tsconfig = { emits: true, sources: [], ...config, outDir: config?.outDir ?? 'dist' }
  if (nestUsesBundler(folder))
    return (source) =>
      /\.ts$/.test(source)
        ? path.join(used.outDir!, path.basename(asJavaScript(source)))
        : undefined
  return (source) => (/\.ts$/.test(source) ? tscOutput(used, source) : undefined)
}

export function nestConfig(folder: FolderView): Record<string, unknown> {
  const data: unknown = parse(folder.read('nest-cli.json') ?? '{}')
  return isObject(data) ? data : {}
}

function nestUsesBundler(folder: FolderView): boolean {
  const options = nestConfig(folder)['compilerOptions']
  return isObject(options) && (options['webpack'] === true || options['builder'] === 'webpack')
}

/**
 * `babel src -d lib` puts src/a.js at lib/a.js; `swc src -d dist` at dist/src/a.js unless told to
 * strip.
 */
function folderCompiler(folder: FolderView, tool: string, words: string[]): Compiler | undefined {
  const out = flagValue(words, '-d', '--out-dir')
  const from = splitAnywhere(words)[0]
  const single = flagValue(words, '-o', '--out-file')
  if (from && single)
    return (source) => (source === path.normalize(from) ? path.normalize(single) : undefined)
  if (!out || !from) return undefined
  const root = path.normalize(from).replace(/\/$/, '')
  const keepsRoot = tool === 'swc' && !words.includes('--strip-leading-paths')
  return (source) => {
    if (!isScript(source) || !(source.startsWith(`${root}/`) || root === '.')) return undefined
    const short = path.join(out, asJavaScript(path.relative(root, source)))
    const long = path.join(out, asJavaScript(source))
    return keepsRoot && !folder.isFile(short) ? long : short
  }
}

function splitAnywhere(words: string[]): string[] {
  return words.filter((word, at) => !word.startsWith('-') && !takesValue(words[at - 1] ?? ''))
}

function esbuildCompiler(words: string[]): Compiler | undefined {
  const entries = splitAnywhere(words).map((word) => path.normalize(word))
  const outfile = flagValue(words, '--outfile')
  const outdir = flagValue(words, '--outdir')
  const extension =
    words.find((word) => word.startsWith('--out-extension:.js='))?.split('=')[1] ?? '.js'
  if (outfile) return (source) => (entries.includes(source) ? path.normalize(outfile) : undefined)
  if (!outdir || entries.some((entry) => entry.includes('*'))) return undefined
  // esbuild keeps the folders below the entries' common one (its outbase).
  const config: Tsconfig = { emits: true, outDir: path.normalize(outdir), sources: entries }
  return (source) =>
    entries.includes(source)
      ? tscOutput(config, asJavaScript(source)).replace(/\.js$/, extension)
      : undefined
}

function bundleCompiler(
  folder: FolderView,
  pkg: PackageJson,
  words: string[],
  usual: string,
): Compiler | undefined {
  const entries = splitAnywhere(words).map((word) => path.normalize(word))
  const hasConfig =
    folder.list('').some(({ name }) => name.startsWith('tsup.config.')) ||
    folder.isFile('tsup.config.json')
  if (entries.length === 0 && hasConfig) return undefined
  const out = flagValue(words, '-d', '--out-dir') ?? 'dist'
  const format = flagValue(words, '--format') ?? 'cjs'
  // tsup names the format that is not the package's own by its extension.
  const isModule = pkg.type === 'module'
  const extension =
    format === 'cjs' && isModule ? '.cjs' : format === 'esm' && !isModule ? '.mjs' : '.js'
  const config: Tsconfig = {
    emits: true,
    outDir: out,
    sources: entries.length > 0 ? entries : [usual],
  }
  return (source) =>
    config.sources.includes(source)
      ? tscOutput(config, source).replace(/\.js$/, extension)
      : undefined
}
