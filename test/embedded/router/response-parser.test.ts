import { expect } from 'chai'
import {
  BadResponse,
  ResponseParser,
  type ResponseHead,
} from '../../../src/embedded/router/response-parser.js'

type Event =
  | ['information' | 'head', ResponseHead]
  | ['data', string]
  | ['end', string[], boolean]
  | ['upgrade', ResponseHead, string]

/** What a parser tells of these bytes, with neighbouring pieces of the body put together. */
function reader(method = 'GET') {
  const told: Event[] = []
  const parser = new ResponseParser()
  const begin = () =>
    parser.begin(method, {
      onInformation: (head) => told.push(['information', head]),
      onHead: (head) => told.push(['head', head]),
      onData: (chunk) => {
        const last = told.at(-1)
        if (last?.[0] === 'data') last[1] += chunk.toString('latin1')
        else if (chunk.length > 0) told.push(['data', chunk.toString('latin1')])
      },
      onEnd: (trailers, mayReuse) => told.push(['end', trailers, mayReuse]),
      onUpgrade: (head, rest) => told.push(['upgrade', head, rest.toString('latin1')]),
    })
  begin()
  return { parser, told, begin, feed: (text: string) => parser.feed(Buffer.from(text, 'latin1')) }
}

function told(text: string, method?: string): Event[] {
  const { feed, told: all } = reader(method)
  feed(text)
  return all
}

/** The same, a byte at a time. */
function toldInBytes(text: string, method?: string): Event[] {
  const { feed, told: all } = reader(method)
  for (const byte of text) feed(byte)
  return all
}

const fault = (text: string, method?: string) => {
  for (const read of [told, toldInBytes])
    try {
      read(text, method)
      return 'none'
    } catch (error) {
      if (!(error instanceof BadResponse)) throw error
      if (read === toldInBytes) return `${error.code} ${error.message}`
    }
  return 'only in bytes'
}

const head = (headers: string[], more: Partial<ResponseHead> = {}): ResponseHead => ({
  status: 200,
  reason: 'OK',
  headers,
  isHttp10: false,
  ...more,
})
const KB = 1024

