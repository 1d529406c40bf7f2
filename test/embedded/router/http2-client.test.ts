import { EventEmitter } from 'node:events'
import type http2 from 'node:http2'
import { expect } from 'chai'
import { Http2Client } from '../../../src/embedded/router/http2-client.js'
import { RESPONSE_BUFFER } from '../../../src/embedded/router/limits.js'

/** A stream as far as the router uses one, and what it was told. */
class Stream extends EventEmitter {
  headersSent = false
  destroyed = false
  readableEnded = false
  aborted = false
  writableFinished = true
  writableLength = 0
  rstCode = 0
  session: unknown = { socket: { remoteAddress: '::ffff:192.0.2.1', localPort: 8080 } }
  readonly told: unknown[] = []
  additionalHeaders = (headers: object) => this.told.push({ ...headers })
  respond = (headers: object, options: object) => this.told.push([{ ...headers }, options])
  sendTrailers = (fields: object) => this.told.push({ ...fields })
  write = () => false
  end = () => this.told.push('end')
}

const END_STREAM = 1
function clientOf(stream: Stream, flags = END_STREAM, raw: string[] = []): Http2Client {
  const headers = { ':method': 'POST', ':path': '/a?b', host: 'shop.localhost' }
  return new Http2Client(stream as unknown as http2.ServerHttp2Stream, headers, flags, raw)
}

describe('a client over HTTP/2', () => {
  it('has its fields without pseudo-headers, and its cookies in one', () => {
    const raw = [':path', '/', 'cookie', 'a=1', 'accept', '*/*', 'cookie', 'b=2']
    const client = clientOf(new Stream(), END_STREAM, raw)
    expect(client.headers).to.deep.equal(['accept', '*/*', 'cookie', 'a=1; b=2'])
    expect(clientOf(new Stream(), END_STREAM, ['accept', '*/*']).headers).to.deep.equal([
      'accept',
      '*/*',
    ])
    expect(client).to.include({ method: 'POST', path: '/a?b', host: 'shop.localhost' })
  })

  it('has the address of its session, and none once that is gone', () => {
    const stream = new Stream()
    expect(clientOf(stream)).to.include({ address: '192.0.2.1', port: 8080 })
    stream.session = undefined
    expect(clientOf(stream)).to.include({ address: '', port: 0 })
  })

  it('is complete without a body, or once the body has ended', () => {
    const stream = new Stream()
    expect(clientOf(stream)).to.include({ hasBody: false, isComplete: true })
    const client = clientOf(stream, 0)
    expect(client).to.include({ hasBody: true, isComplete: false })
    stream.readableEnded = true
    expect(client.isComplete).to.equal(true)
  })

  it('is informed before the answer alone, and never of 101', () => {
    const stream = new Stream()
    const client = clientOf(stream)
    client.inform(103, ['Link', 'a', 'link', 'b'])
    client.inform(101, [])
    stream.headersSent = true
    client.inform(102, [])
    Object.assign(stream, { headersSent: false, destroyed: true })
    client.inform(102, [])
    client.respond({ status: 200, reason: 'OK', headers: [], isStreamed: false })
    expect(stream.told).to.deep.equal([{ link: 'a, b', ':status': 103 }])
    expect(client.status).to.equal(0)
  })

  it('gets an answer whose cookies stay apart, and trailers if its length is not known', () => {
    const stream = new Stream()
    const client = clientOf(stream)
    const headers = ['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'Vary', 'x', 'vary', 'y']
    client.respond({ status: 201, reason: 'Created', headers, isStreamed: true })
    client.end(['Digest', 'z'])
    stream.emit('wantTrailers')
    expect(client.status).to.equal(201)
    expect(stream.told).to.deep.equal([
      [{ 'set-cookie': ['a=1', 'b=2'], vary: 'x, y', ':status': 201 }, { waitForTrailers: true }],
      'end',
      { digest: 'z' },
    ])
  })

  it('is slow once as much waits for it as is held', () => {
    const stream = new Stream()
    stream.writableLength = RESPONSE_BUFFER - 1
    expect(clientOf(stream).write(Buffer.from('a'))).to.equal(true)
    stream.writableLength = RESPONSE_BUFFER
    expect(clientOf(stream).write(Buffer.from('a'))).to.equal(false)
    stream.write = () => true
    expect(clientOf(stream).write(Buffer.from('a'))).to.equal(true)
  })

  const endings: [string, Partial<Stream>, boolean][] = [
    ['all of it', {}, true],
    ['a part', { writableFinished: false }, false],
    ['what it has reset', { rstCode: 8 }, false],
    ['what it has left', { aborted: true }, false],
  ]
  for (const [what, state, isWhole] of endings)
    it(`has the whole answer, or not, after ${what}`, () => {
      const stream = new Stream()
      const client = clientOf(stream)
      const closes: boolean[] = []
      client.listen({ onDrain: () => undefined, onClose: (whole) => closes.push(whole) })
      stream.emit('finish')
      expect(closes, 'before it was ended').to.deep.equal([])
      client.end([])
      stream.once('finish', () => undefined)
      Object.assign(stream, state)
      stream.emit('close')
      expect(closes).to.deep.equal([isWhole])
    })

  it('is done as soon as the answer has left', () => {
    const stream = new Stream()
    const client = clientOf(stream)
    const closes: boolean[] = []
    client.listen({ onDrain: () => undefined, onClose: (whole) => closes.push(whole) })
    client.end([])
    stream.emit('finish')
    expect(closes).to.deep.equal([true])
  })
})
