import { expect } from 'chai'
import type net from 'node:net'
import { always, Bare, OK } from './bare.js'

/** What an app can answer that no client can be given, and what the router makes of it. */
const BAD: { name: string; answer: string; code: string; status: number }[] = [
  { name: 'status 000', answer: 'HTTP/1.1 000 Zero\r\n\r\n', code: 'H17', status: 503 },
  { name: 'status 099', answer: 'HTTP/1.1 099 Low\r\n\r\n', code: 'H17', status: 503 },
  {
    name: 'a status of four digits',
    answer: 'HTTP/1.1 2000 High\r\n\r\n',
    code: 'H17',
    status: 503,
  },
  { name: 'no status', answer: 'HTTP/1.1 \r\n\r\n', code: 'H17', status: 503 },
  { name: 'HTTP/2 in a status line', answer: 'HTTP/2 200 OK\r\n\r\n', code: 'H17', status: 503 },
  {
    name: 'a control character in the reason',
    answer: 'HTTP/1.1 200 O\x01K\r\n\r\n',
    code: 'H17',
    status: 503,
  },
  {
    name: 'an escape sequence in the reason',
    answer: 'HTTP/1.1 200 \x1b[2J\r\n\r\n',
    code: 'H17',
    status: 503,
  },
  {
    name: 'a NUL in a value',
    answer: 'HTTP/1.1 200 OK\r\nX-A: a\0b\r\n\r\n',
    code: 'H17',
    status: 503,
  },
  {
    name: 'a bare line feed in a value',
    answer: 'HTTP/1.1 200 OK\r\nX-A: a\nSet-Cookie: b=c\r\n\r\n',
    code: 'H17',
    status: 503,
  },
  {
    name: 'a bare carriage return',
    answer: 'HTTP/1.1 200 OK\r\nX-A: a\rb\r\n\r\n',
    code: 'H17',
    status: 503,
  },
  {
    name: 'line feeds alone',
    answer: 'HTTP/1.1 200 OK\nContent-Length: 0\n\n\r\n\r\n',
    code: 'H17',
    status: 503,
  },
  {
    name: 'a folded header',
    answer: 'HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\n\r\n',
    code: 'H17',
    status: 503,
  },
  {
    name: 'a header without a name',
    answer: 'HTTP/1.1 200 OK\r\n: a\r\n\r\n',
    code: 'H17',
    status: 503,
  },
  {
    name: 'a space in a name',
    answer: 'HTTP/1.1 200 OK\r\nX A: a\r\n\r\n',
    code: 'H17',
    status: 503,
  },
  {
    name: 'a space before the colon',
    answer: 'HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\na',
    code: 'H17',
    status: 503,
  },
  {
    name: 'a negative length',
    answer: 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    code: 'H17',
    status: 503,
  },
  {
    name: 'two lengths',
    answer: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    code: 'H17',
    status: 503,
  },
  {
    name: 'a length in a list',
    answer: 'HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nab',
    code: 'H17',
    status: 503,
  },
  {
    name: 'another transfer coding',
    answer: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nab',
    code: 'H17',
    status: 503,
  },
  {
    name: 'a 101 that nobody asked for',
    answer: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    code: 'H17',
    status: 503,
  },
  {
    name: 'informational answers without an end',
    answer: 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(50),
    code: 'H17',
    status: 503,
  },
  { name: 'bytes that are no HTTP', answer: '\x16\x03\x01\0\0\r\n\r\n', code: 'H17', status: 503 },
  {
    name: 'a status line beyond the limit',
    answer: `HTTP/1.1 200 ${'x'.repeat(8_200)}\r\n\r\n`,
    code: 'H25',
    status: 502,
  },
  {
    name: 'a cookie beyond the limit',
    answer: `HTTP/1.1 200 OK\r\nSet-Cookie: a=${'x'.repeat(8_192)}\r\n\r\n`,
    code: 'H25',
    status: 502,
  },
  {
    name: 'a header beyond the limit',
    answer: `HTTP/1.1 200 OK\r\nX-A: ${'x'.repeat(512 * 1024)}\r\n\r\n`,
    code: 'H25',
    status: 502,
  },
  { name: 'a close without an answer', answer: '', code: 'H13', status: 503 },
]

