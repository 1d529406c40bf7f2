import { expect } from 'chai'
import type { Client } from '../../../src/embedded/router/client.js'
import {
  BadRequest,
  endToEndHeaders,
  headerLines,
  requestHead,
  responseHeaders,
  trailerFields,
} from '../../../src/embedded/router/headers.js'
import { appForHost } from '../../../src/embedded/router/hosts.js'
import { isIgnored } from '../../../src/embedded/router/upgrade.js'
import { FakeStore } from '../dynos/fakes.js'
import { newApp } from '../../../src/embedded/api/new-app.js'

type Asked = Partial<Pick<Client, 'method' | 'path' | 'host' | 'headers' | 'hasBody' | 'protocol'>>
const HOST = ['Host', 'shop.localhost']
const headOf = (asked: Asked = {}, passesExpect = false) =>
  requestHead(
    {
      method: 'GET',
      path: '/',
      host: 'shop.localhost',
      headers: HOST,
      hasBody: false,
      protocol: '1.1',
      address: '10.0.0.9',
      port: 80,
      ...asked,
    } as Client,
    { via: '1.1 heroku-router', passesExpect },
  )
/** Lines of the head for the dyno without those that every request has. */
const linesOf = (headers: string[], more: Asked = {}, passesExpect = false) =>
  headOf({ headers: [...HOST, ...headers], ...more }, passesExpect)
    .lines.split('\r\n')
    .slice(1, -1)
    .filter((line) => !/^(Host|X-Forwarded-|X-Request-|Via)/.test(line))
const refused = (asked: Asked) => {
  try {
    headOf(asked)
    return 'taken'
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error
    return `${error.status} ${error.message}`
  }
}

/** Of one connection: RFC 9110, 7.6.1, and what older clients send. */
const HOP_BY_HOP = [
  'Connection',
  'Keep-Alive',
  'Proxy-Connection',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'TE',
  'Transfer-Encoding',
  'Upgrade',
  'HTTP2-Settings',
]

