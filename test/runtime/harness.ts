import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { until as comesTrue } from '../support/until.js'

const root = path.resolve(import.meta.dirname, '../..')

let built: Promise<string> | undefined

/**
 * The runtime's bin, built once by each process of a test run into a folder of its own, so that no
 * other build is in the way.
 */
function runtimeBin(): Promise<string> {
  built ??= build()
  return built
}

async function build(): Promise<string> {
  // Inside the package, where node_modules/pm2 is found.
  const cache = path.join(root, 'node_modules/.cache/shipit-test')
  const out = path.join(cache, String(process.pid))
  mkdirSync(out, { recursive: true })
  for (const name of readdirSync(cache))
    if (!isRunning(Number(name))) rmSync(path.join(cache, name), { recursive: true, force: true })
  const { buildRuntime } = (await import(
    pathToFileURL(path.join(root, 'src/build/runtime.mjs')).href
  )) as {
    buildRuntime(root: string, destination: string): Promise<string>
  }
  await buildRuntime(root, out)
  return path.join(out, 'shipit-runtime/bin/shipit-runtime.js')
}

/** False for what is no pid. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A temporary app folder, and the runtimes started in it; `end()` removes both. */
export class AppFolder {
  readonly dir = mkdtempSync(path.join(os.tmpdir(), 'shipit-runtime-test-'))
  readonly runs: Run[] = []

  /** `bin`: another program than the runtime built from this source. */
  constructor(
    files: Record<string, string>,
    readonly bin?: string,
  ) {
    for (const [name, text] of Object.entries(files)) this.write(name, text)
  }

  write(name: string, text: string): void {
    mkdirSync(path.dirname(path.join(this.dir, name)), { recursive: true })
    writeFileSync(path.join(this.dir, name), text)
  }

  async start(
    args: string[] = ['start', 'ecosystem.config.yml'],
    env: Record<string, string | undefined> = {},
    bin = this.bin,
  ): Promise<Run> {
    const run = new Run(bin ?? (await runtimeBin()), args, this.dir, env)
    this.runs.push(run)
    return run
  }

  async end(): Promise<void> {
    for (const run of this.runs) await run.kill()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** One runtime: its output so far, and its end. */
export class Run {
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; signal: string | null }>
  stdout = ''
  stderr = ''

  constructor(bin: string, args: string[], cwd: string, env: Record<string, string | undefined>) {
    const { PATH, HOME } = process.env
    // A group of its own, as a dyno's processes are one.
    this.child = spawn(process.execPath, [bin, ...args], {
      cwd,
      detached: true,
      env: { PATH, HOME, DYNO: 'web.1', SHIPIT_METRICS: 'off', TMPDIR: cwd, ...env },
    })
    this.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (this.stdout += chunk))
    this.child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (this.stderr += chunk))
    this.ended = new Promise((resolve) =>
      this.child.once('close', (code, signal) => resolve({ code, signal })),
    )
  }

  get output(): string {
    return this.stdout + this.stderr
  }

  /** Lines of stdout that are the app's: neither events nor our own words. */
  get appLines(): string[] {
    return this.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('shipit'))
  }

  async says(text: string | RegExp, deadline = 15_000): Promise<void> {
    await until(
      () => (typeof text === 'string' ? this.output.includes(text) : text.test(this.output)),
      deadline,
      () => `${text} in:\n${this.output}`,
    )
  }

  /** SIGTERM to every process of the dyno, as Heroku does. */
  signalAll(name: NodeJS.Signals = 'SIGTERM'): void {
    process.kill(-(this.child.pid as number), name)
  }

  async kill(): Promise<void> {
    const hasEnded = () => this.child.exitCode !== null || this.child.signalCode !== null
    if (!hasEnded()) this.signalAll('SIGKILL')
    await this.ended
  }
}

export const until = (
  isTrue: () => boolean | Promise<boolean>,
  deadline?: number,
  otherwise = () => 'it to come true',
): Promise<true> => comesTrue(otherwise, isTrue, deadline)

export function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`)
}

/** An http app that knows nothing of signals. /slow takes 3 s, /env tells a variable. */
export const HTTP_APP = `
const http = require('http')
http.createServer((req, res) => {
  if (req.url === '/slow') return setTimeout(() => res.end('slow'), 3000)
  if (req.url.startsWith('/env/')) return res.end(String(process.env[req.url.slice(5)]))
  res.end(process.pid + ' ' + process.env.NODE_APP_INSTANCE)
}).listen(process.env.PORT, '127.0.0.1', () => console.log('listening'))
`