/** What an app may answer, and Node's own setters throw on or cannot read. */
const ODD: { name: string; answer: string; status: number; has?: RegExp; lacks?: RegExp }[] = [
  {
    name: 'a reason of UTF-8',
    answer: 'HTTP/1.1 200 Sch\xc3\xb6n\r\nContent-Length: 0\r\n\r\n',
    status: 200,
    has: /^HTTP\/1\.1 200 Sch\xc3\xb6n\r\n/,
  },
  { name: 'no reason', answer: 'HTTP/1.1 204\r\n\r\n', status: 204 },
  {
    name: 'a status that nobody knows',
    answer: 'HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n',
    status: 799,
  },
  {
    name: 'early hints with two links',
    answer: `HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nLink: </b.js>; rel=preload\r\n\r\n${OK}`,
    status: 103,
    lacks: /103[^]*Server:[^]*200/,
    has: /Link: <\/a\.css>.*\r\nLink: <\/b\.js>[^]*HTTP\/1\.1 200 OK/,
  },
  {
    name: 'early hints of no known form',
    answer: `HTTP/1.1 103 Early Hints\r\nLink: what\r\n\r\n${OK}`,
    status: 103,
    has: /Link: what[^]*200 OK/,
  },
  {
    name: 'Trailer beside Content-Length',
    answer: 'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nContent-Length: 2\r\n\r\nok',
    status: 200,
    has: /ok$/,
    lacks: /Trailer/i,
  },
  {
    name: 'chunks and a length',
    answer:
      'HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    status: 200,
    lacks: /Content-Length/i,
  },
  {
    name: 'the same length twice',
    answer: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok',
    status: 200,
  },
  {
    name: 'Connection naming the length',
    answer: 'HTTP/1.1 200 OK\r\nConnection: content-length\r\nContent-Length: 2\r\n\r\nok',
    status: 200,
    has: /Content-Length: 2/,
  },
  {
    name: 'a header of 500 KB',
    answer: `HTTP/1.1 200 OK\r\nX-A: ${'x'.repeat(500 * 1024)}\r\nContent-Length: 2\r\n\r\nok`,
    status: 200,
    has: /ok$/,
  },
  {
    name: 'a body that ends with the connection',
    answer: 'HTTP/1.0 200 OK\r\n\r\nold',
    status: 200,
    has: /old/,
  },
]

describe('answers that are no good HTTP', () => {
  let bare: Bare
  afterEach(() => bare.close())

  for (const { name, answer, code, status } of BAD) {
    it(`${name} ends in ${code} for that request alone`, async () => {
      const serve = (socket: net.Socket) =>
        socket.on('data', (chunk) => {
          if (chunk.includes('/good')) return socket.write(OK)
          socket.end(answer, 'latin1')
        })
      bare = await new Bare(serve).listen()
      expect(await bare.ask('/bad')).to.match(new RegExp(`(^|\r\n\r\n)HTTP/1\\.1 ${status} `))
      expect(await bare.line(/path="\/bad"/)).to.match(
        new RegExp(`at=error code=${code} .* dyno=web\\.1 .* status=${status} `),
      )
      if (code === 'H25')
        expect(await bare.line(/code=H25/)).to.match(
          /desc="HTTP restriction: oversized (header|cookie|status line)"/,
        )
      expect(await bare.ask('/good')).to.match(/^HTTP\/1\.1 200 OK/)
    })
  }

  for (const { name, answer, status, has, lacks } of ODD) {
    for (const version of ['1.1', '1.0']) {
      it(`${name} reaches a client of HTTP/${version}`, async () => {
        bare = await new Bare(always(answer, true)).listen()
        const got = await bare.raw(
          `GET / HTTP/${version}\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n`,
        )
        // HTTP/1.0 knows no informational answers.
        const first = status === 103 && version === '1.0' ? 200 : status
        expect(got).to.match(new RegExp(`^HTTP/1\\.1 ${first}`))
        if (has && first === status) expect(got).to.match(has)
        if (lacks) expect(got).to.not.match(lacks)
      })
    }
  }

  it('nonsense after the head breaks the connection off, and is H17', async () => {
    bare = await new Bare(
      always('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'),
    ).listen()
    const got = await bare.ask()
    expect(got).to.not.match(/\r\n0\r\n\r\n$/)
    expect(await bare.line(/code=H17/)).to.include('dyno=web.1')
  })

  it("bytes after an answer end that connection, and are nobody's next answer", async () => {
    bare = await new Bare(always(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`)).listen()
    for (let i = 0; i < 3; i++) expect(await bare.ask()).to.match(/ok$/)
    expect(bare.received).to.have.length(3)
  })
})
