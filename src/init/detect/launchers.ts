import path from 'node:path/posix'
import { parse } from 'jsonc-parser'
import { ECOSYSTEM_FILES, formatOf } from '../../ecosystem/names.js'
import { plainLaunch } from '../types.js'
import { flagValue, splitFlags } from './command-line.js'
import { builtServerEnv } from './frameworks-built.js'
import { parseLoaderWords } from './loader-flags.js'
import { entryFile, type Loader } from './entry-file.js'
import { nestConfig } from './build-output.js'
import { parseNodeWords } from './node-flags.js'
import { isObject } from './package-json.js'
import { followServe, isServe } from './pm2-serve.js'
import { resolveFile } from './resolve-file.js'
import {
  notInFile,
  parsePm2CommandLine,
  type Pm2CommandLine,
} from '../../ecosystem/pm2-command-line.js'
import { broken, refused, type Project, type Target } from './target.js'
import { anyOf } from '../../lib/any-of.js'

/** Follows a line of the app; launchers of another command (nodemon --exec) call back with it. */
type Follow = (line: string[]) => Target
type Launcher = (words: string[], project: Project, follow: Follow) => Target

/** Programs that start a node script, by name. `words` are those after the program. */
export const LAUNCHERS: Record<string, Launcher> = {
  node: runNode,
  nodejs: runNode,
  nodemon: runNodemon,
  'ts-node': typed('ts-node'),
  'ts-node-esm': typed('ts-node'),
  'ts-node-script': typed('ts-node'),
  'ts-node-transpile-only': typed('ts-node'),
  'ts-node-dev': typed('ts-node'),
  tsnd: typed('ts-node'),
  tsx: typed('tsx'),
  'babel-node': typed('@babel/register'),
  'swc-node': typed('@swc-node/register'),
  esr: typed('esbuild-register'),
  forever: runForever,
  ...Object.fromEntries(
    ['pm2', 'pm2-runtime', 'pm2-docker', 'pm2-dev', 'shipit-runtime'].map((program) => [
      program,
      pm2Launcher(program),
    ]),
  ),
  nest: runNest,
}

function runNode(words: string[], project: Project): Target {
  const command = parseNodeWords(words)
  if (command.script === undefined) return refused('node is given no file')
  const loader = command.isTyped ? loaderIn(command.launch.nodeArgs) : undefined
  const isNative = loader === undefined && /\.[cm]?ts$/.test(command.script)
  const target = entryFile(
    project,
    command.script,
    isNative ? { ...command.launch, interpreter: 'node' } : command.launch,
    loader,
  )
  if (target.kind !== 'script') return target
  const env = { ...builtServerEnv(target.entry, project), ...target.launch.env }
  return {
    ...target,
    launch: { ...target.launch, env },
    notes: [...target.notes, ...command.notes],
  }
}

function loaderIn(nodeArgs: string[]): Loader | undefined {
  const text = nodeArgs.join(' ')
  return (
    ['ts-node', 'tsx', '@swc-node/register', 'esbuild-register', '@babel/register'] as const
  ).find((name) => text.includes(name))
}

const NODEMON_VALUES =
  /^(-w|--watch|-e|--ext|-x|--exec|-d|--delay|-i|--ignore|-s|--signal|--config|--cwd|-C)$/

/**
 * nodemon [flags] [script] [args]; without a script it runs package.json's main, and nodemon.json
 * may hold `exec`.
 */
function runNodemon(words: string[], project: Project, follow: Follow): Target {
  const { flags, rest } = splitFlags(
    words,
    (flag) =>
      (NODEMON_VALUES.test(flag) && flag !== '-C') || /^(-r|--require|--import)$/.test(flag),
  )
  const config: unknown = parse(project.folder.read('nodemon.json') ?? '{}')
  // nodemon also reads its flags after the script.
  const exec =
    flagValue(words, '-x', '--exec') ??
    (isObject(config) && typeof config['exec'] === 'string' ? config['exec'] : undefined)
  const script = rest.filter(
    (word, at) => !(NODEMON_VALUES.test(word) || NODEMON_VALUES.test(rest[at - 1] ?? '')),
  )
  if (exec !== undefined) return follow([exec, ...script])
  const nodeFlags = flags.filter(
    (flag, at) =>
      /^(-r|--require|--import|--max-old|--experimental|--enable|--inspect)/.test(flag) ||
      /^(-r|--require|--import)$/.test(flags[at - 1] ?? ''),
  )
  const file = script[0] ?? project.pkg.main ?? 'index.js'
  return follow([file.endsWith('.ts') ? 'ts-node' : 'node', ...nodeFlags, file, ...script.slice(1)])
}

