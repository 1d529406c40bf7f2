import { accessSync, constants, existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { RuntimeError } from './runtime-error.js'

/** What runs a script. `isNode`: it takes Node's flags and our preload. */
export interface Interpreter {
  /** Absolute path or name; 'none' where the script runs itself. */
  command: string
  isNode: boolean
  /** Node flags that the script's language needs. */
  flags: string[]
}

/** PM2's table (lib/API/interpreter.json); Node languages are decided below. */
const BY_EXTENSION: Record<string, string[]> = {
  '.sh': ['bash', 'sh'],
  '.py': ['python', 'python3'],
  '.rb': ['ruby'],
  '.php': ['php'],
  '.pl': ['perl'],
  '.coffee': ['coffee'],
}

/**
 * Chooses by the name in the file, else by the extension, else by the first bytes (a shebang or a
 * binary runs itself). `nodeArgs`: what the file hands to the interpreter. A loader with flags of
 * its own among them is run as its own program, as PM2 does it. Throws a RuntimeError for an interpreter
 * that is not installed.
 */
export function chooseInterpreter(
  script: string,
  named: string | undefined,
  cwd: string,
  env: NodeJS.ProcessEnv,
  nodeArgs: string[] = [],
): Interpreter {
  const node: Interpreter = { command: process.execPath, isNode: true, flags: [] }
  if (named === 'none') return { command: 'none', isNode: false, flags: [] }
  if (named?.includes('node@'))
    return { ...node, command: nodeOfVersion(named.split('@')[1] ?? '', env) }
  if (named !== undefined && named !== 'node') {
    const flags = loaderFlags(path.basename(named), cwd)
    const found = which(named, env, cwd)
    if (flags && (!found || nodeArgs.every(isForNode))) return { ...node, flags }
    if (!found && path.basename(named) === 'node') return node
    if (!found) throw missing(named, 'the ecosystem file names it as `interpreter`')
    return { command: found, isNode: isNode(found), flags: [] }
  }
  const extension = path.extname(script)
  if (/^\.[mc]?tsx?$/.test(extension)) return { ...node, flags: typescriptFlags(extension, cwd) }
  const candidates = BY_EXTENSION[extension]
  if (candidates && named === undefined) {
    const found = candidates.map((name) => which(name, env, cwd)).find(Boolean)
    if (!found) throw missing(candidates[0] as string, `${path.basename(script)} needs it`)
    return { command: found, isNode: false, flags: [] }
  }
  return named === undefined && runsItself(script)
    ? { command: 'none', isNode: false, flags: [] }
    : node
}

/**
 * Whether a program is Node itself, under whatever name: `node`, `nodejs`, `node20`, or a link to
 * one. `ts-node` is none.
 */
function isNode(file: string): boolean {
  return (
    [file, realpathSync(file)].some((one) => /^node(js)?-?v?[\d.]*$/.test(path.basename(one))) ||
    realpathSync(file) === realpathSync(process.execPath)
  )
}

/** The path of a command as a shell would find it. */
export function which(name: string, env: NodeJS.ProcessEnv, cwd: string): string | undefined {
  if (name.includes('/'))
    return isExecutable(path.resolve(cwd, name)) ? path.resolve(cwd, name) : undefined
  const folders = [path.join(cwd, 'node_modules/.bin'), ...(env.PATH ?? '').split(path.delimiter)]
  return folders.map((folder) => path.join(folder, name)).find(isExecutable)
}

/**
 * `node@20.11.0`, as PM2 has it: the Node that nvm keeps under that version. PM2 would install it;
 * a dyno has the one that package.json's
 * `engines` asks for, which also answers to its own version.
 */
function nodeOfVersion(version: string, env: NodeJS.ProcessEnv): string {
  const wanted = version.replace(/^v/, '')
  if (`${process.versions.node}.`.startsWith(`${wanted}.`)) return process.execPath
  const file = env.NVM_DIR && path.join(env.NVM_DIR, 'versions/node', `v${wanted}`, 'bin/node')
  if (file && isExecutable(file)) return file
  throw new RuntimeError(
    `Node.js ${wanted} is not installed here, as \`interpreter: node@${version}\` wants it`,
    `this is Node.js ${process.versions.node}${env.NVM_DIR ? `, and nvm has no v${wanted}` : ''}`,
    `set \`engines.node\` in package.json to ${wanted}, and leave \`interpreter\` out`,
  )
}

/** The app's own tsx or ts-node, where this Node does not strip types by itself. */
function typescriptFlags(extension: string, cwd: string): string[] {
  const flags = loaderFlags('tsx', cwd) ?? loaderFlags('ts-node', cwd)
  if (flags) return flags
  if (extension !== '.tsx' && 'typescript' in process.features) return []
  throw new RuntimeError(
    'the script is TypeScript, and nothing here runs it',
    `neither tsx nor ts-node is installed in ${cwd}`,
    'npm install tsx, or compile in a build script and start the JavaScript',
  )
}

/**
 * What Node requires or imports to be a loader's program, by the program's name, which may stand at
 * the end of a path.
 */
const LOADERS: Record<string, ['--require' | '--import', string]> = {
  tsx: ['--import', 'tsx'],
  esno: ['--import', 'tsx'],
  'ts-node': ['--require', 'ts-node/register'],
  'babel-node': ['--require', '@babel/register'],
  'swc-node': ['--require', '@swc-node/register'],
}

/**
 * How Node itself loads what a loader's program does, so that the instance is Node's and drains as
 * any other; undefined if the app has it not.
 */
function loaderFlags(name: string, cwd: string): string[] | undefined {
  const loader = Object.hasOwn(LOADERS, name) ? LOADERS[name] : undefined
  if (!loader) return undefined
  const [flag, module] = loader
  const fromApp = createRequire(path.join(cwd, 'package.json'))
  try {
    const file = fromApp.resolve(module)
    return [flag, flag === '--import' ? module : file]
  } catch (error) {
    if (
      ['MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'].includes(
        (error as NodeJS.ErrnoException).code ?? '',
      )
    )
      return undefined
    throw error
  }
}

/**
 * Whether Node itself takes an argument. `-C` names a condition to Node and a compiler to ts-node,
 * whose it is then.
 */
function isForNode(argument: string): boolean {
  if (!argument.startsWith('-')) return true
  return (
    argument !== '-C' &&
    (process.allowedNodeEnvironmentFlags.has(argument) ||
      /^--(expose[-_]gc|harmony)/.test(argument))
  )
}

function runsItself(script: string): boolean {
  const start = readFileSync(script).subarray(0, 256)
  if (start.subarray(0, 2).toString() === '#!') {
    const line = start.toString('latin1').split('\n')[0] ?? ''
    return !/\bnode\b/.test(line) && isExecutable(script)
  }
  return start.includes(0)
}

function missing(name: string, why: string): RuntimeError {
  return new RuntimeError(
    `the interpreter \`${name}\` is not installed here`,
    why,
    `install ${name} (on Heroku: the buildpack that brings it), or change \`interpreter\``,
  )
}

function isExecutable(file: string): boolean {
  if (!existsSync(file)) return false
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return false
    throw error
  }
}
