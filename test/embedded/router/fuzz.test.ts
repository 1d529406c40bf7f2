import { expect } from 'chai'
import { until } from '../../support/until.js'
import { Bare, OK } from './bare.js'
import { chanceFrom, fuzzSeed, mutate } from '../../support/mutate.js'

/** Answers and requests that bytes are changed, cut, doubled and put in at random places of. */
const ANSWERS = [
  OK,
  'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=b; Path=/\r\n\r\nok',
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x05hello',
  'HTTP/1.0 404 Not Found\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nnone',
  'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 10\r\n\r\n',
]
const REQUESTS = [
  'GET /a?b=c HTTP/1.1\r\nHost: shop.localhost\r\nCookie: a=b\r\nConnection: close\r\n\r\n',
  'POST /a HTTP/1.1\r\nHost: shop.localhost\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n',
  'PUT /a HTTP/1.1\r\nHost: shop.localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n',
  'GET /chat HTTP/1.1\r\nHost: shop.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\x05hello',
  'GET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
  'HEAD / HTTP/1.0\r\nHost: shop.localhost\r\nConnection: keep-alive\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0d\0\0\x05\x01\x05\0\0\0\x01\x82\x86\x84A\0',
]
const ROUNDS = 240

describe('the router under random bytes', function () {
  this.timeout(60_000)
  let bare: Bare
  let warnings: string[]
  const onWarning = (warning: Error) => warnings.push(warning.stack ?? warning.message)
  beforeEach(() => {
    warnings = []
    process.on('warning', onWarning)
  })
  afterEach(() => {
    process.off('warning', onWarning)
    return bare.close()
  })

  it(`answers a good request after each of ${ROUNDS} bad answers and requests (seed ${fuzzSeed})`, async () => {
    const next = chanceFrom(fuzzSeed)
    let answer = OK
    bare = await new Bare(
      (socket) =>
        socket.on('data', (chunk) => {
          if (chunk.includes('/good')) return socket.write(OK)
          // In two parts, as a network may deliver it.
          const cut = next(answer.length + 1)
          socket.write(answer.slice(0, cut), 'latin1')
          socket.end(answer.slice(cut), 'latin1')
        }),
      { limits: { requestTimeout: 80 }, times: { idle: 80 } },
    ).listen()
    for (let round = 0; round < ROUNDS; round += 8) {
      answer = mutate(ANSWERS[next(ANSWERS.length)]!, next)
      const asked = Array.from({ length: 8 }, () =>
        next(2) === 0
          ? REQUESTS[next(REQUESTS.length)]!
          : mutate(REQUESTS[next(REQUESTS.length)]!, next),
      )
      // Whatever comes, or nothing: a request that is cut short waits for its rest.
      await Promise.all(
        asked
          .map((request) => bare.raw(request, (got) => got.length > 0).catch(() => undefined))
          .map((one) => Promise.race([one, new Promise((resolve) => setTimeout(resolve, 120))])),
      )
      expect(
        await bare.ask('/good'),
        `seed ${fuzzSeed}, round ${round}: ${JSON.stringify(answer)}`,
      ).to.match(/^HTTP\/1\.1 200 OK\r\n[^]*ok$/)
    }
    await until('its log is whole', () => bare.lines().some((line) => line.includes('/good')))
    // An error that nobody had thought of is one, even if it ended in a page.
    expect(warnings).to.deep.equal([])
  })
})
