import net from 'node:net'
import { monotonic } from '../lib/monotonic.js'
import { closePort, type Handle } from './close-port.js'
import { Handover, type Port } from './handover.js'

/** No new connection for this long, and the router is taken to have turned away. */
const QUIET = 150
/** Clients that go on connecting are turned away after this. */
const TIMEOUT_MS = 2000
/** Instances that are too busy to take what was accepted for them are waited for as long. */
const LONGEST_HANDOVER = 5000
/** For an instance to come to what it has just taken. */
const HANDOVER = 50

/**
 * The ports that cluster instances share. Their sockets are the supervisor's; if the instances
 * closed first, connections that were accepted here and not yet handed over would be lost. So a
 * dyno that stops goes on accepting until its router has turned away, closes here, and only then
 * lets the instances close.
 */
export class Listeners {
  readonly #handles = new Set<Handle>()
  readonly #handover = new Handover()
  #lastConnection = 0
  #seen = 0
  /** Accepted here, and not yet in an instance's hands. */
  #inHand = 0
  #isClosing = false

  /** Notices every socket that this process comes to listen on for its workers from now on. */
  constructor() {
    const notice = (server: net.Server) => this.#notice(server)
    const listen = net.Server.prototype.listen as (...args: unknown[]) => net.Server
    net.Server.prototype.listen = function (this: net.Server, ...args: unknown[]) {
      notice(this)
      return listen.apply(this, args)
    } as typeof net.Server.prototype.listen
  }

  /** Resolves when nothing listens and everything accepted has been handed over. */
  async close(): Promise<void> {
    if (this.#handles.size === 0) return
    const begun = monotonic()
    this.#isClosing = true
    while (
      monotonic() - Math.max(begun, this.#lastConnection) < QUIET &&
      monotonic() - begun < TIMEOUT_MS
    )
      await pause(10)
    await Promise.all([...this.#handles].map((handle) => closePort(handle, () => this.#seen)))
    this.#handles.clear()
    // A busy instance takes its time over what it was handed, of long before the stop too.
    for (const limit = monotonic() + LONGEST_HANDOVER; this.#inHand > 0 && monotonic() < limit;)
      await pause(10)
    await pause(HANDOVER)
  }

  /** The primary closes its own end of a connection once an instance has said that it took it. */
  #countUntilTaken(connection: Handle | undefined): void {
    if (!connection) return
    this.#inHand += 1
    let isInHand = true
    const close = connection.close.bind(connection)
    connection.close = () => {
      if (isInHand) this.#inHand -= 1
      isInHand = false
      close()
    }
  }

  /**
   * The cluster module closes the socket when the last instance has left it. In a stop it is closed
   * here before.
   */
  #portOf(handle: Handle, accept: Port['accept']): Port {
    let isLeft = false
    const close = handle.close.bind(handle)
    handle.close = () => {
      isLeft ||= !this.#isClosing
      this.#handles.delete(handle)
      keepName(handle)
      close()
    }
    return { accept, isLeft: () => isLeft }
  }

  #notice(server: net.Server): void {
    server.once('listening', () => {
      const handle = (server as unknown as { _handle: Handle })._handle
      // The cluster module takes the handle from its server after this event, and puts its own
      // `onconnection` in place.
      setImmediate(() => {
        if ((server as unknown as { _handle: Handle | null })._handle === handle) return
        this.#handles.add(handle)
        const accept = handle.onconnection?.bind(handle)
        const port = this.#portOf(handle, (connection) => accept?.(0, connection))
        handle.onconnection = (...args) => {
          this.#lastConnection = monotonic()
          this.#seen += 1
          const connection = args[1] as Handle | undefined
          this.#countUntilTaken(connection)
          if (connection) this.#handover.accepted(connection, port)
          accept?.(...args)
        }
      })
    })
  }
}

/**
 * The cluster module does not learn that a socket was closed here: it adds an instance that listens
 * later to those that share it, and tells it the socket's name. A closed socket has none, which the
 * instance takes for EADDRINUSE (checkBindError in Node's net.js). With the name it can still answer
 * what was accepted before.
 */
function keepName(handle: Handle): void {
  const name = {}
  if (handle.getsockname?.(name) !== 0) return
  handle.getsockname = (out) => {
    Object.assign(out, name)
    return 0
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