/** ts-node, tsx and their like: a source and a loader. */
function typed(loader: Loader): Launcher {
  return (words, project) => {
    const { launch, file, unknown } = parseLoaderWords(
      loader,
      words[0] === 'watch' ? words.slice(1) : words,
    )
    if (file === undefined) return refused('the command names no file')
    const target = entryFile(project, file, launch, loader)
    if (target.kind !== 'script') return target
    // A built file needs no loader, and none of its flags.
    if (target.launch.interpreter === undefined)
      return { ...target, launch: { ...target.launch, env: {} } }
    return unknown === undefined
      ? target
      : refused(`\`${unknown}\` is a flag of the command alone, and PM2 starts the file without it`)
  }
}

const FOREVER_VALUES = anyOf([
  /^(-[mloepca]|--append|--id|--uid|--minUptime|--spinSleepTime|--pidFile|--logFile|--command)$/,
  /^--(sourceDir|workingDir|watchDirectory|watchIgnore|killSignal|killTree)$/,
])

function runForever(words: string[], _project: Project, follow: Follow): Target {
  const takesValue = (flag: string) => FOREVER_VALUES.test(flag) && !/^(-a|--append)$/.test(flag)
  const first = splitFlags(words, takesValue)
  const action = /^(start|restart)$/.test(first.rest[0] ?? '')
  const second = action ? splitFlags(first.rest.slice(1), takesValue) : first
  if (second.rest.length === 0) return refused('forever is given no file')
  const command = flagValue(action ? first.rest : words, '-c', '--command')
  const sourceDir = flagValue(words, '--sourceDir')
  const [file, ...args] = second.rest
  return follow([command ?? 'node', sourceDir ? path.join(sourceDir, file!) : file!, ...args])
}

function pm2Launcher(program: string): Launcher {
  return (words, project, follow) => {
    if (isServe(words, project, program)) {
      const { line, ...target } = followServe(words, project)
      return { ...target, pm2: { program, line } }
    }
    const line = parsePm2CommandLine(words)
    return { ...runPm2(line, project, follow), pm2: { program, line } }
  }
}

/**
 * `pm2 start`, `pm2-runtime [start]` and our own runtime: an ecosystem file, or a script with PM2's
 * flags, which become options of the ecosystem file. A flag that none can carry stops it, by its
 * name.
 */