describe('an answer of a dyno, as bytes', () => {
  const answers: Record<string, [text: string, events: Event[], method?: string]> = {
    'with a length': [
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b \r\nx-a: c\r\n\r\nhello',
      [
        ['head', head(['Content-Length', '5', 'X-A', 'b', 'x-a', 'c'])],
        ['data', 'hello'],
        ['end', [], true],
      ],
    ],
    'with a length of 0': [
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      [
        ['head', head(['Content-Length', '0'])],
        ['end', [], true],
      ],
    ],
    'with the same length twice': [
      'HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 1\r\ncontent-length: 1\r\n\r\nx',
      [
        ['head', head(['CONTENT-LENGTH', '1', 'content-length', '1'])],
        ['data', 'x'],
        ['end', [], true],
      ],
    ],
    'in chunks': [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n\r\n3;x=y\r\nabc\r\nA \r\n0123456789\r\n0\r\n\r\n',
      [
        ['head', head(['Transfer-Encoding', 'CHUNKED'])],
        ['data', 'abc0123456789'],
        ['end', [], true],
      ],
    ],
    'in chunks, with trailers': [
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nX-Sum: 7\r\nX-B:c\r\n\r\n',
      [
        ['head', head(['transfer-encoding', 'chunked'])],
        ['end', ['X-Sum', '7', 'X-B', 'c'], true],
      ],
    ],
    'in chunks beside a length, which counts for nothing': [
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
      [
        ['head', head(['Content-Length', '9', 'Transfer-Encoding', 'chunked'])],
        ['data', 'x'],
        ['end', [], true],
      ],
    ],
    'to HEAD': [
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n',
      [
        ['head', head(['Content-Length', '9'])],
        ['end', [], true],
      ],
      'HEAD',
    ],
    'of 204, whatever it says of a body': [
      'HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n',
      [
        ['head', head(['Transfer-Encoding', 'chunked'], { status: 204, reason: 'No' })],
        ['end', [], true],
      ],
    ],
    'of 304': [
      'HTTP/1.1 304\r\nContent-Length: 9\r\n\r\n',
      [
        ['head', head(['Content-Length', '9'], { status: 304, reason: '' })],
        ['end', [], true],
      ],
    ],
    'that closes': [
      'HTTP/1.1 200 OK\r\nConnection: X, Close\r\nContent-Length: 0\r\n\r\n',
      [
        ['head', head(['Connection', 'X, Close', 'Content-Length', '0'])],
        ['end', [], false],
      ],
    ],
    'that says Close in another header': [
      'HTTP/1.1 200 OK\r\nX-Connectin: close\r\nX-Connecti: close\r\nContent-Length: 0\r\n\r\n',
      [
        ['head', head(['X-Connectin', 'close', 'X-Connecti', 'close', 'Content-Length', '0'])],
        ['end', [], true],
      ],
    ],
    'of HTTP/1.0, which closes': [
      'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n',
      [
        ['head', head(['Content-Length', '0'], { isHttp10: true })],
        ['end', [], false],
      ],
    ],
    'of HTTP/1.0 that keeps its connection': [
      'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n',
      [
        ['head', head(['Connection', 'Keep-Alive', 'Content-Length', '0'], { isHttp10: true })],
        ['end', [], true],
      ],
    ],
    'after some that only inform': [
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      [
        ['information', head(['Link', '</a>'], { status: 103, reason: 'Early Hints' })],
        ['information', head([], { status: 100, reason: 'Continue' })],
        ['head', head(['Content-Length', '0'])],
        ['end', [], true],
      ],
    ],
    'with a tab and bytes beyond ASCII in a value': [
      'HTTP/1.1 200 OK\r\nX-A: a\tb\xe4~ \r\nContent-Length: 0\r\n\r\n',
      [
        ['head', head(['X-A', 'a\tb\xe4~', 'Content-Length', '0'])],
        ['end', [], true],
      ],
    ],
  }
  for (const [name, [text, events, method]] of Object.entries(answers))
    it(`${name} is read, at once, a byte at a time and in two pieces`, () => {
      expect(told(text, method)).to.deep.equal(events)
      expect(toldInBytes(text, method)).to.deep.equal(events)
      for (let cut = 1; cut < text.length; cut += 1) {
        const { feed, told: all } = reader(method)
        feed(text.slice(0, cut))
        feed(text.slice(cut))
        expect(all, `cut at ${cut}`).to.deep.equal(events)
      }
    })

  it('gives no byte more of its body than it said', () => {
    const { feed, told: all } = reader()
    feed('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n')
    expect(() => feed('hello, and more')).to.throw('bytes after the end of the answer')
    expect(all).to.deep.include(['data', 'hello'])
  })

  it('is over for good once the connection has another protocol', () => {
    const { feed } = reader()
    feed('HTTP/1.1 101 Over\r\n\r\nrest')
    expect(() => feed('HTTP/1.1 200 OK\r\n\r\n')).to.throw('bytes after the end of the answer')
  })

  it('without a length ends with its connection, which carries no other', () => {
    const { parser, told: all, feed } = reader()
    feed('HTTP/1.1 200 OK\r\n\r\nab')
    feed('cd')
    expect(parser.isIdle).to.equal(false)
    expect(parser.close()).to.equal(true)
    expect(all).to.deep.equal([
      ['head', head([])],
      ['data', 'abcd'],
      ['end', [], false],
    ])
    expect([parser.isIdle, parser.close()]).to.deep.equal([true, false])
  })

  it('that is not whole does not end with its connection', () => {
    for (const text of [
      '',
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n',
    ]) {
      const { parser, told: all, feed } = reader()
      feed(text)
      expect(parser.close()).to.equal(false)
      expect(all.filter(([event]) => event === 'end')).to.deep.equal([])
    }
  })

  it('that takes the connection for another protocol leaves the rest to it', () => {
    const text = 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n'
    const switching = head(['Upgrade', 'x'], { status: 101, reason: 'Switching' })
    expect(told(`${text}\0rest`)).to.deep.equal([['upgrade', switching, '\0rest']])
    expect(told(text)).to.deep.equal([['upgrade', switching, '']])
  })

  it('has begun with its first byte, and is over with its last', () => {
    const { parser, begin, feed } = reader()
    expect([parser.hasBegun, parser.isIdle]).to.deep.equal([false, false])
    feed('H')
    expect(parser.hasBegun).to.equal(true)
    feed('TTP/1.1 100 Go\r\n\r\n')
    expect(parser.hasBegun).to.equal(true)
    feed('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n')
    expect([parser.hasBegun, parser.isIdle]).to.deep.equal([true, false])
    feed('x')
    expect(parser.isIdle).to.equal(true)
    begin()
    expect([parser.hasBegun, parser.isIdle]).to.deep.equal([false, false])
  })

  it('is followed by nothing until the next request', () => {
    const { begin, feed, told: all } = reader()
    const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
    feed(whole)
    expect(() => feed('x')).to.throw(BadResponse, 'bytes after the end of the answer')
    expect(fault(`${whole}x`)).to.equal('H17 bytes after the end of the answer')
    begin()
    feed(whole)
    expect(all.filter(([event]) => event === 'end')).to.have.length(2)
  })

  const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
  const faults: [string, string][] = [
    ['HTTP/1.2 200 OK\r\n\r\n', 'H17 a status line that is none'],
    ['xHTTP/1.1 200 OK\r\n\r\n', 'H17 a status line that is none'],
    ['HTTP/1.1 200OK\r\n\r\n', 'H17 a status line that is none'],
    ['HTTP/1.1 200 OK\r\n: x\r\n\r\n', 'H17 a header that is none'],
    ['HTTP/1.1 200 OK\r\nX A: x\r\n\r\n', 'H17 a header that is none'],
    ['HTTP/1.1 200 OK\r\nX-A\r\n\r\n', 'H17 a header that is none'],
    ['HTTP/1.1 200 OK\r\nX-A: \x1f\r\n\r\n', 'H17 a control character in a head'],
    ['HTTP/1.1 200 OK\r\nX-A: \x7f\r\n\r\n', 'H17 a control character in a head'],
    ['HTTP/1.1 200 OK\r\nX-A: a\rb\r\n\r\n', 'H17 a control character in a head'],
    ['HTTP/1.1 200 OK\r\nX-A: a\nb\r\n\r\n', 'H17 a control character in a head'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n', 'H17 a Content-Length that is none'],
    ['HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', 'H17 a Content-Length that is none'],
    [
      `HTTP/1.1 200 OK\r\nContent-Length: ${'1'.repeat(16)}\r\n\r\n`,
      'H17 a Content-Length that is none',
    ],
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      'H17 a Content-Length that is none',
    ],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n',
      'H17 a Transfer-Encoding other than chunked',
    ],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n',
      'H17 a Transfer-Encoding other than chunked',
    ],
    [`${CHUNKED}\r\n`, 'H17 a chunk size that is none'],
    [`${CHUNKED}xyz\r\n`, 'H17 a chunk size that is none'],
    [`${CHUNKED}1 2\r\n`, 'H17 a chunk size that is none'],
    [`${CHUNKED}${'1'.repeat(14)}\r\n`, 'H17 a chunk size that is none'],
    [`${CHUNKED}1\r\nxy\n`, 'H17 a chunk without its end'],
    [`${CHUNKED}1\r\nx\r\r`, 'H17 a chunk without its end'],
    [`${CHUNKED}0\r\nX A: b\r\n\r\n`, 'H17 a header that is none'],
    [`${CHUNKED}0\r\nX-A: b\x01\r\n\r\n`, 'H17 a control character in a head'],
    ['HTTP/1.1 100 Go\r\n\r\n'.repeat(33), 'H17 too many informational answers'],
    ['HTTP/1.1 100 Go\r\n\r\n'.repeat(32), 'none'],
  ]
  for (const [text, expected] of faults)
    it(`${JSON.stringify(text.slice(0, 90))}: ${expected}`, () =>
      expect(fault(text)).to.equal(expected))

  it('is held to the limits of its lines', () => {
    const status = (length: number) => `HTTP/1.1 200 ${'x'.repeat(length - 13)}\r\n\r\n`
    const field = (name: string, length: number) =>
      `HTTP/1.1 200 OK\r\n${name}: ${'x'.repeat(length - name.length - 2)}\r\n\r\n`
    const at = (text: string) => {
      try {
        told(text)
        return 'none'
      } catch (error) {
        return `${(error as BadResponse).code} ${(error as Error).message}`
      }
    }
    expect([at(status(8192)), at(status(8193))]).to.deep.equal([
      'none',
      'H25 oversized status line',
    ])
    expect([at(field('X-A', 512 * KB)), at(field('X-A', 512 * KB + 1))]).to.deep.equal([
      'none',
      'H25 oversized header',
    ])
    expect([at(field('Set-Cookie', 8192)), at(field('SET-COOKIE', 8193))]).to.deep.equal([
      'none',
      'H25 oversized cookie',
    ])
    expect([at(field('Set-Cookies', 8193)), at(field('Sat-Cookie', 8193))]).to.deep.equal([
      'none',
      'none',
    ])
  })

  it('is held to the limits of what has no end yet', () => {
    const open = (before: string, length: number) => {
      const { feed } = reader()
      feed(before)
      feed('x'.repeat(length))
    }
    const most = 2 * KB * KB
    open('', most)
    expect(() => open('', most + 1)).to.throw(BadResponse, 'oversized header')
    open(`${CHUNKED}0\r\n`, most)
    expect(() => open(`${CHUNKED}0\r\n`, most + 1)).to.throw(BadResponse, 'oversized header')
    open(CHUNKED, 4096)
    expect(() => open(CHUNKED, 4097)).to.throw(BadResponse, 'a chunk size that is too long')
    const sized = (length: number) => told(`${CHUNKED}1;${'x'.repeat(length - 2)}\r\n`)
    sized(4096)
    expect(() => sized(4097)).to.throw(BadResponse, 'a chunk size that is too long')
  })
})
