import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../../../src/paths.js'
import { until } from '../../../src/lib/until.js'
import { keptNpm } from '../../support/kept-npm/index.js'
import { checkExitStatus } from '../../support/exit-status.js'
import { checkHints } from '../../support/hints.js'
import { inherited } from '../../support/inherited.js'
import { checkJson } from '../../support/json-shape.js'
import { procFile, processIds } from '../../support/process-table.js'
import { openJournal, type Journal } from './journal.js'

export interface Outcome {
  status: number
  stdout: string
  stderr: string
  /** Both, in the order they came. */ output: string
}
export interface RunOptions {
  cwd?: string
  input?: string
  env?: NodeJS.ProcessEnv
  onSpawn?: (pid: number) => void
  onOutput?: (text: string) => void
}

/**
 * A user's machine in a temporary folder: their own home, their own embedded Heroku, the built CLI.
 * Nothing of it outlives close(), which also fails if a process was left behind.
 */
export class World {
  /** The Node.js that runs the CLI. */
  node = process.execPath

  private constructor(
    readonly folder: string,
    readonly env: NodeJS.ProcessEnv,
    private readonly journal: Journal,
  ) {}

  static async create(env: NodeJS.ProcessEnv = {}): Promise<World> {
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'shipit-e2e-')))
    const home = path.join(folder, 'home')
    // Compiled code as of a user's second call: the first compiles the CLI for a tenth of a second,
    // and every world would be the first.
    await Promise.all([
      mkdir(COMPILED, { recursive: true }),
      mkdir(path.join(home, '.cache'), { recursive: true }),
    ])
    await symlink(COMPILED, path.join(home, '.cache/shipit'))
    const [cache, npm, journal] = await Promise.all([npmCache(), keptNpm(), openJournal()])
    return new World(
      folder,
      {
        PATH: [npm, process.env.PATH].join(path.delimiter),
        LANG: 'C.UTF-8',
        TMPDIR: tmpdir(),
        ...inherited('NODE_EXTRA_CA_CERTS', 'npm_config_cafile'),
        HOME: home,
        npm_config_cache: cache.cache,
        npm_config_registry: cache.registry,
        SHIPIT_HOME: path.join(folder, 'state'),
        // A second install for each app of the tests; what it tells is tested by itself.
        SHIPIT_INSTALL_CHECK: 'false',
        SHIPIT_SKIP_UPDATE_CHECK: '1',
        SHIPIT_E2E: folder,
        // Another Node.js is brought in a test of its own.
        SHIPIT_LOCAL_NODE: 'machine',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@example.com',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@example.com',
        ...journal.env,
        ...env,
      },
      journal,
    )
  }

  /** Runs a program; never throws for its exit status. */
  run(program: string, args: string[], options: RunOptions = {}): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, {
        cwd: options.cwd ?? this.folder,
        env: { ...this.env, ...options.env },
        stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      })
      const outcome: Outcome = { status: -1, stdout: '', stderr: '', output: '' }
      const take = (stream: 'stdout' | 'stderr') => (text: string) => {
        outcome[stream] += text
        outcome.output += text
        options.onOutput?.(text)
      }
      child.stdout!.setEncoding('utf8').on('data', take('stdout'))
      child.stderr!.setEncoding('utf8').on('data', take('stderr'))
      child.on('error', reject)
      child.on('close', (code, signal) =>
        resolve({ ...outcome, status: code ?? 128 + (signal === 'SIGKILL' ? 9 : 15) }),
      )
      if (options.input !== undefined) child.stdin!.end(options.input)
      if (child.pid !== undefined) options.onSpawn?.(child.pid)
    })
  }

  /** The built CLI, as a user types it. */
  async shipit(args: string[], options: RunOptions = {}): Promise<Outcome> {
    const outcome = await this.run(
      this.node,
      [path.join(packageRoot, 'bin/shipit.js'), ...args],
      options,
    )
    await checkHints(outcome.stderr)
    await checkJson(args, outcome)
    await checkExitStatus(args, outcome.status)
    return outcome
  }

  /** What a command reports with --json; throws with its whole output where it fails. */
  async json<T>(args: string[], options: RunOptions = {}): Promise<T> {
    const outcome = await this.shipit([...args, '--json'], options)
    if (outcome.status !== 0)
      throw new Error(`shipit ${args.join(' ')} ended with ${outcome.status}:\n${outcome.output}`)
    return JSON.parse(outcome.stdout) as T
  }

  /** A command that must succeed. */
  async ok(args: string[], options: RunOptions = {}): Promise<Outcome> {
    const outcome = await this.shipit(args, options)
    if (outcome.status !== 0)
      throw new Error(`shipit ${args.join(' ')} ended with ${outcome.status}:\n${outcome.output}`)
    return outcome
  }

  async git(dir: string, ...args: string[]): Promise<string> {
    const outcome = await this.run('git', args, { cwd: dir })
    if (outcome.status !== 0)
      throw new Error(`git ${args.join(' ')} ended with ${outcome.status}:\n${outcome.output}`)
    return outcome.stdout
  }

  /** Writes files into a folder of this world and returns its path. */
  async write(name: string, files: Record<string, string | object>): Promise<string> {
    const dir = path.join(this.folder, name)
    for (const [file, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(dir, file)), { recursive: true })
      await writeFile(
        path.join(dir, file),
        typeof content === 'string' ? content : JSON.stringify(content, null, 2) + '\n',
      )
    }
    return dir
  }

  async commit(dir: string, message: string): Promise<string> {
    await this.git(dir, 'add', '--all')
    await this.git(dir, 'commit', '--quiet', '--message', message)
    return (await this.git(dir, 'rev-parse', 'HEAD')).trim()
  }

  /**
   * An app that shipit has made ready and that is committed. Its Procfile names the start script's
   * own command, unless the test is about how npm starts a dyno: npm takes as much CPU for it as the
   * runtime and its instances together.
   */
  async app(
    name: string,
    files: Record<string, string | object>,
    { isStartedByNpm = false } = {},
  ): Promise<string> {
    const dir = await this.write(name, files)
    await this.git(dir, 'init', '--quiet', '--initial-branch', 'main')
    await initialised(dir, JSON.stringify([name, files]), () =>
      this.ok(['init', '--yes'], { cwd: dir }),
    )
    if (!isStartedByNpm) {
      const { scripts } = JSON.parse(await readFile(path.join(dir, 'package.json'), 'utf8')) as {
        scripts: { start: string }
      }
      const procfile = path.join(dir, 'Procfile')
      const text = existsSync(procfile) ? await readFile(procfile, 'utf8') : 'web: npm start\n'
      await writeFile(procfile, text.replaceAll('npm start', scripts.start))
    }
    await this.commit(dir, 'First')
    return dir
  }

  /**
   * Processes that carry this world's mark, or the one given, in their environment or command line.
   * Linux only; elsewhere none are seen.
   */
  processes(mark = this.folder): Promise<{ pid: number; command: string }[]> {
    const found = processIds().flatMap((pid) => {
      const command = procFile(pid, 'cmdline')
      if (!command.includes(mark) && !procFile(pid, 'environ').includes(mark)) return []
      const stat = procFile(pid, 'stat')
      const isZombie = / Z /.test(stat.slice(stat.lastIndexOf(')')))
      return stat === '' || isZombie
        ? []
        : [{ pid: Number(pid), command: command.replaceAll('\0', ' ') }]
    })
    return Promise.resolve(found)
  }

  /**
   * Stops the platform, removes the folder, and fails where a process of this world is still there
   * or a call was not as the Platform API's schema has it.
   */
  async close(): Promise<void> {
    const stopped = await this.shipit(['local', 'stop'])
    let left = await this.processes()
    await until(async () => (left = await this.processes()).length === 0, {
      timeout: 15_000,
      every: 100,
    })
    for (const { pid } of left) process.kill(pid, 'SIGKILL')
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    const misfits = await this.journal.close()
    if (left.length > 0)
      throw new Error(
        `Left behind (local stop: ${stopped.output}):\n${left.map(({ pid, command }) => `${pid} ${command}`).join('\n')}`,
      )
    if (misfits.length > 0)
      throw new Error(`Calls that the Platform API's schema does not allow:\n${misfits.join('\n')}`)
  }
}

