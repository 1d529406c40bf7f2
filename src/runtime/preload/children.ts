import childProcess, { type ChildProcess } from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import { attachedTo } from './inheritance.js'

/** In the environment of a worker that is started while its cluster stops. */
export const HELD_BACK = 'SHIPIT_TREE_STOPS'

interface SpawnOptions {
  envPairs?: string[]
}

/**
 * What this process starts. Whatever environment it gives them, they carry its mark, and a Node
 * among them loads the preload; its own `process.env.NODE_OPTIONS` stays as the user set it.
 */
export class Children {
  readonly #living = new Set<ChildProcess>()
  /** Called when a worker of node:cluster starts. */
  onWorker: () => void = () => undefined
  /** Whether workers that are started now are to wait for their end. */
  holdsBack = false

  /** `onFirst`: before the first process starts. */
  constructor(lib: string, mark: string, onFirst: () => void) {
    const inherit = (pairs: string[]) => this.#inherit(pairs, lib, mark)
    const living = this.#living
    let isFirst = true
    const prototype = childProcess.ChildProcess.prototype as unknown as {
      spawn(options: SpawnOptions): unknown
    }
    const spawn = prototype.spawn
    prototype.spawn = function (this: ChildProcess, options: SpawnOptions) {
      if (isFirst) onFirst()
      isFirst = false
      if (Array.isArray(options?.envPairs)) inherit(options.envPairs)
      living.add(this)
      this.once('exit', () => living.delete(this))
      this.once('error', () => this.pid === undefined && living.delete(this))
      return spawn.call(this, options)
    }
    inheritInSync(
      (env) => fromPairs(inherit(toPairs(env))),
      () => {
        if (isFirst) onFirst()
        isFirst = false
      },
    )
  }

  /** Whether a process that this one waits for, and has not let go by `unref()`, is still there. */
  get areAwaited(): boolean {
    return [...this.#living].some((child) =>
      (child as unknown as { _handle?: { hasRef(): boolean } | null })._handle?.hasRef(),
    )
  }

  #inherit(pairs: string[], lib: string, mark: string): string[] {
    const isWorker = pairs.some((pair) => pair.startsWith('NODE_UNIQUE_ID='))
    if (isWorker) this.onWorker()
    if (isWorker && this.holdsBack) pairs.push(`${HELD_BACK}=1`)
    if (!pairs.some((pair) => pair.startsWith('SHIPIT_TREE='))) pairs.push(`SHIPIT_TREE=${mark}`)
    const at = pairs.findIndex((pair) => pair.startsWith('NODE_OPTIONS='))
    const options = `NODE_OPTIONS=${attachedTo(at < 0 ? undefined : pairs[at]?.slice('NODE_OPTIONS='.length), lib)}`
    if (at < 0) pairs.push(options)
    else pairs[at] = options
    return pairs
  }
}

type Options = { env?: NodeJS.ProcessEnv } | null | undefined
type Run = (...args: unknown[]) => unknown

/**
 * A launcher may as well wait for its server by `execSync`; there the environment can only be given
 * as an option.
 */
function inheritInSync(
  inherit: (env: NodeJS.ProcessEnv) => NodeJS.ProcessEnv,
  onStart: () => void,
): void {
  const module = childProcess as unknown as Record<string, Run>
  for (const name of ['spawnSync', 'execFileSync', 'execSync']) {
    const run = module[name] as Run
    module[name] = (...all: unknown[]) => {
      onStart()
      const args = all.slice(0, 1 + all.findLastIndex((one) => one !== undefined))
      const at = args.findIndex(
        (one, i) => i > 0 && (one === null || (typeof one === 'object' && !Array.isArray(one))),
      )
      const given = (at < 0 ? undefined : args[at]) as Options
      const options = { ...given, env: inherit(given?.env ?? process.env) }
      return run(...(at < 0 ? [...args, options] : args.with(at, options)))
    }
  }
  syncBuiltinESMExports()
}

function toPairs(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}=${value}`,
  )
}

function fromPairs(pairs: string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
}
