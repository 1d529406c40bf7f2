import { EventEmitter } from 'node:events'
import type http from 'node:http'
import { expect } from 'chai'
import { Http1Client } from '../../../src/embedded/router/http1-client.js'
import { RESPONSE_BUFFER } from '../../../src/embedded/router/limits.js'

/** An answer as far as the router uses one, and what it was told. */
class Response extends EventEmitter {
  headersSent = false
  statusCode = 200
  writableLength = 0
  writableFinished = false
  isTaken = false
  readonly told: unknown[] = []
  socket: { write: (text: string, encoding: string) => void } | null = {
    write: (text, encoding) => this.told.push([text, encoding]),
  }
  writeHead = (...head: unknown[]) => this.told.push(head)
  flushHeaders = () => this.told.push('flush')
  write = () => this.isTaken
  addTrailers = (fields: unknown) => this.told.push(fields)
  end = () => this.told.push('end')
  destroy = () => this.told.push('destroy')
}

const clientOf = (response: Response, request: object = {}) =>
  new Http1Client(
    {
      method: 'POST',
      url: '/a?b',
      headers: { host: 'shop.localhost' },
      rawHeaders: ['Host', 'shop.localhost'],
      rawTrailers: ['X-Sum', '5'],
      complete: true,
      httpVersionMinor: 1,
      socket: { localPort: 8080, remoteAddress: '192.0.2.1' },
      ...request,
    } as unknown as http.IncomingMessage,
    response as unknown as http.ServerResponse,
  )

describe('a client over HTTP/1', () => {
  it('has what its request says', () => {
    const response = new Response()
    const client = clientOf(response)
    expect(client).to.deep.include({
      method: 'POST',
      path: '/a?b',
      host: 'shop.localhost',
      headers: ['Host', 'shop.localhost'],
      trailers: ['X-Sum', '5'],
      port: 8080,
      isComplete: true,
      hasResponded: false,
      status: 200,
      protocol: '1.1',
    })
    Object.assign(response, { headersSent: true, statusCode: 404 })
    expect(client).to.include({ hasResponded: true, status: 404 })
    const bare = clientOf(response, { method: undefined, url: undefined, socket: {} })
    expect(bare).to.include({ method: '', path: '', port: 0, address: '' })
  })
  it('has an address of IPv4 where it is one', () => {
    const addressOf = (remoteAddress: string) =>
      clientOf(new Response(), { socket: { remoteAddress } }).address
    for (const [given, address] of [
      ['::ffff:192.0.2.7', '192.0.2.7'],
      ['::1', '127.0.0.1'],
      ['2001:db8::ffff:1', '2001:db8::ffff:1'],
      ['2001:::ffff:1', '2001:::ffff:1'],
    ])
      expect(addressOf(given!)).to.equal(address)
  })
  it('has a body if it says so', () => {
    const has = (headers: object) => clientOf(new Response(), { headers }).hasBody
    expect(has({})).to.equal(false)
    expect(has({ 'content-length': '0' })).to.equal(false)
    expect(has({ 'content-length': '1' })).to.equal(true)
    expect(has({ 'transfer-encoding': 'chunked' })).to.equal(true)
  })

  it('is informed before its answer alone, and not over HTTP/1.0', () => {
    const response = new Response()
    const client = clientOf(response)
    for (const status of [100, 102, 103, 199]) client.inform(status, ['Link', '</a>'])
    expect(response.told).to.deep.equal(
      ['100 Continue', '102 Processing', '103 Early Hints', '199 Information'].map((line) => [
        `HTTP/1.1 ${line}\r\nLink: </a>\r\n\r\n`,
        'latin1',
      ]),
    )
    response.told.splice(0)
    clientOf(response, { httpVersionMinor: 0 }).inform(103, [])
    response.headersSent = true
    client.inform(103, [])
    Object.assign(response, { headersSent: false, socket: null })
    client.inform(103, [])
    expect(response.told).to.deep.equal([])
  })
  it('has its answer with the name of trailers only where they may follow', () => {
    const headers = ['X-A', 'trailer', 'TRAILER', 'x-sum', 'X-B', '2']
    const answer = (isStreamed: boolean, httpVersionMinor = 1) => {
      const response = new Response()
      clientOf(response, { httpVersionMinor }).respond({
        status: 201,
        reason: 'Made',
        headers,
        isStreamed,
      })
      return response.told
    }
    const without = [[201, 'Made', ['X-A', 'trailer', 'X-B', '2']]]
    expect(answer(true)).to.deep.equal([[201, 'Made', headers]])
    expect(answer(false)).to.deep.equal(without)
    expect(answer(true, 0)).to.deep.equal(without)
  })
  it('ends with its trailers, if there are any', () => {
    const response = new Response()
    const client = clientOf(response)
    client.flush()
    client.end(['A', '1', 'B', '2'])
    client.end([])
    client.abort()
    const trailers = [
      ['A', '1'],
      ['B', '2'],
    ]
    expect(response.told).to.deep.equal(['flush', trailers, 'end', 'end', 'destroy'])
  })
  it('is slow once as much waits for it as is held', () => {
    const response = new Response()
    const write = () => clientOf(response).write(Buffer.from('a'))
    response.writableLength = RESPONSE_BUFFER - 1
    expect(write()).to.equal(true)
    response.writableLength = RESPONSE_BUFFER
    expect(write()).to.equal(false)
    response.isTaken = true
    expect(write()).to.equal(true)
  })
  it('tells how it went', () => {
    const told: unknown[] = []
    const listen = (state: Partial<Response>, ...events: string[]) => {
      const response = Object.assign(new Response(), state)
      told.splice(0)
      clientOf(response).listen({
        onDrain: () => told.push('drain'),
        onClose: (isWhole) => told.push(isWhole),
      })
      for (const event of events) response.emit(event)
      return [...told]
    }
    expect(listen({}, 'drain', 'drain')).to.deep.equal(['drain', 'drain'])
    expect(listen({}, 'finish', 'finish')).to.deep.equal([true])
    expect(listen({}, 'close', 'close')).to.deep.equal([false])
    expect(listen({ writableFinished: true }, 'close')).to.deep.equal([true])
  })
})
