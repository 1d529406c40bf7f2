/**
 * A clock for tests whose code waits: time stands still while anything is at work, and jumps to the next timer once all is quiet.
 * Sockets, files and children stay real, so that servers of this process answer at no cost of the clock's time.
 */
import FakeTimers, { type Clock } from '@sinonjs/fake-timers'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'

const realImmediate = setImmediate
const realNow = performance.now.bind(performance)
const realUptime = process.uptime.bind(process)
const realTimeout = AbortSignal.timeout.bind(AbortSignal)

/** Turns of the event loop without anything to do after which this process is quiet: what one end of a socket writes, the other has by then. */
const QUIET_TURNS = 6
/** Real ms for which a request may be on its way before the clock goes on without its answer: some servers of the tests never answer. */
const LONGEST_REQUEST = 250
/** Timers after which a test is given up: it waits for what does not come. */
const LONGEST_WAIT = 20_000
/** What Node.js calls work that ends by itself: of files, names, connections, compression and children. */
const WORK =
  /^(?:FS|GetAddrInfo|TCPConnect|PipeConnect|ProcessWrap|Write|Shutdown|Zlib|RandomBytes|Key|Hash|Sign)/

/** Requests whose answer has not begun to come. */
class Requests {
  private readonly begun = new Map<object, number>()
  private readonly start = (message: unknown) => {
    const { request } = message as { request: NodeJS.EventEmitter }
    this.begun.set(request, realNow())
    request.once('close', () => this.begun.delete(request))
  }
  private readonly finish = (message: unknown) => {
    this.begun.delete((message as { request: object }).request)
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

  get isAnyAwaited(): boolean {
    const now = realNow()
    return [...this.begun.values()].some((since) => now - since < LONGEST_REQUEST)
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

/** Lets time pass as fast as the work between two timers allows. */
export class VirtualClock {
  private readonly requests = new Requests()
  private clock: Clock | undefined

  /** Puts the clock in place of the process's: of Date, performance, setTimeout and their like. */
  start(now = Date.now()): void {
    const clock = FakeTimers.install({
      now,
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    })
    const origin = realUptime()
    process.uptime = () => origin + performance.now() / 1000
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
    this.clock = clock
    void this.run(clock)
  }

  stop(): void {
    this.clock?.uninstall()
    this.clock = undefined
    process.uptime = realUptime
    AbortSignal.timeout = realTimeout
    syncBuiltinESMExports()
    this.requests.leave()
  }

  private async run(clock: Clock): Promise<void> {
    let quiet = 0
    let fired = 0
    // What was under way before is not the test's: Node.js may be reading a file for seconds.
    let foreign = workUnderWay()
    while (this.clock === clock) {
      await turn()
      const work = workUnderWay()
      foreign = Math.min(foreign, work)
      quiet = this.requests.isAnyAwaited || work > foreign ? 0 : quiet + 1
      if (quiet < QUIET_TURNS || this.clock !== clock) continue
      quiet = 0
      clock.next()
      if (++fired > LONGEST_WAIT)
        throw new Error(`${LONGEST_WAIT} timers have fired, and the test waits still`)
    }
  }
}

/** Gives each test of this `describe` a virtual clock that begins at the real time. */
export function useVirtualClock(): void {
  let clock: VirtualClock
  beforeEach('a virtual clock', () => {
    clock = new VirtualClock()
    clock.start()
  })
  afterEach('the real clock again', () => clock.stop())
}
