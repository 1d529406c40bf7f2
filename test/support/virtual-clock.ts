/**
 * A clock for tests whose code waits: time stands still while anything is at work, and jumps to the next timer once all is quiet.
 * Sockets, files and children stay real, so that servers of this process answer at no cost of the clock's time.
 */
import FakeTimers, { type Clock } from '@sinonjs/fake-timers'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import timers from 'node:timers/promises'

// Node.js loads what removes folders when that is first asked for, and it keeps the setTimeout of
// that moment: a clock's own would leave every later removal of this process waiting that has to
// try again.
rmSync(mkdtempSync(path.join(tmpdir(), 'shipit-test-')), { recursive: true })

const realImmediate = setImmediate
const realSetTimeout = setTimeout
const realHrtime = process.hrtime
const realTimeout = AbortSignal.timeout.bind(AbortSignal)

/** Turns of the event loop without anything to do after which this process is quiet: what one end of a socket writes, the other has by then. */
const QUIET_TURNS = 6
/**
 * Looks, a ms apart at least, in which nothing happens but that requests are awaited, before the clock goes on without their answers: some servers of the tests never answer.
 * Counted, because under load a server of this process is as slow as the looks are.
 */
const LONGEST_REQUEST = 250
/** Looks, as above, after which a reader is one that wants no more for now. */
const LONGEST_READ = 50
/** Timers after which a test is given up: it waits for what does not come. */
const LONGEST_WAIT = 20_000
/** What Node.js calls work that ends by itself: of files, names, connections, compression and children. */
const WORK =
  /^(?:FS|CloseReq|GetAddrInfo|TCPConnect|PipeConnect|ProcessWrap|Write|Shutdown|Zlib|RandomBytes|Key|Hash|Sign)/

/** Requests whose answer has not begun to come. */
class Requests {
  private readonly begun = new Set<object>()
  private looks = 0
  private readonly start = (message: unknown) => {
    const { request } = message as { request: NodeJS.EventEmitter }
    this.begun.add(request)
    this.looks = 0
    request.once('close', () => this.end(request))
  }
  private readonly finish = (message: unknown) => {
    this.end((message as { request: object }).request)
  }
  private end(request: object): void {
    if (this.begun.delete(request)) this.looks = 0
  }

  watch(): void {
    subscribe('http.client.request.start', this.start)
    subscribe('http.client.response.finish', this.finish)
  }

  leave(): void {
    unsubscribe('http.client.request.start', this.start)
    unsubscribe('http.client.response.finish', this.finish)
    this.begun.clear()
  }

  /** Whether an answer is still waited for. To be asked once a look. */
  isAnyAwaited(isAtWork: boolean): boolean {
    if (isAtWork) this.looks = 0
    return this.begun.size > 0 && ++this.looks < LONGEST_REQUEST
  }
}

/**
 * Both ends of this process's own connections. Under load the kernel takes its time from one to the
 * other: what has been written is read before the clock goes on.
 */
class Connections {
  private readonly clients = new Set<Socket>()
  /** By the ports of both ends. */
  private readonly servers = new Map<string, Socket>()
  /** Bytes that their reader does not want now, by the socket that wrote them. */
  private readonly unwanted = new WeakMap<Socket, number>()
  private looks = 0
  private readonly connect = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    this.clients.add(socket)
    socket.once('close', () => this.clients.delete(socket))
  }
  private readonly accept = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    const ports = `${socket.remotePort} ${socket.localPort}`
    this.servers.set(ports, socket)
    socket.once('close', () => this.servers.delete(ports))
  }

  watch(): void {
    subscribe('net.client.socket', this.connect)
    subscribe('net.server.socket', this.accept)
  }

  leave(): void {
    unsubscribe('net.client.socket', this.connect)
    unsubscribe('net.server.socket', this.accept)
    this.clients.clear()
    this.servers.clear()
  }

  /** Whether anything is on its way. To be asked once a look. */
  areBusy(): boolean {
    const late = [...this.clients].flatMap((client) => {
      const server = this.servers.get(`${client.localPort} ${client.remotePort}`)
      return server === undefined
        ? []
        : [...this.onItsWay(client, server), ...this.onItsWay(server, client)]
    })
    if (late.length === 0) this.looks = 0
    else if (++this.looks >= LONGEST_READ)
      for (const { from, bytes } of late) this.unwanted.set(from, bytes)
    return late.length > 0
  }

  private onItsWay(from: Socket, to: Socket): { from: Socket; bytes: number }[] {
    const bytes = from.bytesWritten - to.bytesRead
    return bytes > 0 && bytes !== this.unwanted.get(from) ? [{ from, bytes }] : []
  }
}

