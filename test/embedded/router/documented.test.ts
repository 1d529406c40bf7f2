import { expect } from 'chai'
import { ROUTER_CODES } from '../../../src/embedded/router/codes.js'
import { connectToDyno, HEROKU_TIMES } from '../../../src/embedded/router/connect.js'
import { Exchange } from '../../../src/embedded/router/exchange.js'
import { appForHost } from '../../../src/embedded/router/hosts.js'
import { routerLine } from '../../../src/embedded/router/log-line.js'
import { Silence } from '../../../src/embedded/router/silence.js'
import type { Dynos, Store } from '../../../src/embedded/store/types.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { always, Bare, OK } from './bare.js'

const pass = (ms: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

describe("the router's word", () => {
  it('is that of Heroku on each of its errors (devcenter: error-codes)', () => {
    const told = Object.fromEntries(
      Object.entries(ROUTER_CODES).map(([name, code]) => [
        name,
        [code.level, code.status, code.desc, 'sock' in code ? code.sock : ''].join(' ').trim(),
      ]),
    )
    expect(told).to.deep.equal({
      H10: 'error 503 App crashed',
      H11: 'error 503 Backlog too deep',
      H12: 'error 503 Request timeout',
      H13: 'error 503 Connection closed without response',
      H14: 'error 503 No web processes running',
      H15: 'error 503 Idle connection',
      H17: 'error 503 Poorly formed HTTP response',
      H18: 'error 503 Server Request Interrupted backend',
      H19: 'error 503 Backend connection timeout',
      H20: 'error 503 App boot timeout',
      H21: 'error 503 Backend connection refused',
      H25: 'error 502 HTTP restriction',
      H27: 'warning 499 Client Request Interrupted client',
      H80: 'info 503 Maintenance mode',
      H81: 'info 503 Blank app',
    })
    for (const [name, { status, page }] of Object.entries(ROUTER_CODES))
      expect(page.status, name).to.equal(status === 499 ? 503 : status)
  })

  it('is one line, in which a quote ends nothing', () => {
    const facts = {
      method: 'GET',
      path: '/a"b"c',
      host: 'h',
      requestId: 'r',
      forwardedFor: '"x"',
      status: 200,
      protocol: 'protocol=http1.1 tls=false',
    }
    expect(routerLine({ ...facts, dyno: 'web.1', connect: 0.4, service: 1.5, bytes: 0 })).to.equal(
      'at=info method=GET path="/a%22b%22c" host=h request_id=r fwd="%22x%22" dyno=web.1 connect=0ms service=2ms status=200 bytes=0 protocol=http1.1 tls=false',
    )
    expect(routerLine({ ...facts, code: 'H25', detail: 'cookie', status: 502 })).to.equal(
      'at=error code=H25 desc="HTTP restriction: cookie" method=GET path="/a%22b%22c" host=h request_id=r fwd="%22x%22" dyno= connect= service= status=502 bytes= protocol=http1.1 tls=false',
    )
    expect(routerLine({ ...facts, code: 'H18' })).to.match(/^sock=backend at=error code=H18 /)
  })

  it('has the times of Heroku (devcenter: http-routing)', () =>
    expect(HEROKU_TIMES).to.deep.equal({
      hold: 75_000,
      connect: 5000,
      idle: 55_000,
      keepAlive: 90_000,
    }))
})

describe('the app of a host', () => {
  const app = (id: string, name: string, ...hostnames: string[]) => ({
    id,
    name,
    domains: hostnames.map((hostname) => ({ hostname })),
  })
  const apps = [app('1', 'shop', 'WWW.Example.com'), app('2', 'other', 'x.localhost')]
  const store = {
    find: (word: string) => apps.find(({ id, name }) => id === word || name === word),
    list: () => apps,
  } as unknown as Store
  const nameOf = (host?: string) => appForHost(store, host)?.name

  it('is known by its name or a domain, in whatever case, with a port or a last dot', () => {
    // As long as a name of this machine.
    expect(nameOf('shop-elsewhere')).to.equal(undefined)
    for (const host of [
      'shop.localhost',
      'SHOP.localhost:5000',
      'shop.localhost.',
      'shop.localhost:',
    ])
      expect(nameOf(host), host).to.equal('shop')
    for (const host of ['www.example.com', 'www.EXAMPLE.com.:80'])
      expect(nameOf(host), host).to.equal('shop')
    expect(nameOf('x.localhost')).to.equal('other')
  })
  it('is none by an id, a part of a name, or nothing', () => {
    for (const host of [
      '1.localhost',
      'shop',
      'shop.localhost.example.com',
      'example.com',
      '',
      undefined,
    ])
      expect(nameOf(host), host).to.equal(undefined)
  })
})

describe('the server of the router', () => {
  let bare: Bare
  afterEach(() => bare.close())

  it('keeps connections of clients for long, and waits for their headers for half a minute', async () => {
    bare = await new Bare(always(OK)).listen()
    const { keepAliveTimeout, headersTimeout, requestTimeout, maxHeadersCount } = bare.router
    expect({ keepAliveTimeout, headersTimeout, requestTimeout, maxHeadersCount }).to.deep.equal({
      keepAliveTimeout: 90_000,
      headersTimeout: 30_000,
      requestTimeout: 0,
      maxHeadersCount: 1001,
    })
  })
  it('says itself how a request came, whatever the client says of it', async () => {
    const answer =
      'HTTP/1.1 200 OK\r\nConnection: x-forwarded-proto, x-own\r\nX-Forwarded-Proto: a\r\nX-Own: b\r\nContent-Length: 0\r\n\r\n'
    bare = await new Bare(always(answer)).listen()
    const came = await bare.ask(
      '/',
      'X-Forwarded-Proto: ftp\r\nX-Forwarded-Port: 1\r\nVia: 1.1 me\r\n',
    )
    expect(bare.received[0]!.match(/^x-forwarded-(proto|port): .*$/gim)?.sort()).to.deep.equal([
      `X-Forwarded-Port: ${bare.port}`,
      'X-Forwarded-Proto: http',
    ])
    expect(came)
      .to.match(/X-Forwarded-Proto: a/)
      .and.not.match(/X-Own/)
  })
  it('answers HEAD with the head of a page alone', async () => {
    bare = await new Bare(always(OK)).listen()
    bare.turn(false)
    const [get, head] = [await bare.ask(), await bare.ask('/', '', 'HEAD')]
    const [headOfGet, body] = get.split('\r\n\r\n') as [string, string]
    expect(headOfGet).to.match(/^HTTP\/1\.1 503 Service Unavailable\r\n/)
    expect(headOfGet).to.match(/Cache-Control: no-cache, no-store/)
    expect(headOfGet).to.contain(`Content-Length: ${Buffer.byteLength(body)}\r\n`)
    expect(head).to.match(/^HTTP\/1\.1 503 [^]*Content-Length: \d+[^]*\r\n\r\n$/)
  })
})

describe('the times of a request', () => {
  useVirtualClock()

  it('leave a connection alone that was made within them', async () => {
    const bare = await new Bare(() => undefined).listen()
    const target = {
      dyno: 'web.1',
      id: '1',
      host: '127.0.0.1',
      port: bare.port,
      claim: () => () => undefined,
    }
    const dynos = { webTargets: () => [target], webStatus: () => 'up' } as unknown as Dynos
    const outcome = await connectToDyno(
      'app',
      { dynos, waiting: undefined as never, times: { ...HEROKU_TIMES, connect: 100 } },
      new AbortController().signal,
    )
    if (!outcome || 'code' in outcome) throw new Error('not connected')
    await pass(1000)
    expect(outcome.connection.isOpen).to.equal(true)
    outcome.connection.destroy()
    await bare.close()
  })

  it('let a dyno go once it answers, or after the second in which it must have accepted', async () => {
    const logged: string[] = []
    const exchange = () =>
      new Exchange(
        { id: 'a' } as never,
        { method: 'GET', path: '/', host: 'h' } as never,
        { origin: { requestId: 'r', forwardedFor: 'f' } } as never,
        { protocol: 'protocol=http1.1 tls=false' } as never,
        {
          append: (_app: string, { message }: { message: string }) => logged.push(message),
        } as never,
      )
    let released = 0
    const connected = { target: { dyno: 'web.1' }, connectMs: 1, release: () => (released += 1) }
    const silent = exchange()
    silent.reached(connected as never)
    await pass(999)
    expect(released).to.equal(0)
    await pass(1)
    expect(released).to.equal(1)
    const answering = exchange()
    answering.reached(connected as never)
    answering.accepted()
    expect(released).to.equal(2)
    await pass(5000)
    expect(released).to.equal(2)
    answering.bytes = 3
    answering.log(200)
    answering.log(503, 'H13')
    expect(logged).to.have.length(1)
    expect(logged[0]).to.match(
      /^at=info .* dyno=web\.1 connect=1ms service=5000ms status=200 bytes=3 /,
    )
  })

  it('begin anew with each sign of life, and mean the last that was said of them', async () => {
    const silence = new Silence()
    const told: string[] = []
    silence.expect(100, () => told.push('first'))
    await pass(90)
    silence.touch()
    await pass(90)
    silence.expect(50, () => told.push('second'))
    await pass(49)
    expect(told).to.deep.equal([])
    await pass(1000)
    expect(told).to.deep.equal(['second'])
    silence.expect(50, () => told.push('third'))
    silence.end()
    silence.touch()
    await pass(1000)
    expect(told).to.deep.equal(['second'])
  })
})
