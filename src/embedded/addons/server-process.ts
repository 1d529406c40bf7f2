import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile, stat, truncate } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { endServer, forgetServer, noteServer } from './left-servers.js'

export interface ServerCommand {
  program: string
  args: string[]
  /** What it reads on stdin, such as settings with a password in them. */
  input?: string
}

interface ServerOptions {
  /** For messages: PostgreSQL. */
  name: string
  /** Of its data, its log and the file that names its process; there already. */
  folder: string
  /** What asks it to end, with its data safe. */
  signal: NodeJS.Signals
  /** Asked before each start. */
  command: () => Promise<ServerCommand>
  /** Whether it takes connections. */
  isReady: () => Promise<boolean>
  log: (message: string) => void
}

/** ms that it may take to be ready; after a crash it reads its log of changes first. */
const START_TIME = 60_000
const POLL = 50
/** ms before one that ended by itself is started again: first, and the most it grows to. */
const BACKOFF = { first: 500, max: 30_000 }
/** Bytes of its log from which a start empties it. */
const LARGEST_LOG = 5_000_000

/**
 * A server of the machine that runs as long as the platform does: started anew when it crashes,
 * ended with the platform, and by its next start if that was killed.
 */
export class ServerProcess {
  private child: ChildProcess | undefined
  private isWanted = false
  private restart: Promise<void> | undefined
  private readonly stopping = new AbortController()

  constructor(private readonly options: ServerOptions) {}

  /** Resolves when it takes connections. Throws an Error with the end of its log if it does not. */
  async start(): Promise<void> {
    await endServer(this.options.folder)
    this.isWanted = true
    try {
      await this.run()
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    this.isWanted = false
    this.stopping.abort()
    await this.restart
    await endServer(this.options.folder)
    this.child = undefined
  }

  private get logFile(): string {
    return path.join(this.options.folder, 'server.log')
  }

  private async run(): Promise<void> {
    const { name, folder, signal, isReady } = this.options
    const child = await this.spawn()
    if (child.pid !== undefined) await noteServer(folder, child.pid, signal)
    const deadline = performance.now() + START_TIME
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
        throw new Error(`${name} did not start: ${await this.lastWords()}`)
      if (await isReady()) return
      if (performance.now() > deadline)
        throw new Error(`${name} takes no connections: ${await this.lastWords()}`)
      await delay(POLL)
    }
  }

  private async spawn(): Promise<ChildProcess> {
    const { program, args, input } = await this.options.command()
    await this.trimLog()
    const log = openSync(this.logFile, 'a', 0o600)
    const child = spawn(program, args, {
      cwd: '/',
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', log, log],
      env: environment(),
    })
    closeSync(log)
    // One that ends before it has read is met by its end.
    child.stdin?.on('error', () => undefined).end(input)
    this.child = child
    child.once('error', (error) => this.options.log(`${this.options.name}: ${error.message}`))
    child.once('exit', (code, signal) => {
      if (this.child !== child || !this.isWanted) return
      this.options.log(`${this.options.name} ended by itself (${code ?? signal})`)
      this.restart ??= this.startAgain().finally(() => (this.restart = undefined))
    })
    await Promise.race([once(child, 'spawn'), once(child, 'error')])
    return child
  }

  private async startAgain(): Promise<void> {
    const { log, name } = this.options
    for (let wait = BACKOFF.first; this.isWanted; wait = Math.min(wait * 2, BACKOFF.max)) {
      await delay(wait, undefined, { signal: this.stopping.signal }).catch(() => undefined)
      if (!this.isWanted) return
      await forgetServer(this.options.folder)
      try {
        await this.run()
        log(`${name} was started again`)
        return
      } catch (error) {
        log((error as Error).message)
      }
    }
  }

  private async trimLog(): Promise<void> {
    const size = await stat(this.logFile).then(
      (found) => found.size,
      () => 0,
    )
    if (size > LARGEST_LOG) await truncate(this.logFile)
  }

  private async lastWords(): Promise<string> {
    const text = await readFile(this.logFile, 'utf8').catch((error: Error) => error.message)
    return text.trimEnd().split('\n').slice(-3).join(' / ') || 'it says nothing'
  }
}

/** Nothing of the daemon's own but where programs are and what language they speak. */
const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  TMPDIR: process.env.TMPDIR,
  LC_ALL: 'C',
})
