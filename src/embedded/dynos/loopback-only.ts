import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Isolate } from './isolation.js'
import { listenersOf, openSockets, type Listener } from './listeners.js'
import { runningProcesses, type RunningProcess } from './processes.js'

/**
 * Runs as perl -e with a pid and a descriptor for each socket of another process: takes a copy of
 * the descriptor (pidfd_open 434 and pidfd_getfd 438, the same numbers on all architectures) and
 * binds its socket to the device lo (SO_BINDTODEVICE, 25 of SOL_SOCKET). To such a socket the
 * kernel brings nothing that comes from a network, whatever address it listens on (socket(7)).
 */
const BIND_TO_LO = `
while (my ($pid, $fd) = splice @ARGV, 0, 2) {
  my $process = syscall(434, $pid + 0, 0);
  my $copy = $process < 0 ? -1 : syscall(438, $process, $fd + 0, 0);
  if ($copy < 0) { next if $!{ESRCH} || $!{EBADF}; die "pidfd_getfd: $!\\n" }
  open(my $socket, '+<&=', $copy) or die "open: $!\\n";
  setsockopt($socket, 1, 25, "lo\\0") or die "SO_BINDTODEVICE: $!\\n";
}
`
/** Listens as an app does, for a trial, and says on which descriptor. */
const LISTEN = `
socket(my $socket, 2, 1, 0) or die $!;
bind($socket, pack("S n a4 x8", 2, 0, "\\0" x 4)) or die $!;
listen($socket, 1) or die $!;
$| = 1; print fileno($socket), "\\n"; sleep 60;
`
/** ms that perl may take. */
const TIMEOUT = 10_000
/** ms between two polls for ports that were opened. A look costs one reading of /proc/net/tcp. */
const POLL_EVERY = 500
/** Looks in which nobody is found who has a socket: it is none of a dyno's. */
const POLLS_AT_MOST = 3

interface Watched {
  /** The dyno's folder and process group, as `dynoProcesses` knows its processes. */
  dir: string
  group: number
  /** Told of ports that the network reaches nonetheless. */
  onOpen: (ports: number[]) => void
}

/**
 * Keeps dynos from the network: whatever they listen on is reached from this machine alone, as on
 * Heroku only the router reaches it. An app need not know; that it listens on all addresses stays
 * as visible as Heroku's router needs it (R10).
 */
export class LoopbackOnly {
  private readonly watched = new Set<Watched>()
  /** Sockets, by inode, and how often they were met. */
  private readonly met = new Map<string, number>()
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> = Promise.resolve()
  /** Why dynos' ports can be reached from the network; undefined if they can't. */
  readonly why: Promise<string | undefined>

  constructor(isolate: Promise<{ isolate?: Isolate | undefined }>, folder: string) {
    this.why = isolate.then((isolation) => tryOut(isolation.isolate, folder))
  }

  /** Keeps a dyno's ports from the network until what it returns is called. */
  watch(dyno: Watched): () => void {
    this.watched.add(dyno)
    this.timer ??= setInterval(() => void this.look(), POLL_EVERY).unref()
    return () => {
      this.watched.delete(dyno)
      if (this.watched.size > 0) return
      clearInterval(this.timer)
      this.timer = undefined
    }
  }

  /** Resolves when what listens now has been dealt with. Never rejects. */
  look(): Promise<void> {
    return (this.looking = this.looking
      .then(() => this.deal())
      .catch((error: Error) => process.emitWarning(error)))
  }

  private async deal(): Promise<void> {
    const open = openSockets()
    for (const inode of this.met.keys()) if (!open.has(inode)) this.met.delete(inode)
    const fresh = new Set([...open].filter((one) => (this.met.get(one) ?? 0) < POLLS_AT_MOST))
    if (fresh.size === 0) return
    for (const inode of fresh) this.met.set(inode, (this.met.get(inode) ?? 0) + 1)
    const running = await runningProcesses()
    const ownerOf = ({ group, dynoDir }: RunningProcess): Watched | undefined =>
      [...this.watched].find((dyno) => group === dyno.group || dynoDir === dyno.dir)
    const owners = new Map(running.map((one) => [one.pid, ownerOf(one)]))
    const pids = [...owners].filter(([, dyno]) => dyno).map(([pid]) => pid)
    const found = (await listenersOf(pids)).filter(({ socket }) => fresh.has(socket?.inode ?? ''))
    for (const dyno of [...this.watched]) {
      const own = found.filter(({ socket }) => owners.get(socket!.pid) === dyno)
      if (own.length > 0) await this.close(own, dyno)
    }
  }

  private async close(found: Listener[], { onOpen }: Watched): Promise<void> {
    const why = (await this.why) ?? (await bindToLo(found))
    for (const { socket } of found) this.met.set(socket!.inode, POLLS_AT_MOST)
    if (why !== undefined) onOpen([...new Set(found.map(({ port }) => port))])
  }
}

/** @returns why it failed; undefined if it did not */
async function bindToLo(found: Pick<Listener, 'socket'>[]): Promise<string | undefined> {
  const numbers = found.flatMap(({ socket }) => [String(socket!.pid), String(socket!.fd)])
  return new Promise((resolve) => {
    const args = ['-MErrno', '-e', BIND_TO_LO, ...numbers]
    execFile('perl', args, { timeout: TIMEOUT }, (error, _output, complaint) =>
      resolve(error ? complaint.trim() || error.message : undefined),
    )
  })
}

/** With a process such as dynos are: what may be done to it depends on the machine. */
async function tryOut(isolate: Isolate | undefined, folder: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'only Linux binds sockets of other processes to a device'
  if (process.env.SHIPIT_LOCAL_ISOLATION === 'false') return 'SHIPIT_LOCAL_ISOLATION turns it off'
  const command = ['perl', '-e', LISTEN]
  const [program, ...args] = isolate?.(command, { dirs: [folder], cwd: folder }) ?? command
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: TIMEOUT })
  try {
    await once(child, 'spawn')
    const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [
      unknown,
    ]
    const fd = parseInt(String(line), 10)
    if (!Buffer.isBuffer(line) || Number.isNaN(fd)) return 'perl cannot listen'
    return await bindToLo([{ socket: { pid: child.pid!, fd, inode: '' } }])
  } catch (error) {
    return (error as Error).message
  } finally {
    child.kill('SIGKILL')
  }
}
