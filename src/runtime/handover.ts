import type { ChildProcess } from 'node:child_process'
import cluster, { type Worker } from 'node:cluster'
import type { Handle } from './close-port.js'

/** ms between polls whether the channel to a process that has ended is read to its end. */
const POLL_MS = 10

/** What node:cluster tells a worker with a connection, and what the worker answers. */
interface ClusterMessage {
  act?: string
  seq?: number
  ack?: number
  accepted?: boolean
}

/** Where a connection came in: `isLeft` once no instance listens there any more. */
export interface Port {
  accept(connection: Handle): void
  isLeft(): boolean
}

/**
 * Connections on their way to an instance. node:cluster forgets those that it has sent to a worker
 * which ends without an answer, and queues what a worker refuses even if none is left: their
 * clients would wait for ever. Nothing of such a connection was read, so another instance that
 * listens can have it; if there is none it is closed.
 */
export class Handover {
  readonly #ports = new WeakMap<Handle, Port>()

  constructor() {
    cluster.on('fork', (worker) => this.#watch(worker))
  }

  accepted(connection: Handle, port: Port): void {
    this.#ports.set(connection, port)
  }

  #watch({ process: child }: Worker): void {
    const sent = new Map<number, Handle>()
    const send = child.send.bind(child) as (...args: unknown[]) => boolean
    child.send = ((...args: [ClusterMessage | undefined, Handle | undefined]) => {
      const [message, connection] = args
      if (message?.act === 'newconn' && message.seq !== undefined && connection)
        sent.set(message.seq, connection)
      return send(...args)
    }) as typeof child.send
    // After node:cluster's own listeners, which were there first.
    child.on('internalMessage', ({ ack, accepted }: ClusterMessage) => {
      const connection = ack === undefined ? undefined : sent.get(ack)
      if (!connection) return
      sent.delete(ack as number)
      if (accepted === false && this.#ports.get(connection)?.isLeft()) connection.close()
    })
    child.once('disconnect', () => {
      for (const connection of sent.values()) this.#passOn(connection)
      sent.clear()
    })
    makeSureOfDisconnect(child)
  }

  #passOn(connection: Handle): void {
    const port = this.#ports.get(connection)
    if (!port || port.isLeft()) connection.close()
    else port.accept(connection)
  }
}

/**
 * Node emits no `disconnect` of a process that ends with a handle on its way to it. node:cluster
 * goes by that event: it would keep the port for a worker that is no more.
 */
function makeSureOfDisconnect(child: ChildProcess): void {
  let isOver = false
  child.once('disconnect', () => (isOver = true))
  const check = () => {
    if (isOver) return
    // What it said last may still be on its way.
    if (child.connected) setTimeout(check, POLL_MS)
    else child.emit('disconnect')
  }
  child.once('exit', () => setImmediate(check))
}