const CACHE = path.join(packageRoot, 'node_modules/.cache/shipit-worlds')
const COMPILED = path.join(CACHE, 'compiled')

/**
 * Does `init` in `dir`, or what it did there for another world with the same files and the same
 * build: npm's lockfile takes seconds. What `shipit init` does is tested by its own tests.
 */
async function initialised(
  dir: string,
  files: string,
  init: () => Promise<unknown>,
): Promise<void> {
  const build = await Promise.all(
    [
      'dist/cli/shipit.cjs',
      ...['supervisor', 'preload', 'agent', 'dashboard-preload'].map(
        (name) => `dist/shipit-runtime/lib/${name}.cjs`,
      ),
    ].map((file) => readFile(path.join(packageRoot, file))),
  )
  const hash = createHash('sha256').update(files)
  for (const part of build) hash.update(part)
  const kept = path.join(CACHE, 'apps', hash.digest('hex').slice(0, 32))
  const isRepository = (file: string) => path.basename(file) === '.git'
  if (
    await stat(kept).then(
      () => true,
      () => false,
    )
  )
    return cp(kept, dir, { recursive: true })
  await init()
  const fresh = `${kept}.${process.pid}`
  await cp(dir, fresh, { recursive: true, filter: (file) => !isRepository(file) })
  await rename(fresh, kept).catch(async (error: NodeJS.ErrnoException) => {
    await rm(fresh, { recursive: true, force: true })
    // Another world was first.
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code ?? '')) throw error
  })
}

let npm: Promise<{ cache: string; registry: string }> | undefined
/**
 * The machine's own npm cache and registry, so that a test with a home of its own installs as its
 * user does.
 */
function npmCache(): Promise<{ cache: string; registry: string }> {
  npm ??= (async () => {
    const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'cache', 'registry'])
    const { cache, registry } = Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
    return { cache: cache!, registry: registry! }
  })()
  return npm
}