describe('the head of a request for a dyno', () => {
  it('is what the client said, in its order and case, and what the router says of it', () => {
    const begun = Date.now()
    const { lines, origin, ...rest } = headOf({
      method: 'POST',
      path: '/a?b',
      headers: [...HOST, 'X-b', '2', 'x-A', '1', 'x-A', '3'],
    })
    expect(lines).to.equal(
      'POST /a?b HTTP/1.1\r\nHost: shop.localhost\r\nX-b: 2\r\nx-A: 1\r\nx-A: 3\r\n' +
        'Content-Length: 0\r\nX-Forwarded-For: 10.0.0.9\r\nX-Forwarded-Proto: http\r\n' +
        `X-Forwarded-Port: 80\r\nX-Request-Id: ${origin.requestId}\r\n` +
        `X-Request-Start: ${origin.receivedAt}\r\nVia: 1.1 heroku-router\r\n`,
    )
    expect(origin.requestId).to.match(/^[0-9a-f-]{36}$/)
    expect(origin.receivedAt).to.be.within(begun, Date.now())
    expect(rest).to.deep.equal({ framing: 0, expectsContinue: false, isIdempotent: false })
  })

  it('has none of the headers of one connection, nor those that the router sets', () => {
    const spoofed = [
      'X-Forwarded-Proto',
      'X-Forwarded-Port',
      'X-Request-Start',
      'X-Request-Id',
      'Expect',
    ]
    for (const name of [...HOP_BY_HOP, ...spoofed].filter((one) => one !== 'Transfer-Encoding'))
      expect(linesOf([name, name === 'Expect' ? '100-continue' : 'x']), name).to.deep.equal([])
    const { lines } = headOf({ headers: [...HOST, 'X-Forwarded-Proto', 'https'] })
    expect(lines).not.to.contain('https')
  })

  it('has none that Connection names, but those that are for all', () => {
    const kept = [
      'Content-Type',
      'Content-Encoding',
      'Content-Range',
      'Cache-Control',
      'Authorization',
      'Cookie',
      'Set-Cookie',
      'Location',
      'Date',
      'Range',
      'Trailer',
      'Vary',
      'ETag',
      'Server',
      'Age',
      'WWW-Authenticate',
    ]
    for (const name of kept)
      expect(linesOf(['Connection', `x, ${name}`, name, 'y', 'X', 'z']), name).to.deep.equal([
        `${name}: y`,
      ])
    const named = ['Connection', 'close', 'connection', 'X-One', 'CONNECTION', 'x-two ,x-three']
    const own = ['X-One', '1', 'x-Two', '2', 'X-Three', '3', 'Close', '4', 'X-Four', '4']
    expect(linesOf([...named, ...own])).to.deep.equal(['Close: 4', 'X-Four: 4'])
    expect(linesOf(['Connection', 'keep-alive, x-a', 'X-A', '1', 'X-B', '2'])).to.deep.equal([
      'X-B: 2',
    ])
    expect(linesOf(['Connection', 'Keep-Alive', 'Keep-Alive', '5', 'X-B', '2'])).to.deep.equal([
      'X-B: 2',
    ])
    // Lengths and names of the same length as Connection are no Connection.
    expect(linesOf(['Connectiom', 'x-a', 'X-A', '1'])).to.deep.equal(['Connectiom: x-a', 'X-A: 1'])
    const ids = [
      'X-Request-Id',
      'abcdefghij0123456789',
      'Via',
      '1.0 x',
      'X-Forwarded-For',
      '1.1.1.1',
    ]
    const { lines } = headOf({
      headers: [...HOST, 'Connection', 'x-request-id, via, x-forwarded-for, host', ...ids],
    })
    expect(lines).to.contain('X-Forwarded-For: 1.1.1.1, 10.0.0.9\r\n')
    expect(lines).to.contain('Via: 1.0 x, 1.1 heroku-router\r\n')
    expect(lines).to.contain('X-Request-Id: abcdefghij0123456789\r\n')
  })

  it('adds to who was asked for whom, and by what way', () => {
    const headers = [
      'x-forwarded-for',
      '1.1.1.1',
      'X-Forwarded-For',
      '2.2.2.2',
      'VIA',
      'a',
      'via',
      'b',
    ]
    const { lines, origin } = headOf({ headers: [...HOST, ...headers] })
    expect(origin.forwardedFor).to.equal('1.1.1.1, 2.2.2.2, 10.0.0.9')
    expect(lines).to.contain('Via: a, b, 1.1 heroku-router\r\n')
  })

  it('keeps an id of a request that looks like one', () => {
    const idOf = (id: string) => headOf({ headers: [...HOST, 'X-Request-Id', id] }).origin.requestId
    for (const id of ['a'.repeat(20), 'Z'.repeat(200), 'abc-_+=/ABC0123456789'])
      expect(idOf(id)).to.equal(id)
    for (const id of ['a'.repeat(19), 'a'.repeat(201), `${'a'.repeat(20)} `, ` ${'a'.repeat(20)}`])
      expect(idOf(id), id).to.match(/^[0-9a-f-]{36}$/)
  })

  it('frames the body as the client does, and tells that there is none where one could be', () => {
    const framed = (headers: string[], more: Asked = {}) => [
      headOf({ headers: [...HOST, ...headers], ...more }).framing,
      ...linesOf(headers, more),
    ]
    expect(framed(['Content-Length', '7'], { hasBody: true })).to.deep.equal([
      7,
      'Content-Length: 7',
    ])
    expect(framed(['content-length', '0'])).to.deep.equal([0, 'Content-Length: 0'])
    expect(framed([], { hasBody: true })).to.deep.equal(['chunked', 'Transfer-Encoding: chunked'])
    expect(framed(['Transfer-Encoding', 'Chunked', 'Content-Length', '7'])).to.deep.equal([
      'chunked',
      'Transfer-Encoding: chunked',
    ])
    for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])
      expect(framed([], { method }), method).to.deep.equal([0])
    for (const method of ['POST', 'PUT', 'PATCH', 'PROPFIND'])
      expect(framed([], { method }), method).to.deep.equal([0, 'Content-Length: 0'])
  })

  it('passes an expectation on only to a dyno that is asked itself', () => {
    const headers = ['Expect', '100-Continue']
    expect(linesOf(headers)).to.deep.equal([])
    expect(linesOf(headers, {}, true)).to.deep.equal(['Expect: 100-Continue'])
    expect(linesOf([], {}, true)).to.deep.equal([])
    expect(headOf({ headers: [...HOST, ...headers] }).expectsContinue).to.equal(true)
  })

  it('may be sent twice if it is safe, or has a key', () => {
    const may = (method: string, headers: string[] = []) =>
      headOf({ method, headers: [...HOST, ...headers] }).isIdempotent
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE']) expect(may(method)).to.equal(true)
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) expect(may(method)).to.equal(false)
    expect(may('POST', ['Idempotency-Key', 'k'])).to.equal(true)
    expect(may('POST', ['x-idempotency-key', 'k'])).to.equal(true)
  })

  it('is refused beyond the limits of Heroku, and not before', () => {
    const path = (length: number) => ({ path: `/${'x'.repeat(length - 1)}` })
    expect(refused(path(8192 - 13))).to.equal('taken')
    expect(refused(path(8192 - 12))).to.equal('400 The request line is too long.')
    const many = (count: number) => ({
      headers: [...HOST, ...Array.from({ length: count - 1 }, () => ['A', 'b']).flat()],
    })
    expect(refused(many(1000))).to.equal('taken')
    expect(refused(many(1001))).to.equal('400 There are too many headers.')
    const header = (name: number, value: number) => ({
      headers: [...HOST, 'n'.repeat(name), 'v'.repeat(value)],
    })
    expect(refused(header(1000, 1))).to.equal('taken')
    expect(refused(header(1001, 1))).to.equal('400 A header is too long.')
    expect(refused(header(10, 8192 - 12))).to.equal('taken')
    expect(refused(header(10, 8192 - 11))).to.equal('400 A header is too long.')
  })

  it('is refused if it is not of one app, or not of HTTP', () => {
    expect(refused({ headers: [...HOST, 'host', 'x'] })).to.equal(
      '400 There is more than one Host header.',
    )
    expect(refused({ host: undefined, headers: [] })).to.equal('400 There is no Host header.')
    for (const coding of ['gzip', 'gzip, chunked', 'xchunked'])
      expect(refused({ headers: [...HOST, 'Transfer-Encoding', coding] })).to.equal(
        '400 The only transfer coding that is taken is chunked.',
      )
    expect(
      refused({ headers: [...HOST, 'Transfer-Encoding', 'gzip', 'Transfer-Encoding', 'chunked'] }),
    ).to.match(/^400/)
    expect(refused({ headers: [...HOST, 'Expect', 'more'] })).to.equal(
      '417 The only expectation that is taken is 100-continue.',
    )
    for (const path of ['/a b', '/\x1f', '/\x7f', ''])
      expect(refused({ path, protocol: '2.0' }), JSON.stringify(path)).to.equal(
        '400 The path holds a control character.',
      )
    expect(refused({ path: '/!~é', protocol: '2.0' })).to.equal('taken')
    expect(refused({ path: '/a b' })).to.equal('taken')
  })
})