const workUnderWay = () => process.getActiveResourcesInfo().filter((name) => WORK.test(name)).length

/** As Node.js has it: an abort rejects with an AbortError, whose cause is the signal's reason. */
function delay<T>(ms?: number, value?: T, { signal }: { signal?: AbortSignal } = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(
        Object.assign(new Error('The operation was aborted', { cause: signal?.reason }), {
          name: 'AbortError',
          code: 'ABORT_ERR',
        }),
      )
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve(value as T)
    }, ms)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}

const turn = () => new Promise<void>((resolve) => realImmediate(resolve))
/** A real ms, in which this process sleeps if nothing comes: the disk may take its time. */
const moment = () => new Promise<void>((resolve) => void realSetTimeout(resolve, 1))

/** Lets time pass as fast as the work between two timers allows. */
export class VirtualClock {
  private readonly requests = new Requests()
  private readonly connections = new Connections()
  private clock: Clock | undefined

  /** Puts the clock in place of the process's: of Date, performance, setTimeout and their like. */
  start(now = Date.now()): void {
    const clock = FakeTimers.install({
      now,
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    })
    const [origin] = realHrtime()
    const hrtime = (): [number, number] => {
      const ms = performance.now()
      return [origin + Math.floor(ms / 1000), Math.floor((ms % 1000) * 1e6)]
    }
    process.hrtime = Object.assign(hrtime, { bigint: realHrtime.bigint })
    AbortSignal.timeout = (ms) => {
      const late = new AbortController()
      setTimeout(
        () =>
          late.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
        ms,
      )
      return late.signal
    }
    timers.setTimeout = delay as typeof timers.setTimeout
    syncBuiltinESMExports()
    this.requests.watch()
    this.connections.watch()
    this.clock = clock
    void this.run(clock)
  }

  /** Sets the time of day forward by so many ms; timers and `performance` know nothing of it. */
  skip(ms: number): void {
    this.clock?.setSystemTime(Date.now() + ms)
  }

  stop(): void {
    this.clock?.uninstall()
    this.clock = undefined
    process.hrtime = realHrtime
    AbortSignal.timeout = realTimeout
    syncBuiltinESMExports()
    this.requests.leave()
    this.connections.leave()
  }

  private async run(clock: Clock): Promise<void> {
    let quiet = 0
    let fired = 0
    let isBusy = false
    // What was under way before is not the test's: Node.js may be reading a file for seconds.
    let foreign = workUnderWay()
    while (this.clock === clock) {
      await (quiet === 0 && isBusy ? moment() : turn())
      const work = workUnderWay()
      foreign = Math.min(foreign, work)
      const isAtWork = this.connections.areBusy() || work > foreign
      isBusy = this.requests.isAnyAwaited(isAtWork) || isAtWork
      quiet = isBusy ? 0 : quiet + 1
      if (quiet < QUIET_TURNS || this.clock !== clock) continue
      quiet = 0
      clock.next()
      if (++fired > LONGEST_WAIT)
        throw new Error(`${LONGEST_WAIT} timers have fired, and the test waits still`)
    }
  }
}

let running: VirtualClock | undefined

/** Lets so many ms of the day pass at once, in which nothing happens: no timer comes nearer. */
export function skipTime(ms: number): void {
  if (!running) throw new Error('there is no virtual clock')
  running.skip(ms)
}

/** Gives each test of this `describe` a virtual clock that begins at the real time. */
export function useVirtualClock(): void {
  let clock: VirtualClock
  beforeEach('a virtual clock', () => {
    clock = running = new VirtualClock()
    clock.start()
  })
  afterEach('the real clock again', () => {
    running = undefined
    clock.stop()
  })
}
