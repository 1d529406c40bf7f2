import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import net from 'node:net'
import { expect } from 'chai'
import type { Http2Client } from '../../../src/embedded/router/http2-client.js'
import { alsoHttp2 } from '../../../src/embedded/router/http2-server.js'
import type { Routing } from '../../../src/embedded/router/routing.js'
import { until } from '../../support/until.js'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
/** Of HTTP/2, RFC 9113, 6.5: no length, type 4, no flags, stream 0. */
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])

describe('a port of HTTP/1 and HTTP/2', () => {
  let server: http.Server
  let sockets: net.Socket[]
  let clients: net.Socket[]
  let seen: string[]

  beforeEach(async () => {
    sockets = []
    clients = []
    seen = []
    server = http.createServer((request, response) => {
      seen.push(`HTTP/1 ${request.method}`)
      response.end('one')
    })
    alsoHttp2(server, {
      handle: (client: Http2Client) => {
        seen.push(`HTTP/2 ${client.method}`)
        client.respond({ status: 204, reason: '', headers: [], isStreamed: false })
        client.end([])
      },
    } as unknown as Routing)
    server.on('connection', (socket: net.Socket) => void sockets.push(socket))
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })
  afterEach(async () => {
    for (const socket of [...clients, ...sockets]) socket.destroy()
    server.close()
    await once(server, 'close')
  })

  const port = () => (server.address() as net.AddressInfo).port
  /** A client that has connected, with the server's end of it. */
  const connect = async () => {
    const client = net.connect(port(), '127.0.0.1')
    clients.push(client)
    await until('the connection', () => sockets.length === clients.length)
    return { client, socket: sockets.at(-1)! }
  }
  /** Writes piece by piece, each once the one before has been read. */
  const write = async (
    { client, socket }: Awaited<ReturnType<typeof connect>>,
    pieces: (string | Buffer)[],
  ) => {
    let sent = 0
    for (const piece of pieces) {
      client.write(piece)
      sent += piece.length
      await until('the piece to be read', () => socket.bytesRead >= sent)
    }
  }

  it('knows HTTP/2 by its first bytes, in whatever pieces they come', async () => {
    for (const pieces of [[PREFACE], ['P', 'RI * HTTP/2.0\r', '\n\r\nSM\r\n\r\n']]) {
      const both = await connect()
      const answer = once(both.client, 'data') as Promise<[Buffer]>
      await write(both, [...pieces, SETTINGS])
      expect((await answer)[0][3], 'a frame of settings').to.equal(4)
    }
    expect(seen).to.deep.equal([])
  })

  it('takes all else for HTTP/1, also what begins as HTTP/2 does', async () => {
    for (const pieces of [
      ['GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
      ['P', 'R', 'OPFIND / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ]) {
      const both = await connect()
      const answer = once(both.client, 'data') as Promise<[Buffer]>
      await write(both, pieces)
      expect(String((await answer)[0])).to.match(/^HTTP\/1\.1 200 OK/)
    }
    expect(seen).to.deep.equal(['HTTP/1 GET', 'HTTP/1 PROPFIND'])
  })

  it('waits half a minute for the first byte, and for no other of its own accord', async () => {
    const silent = await connect()
    expect(silent.socket.timeout).to.equal(30_000)
    silent.socket.emit('timeout')
    await once(silent.client, 'close')
    const both = await connect()
    const answer = once(both.client, 'data')
    await write(both, [PREFACE, SETTINGS])
    await answer
    expect(both.socket.timeout ?? 0).to.equal(0)
    expect(both.socket.destroyed).to.equal(false)
  })

  it('leaves none behind that goes before it has said anything', async () => {
    const both = await connect()
    both.client.end()
    await until('its end', () => both.socket.destroyed)
    const broken = await connect()
    broken.socket.emit('error', new Error('reset'))
    expect(broken.socket.destroyed).to.equal(true)
  })

  it('passes requests on, but for CONNECT, which is refused; a session that breaks breaks alone', async () => {
    const broken = await connect()
    await write(broken, [PREFACE, SETTINGS, Buffer.alloc(64, 255)])
    const session = http2.connect(`http://127.0.0.1:${port()}`)
    try {
      const statusOf = async (headers: http2.OutgoingHttpHeaders) => {
        const request = session.request(headers)
        const [{ ':status': status }] = (await once(request, 'response')) as [
          http2.IncomingHttpHeaders,
        ]
        request.close()
        return Number(status)
      }
      expect(await statusOf({ ':path': '/' })).to.equal(204)
      expect(await statusOf({ ':method': 'CONNECT', ':authority': 'a:1' })).to.equal(405)
      expect(seen).to.deep.equal(['HTTP/2 GET'])
    } finally {
      session.destroy()
    }
  })
})