describe('the headers of an answer', () => {
  const NAME = { via: '2.0 heroku-router', server: 'Heroku' }
  const END = ['Server', 'Heroku', 'Via', '2.0 heroku-router']

  it('are those of the app, and where it went', () => {
    expect(responseHeaders(['X-a', '1', 'x-A', '2', 'Content-Length', '3'], NAME)).to.deep.equal([
      ...['X-a', '1', 'x-A', '2', 'Content-Length', '3'],
      ...END,
    ])
    expect(responseHeaders(['SERVER', 'mine', 'Via', '1.0 x'], NAME)).to.deep.equal([
      ...['SERVER', 'mine', 'Via', '1.0 x'],
      ...['Via', '2.0 heroku-router'],
    ])
  })

  it('are none of one connection, and none that Connection names', () => {
    for (const name of HOP_BY_HOP)
      expect(responseHeaders([name, 'x'], NAME), name).to.deep.equal(END)
    expect(responseHeaders(['Connection', 'X-A', 'x-a', '1', 'ETag', '2'], NAME)).to.deep.equal([
      ...['ETag', '2'],
      ...END,
    ])
    expect(endToEndHeaders(['Connection', 'x-a', 'X-A', '1', 'Link', '</b>'])).to.deep.equal([
      'Link',
      '</b>',
    ])
    expect(endToEndHeaders(['TE', 'x', 'Content-Length', '1', 'Link', '</b>'])).to.deep.equal([
      'Link',
      '</b>',
    ])
  })

  it('have no length beside chunks, though a value may look like a name', () => {
    const raw = ['Content-Length', '3', 'Transfer-Encoding', 'chunked']
    expect(responseHeaders(raw, NAME)).to.deep.equal(END)
    expect(responseHeaders(['Content-Length', '3', 'X', 'Transfer-Encoding'], NAME)).to.deep.equal([
      ...['Content-Length', '3', 'X', 'Transfer-Encoding'],
      ...END,
    ])
    expect(responseHeaders(['Content-Length', '3', 'Transfer-Encodimg', 'x'], NAME)).to.deep.equal([
      ...['Content-Length', '3', 'Transfer-Encodimg', 'x'],
      ...END,
    ])
  })

  it('may follow it, but for those that decide how it is read', () => {
    const never = [
      ...['Content-Length', 'Host', 'Trailer', 'Content-Type', 'Content-Encoding', 'Authorization'],
      ...['Set-Cookie', 'Cookie', 'Expect', 'Via', ':status', ...HOP_BY_HOP],
    ]
    expect(trailerFields(never.flatMap((name) => [name, 'x']))).to.deep.equal([])
    expect(trailerFields(['X-Sum:', '7', 'Host', 'x', 'Digest', '9'])).to.deep.equal([
      ...['X-Sum:', '7'],
      ...['Digest', '9'],
    ])
  })

  it('are a line each', () =>
    expect(headerLines(['A', '1', 'b', '2'])).to.equal('A: 1\r\nb: 2\r\n'))
})

