import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'

export interface Listening {
  port: number
  /** Takes no new connection; those that are open go on. */
  stopAccepting(): void
  /** Cuts every connection, upgraded ones too, and resolves when the server is closed. */
  close(): Promise<void>
}

/**
 * Listens on 127.0.0.1, on the first of `candidates` that is free (0: any). Throws if none is.
 */
export async function listen(server: Server, candidates: readonly number[]): Promise<Listening> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const port = await firstFree(server, candidates)
  const closed = once(server, 'close')
  const stopAccepting = () => {
    if (!server.listening) return
    server.close()
    if (server instanceof http.Server) server.closeIdleConnections()
  }
  return {
    port,
    stopAccepting,
    async close() {
      stopAccepting()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

async function firstFree(server: Server, candidates: readonly number[]): Promise<number> {
  for (const [index, port] of candidates.entries()) {
    try {
      server.listen({ port, host: '127.0.0.1' })
      await once(server, 'listening')
      return (server.address() as AddressInfo).port
    } catch (error) {
      const isTaken = ['EADDRINUSE', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')
      if (!isTaken || index === candidates.length - 1) throw error
    }
  }
  throw new Error('no port to listen on was named')
}
