import { spawn, type ChildProcess } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectInput } from './attached-input.js'
import { connectOutput } from './attached-output.js'
import { waitUntilBound, type Host } from './boot.js'
import type { Disk } from './disk.js'
import type { Isolate } from './isolation.js'
import { lineSplitter } from './lines.js'
import { dynoProcesses, MARKER, signalProcess } from './processes.js'
import { ON_TERMINAL, type TerminalMaker } from './pseudo-terminal.js'
import { monotonic } from '../../lib/monotonic.js'
import { exitStatus } from '../../lib/signals.js'

/**
 * Runs as bash -c with the pid file, the command, the maker of its terminal, and a word where a
 * client is attached, who gets errors and output in the order in which they were written: in one
 * stream, as on Heroku. The pid is on disk before any of the code of the app runs. Profile scripts
 * as on Heroku (devcenter.heroku.com/articles/dynos#the-profile-file).
 */
const LAUNCH = `
echo $$ > "$1"
[ -z "$4" ] || exec 2>&1
shopt -s nullglob
for script in "$PWD"/.profile.d/*.sh; do . "$script"; done
if [ -f "$PWD/.profile" ]; then . "$PWD/.profile"; fi
shopt -u nullglob
${ON_TERMINAL}
exec bash -c -- "$2"
`

// Only once the leader has ended, because each look reads the whole process table.
const SHORTEST_POLL = 10
const LONGEST_POLL = 250
/** Looks for processes that were started while the others were signalled. */
const ROUNDS = 5
/** ms that output may take to come out of a pipe whose processes are gone. */
const DRAIN = 2_000

/**
 * Whose input and output a process has instead of the log: bytes both ways, on a pseudo-terminal
 * if one is named.
 */
export interface Attached {
  client: Duplex
  terminal: TerminalMaker | undefined
}

export interface Launch {
  disk: Disk
  command: string
  env: Record<string, string>
  /** Its input and output, instead of lines. */
  attached?: Attached | undefined
  onLine: (line: string) => void
  onOutput?: (chunk: Buffer) => void
  /** Absent if nothing keeps it from the rest of the machine. */
  isolate?: Isolate | undefined
  /** Where versions of Node.js are. */
  nodes: string
}

/**
 * All processes of one dyno: a group of their own with bash as its leader, which execs the command.
 */
export class ProcessGroup {
  /** Exit status of the leader, 128+n after a signal. */
  readonly exit: Promise<number>
  /** The dyno's folder, which its processes are marked with. */
  readonly dir: string
  private readonly outputEnd: Promise<unknown>

  private constructor(
    private readonly child: ChildProcess,
    readonly pid: number,
    private readonly launched: Launch,
  ) {
    const { attached, disk, onLine, onOutput } = launched
    this.dir = disk.dir
    this.exit = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(exitStatus(code, signal)))
    })
    if (attached) connectInput(attached.client, child.stdin!, attached.terminal !== undefined)
    this.outputEnd = Promise.all(
      [child.stdout!, child.stderr!].map((stream) => {
        const ended = new Promise<void>((resolve) => stream.once('close', resolve))
        if (attached) {
          connectOutput(stream, attached.client)
          return ended
        }
        const lines = lineSplitter(onLine)
        stream.on('data', (chunk: Buffer) => {
          lines.write(chunk)
          onOutput?.(chunk)
        })
        return ended.then(() => lines.end())
      }),
    )
  }

  /** Resolves when the leader exists; rejects where bash cannot be started. */
  static async launch(launch: Launch): Promise<ProcessGroup> {
    const { disk, command, attached, isolate } = launch
    const bash = [
      'bash',
      '--noprofile',
      '--norc',
      '-c',
      LAUNCH,
      'dyno',
      disk.pidFile,
      command,
      attached?.terminal ?? '',
      attached ? 'attached' : '',
    ]
    const [program, ...args] = isolate
      ? isolate(bash, { dirs: [disk.dir, launch.nodes], cwd: disk.app })
      : bash
    const child = spawn(program!, args, {
      cwd: disk.app,
      env: { ...launch.env, [MARKER]: disk.dir },
      detached: true,
      stdio: [attached ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    })
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    return new ProcessGroup(child, child.pid!, launch)
  }

  /** As {@link waitUntilBound}, of its own processes. */
  bound(port: number, ms: number, signal: AbortSignal): Promise<Host | undefined> {
    return waitUntilBound(port, ms, () => this.processes(), signal)
  }

  processes(): Promise<number[]> {
    return dynoProcesses(this.dir, this.pid)
  }

  /**
   * Signals every process at once, as Heroku does, and those that were started meanwhile. Harmless
   * once they are all gone.
   */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const told = new Set<number>()
    for (let round = 0; round < ROUNDS; round += 1) {
      const all = (await this.processes()).filter((pid) => !told.has(pid))
      if (all.length === 0) return
      const others = all.filter((pid) => pid !== this.pid)
      // script(1) is none of the dyno's: it ends with the command, and only then with the command's
      // own status.
      const isSpared =
        this.launched.attached?.terminal !== undefined &&
        signal !== 'SIGKILL' &&
        (others.length > 0 || told.size > 0)
      for (const pid of isSpared ? others : all) signalProcess(pid, signal)
      for (const pid of all) told.add(pid)
    }
  }

  /** Whether no process was left before `ms` had passed. */
  async isGoneWithin(ms: number): Promise<boolean> {
    const deadline = monotonic() + ms
    if (!(await this.leaderEndsWithin(ms))) return false
    for (let pause = SHORTEST_POLL; ; pause = Math.min(pause * 2, LONGEST_POLL)) {
      if ((await this.processes()).length === 0) return true
      const left = deadline - monotonic()
      if (left <= 0) return false
      await sleep(Math.min(left, pause))
    }
  }

  /** Kills whatever is left, also what is started while it is killed. */
  async kill(): Promise<void> {
    do await this.signal('SIGKILL')
    while (!(await this.isGoneWithin(200)))
  }

  /**
   * Resolves when all that was written has been passed on. Call it once the processes are gone. A
   * client that reads slowly is waited for, until
   * `stopping` says that there is no more time.
   */
  async outputDrained(stopping: AbortSignal): Promise<void> {
    const { attached } = this.launched
    for (;;) {
      const closed = await Promise.race([this.outputEnd, sleep(DRAIN, 'held', { ref: false })])
      if (closed !== 'held') return
      if (!attached?.client.writableNeedDrain || attached.client.destroyed || stopping.aborted)
        break
    }
    // A process that hid from us holds the pipe; its output is no longer ours.
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.destroy()
    await this.outputEnd
  }

  private async leaderEndsWithin(ms: number): Promise<boolean> {
    const isRunning = () => this.child.exitCode === null && this.child.signalCode === null
    if (isRunning() && ms > 0) {
      const waiting = new AbortController()
      const timer = Number.isFinite(ms)
        ? [sleep(ms, undefined, { signal: waiting.signal }).catch(() => undefined)]
        : []
      await Promise.race([this.exit, ...timer])
      waiting.abort()
    }
    return !isRunning()
  }
}
