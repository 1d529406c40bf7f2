import { execFile } from 'node:child_process'
import { mkdir, readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import semver from 'semver'
import writeFileAtomic from 'write-file-atomic'
import { monotonic } from '../../lib/monotonic.js'
import { removeFolder } from '../daemon/folders.js'
import type { BuildContext, NodeRuntime } from './context.js'
import { FRESH, hasNode, installNode, publishedNodes } from './node-install.js'
import {
  RECOMMENDED_LTS,
  chooseNode,
  nearestNode,
  noSuchNode,
  nodeRange,
  nodeWarnings,
  npmRangeBeside,
} from './node-versions.js'
import { npmVersion } from './tools.js'

/**
 * ms for which the registry's list of versions is taken as it was: Heroku's own list moves with
 * releases of its buildpack.
 */
const LIST_AGE = 24 * 60 * 60 * 1000
/** ms for which a registry that did not answer is not asked again. */
const SILENCE = 2 * 60 * 1000
/** Bytes of Node.js versions that no slug uses, kept for the next build. */
const UNUSED_AT_MOST = 1024 * 1024 * 1024

const silentSince = new Map<string, { at: number; why: string }>()

/**
 * Finds the Node.js that Heroku would install for engines.node, and brings it from npm's registry
 * unless this machine runs that version itself, with an npm of its line. Without the registry, one
 * that was brought before serves if it is in the range, else the machine's own, with a warning.
 * @param host the build with an environment that has no config var of the app
 * @param mode "machine": always the machine's own (environment variable SHIPIT_LOCAL_NODE)
 * Throws BuildFailure if engines.node is not a range, or no version is in it.
 */
export async function provideNode(
  host: BuildContext,
  asked: string | undefined,
  mode: string | undefined,
): Promise<NodeRuntime> {
  const { output, configVars } = host
  output.line(
    asked
      ? `Resolving node version ${asked}...`
      : 'No Node.js version specified, resolving current LTS version...',
  )
  nodeRange(asked)
  const mayBeWide = configVars.NODEJS_ALLOW_WIDE_RANGE === 'true'
  if (mode === 'machine') return machineNode(host, asked, 'SHIPIT_LOCAL_NODE=machine')
  try {
    const versions = await listNodes(host)
    const chosen = chooseNode(asked, versions, mayBeWide)
    if (chosen === undefined) {
      const nearest = nearestNode(asked ?? '', versions)
      if (nearest === undefined) throw noSuchNode(asked ?? RECOMMENDED_LTS)
      output.warning(`THIS APP ASKS FOR NODE ${asked} AND RUNS ON NODE ${nearest} HERE.`)
      output.warning(
        'The npm registry lacks some versions of Node.js, and has none in this range. Heroku ' +
          'would install what it asks for.',
      )
      return await nodeOf(host, nearest)
    }
    for (const line of nodeWarnings(asked, chosen)) output.warning(line)
    return await nodeOf(host, chosen.version)
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    const kept = chooseNode(
      asked,
      [...(await keptNodes(host.places.nodes)), process.versions.node],
      mayBeWide,
    )
    if (kept === undefined) return machineNode(host, asked, error.message)
    output.line(`The newest version could not be had (${error.message}).`)
    return hasNode(path.join(host.places.nodes, kept.version))
      ? await nodeOf(host, kept.version)
      : ownNode(host)
  }
}

/** The registry cannot be reached, or what it has does not run here. */
class Unreachable extends Error {}

/**
 * The machine's own serves only with an npm of the line that came with it: a build that asks for
 * none runs that of its Node.js.
 */
async function nodeOf(host: BuildContext, version: string): Promise<NodeRuntime> {
  if (
    version === process.versions.node &&
    semver.satisfies((await npmVersion(host.env)) ?? '0.0.0', npmRangeBeside(version))
  )
    return ownNode(host)
  const dir = path.join(host.places.nodes, version)
  if (!hasNode(dir))
    await orUnreachable(host, `node ${version}`, () => installNode(host, version, dir))
  else host.output.line(`Using node ${version}`)
  return { version, dir }
}

function ownNode({ output }: BuildContext): NodeRuntime {
  const { node } = process.versions
  output.line(`Using node ${node} of this machine`)
  return { version: node, dir: undefined }
}

function machineNode(host: BuildContext, asked: string | undefined, why: string): NodeRuntime {
  const { output } = host
  const { node } = process.versions
  const own = ownNode(host)
  if (!semver.satisfies(node, nodeRange(asked), { includePrerelease: true })) {
    output.warning(
      `THIS APP ASKS FOR NODE ${asked ?? `${RECOMMENDED_LTS} (NONE IS SPECIFIED)`} AND RUNS ` +
        `ON NODE ${node} HERE.`,
    )
    output.warning(`Heroku would install what it asks for; here it could not be had: ${why}.`)
  }
  return own
}

async function listNodes(host: BuildContext): Promise<string[]> {
  const file = path.join(host.places.nodes, 'versions.json')
  const kept = await keptList(file)
  if (kept && Math.abs(Date.now() - kept.at) < LIST_AGE) return kept.versions
  try {
    return await orUnreachable(host, 'the list of Node.js versions', async () => {
      const versions = await publishedNodes(host)
      await mkdir(host.places.nodes, { recursive: true })
      await writeFileAtomic(file, JSON.stringify({ at: Date.now(), versions }))
      return versions
    })
  } catch (error) {
    if (kept && error instanceof Unreachable) return kept.versions
    throw error
  }
}

async function keptList(file: string): Promise<{ at: number; versions: string[] } | undefined> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as {
      at?: unknown
      versions?: unknown
    } | null
    const isList =
      typeof kept?.at === 'number' &&
      Array.isArray(kept.versions) &&
      kept.versions.every((one) => typeof one === 'string')
    return isList ? (kept as { at: number; versions: string[] }) : undefined
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT')
      return undefined
    throw error
  }
}

