import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/**
 * A port of the loopback that is free: `wanted` if that is, else any. It stays the add-on's, since
 * its number is in config vars.
 */
export async function freePort(wanted?: number): Promise<number> {
  const server = createServer()
  try {
    server.listen({ host: '127.0.0.1', port: wanted ?? 0 })
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  } catch (error) {
    if (wanted === undefined || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return freePort()
  } finally {
    server.close()
  }
}