describe('the app that a host names', () => {
  const store = new FakeStore()
  const [shop, other] = [newApp('shop'), newApp('other')]
  shop.domains.push({ id: '1', hostname: 'WWW.Example.test', created_at: '' })
  store.apps.push(shop, other)
  const rows: [string | undefined, string | undefined][] = [
    ['shop.localhost', 'shop'],
    ['SHOP.localhost:28672', 'shop'],
    ['other.localhost.', 'other'],
    ['other.localhost:', 'other'],
    ['www.example.TEST:80', 'shop'],
    ['example.test', undefined],
    ['shop', undefined],
    [`${shop.id}.localhost`, undefined],
    ['none.localhost', undefined],
    ['shop.localhost.example.test', undefined],
    ['', undefined],
    [undefined, undefined],
  ]
  for (const [host, name] of rows)
    it(`${host ?? 'no header'}: ${name ?? 'none'}`, () =>
      expect(appForHost(store, host)?.name).to.equal(name))
})

describe('an offer of another protocol', () => {
  const rows: [Record<string, string>, boolean][] = [
    [{ upgrade: 'websocket' }, false],
    [{ upgrade: 'H2C' }, true],
    [{ upgrade: 'websocket', 'content-length': '0' }, false],
    [{ upgrade: 'websocket', 'content-length': '1' }, true],
    [{ upgrade: 'websocket', 'transfer-encoding': 'chunked' }, true],
    [{}, false],
  ]
  for (const [headers, expected] of rows)
    it(`${JSON.stringify(headers)} is ${expected ? 'ignored' : 'taken'}`, () =>
      expect(isIgnored({ headers } as unknown as Parameters<typeof isIgnored>[0])).to.equal(
        expected,
      ))
})