function runPm2(line: Pm2CommandLine, project: Project, follow: Follow): Target {
  const refusal = notInFile(line)
  if (refusal)
    return broken(
      `PM2's flag ${refusal.flag} cannot be carried into an ecosystem file: ${refusal.why}`,
      `Take ${refusal.flag} out of the start command, then run shipit init again.`,
    )
  const file =
    line.file?.replace(/^\.\//, '') ?? ECOSYSTEM_FILES.find((name) => project.folder.isFile(name))
  if (file === undefined) return refused('PM2 is given no file')
  if (line.more.length > 0)
    return refused(
      `PM2 is given several files: ${[file, ...line.more].join(', ')}`,
      'Write an ecosystem file with an app for each: ' +
        'https://pm2.keymetrics.io/docs/usage/application-declaration/',
    )
  const printing =
    line.output === 'raw' || line.output === 'json'
      ? []
      : [{ flag: `--${line.output}`, why: "the lines of a dyno go to the app's log as they are" }]
  const notes = [...line.dropped, ...printing].map(
    ({ flag, why }) => `PM2's flag ${flag} is left out: ${why}.`,
  )
  if (formatOf(file) !== undefined) {
    if (!project.folder.isFile(file)) return broken(`the ecosystem file \`${file}\` does not exist`)
    const startArgs = [
      ...(line.env === undefined ? [] : ['--env', line.env]),
      ...(line.only === undefined ? [] : ['--only', line.only]),
    ]
    return {
      kind: 'ecosystem',
      file,
      startArgs,
      how: `the ecosystem file ${file}`,
      before: [],
      notes,
    }
  }
  return withOptions(followScript(file, line, project, follow), line, notes)
}

function followScript(
  file: string,
  { args, options }: Pm2CommandLine,
  { folder }: Project,
  follow: Follow,
): Target {
  const nodeArgs =
    typeof options['node_args'] === 'string'
      ? options['node_args'].split(/\s+/).filter(Boolean)
      : []
  const interpreter =
    typeof options['interpreter'] === 'string' ? options['interpreter'] : undefined
  if (/^(npm|yarn|pnpm)$/.test(file)) return follow([file, ...args])
  // PM2 gives a line with spaces to a shell.
  if (file.includes(' ')) return follow([file, ...args])
  // And what is not a file of the app it looks for on the PATH.
  if (/^[\w-]+$/.test(file) && !interpreter && resolveFile(folder, file) === undefined)
    return follow([file, ...args])
  return follow([
    interpreter && interpreter !== 'none' ? interpreter : 'node',
    ...nodeArgs,
    file,
    ...args,
  ])
}

/**
 * What the flags say of the app, beside its script: all but what the script's own launch has taken
 * over.
 */
function withOptions(
  target: Target,
  { options, env, output }: Pm2CommandLine,
  notes: string[],
): Target {
  if (target.kind !== 'script') return target
  const { node_args: _, interpreter: __, cwd, ...rest } = options
  const all = {
    ...target.launch.options,
    ...rest,
    ...(output === 'json' ? { log_type: 'json' } : {}),
  }
  const launch = {
    ...target.launch,
    ...(Object.keys(all).length > 0 ? { options: all } : {}),
    ...(typeof cwd === 'string' ? { cwd } : {}),
  }
  const named =
    env === undefined
      ? []
      : [
          `PM2's flag --env ${env} is left out: it chooses env_${env} of an ecosystem file, ` +
            'and there is none yet.',
        ]
  return { ...target, launch, notes: [...target.notes, ...notes, ...named] }
}

/**
 * `nest start [app]` runs the built entryFile, main unless nest-cli.json says another.
 * https://docs.nestjs.com/cli/usages
 */
function runNest(words: string[], project: Project): Target {
  if (words[0] !== 'start') return refused(`\`nest ${words[0] ?? ''}\` does not start the app`)
  const config = nestConfig(project.folder)
  const app = words.slice(1).find((word) => !word.startsWith('-'))
  const projects = isObject(config['projects']) ? config['projects'] : {}
  const chosen =
    app ??
    (config['monorepo'] === true && typeof config['root'] === 'string'
      ? path.basename(config['root'])
      : undefined)
  const own = chosen !== undefined && isObject(projects[chosen]) ? projects[chosen] : config
  const text = (name: string, usual: string) => (typeof own[name] === 'string' ? own[name] : usual)
  const source = path.join(text('sourceRoot', 'src'), `${text('entryFile', 'main')}.ts`)
  if (!resolveFile(project.folder, source, true))
    return broken(`\`${source}\`, which Nest would build, does not exist`)
  if (chosen !== undefined && own !== config) {
    const built = path.join(
      'dist',
      text('root', `apps/${chosen}`),
      `${text('entryFile', 'main')}.js`,
    )
    return {
      kind: 'script',
      entry: built,
      launch: plainLaunch(),
      how: `${source}, which Nest builds to ${built}`,
      before: [],
      notes: [],
    }
  }
  if (!project.build)
    return broken(
      `Nest builds \`${source}\` at every start, and Heroku has no build script to run`,
      'Add "build": "nest build" to the scripts in package.json.',
    )
  return entryFile(project, source, plainLaunch())
}
