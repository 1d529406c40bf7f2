import { expect } from 'chai'
import { until } from '../../support/until.js'
import { always, Bare, OK } from './bare.js'

const REQUEST = 'Host: shop.localhost\r\nConnection: close\r\n'

/**
 * What Heroku's router takes of a client and what it does not:
 * articles/http-routing#http-validation-and-restrictions.
 */
const REFUSED: { name: string; request: string; status: number }[] = [
  {
    name: 'two Host headers',
    request: `GET / HTTP/1.1\r\nHost: shop.localhost\r\n${REQUEST}\r\n`,
    status: 400,
  },
  {
    name: "two Host headers, the second another app's",
    request: `GET / HTTP/1.1\r\n${REQUEST}hOST: other.localhost\r\n\r\n`,
    status: 400,
  },
  { name: 'no Host', request: 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', status: 400 },
  { name: 'no Host in HTTP/1.0', request: 'GET / HTTP/1.0\r\n\r\n', status: 400 },
  {
    name: 'a request line beyond the limit',
    request: `GET /${'x'.repeat(8_192)} HTTP/1.1\r\n${REQUEST}\r\n`,
    status: 400,
  },
  {
    name: 'a header line beyond the limit',
    request: `GET / HTTP/1.1\r\n${REQUEST}X-A: ${'x'.repeat(8_192)}\r\n\r\n`,
    status: 400,
  },
  {
    name: 'a header name beyond the limit',
    request: `GET / HTTP/1.1\r\n${REQUEST}${'x'.repeat(1_001)}: a\r\n\r\n`,
    status: 400,
  },
  {
    name: 'more than 1,000 headers',
    request: `GET / HTTP/1.1\r\n${REQUEST}${'x: a\r\n'.repeat(1_000)}\r\n`,
    status: 400,
  },
  {
    name: 'two lengths',
    request: `POST / HTTP/1.1\r\n${REQUEST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
    status: 400,
  },
  {
    name: 'a length in a list',
    request: `POST / HTTP/1.1\r\n${REQUEST}Content-Length: 1, 2\r\n\r\nab`,
    status: 400,
  },
  {
    name: 'another transfer coding',
    request: `POST / HTTP/1.1\r\n${REQUEST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    status: 400,
  },
  {
    name: 'another expectation',
    request: `POST / HTTP/1.1\r\n${REQUEST}Expect: tea\r\nContent-Length: 0\r\n\r\n`,
    status: 417,
  },
  { name: 'bytes that are no HTTP', request: '\x16\x03\x01\x02\0\x01\r\n\r\n', status: 400 },
  { name: 'CONNECT', request: `CONNECT shop.localhost:80 HTTP/1.1\r\n${REQUEST}\r\n`, status: 405 },
]

const TAKEN: { name: string; request: string; dyno?: RegExp; lacks?: RegExp }[] = [
  {
    name: 'a request line at the limit',
    request: `GET /${'x'.repeat(8_192 - 'GET / HTTP/1.1'.length)} HTTP/1.1\r\n${REQUEST}\r\n`,
  },
  {
    name: 'a header line at the limit',
    request: `GET / HTTP/1.1\r\n${REQUEST}X-A: ${'x'.repeat(8_187)}\r\n\r\n`,
    dyno: /X-A: x{8187}\r\n/,
  },
  {
    name: '1,000 headers',
    request: `GET / HTTP/1.1\r\n${REQUEST}${'x: a\r\n'.repeat(998)}\r\n`,
    dyno: /(x: a\r\n){998}/,
  },
  {
    name: '100 headers of 8,000 bytes',
    request: `GET / HTTP/1.1\r\n${REQUEST}${`x: ${'a'.repeat(8_000)}\r\n`.repeat(100)}\r\n`,
  },
  {
    name: 'Connection naming the length',
    request: `POST / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close, content-length, host\r\nContent-Length: 2\r\n\r\nab`,
    dyno: /Host: shop\.localhost[^]*Content-Length: 2\r\n[^]*\r\n\r\nab$/,
  },
  {
    name: 'Connection naming a header of its own',
    request: `GET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close, x-own\r\nX-Own: 1\r\nX-Other: 2\r\n\r\n`,
    dyno: /X-Other: 2/,
    lacks: /X-Own/,
  },
  {
    name: 'hop-by-hop headers',
    request: `GET / HTTP/1.1\r\n${REQUEST}Keep-Alive: 5\r\nProxy-Connection: x\r\nTE: trailers\r\nCookie: a=b\r\n\r\n`,
    dyno: /Cookie: a=b/,
    lacks: /Keep-Alive|Proxy-Connection|TE:|Connection/,
  },
  {
    name: 'trailers',
    request: `POST / HTTP/1.1\r\n${REQUEST}Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 6\r\nHost: other\r\n\r\n`,
    dyno: /Trailer: X-Sum[^]*\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n$/,
  },
  {
    name: 'an empty POST',
    request: `POST / HTTP/1.1\r\n${REQUEST}\r\n`,
    dyno: /Content-Length: 0\r\n/,
  },
]

describe('requests that Heroku restricts', () => {
  let bare: Bare
  afterEach(() => bare.close())

  for (const { name, request, status } of REFUSED) {
    it(`${status} to ${name}, and no dyno sees it`, async () => {
      bare = await new Bare(always(OK)).listen()
      expect(await bare.raw(request)).to.match(new RegExp(`^HTTP/1\\.1 ${status} `))
      expect(bare.received).to.deep.equal([])
      expect(await bare.ask()).to.match(/^HTTP\/1\.1 200 OK/)
    })
  }

  it('says in full what is no HTTP, and that it is over', async () => {
    bare = await new Bare(always(OK)).listen()
    expect(await bare.raw('\x16\x03\x01\x02\0\x01\r\n\r\n')).to.equal(
      'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    )
  })

  for (const { name, request, dyno, lacks } of TAKEN) {
    it(`takes ${name}`, async () => {
      bare = await new Bare((socket) => {
        // Once all of it has come, chunks too.
        let got = ''
        socket.on('data', (chunk) => {
          got += chunk.toString('latin1')
          const body = got.indexOf('\r\n\r\n') + 4
          const length = Number(/content-length: (\d+)/i.exec(got.slice(0, body))?.[1] ?? 0)
          const isWhole = /transfer-encoding/i.test(got)
            ? /\r\n0\r\n([^\r]+\r\n)*\r\n$/.test(got)
            : got.length >= body + length
          if (body > 3 && isWhole) socket.write(OK)
        })
      }).listen()
      expect(await bare.raw(request)).to.match(/^HTTP\/1\.1 200 OK/)
      if (dyno) expect(bare.received[0]).to.match(dyno)
      if (lacks) expect(bare.received[0]).to.not.match(lacks)
    })
  }

  it("answers 100 Continue in the dyno's place, unless http-end-to-end-continue leaves it to the dyno", async () => {
    bare = await new Bare(always(OK)).listen()
    const request = `POST / HTTP/1.1\r\n${REQUEST}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`
    const answer = await bare.raw(`${request}ab`)
    expect(answer).to.match(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/)
    expect(bare.received[0]).to.not.match(/Expect/)
    bare.app.features['http-end-to-end-continue'] = { enabled: true, updated_at: '' }
    expect(await bare.raw(`${request}ab`)).to.match(/^HTTP\/1\.1 200 OK/)
    expect(bare.received.join('')).to.match(/Expect: 100-continue/)
  })

  it('H11 beyond 200 requests for each web dyno', async () => {
    bare = await new Bare(() => undefined).listen()
    const held = Array.from({ length: 200 }, () => bare.ask('/held').catch(() => undefined))
    await until(
      'all of them are with the dyno',
      () => bare.received.filter((text) => text.includes('/held')).length === 200,
    )
    expect(await bare.ask('/more')).to.match(/^HTTP\/1\.1 503 /)
    expect(await bare.line(/path="\/more"/)).to.match(/at=error code=H11 desc="Backlog too deep"/)
    // One leaves, and there is room for one.
    bare.sockets[0]!.end(OK)
    await Promise.race(held)
    held.push(bare.ask('/fits').catch(() => undefined))
    await until('it is with the dyno', () => bare.received.some((text) => text.includes('/fits')))
    expect(await bare.ask('/again')).to.match(/^HTTP\/1\.1 503 /)
    for (const socket of bare.sockets) socket.end(OK)
    await Promise.all(held)
  })
})
