import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** One request as it arrived. */
interface Arrived {
  method: string
  path: string
  headers: http.IncomingHttpHeaders
  body: string
}

/** What the server does with a request. */
export type Fault =
  /** An answer as it should be. */
  | { json: unknown; status?: number; headers?: Record<string, string> }
  /** Any bytes, in the chunks given, each written by itself. */
  | {
      chunks: (string | Uint8Array)[]
      status?: number
      headers?: Record<string, string>
      pause?: number
    }
  /** Promises more bytes than it sends, then breaks the connection. */
  | { cutOff: string }
  /** Sends an event stream, then breaks the connection instead of ending it. */
  | { chunksThenReset: (string | Uint8Array)[]; headers?: Record<string, string> }
  /** Breaks the connection once the request has been read. */
  | 'reset after the request'
  /** Breaks the connection at the first byte of the request, before it has been read. */
  | 'reset before the request'
  | 'never answers'

/**
 * A server on the loopback that answers each request by the next fault of its script, and the last
 * one from then on.
 */
export interface FaultServer {
  url: string
  arrived: Arrived[]
  /** Connections that were opened, also those that brought no request. */
  connections: number
  close(): Promise<void>
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

async function write(
  response: ServerResponse,
  chunks: (string | Uint8Array)[],
  pause = 1,
): Promise<void> {
  for (const chunk of chunks) {
    await new Promise((done) => response.write(chunk, done))
    // Each chunk must leave in a packet of its own.
    await new Promise((done) => setTimeout(done, pause))
  }
}

async function act(
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (fault === 'never answers') return
  if (fault === 'reset after the request' || fault === 'reset before the request')
    return void request.socket.resetAndDestroy()
  if ('json' in fault) {
    response.writeHead(fault.status ?? 200, {
      'content-type': 'application/json',
      'request-id': 'req-1',
      ...fault.headers,
    })
    return void response.end(JSON.stringify(fault.json))
  }
  if ('cutOff' in fault) {
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(fault.cutOff) + 100,
    })
    await write(response, [fault.cutOff])
    return void request.socket.destroy()
  }
  if ('chunksThenReset' in fault) {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...fault.headers })
    await write(response, fault.chunksThenReset)
    return void request.socket.destroy()
  }
  response.writeHead(fault.status ?? 200, { 'content-type': 'application/json', ...fault.headers })
  await write(response, fault.chunks, fault.pause)
  response.end()
}

/**
 * `script` is a list of faults, or a function of what arrived, whose body has not been read yet.
 */
export async function faultServer(
  script: Fault[] | ((arrived: Arrived, index: number) => Fault),
): Promise<FaultServer> {
  const arrived: Arrived[] = []
  const sockets = new Set<Socket>()
  const faultAt = (entry: Arrived, index: number): Fault =>
    typeof script === 'function'
      ? script(entry, index)
      : script[Math.min(index, script.length - 1)]!

  const server = http.createServer((request, response) => {
    void (async () => {
      const entry: Arrived = {
        method: request.method!,
        path: request.url!,
        headers: request.headers,
        body: '',
      }
      arrived.push(entry)
      const fault = faultAt(entry, arrived.length - 1)
      if (fault !== 'reset before the request') entry.body = await read(request)
      await act(fault, request, response)
    })()
  })
  const handle: FaultServer = {
    url: '',
    arrived,
    connections: 0,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  server.on('connection', (socket) => {
    handle.connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  handle.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return handle
}