/** Asks the registry, but not again and again while it does not answer. */
async function orUnreachable<T>(
  host: BuildContext,
  what: string,
  ask: () => Promise<T>,
): Promise<T> {
  const key = `${host.places.nodes} ${what}`
  const silent = silentSince.get(key)
  if (silent && monotonic() - silent.at < SILENCE) throw new Unreachable(silent.why)
  try {
    return await ask()
  } catch (error) {
    host.signal.throwIfAborted()
    const why = `${what}: ${error instanceof Error ? error.message : String(error)}`
    silentSince.set(key, { at: monotonic(), why })
    throw new Unreachable(why, { cause: error })
  }
}

async function namesIn(nodes: string): Promise<string[]> {
  return await readdir(nodes).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
}

async function keptNodes(nodes: string): Promise<string[]> {
  return (await namesIn(nodes)).filter(
    (name) => semver.valid(name) !== null && hasNode(path.join(nodes, name)),
  )
}

/**
 * Removes unfinished installations, and the oldest of the versions that no slug uses once they take
 * too much room. Not while builds run. @param used `node` of all slugs
 */
export async function sweepNodes(
  nodes: string,
  used: readonly (string | undefined)[],
  atMost = UNUSED_AT_MOST,
): Promise<void> {
  for (const name of await namesIn(nodes))
    if (name.startsWith(FRESH)) await removeFolder(path.join(nodes, name))
  let room = atMost
  const unused = semver.rsort(
    (await keptNodes(nodes)).filter((version) => !used.includes(path.join(nodes, version))),
  )
  for (const version of unused) {
    const dir = path.join(nodes, version)
    room -= await sizeOfFolder(dir)
    if (room < 0) await removeFolder(dir)
  }
}

const exec = promisify(execFile)

/** Bytes on disk of a folder and all in it. */
export async function sizeOfFolder(dir: string): Promise<number> {
  const { stdout } = await exec('du', ['-sk', dir])
  return Number.parseInt(stdout, 10) * 1024
}
