import path from 'node:path'
import { statfs } from 'node:fs/promises'
import type { Isolate } from '../dynos/isolation.js'
import type { BuildPlaces } from './environment.js'
import { knownFailure, scriptFailure, type FailedStep } from './failure-messages.js'
import { BuildFailure } from './failure.js'
import type { BuildOutput } from './output.js'
import { runTool } from './run-tool.js'

/** The Node.js that an app is built with and runs on. */
export interface NodeRuntime {
  version: string
  /**
   * Absolute folder of it, with its bin; undefined if it is the one that runs the embedded Heroku.
   */
  dir: string | undefined
}

/** Bytes that a build must leave on its disk to be believed. */
const FREE_AT_LEAST = 1024 * 1024

/** All that the steps of one build share. */
export interface BuildContext {
  places: BuildPlaces
  /** The app's own cache folder. */
  cache: string
  /**
   * node_modules, once it is kept outside of the tree that is built: where it lies, and its bytes
   * on disk.
   */
  modules?: { dir: string; size: number }
  env: Record<string, string>
  /** The same without the app's config vars, for what Heroku itself does. */
  hostEnv: Readonly<Record<string, string>>
  /** Set as soon as it is chosen. */
  node?: NodeRuntime
  /** Version of npm that the build runs; set with it. */
  npm?: string
  configVars: Readonly<Record<string, string>>
  output: BuildOutput
  signal: AbortSignal
  onProcessGroup: (group: number) => void
  /** Absent if nothing keeps the build from the rest of the state folder. */
  isolate?: Isolate | undefined
}

export interface StepOptions {
  cwd?: string
  env?: Record<string, string>
}

/** Lines of a step's output that are read for the reason of its failure. */
const LINES_READ = 5000

/**
 * Runs a tool of the build with its output indented as Heroku does.
 * Throws {@link BuildFailure} if it fails, in Heroku's words if its output is that of a failure
 * that Heroku names.
 */
export async function step(
  context: BuildContext,
  kind: FailedStep,
  command: string,
  args: string[],
  options: StepOptions = {},
): Promise<void> {
  const lines: string[] = []
  const status = await run(
    context,
    command,
    args,
    (line) => {
      context.output.line(line)
      if (lines.push(line) > 2 * LINES_READ) lines.splice(0, LINES_READ)
    },
    options,
  )
  await refuseFullDisk(context.places.dir)
  if (status === 0) return
  const called = [command, ...args].join(' ')
  throw (
    knownFailure(kind, lines.slice(-LINES_READ).join('\n')) ??
    (kind === 'script'
      ? scriptFailure(called, status)
      : new BuildFailure(`\`${called}\` failed with exit status ${status}.`, [
          'Its own output is above.',
        ]))
  )
}

/**
 * npm can end with status 0 though the disk was full and files lack their ends (seen with npm
 * 11.19), so its word is not enough.
 */
async function refuseFullDisk(dir: string): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(dir)
  if (blocks > 0 && bavail * bsize < FREE_AT_LEAST) throw BuildFailure.diskFull()
}

/** Runs a tool for its output alone. */
export async function capture(
  context: BuildContext,
  command: string,
  args: string[],
  options: StepOptions = {},
): Promise<{ status: number; lines: string[] }> {
  const lines: string[] = []
  const status = await run(context, command, args, (line) => lines.push(line), options)
  return { status, lines }
}

/** Bytes on disk of a folder and all in it. */
export async function sizeOf(context: BuildContext, dir: string): Promise<number> {
  const { status, lines } = await capture(context, 'du', ['-sk', dir])
  const size = Number.parseInt(lines.at(-1) ?? '', 10) * 1024
  if (status !== 0 || Number.isNaN(size))
    throw new BuildFailure(`The size of ${dir} could not be measured.`, lines)
  return size
}

/**
 * Tools of the platform's own, which run nothing of the app and go from one of its folders to
 * another. They are this machine's, whatever a script of the app has put on the build's PATH.
 */
const OWN = new Set(['cp', 'du', 'find', 'git'])

async function run(
  context: BuildContext,
  command: string,
  args: string[],
  onLine: (line: string) => void,
  options: StepOptions,
): Promise<number> {
  const { places, cache, isolate } = context
  const cwd = options.cwd ?? places.dir
  const isOwn = OWN.has(command)
  const dirs = [places.dir, path.dirname(places.home), cache, places.caches, places.nodes]
  const line = [command, ...args]
  const [program, ...rest] = isolate && !isOwn ? isolate(line, { dirs, cwd }) : line
  let isMissing = false
  const status = await runTool({
    command: program!,
    args: rest,
    cwd,
    env: { ...(isOwn ? context.hostEnv : context.env), ...options.env },
    signal: context.signal,
    onStart: context.onProcessGroup,
    onLine: (text) => {
      if (text.startsWith(`unshare: failed to execute ${command}:`)) isMissing = true
      else onLine(text)
    },
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    isMissing = true
    return 127
  })
  if (isMissing) throw new BuildFailure(`${command} was not found on this machine's PATH.`)
  return status
}
