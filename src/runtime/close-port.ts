import net from 'node:net'

/** A listening TCP socket inside Node; a pipe has no address. */
export interface Handle {
  onconnection?: (...args: unknown[]) => void
  listen?(backlog: number): number
  getsockname?(out: object): number
  close(): void
}

const ROUNDS = 1000

/**
 * Closes a port without breaking a connection that the kernel has taken in for it. What waits in
 * the kernel's queue when a listening socket closes is reset, and Node takes one connection from it
 * a round. So the queue is first cut to a single place, emptied, and then filled by a connection of
 * our own: while that waits, the kernel lets nobody else in, and the port can be closed over it. On
 * a network a handshake that is half done at that instant can still be broken: there is no call
 * that would finish it. `countSeen`: connections taken so far.
 */
export async function closePort(handle: Handle, countSeen: () => number): Promise<void> {
  const target = process.platform === 'linux' ? addressOf(handle) : undefined
  handle.listen?.(0)
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = countSeen()
    await new Promise((resolve) => setImmediate(resolve))
    if (countSeen() === before && (!target || (await fillsQueue(target)))) break
  }
  handle.close()
}

function addressOf(handle: Handle): { host: string; port: number } | undefined {
  const own: { address?: string; port?: number } = {}
  if (handle.getsockname?.(own) !== 0 || !own.port || !own.address) return undefined
  return {
    host: { '0.0.0.0': '127.0.0.1', '::': '::1' }[own.address] ?? own.address,
    port: own.port,
  }
}

/**
 * Whether a connection of our own got the queue's one place. It stays there until the port is
 * closed, which must follow at once.
 */
async function fillsQueue(target: { host: string; port: number }): Promise<boolean> {
  const probe = net.connect(target)
  probe.on('error', () => undefined)
  // Node connects on the next tick, and on loopback the kernel has then shaken hands or turned
  // away.
  await new Promise<void>((resolve) => process.nextTick(resolve))
  const inside = (probe as unknown as { _handle?: { getpeername(out: object): number } })._handle
  const isIn = inside?.getpeername({}) === 0
  setImmediate(() => probe.destroy())
  return isIn
}
