import http from 'node:http'
import type net from 'node:net'
import type { Machine, DynoProcesses } from '../../../src/embedded/dynos/machine.js'
import { removeFolder } from '../../../src/embedded/daemon/folders.js'
import type { Launch } from '../../../src/embedded/dynos/process-group.js'
import { newBootId, BOOT_HEADER, bootIdLine, PROBE_HEADER } from '../../../src/runtime/boot-id.js'
import type { Behaviour, Place, Program } from './program.js'

/** Statuses of bash for what a signal has ended. */
const SIGNALLED: Partial<Record<NodeJS.Signals, number>> = {
  SIGKILL: 137,
  SIGTERM: 143,
  SIGHUP: 129,
}

/**
 * The process of a dyno, within the process of the test: it listens on the dyno's own port, prints
 * into its log, and ends when it is told to. All else about a dyno is the embedded Heroku's.
 */
export class StandIn implements DynoProcesses {
  readonly exit: Promise<number>
  /** Of no process: nothing is found in the process table that would be measured. */
  readonly pid = 0
  readonly dir: string
  /** What came from its client. */
  typed = ''
  private readonly timers: NodeJS.Timeout[] = []
  private server: http.Server | undefined
  private settle: (status: number) => void = () => undefined
  private hasEnded = false
  private hasBound: () => void = () => undefined
  private readonly listening = new Promise<void>((resolve) => (this.hasBound = resolve))

  constructor(
    readonly place: Place,
    private readonly launch: Launch,
    /** What it does now: a test may change that while it runs. */
    private readonly program: () => Program,
    private readonly onRequest: (place: Place, request: http.IncomingMessage) => void,
  ) {
    this.dir = launch.disk.dir
    this.exit = new Promise((resolve) => (this.settle = resolve))
    this.launch.attached?.client
      .on('data', (chunk: Buffer) => (this.typed += chunk.toString()))
      .resume()
    // In a turn of its own, as a process's output comes: whoever launches it has it by then.
    setImmediate(() => this.start())
  }

  get isRunning(): boolean {
    return !this.hasEnded
  }

  /** Of the process, without what the machine has. */
  get env(): Readonly<Record<string, string>> {
    return this.launch.env
  }

  /** Who is attached to it. */
  get client(): net.Socket | undefined {
    return this.launch.attached?.client as net.Socket | undefined
  }

  print(line: string): void {
    if (this.client) return void this.client.write(`${line}\n`)
    this.launch.onLine(line)
    this.launch.onOutput?.(Buffer.from(`${line}\n`))
  }

  end(status: number): void {
    if (this.hasEnded) return
    this.hasEnded = true
    for (const timer of this.timers) clearTimeout(timer)
    this.server?.close()
    this.server?.closeAllConnections()
    this.settle(status)
  }

  /** This very process, once it listens: who has the port is looked up in the system. */
  async processes(): Promise<number[]> {
    return this.server?.listening === true ? [process.pid] : []
  }

  bound(_port: number, ms: number, signal: AbortSignal): Promise<'127.0.0.1' | undefined> {
    return new Promise((resolve) => {
      const end = (host?: '127.0.0.1') => {
        clearTimeout(timer)
        resolve(host)
      }
      const timer = setTimeout(end, ms)
      signal.addEventListener('abort', () => end(), { once: true })
      void this.listening.then(() => end('127.0.0.1'))
    })
  }

  async signal(signal: NodeJS.Signals): Promise<void> {
    this.end(SIGNALLED[signal] ?? 1)
  }

  async isGoneWithin(ms: number): Promise<boolean> {
    if (this.hasEnded || ms === 0) return this.hasEnded
    if (ms === Infinity) return this.exit.then(() => true)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), ms)
    })
    return Promise.race([this.exit.then(() => true), late]).finally(() => clearTimeout(timer))
  }

  kill(): Promise<void> {
    return this.signal('SIGKILL')
  }

  async outputDrained(): Promise<void> {}

  private start(): void {
    if (this.hasEnded) return
    const { listensAfter = 0, prints = [], exits, hasRuntime } = this.program()
    const boot = hasRuntime ? newBootId() : undefined
    if (boot !== undefined) this.print(bootIdLine(this.place.name, boot).trimEnd())
    for (const line of prints) this.print(line)
    if (exits) this.after(exits.after, () => this.end(exits.status))
    if (this.place.type === 'web' && listensAfter !== Infinity)
      this.after(listensAfter, () => this.listen(boot))
  }

  private after(ms: number, work: () => void): void {
    if (ms === 0) work()
    else this.timers.push(setTimeout(work, ms))
  }

  private listen(boot: string | undefined): void {
    this.server = http.createServer((request, response) => {
      this.onRequest(this.place, request)
      const { status = 200, location } = this.program()
      response
        .writeHead(status, {
          ...(location === undefined ? {} : { location }),
          ...(boot !== undefined && request.headers[PROBE_HEADER] ? { [BOOT_HEADER]: boot } : {}),
        })
        .end()
    })
    this.server.listen(Number(this.launch.env.PORT), () => this.hasBound())
  }
}

/** The machine of a test: nothing is started on it. */
export class StandInMachine implements Machine {
  readonly isolation = Promise.resolve({ why: 'there are no processes' })
  readonly network = {
    why: Promise.resolve(undefined),
    watch: () => () => undefined,
    look: () => Promise.resolve(),
  }
  /** In the order of their start, those that have ended too. */
  readonly processes: StandIn[] = []
  /** The dynos' requests. */
  readonly requests: { place: Place; host: string; path: string }[] = []

  constructor(private readonly behaviourOf: (commit: string) => Behaviour) {}

  readonly removeDisk = removeFolder

  launch(launch: Launch): Promise<StandIn> {
    const place = this.placeOf(launch)
    const program = (): Program => {
      const behaviour = this.behaviourOf(place.commit)
      return { ...behaviour, ...behaviour.at?.(place) }
    }
    const process = new StandIn(
      place,
      launch,
      program,
      (at, { headers: { host = '' }, url = '' }) =>
        this.requests.push({ place: at, host, path: url }),
    )
    this.processes.push(process)
    return Promise.resolve(process)
  }

  /** The process that runs as the dyno of that name: the newest, or that of a commit. */
  running(name: string, commit?: string): StandIn {
    const found = this.processes.findLast(
      ({ isRunning, place }) =>
        isRunning && place.name === name && (commit === undefined || place.commit === commit),
    )
    if (!found) throw new Error(`no ${name} runs`)
    return found
  }

  /** The newest process of a one-off dyno, whether it runs or not. */
  oneOff(): StandIn | undefined {
    return this.processes.findLast(({ place }) => place.name.startsWith('run.'))
  }

  private placeOf({ command, env }: Launch): Place {
    const name = env.DYNO ?? ''
    const [, type = '', commit = ''] = COMMAND.exec(command) ?? []
    const earlier = this.processes.filter(
      ({ place }) => place.name === name && place.commit === commit,
    ).length
    return { commit, name, type, earlier }
  }
}

const COMMAND = /^node (\S+)\.js # (\S+)$/

/** The command of a process type in the slug of a commit, by which its program is found again. */
export const commandOf = (type: string, commit: string): string => `node ${type}.js # ${commit}`
