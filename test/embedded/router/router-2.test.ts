import { expect } from 'chai'
import { once } from 'node:events'
import http2 from 'node:http2'
import type net from 'node:net'
import { until } from '../../support/until.js'
import { always, Bare, OK } from './bare.js'

const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 5\r\n\r\n'

describe('Router 2.0', () => {
  let bare: Bare
  afterEach(() => bare.close())
  const start = async (...options: ConstructorParameters<typeof Bare>) =>
    (bare = await new Bare(...options).listen())
  const turn = (feature: string, enabled: boolean) =>
    (bare.app.features = { ...bare.app.features, [feature]: { enabled, updated_at: '' } })

  describe('connections to dynos', () => {
    for (const [kind, answer] of [
      ['of a known length', OK],
      ['in chunks', CHUNKED],
      ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ]) {
      it(`carry one request after another, with answers ${kind}`, async () => {
        await start(always(answer!))
        for (let i = 0; i < 3; i++) expect(await bare.ask(`/${i}`)).to.match(/^HTTP\/1\.1 20/)
        expect(await bare.ask('/post', 'Content-Length: 3\r\n', 'POST', 'abc')).to.match(
          /^HTTP\/1\.1 20/,
        )
        expect(bare.received).to.have.length(1)
        expect(bare.received[0])
          .to.match(/GET \/0 [^]*GET \/1 [^]*GET \/2 [^]*POST \/post [^]*\r\n\r\nabc$/)
          .and.not.match(/Connection:/)
        expect(bare.lines()[3]).to.match(/connect=0ms /)
      })
    }

    it('are closed when the dyno says so, and when the request was not whole', async () => {
      await start(always('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'))
      for (let i = 0; i < 2; i++) await bare.ask()
      expect(bare.received).to.have.length(2)
      await bare.close()
      await start((socket) => socket.on('data', () => socket.write(OK)))
      await bare.raw(
        'POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 100\r\n\r\npart',
        (got) => got.endsWith('ok'),
      )
      await until(
        'the connection is closed',
        () => bare.sockets[0]!.destroyed || bare.sockets[0]!.readableEnded,
      )
      await bare.ask()
      expect(bare.received).to.have.length(2)
    })

    it('are closed when they were idle for their time, and when the dyno leaves routing', async () => {
      await start(always(OK), { times: { keepAlive: 100 } })
      await bare.ask()
      await until('it is closed', () => bare.sockets[0]!.readableEnded)
      await bare.close()
      await start(always(OK))
      await bare.ask()
      expect(bare.sockets[0]!.readableEnded).to.equal(false)
      bare.turn(false)
      await until('it is closed', () => bare.sockets[0]!.readableEnded)
    })

    it('serve one request each with http-disable-keepalive-to-dyno', async () => {
      await start(always(OK))
      turn('http-disable-keepalive-to-dyno', true)
      for (let i = 0; i < 3; i++) expect(await bare.ask()).to.match(/Via: 1\.1 heroku-router\r\n/)
      expect(bare.received).to.have.length(3)
      expect(bare.received[0]).to.match(/Connection: close\r\n/)
    })

    /**
     * Answers the first request of each connection, and closes at the second: a keep-alive timeout
     * that is as old as the request.
     */
    const closesAtSecond = (socket: net.Socket) => {
      let requests = 0
      socket.on('data', () => (++requests === 1 ? socket.write(OK) : socket.destroy()))
    }

    it('that the dyno closes as a request leaves: one that changes nothing is sent anew', async () => {
      await start(closesAtSecond)
      await bare.ask('/first')
      expect(await bare.ask('/second')).to.match(/^HTTP\/1\.1 200 OK/)
      expect(bare.received).to.have.length(2)
      expect(bare.lines().filter((line) => line.includes('/second'))).to.have.length(1)
      expect(await bare.line(/second/)).to.match(/at=info .* status=200 /)
    })

    it('that the dyno closes as a request leaves: another is H18', async () => {
      await start(closesAtSecond)
      await bare.ask('/first')
      expect(await bare.ask('/second', 'Content-Length: 1\r\n', 'POST', 'x')).to.match(
        /^HTTP\/1\.1 503 /,
      )
      expect(bare.received).to.have.length(1)
      expect(await bare.line(/second/)).to.match(
        /sock=backend at=error code=H18 desc="Server Request Interrupted" method=POST .* status=503 /,
      )
    })

    it('that the dyno closes without an answer to their first request: H13, and nothing is sent twice', async () => {
      await start((socket) => socket.on('data', () => socket.destroy()))
      expect(await bare.ask('/first')).to.match(/^HTTP\/1\.1 503 /)
      expect(await bare.line(/first/)).to.match(
        /at=error code=H13 desc="Connection closed without response"/,
      )
      expect(bare.received).to.have.length(1)
    })

    it('that break off in an answer: H18 with the status that the client has', async () => {
      await start(always('HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\nhalf', true))
      await bare.ask('/half')
      expect(await bare.line(/half/)).to.match(
        /sock=backend at=error code=H18 .* status=201 bytes=4 /,
      )
    })
  })

  it('sets Via, and Server if the app does not', async () => {
    await start(
      always('HTTP/1.1 200 OK\r\nServer: mine\r\nVia: 1.1 cache\r\nContent-Length: 2\r\n\r\nok'),
    )
    expect(await bare.ask('/', 'Via: 1.0 edge\r\n'))
      .to.match(/Server: mine\r\nVia: 1\.1 cache\r\n.*Via: 1\.1 heroku-router\r\n/s)
      .and.not.match(/Server: Heroku/)
    expect(bare.received[0]).to.match(/Via: 1\.0 edge, 1\.1 heroku-router\r\n/)
    await bare.close()
    await start(always(OK))
    expect(await bare.ask()).to.match(/Server: Heroku\r\n/)
  })

  it('is the legacy router without http-routing-2-dot-0', async () => {
    await start(always(OK))
    turn('http-routing-2-dot-0', false)
    for (let i = 0; i < 2; i++)
      expect(await bare.ask()).to.match(/Server: Cowboy\r\nVia: 1\.1 vegur\r\n/)
    expect(bare.received).to.have.length(2)
    expect(bare.lines()[0]).to.match(/ protocol=http$/)
  })

  describe('HTTP/2 by prior knowledge', () => {
    let session: http2.ClientHttp2Session
    const connect = () => (session = http2.connect(`http://127.0.0.1:${bare.port}`))
    afterEach(() => session.destroy())

    const ask = async (
      headers: http2.OutgoingHttpHeaders,
      body?: string,
      trailers?: http2.OutgoingHttpHeaders,
    ) => {
      const stream = session.request(
        { ':authority': 'shop.localhost', ...headers },
        { waitForTrailers: trailers !== undefined },
      )
      if (trailers) stream.once('wantTrailers', () => stream.sendTrailers(trailers))
      let text = ''
      let sum: unknown
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
      stream.on('trailers', (got: http2.IncomingHttpHeaders) => (sum = got['x-sum']))
      stream.end(body)
      const [answer] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
      if (!stream.readableEnded) await once(stream, 'end')
      return { answer, text, sum }
    }

    it('serves many requests on one connection, and speaks HTTP/1.1 to the dyno', async () => {
      await start(
        always(
          'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Two: 1\r\nx-two: 2\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\nok',
        ),
      )
      connect()
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => ask({ ':path': `/${i}`, cookie: ['a=1', 'b=2'] })),
      )
      for (const { answer, text } of answers) {
        expect(text).to.equal('ok')
        expect(answer)
          .to.include({
            ':status': 200,
            via: '2.0 heroku-router',
            server: 'Heroku',
            'x-two': '1, 2',
          })
          .and.not.have.any.keys('connection', 'keep-alive')
        expect(answer['set-cookie']).to.deep.equal(['a=1', 'b=2'])
      }
      expect(bare.received.join('')).to.match(
        /GET \/7 HTTP\/1\.1\r\nHost: shop\.localhost\r\n[^]*cookie: a=1; b=2\r\n[^]*Via: 2\.0 heroku-router\r\n/,
      )
      expect(bare.lines()[0]).to.match(
        /host=shop\.localhost .* dyno=web\.1 .* status=200 bytes=2 protocol=http2\.0 tls=false$/,
      )
    })

    it('passes bodies, trailers and informational answers', async () => {
      await start(always(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\n${CHUNKED}`))
      connect()
      const { answer, text, sum } = await ask({ ':path': '/', ':method': 'POST' }, 'hello', {
        'x-own': '1',
      })
      expect([answer[':status'], text, sum]).to.deep.equal([200, 'ok', '5'])
      expect(bare.received[0]).to.match(
        /Transfer-Encoding: chunked\r\n[^]*\r\n\r\n5\r\nhello\r\n0\r\nx-own: 1\r\n\r\n$/,
      )
      await ask({ ':path': '/', ':method': 'PUT', 'content-length': '5' }, 'hello')
      expect(bare.received.join('')).to.match(/Content-Length: 5\r\n[^]*\r\n\r\nhello$/)
    })

    it("answers with the router's own pages, and ends a broken answer as broken", async () => {
      await start(always('HTTP/1.1 000 Zero\r\n\r\n', true))
      connect()
      const { answer, text } = await ask({ ':path': '/' })
      expect(answer[':status']).to.equal(503)
      expect(text).to.match(/Application error/)
      expect(
        (await ask({ ':path': '/', ':authority': 'none.localhost' })).answer[':status'],
      ).to.equal(404)
      expect((await ask({ ':path': '/', 'x-long': 'x'.repeat(8_192) })).answer[':status']).to.equal(
        400,
      )
      expect(await bare.line(/code=H17/)).to.match(/protocol=http2\.0/)
    })

    it('is not to be had of the legacy router', async () => {
      await start(always(OK))
      turn('http-routing-2-dot-0', false)
      connect()
      expect((await ask({ ':path': '/' })).answer[':status']).to.equal(505)
      expect(bare.received).to.deep.equal([])
    })

    it('outlives clients that leave', async () => {
      await start((socket) =>
        socket.on('data', () =>
          socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n'),
        ),
      )
      connect()
      const stream = session.request({ ':authority': 'shop.localhost', ':path': '/left' })
      await once(stream, 'data')
      stream.on('error', () => undefined).close(http2.constants.NGHTTP2_CANCEL)
      expect(await bare.line(/left/)).to.match(/code=H27 .* status=499 /)
      session.destroy()
      connect()
      const other = session.request({ ':authority': 'shop.localhost', ':path': '/cut' })
      other.on('error', () => undefined)
      await once(other, 'data')
      session.destroy()
      expect(await bare.line(/cut/)).to.match(/code=H27 /)
    })
  })
})
