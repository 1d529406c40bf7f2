import { expect } from 'chai'
import { createHash, randomBytes } from 'node:crypto'
import http from 'node:http'
import net from 'node:net'
import { WebSocket } from 'ws'
import { until } from '../../support/until.js'
import { server } from '../dynos/fakes.js'
import { Platform } from './platform.js'

const listening = (handler: string) =>
  `const http = require('http'); const crypto = require('crypto'); http.createServer((req, res) => { ${handler} }).listen(process.env.PORT)`

describe('the router', () => {
  let platform: Platform
  const start = async (options: ConstructorParameters<typeof Platform>[0] = {}) =>
    (platform = await new Platform(options).listen())
  afterEach(() => platform.close())

  const lineOf = async (code: string) =>
    (await platform.routerLines()).find((line) => line.includes(`code=${code}`))

  it("passes a request to the app's dyno and logs it as Heroku does", async () => {
    await start()
    const app = platform.app(
      listening('res.setHeader("X-Powered-By", "me"); res.end(JSON.stringify(req.headers))'),
    )
    await platform.up(app, 1)
    const answer = await platform.request('/path?q=1', {
      headers: {
        'x-request-id': 'abcdefghij0123456789',
        'x-forwarded-for': '10.1.2.3',
        te: 'trailers',
      },
    })
    expect(answer.status).to.equal(200)
    expect(answer.headers).to.include({
      'x-powered-by': 'me',
      via: '1.1 heroku-router',
      server: 'Heroku',
    })
    const headers = JSON.parse(answer.body)
    expect(headers).to.include({
      host: 'shop.localhost',
      via: '1.1 heroku-router',
      'x-forwarded-for': '10.1.2.3, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(platform.port),
      'x-request-id': 'abcdefghij0123456789',
    })
    expect(Number(headers['x-request-start'])).to.be.closeTo(Date.now(), 60_000)
    expect(headers).not.to.have.any.keys('te', 'connection')
    expect((await platform.routerLines())[0]).to.match(
      /^heroku: at=info method=GET path="\/path\?q=1" host=shop\.localhost request_id=abcdefghij0123456789 fwd="10\.1\.2\.3, 127\.0\.0\.1" dyno=web\.1 connect=\d+ms service=\d+ms status=200 bytes=\d+ protocol=http1\.1 tls=false$/,
    )
  })

  it("makes a request id where the client's is none", async () => {
    await start()
    const app = platform.app(listening('res.end(req.headers["x-request-id"])'))
    await platform.up(app, 1)
    expect((await platform.request('/', { headers: { 'x-request-id': 'short' } })).body).to.match(
      /^[0-9a-f]{8}-[0-9a-f-]{27}$/,
    )
  })

  it("keeps the client's connection whatever the dyno says, and routes by domain", async () => {
    await start()
    const app = platform.app(server('hello'))
    app.domains.push({ id: '1', hostname: 'www.example.test', created_at: '' })
    await platform.up(app, 1)
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    for (const host of ['shop.localhost', `shop.localhost:${platform.port}`, 'WWW.example.test']) {
      const answer = await platform.request('/', { agent, headers: { host } })
      expect(answer).to.include({ status: 200, body: 'hello' })
      expect(answer.headers.connection).to.equal('keep-alive')
    }
    agent.destroy()
  })

  it('knows no other host', async () => {
    await start()
    platform.app(server('hello'))
    for (const host of [
      'other.localhost',
      '127.0.0.1',
      platform.home.store.apps[0]!.id + '.localhost',
    ]) {
      const answer = await platform.request('/', { headers: { host } })
      expect(answer.status).to.equal(404)
      expect(answer.body).to.include('No such app')
    }
  })

  it('H14 without web dynos, H81 before the first release, H80 in maintenance', async () => {
    await start()
    const app = platform.app(server('x'), 0)
    expect((await platform.request('/')).status).to.equal(503)
    expect(await lineOf('H14')).to.match(
      /at=error code=H14 desc="No web processes running" method=GET path="\/" .* dyno= connect= service= status=503 bytes= protocol=http1\.1 tls=false$/,
    )
    app.maintenance = true
    const maintenance = await platform.request('/')
    expect(maintenance.status).to.equal(503)
    expect(maintenance.body).to.include('maintenance')
    expect(await lineOf('H80')).to.include('at=info code=H80 desc="Maintenance mode"')
    app.maintenance = false
    app.current_release_id = null
    expect((await platform.request('/')).body).to.include('Nothing here yet')
    expect(await lineOf('H81')).to.include('at=info code=H81 desc="Blank app"')
  })

  it('H10 when the dynos crashed', async () => {
    await start({ limits: { crashBackoff: { first: 60_000, max: 60_000 } } })
    const app = platform.app('process.exit(1)')
    await until(
      'crashed for good',
      () =>
        platform.home.logplex.lines().filter((line) => line.endsWith('starting to crashed'))
          .length === 2,
    )
    expect(platform.dynos.webStatus(app.id)).to.equal('crashed')
    const answer = await platform.request('/', { method: 'POST', body: 'x' })
    expect(answer.status).to.equal(503)
    expect(answer.body).to.include('Application error').and.not.include('H10')
    expect(await lineOf('H10')).to.include('at=error code=H10 desc="App crashed" method=POST')
  })

  it('holds a request while the dyno starts', async () => {
    await start()
    platform.app(`setTimeout(() => { ${server('late')} }, 500)`)
    expect(await platform.request('/')).to.include({ status: 200, body: 'late' })
  })

  it('H20 when it is held for too long, and H27 when the client leaves first', async () => {
    await start({ times: { hold: 300 } })
    platform.app('setInterval(() => {}, 1000)')
    expect((await platform.request('/')).status).to.equal(503)
    expect(await lineOf('H20')).to.include('desc="App boot timeout"')
    const socket = net.connect(platform.port, '127.0.0.1', () =>
      socket.write('GET /left HTTP/1.1\r\nHost: shop.localhost\r\n\r\n', () => socket.destroy()),
    )
    await until('H27', async () =>
      (await platform.routerLines()).some(
        (line) =>
          line.includes('sock=client at=warning code=H27') &&
          line.includes('path="/left"') &&
          line.includes('status=499'),
      ),
    )
  })

  it('H12 when the first byte takes too long, H15 when the next does', async () => {
    await start({ limits: { requestTimeout: 300 }, times: { idle: 500 } })
    const app = platform.app(listening('if (req.url === "/idle") res.write("begun")'))
    await platform.up(app, 1)
    expect((await platform.request('/')).status).to.equal(503)
    expect(await lineOf('H12')).to.match(
      /at=error code=H12 desc="Request timeout" .* dyno=web\.1 connect=\d+ms service=\d+ms status=503 bytes=0/,
    )
    const error = await platform
      .request('/idle')
      .catch((thrown: NodeJS.ErrnoException) => thrown.code)
    expect(error).to.equal('ECONNRESET')
    expect(await lineOf('H15')).to.match(/desc="Idle connection" .* bytes=5 /)
  })

  it('H13 when the dyno closes without an answer, H17 when it answers nonsense, H18 when it breaks off', async () => {
    await start()
    const app =
      platform.app(`require('net').createServer((socket) => socket.on('error', () => {}).once('data', (data) => {
      if (data.includes('/nonsense')) return socket.end('what?\\r\\n\\r\\n')
      if (data.includes('/half')) return socket.end('HTTP/1.1 200 OK\\r\\nContent-Length: 100\\r\\n\\r\\nhalf')
      socket.destroy()
    })).listen(process.env.PORT)`)
    await platform.up(app, 1)
    expect((await platform.request('/')).status).to.equal(503)
    expect(await lineOf('H13'))
      .to.include('desc="Connection closed without response"')
      .and.include('dyno=web.1')
    expect((await platform.request('/nonsense')).status).to.equal(503)
    expect(await lineOf('H17')).to.include('desc="Poorly formed HTTP response"')
    expect(
      await platform.request('/half').catch((error: NodeJS.ErrnoException) => error.code),
    ).to.equal('ECONNRESET')
    expect(await lineOf('H18')).to.include(
      'sock=backend at=error code=H18 desc="Server Request Interrupted"',
    )
  })

  it('tries another dyno, body and all, when one refuses; H21 when all do', async () => {
    await start()
    const app = platform.app(
      `
      const server = require('http').createServer((req, res) => {
        if (req.url === '/deaf' + process.env.DYNO) { server.close(); res.setHeader('Connection', 'close'); res.end('closing'); return }
        let body = ''; req.on('data', (chunk) => body += chunk); req.on('end', () => res.end(process.env.DYNO + ' ' + body))
      }).listen(process.env.PORT)
      setInterval(() => {}, 1000)`,
      2,
    )
    await platform.up(app, 2)
    const close = (dyno: string) =>
      until(
        `${dyno} closed`,
        async () => (await platform.request(`/deaf${dyno}`)).body === 'closing',
      )
    await close('web.1')
    for (let i = 0; i < 12; i++)
      expect((await platform.request('/', { method: 'POST', body: 'body' })).body).to.equal(
        'web.2 body',
      )
    await close('web.2')
    expect((await platform.request('/')).status).to.equal(503)
    expect(await lineOf('H21')).to.include('desc="Backend connection refused"')
  })

  it('streams large bodies both ways without holding them', async () => {
    await start()
    const app = platform.app(
      listening(`
      const hash = crypto.createHash('sha256'); let size = 0
      if (req.method === 'GET') { const block = Buffer.alloc(65536, 7); let left = 1600
        const more = () => { while (left-- > 0) if (!res.write(block)) return res.once('drain', more); res.end() }; return more() }
      req.on('data', (chunk) => { hash.update(chunk); size += chunk.length }).on('end', () => res.end(size + ' ' + hash.digest('hex')))`),
    )
    await platform.up(app, 1)
    const body = randomBytes(32 * 1024 * 1024)
    const digest = createHash('sha256').update(body).digest('hex')
    expect((await platform.request('/', { method: 'POST', body })).body).to.equal(
      `${body.length} ${digest}`,
    )
    expect(
      (
        await platform.request('/', {
          method: 'PUT',
          body,
          headers: { 'transfer-encoding': 'chunked' },
        })
      ).body,
    ).to.equal(`${body.length} ${digest}`)
    const before = process.memoryUsage().rss
    const size = await new Promise((resolve) => {
      http.get(
        { port: platform.port, headers: { host: 'shop.localhost' }, agent: false },
        (response) => {
          let received = 0
          response
            .on('data', (chunk: Buffer) => (received += chunk.length))
            .on('end', () => resolve(received))
        },
      )
    })
    expect(size).to.equal(1600 * 65536)
    expect(process.memoryUsage().rss - before).to.be.lessThan(80 * 1024 * 1024)
  })

  it('passes early hints, 100 Continue, trailers, 304 and HEAD', async () => {
    await start()
    const app = platform.app(`
      const http = require('http')
      const server = http.createServer((req, res) => {
        if (req.url === '/hints') return res.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => res.end('after'))
        if (req.url === '/trailers') { res.writeHead(200, { Trailer: 'X-Sum' }); res.write('body'); res.addTrailers({ 'X-Sum': '42' }); return res.end() }
        if (req.url === '/304') { res.writeHead(304, { ETag: '"1"' }); return res.end() }
        res.writeHead(200, { 'Content-Length': '5' }); res.end('hello')
      }).listen(process.env.PORT)
      server.on('checkContinue', (req, res) => { res.writeContinue(); req.on('data', () => {}).on('end', () => res.end('went on')) })`)
    app.features['http-end-to-end-continue'] = { enabled: true, updated_at: '' }
    await platform.up(app, 1)
    const get = (path: string, options: http.RequestOptions = {}) =>
      http.request({
        port: platform.port,
        path,
        agent: false,
        ...options,
        headers: { host: 'shop.localhost', ...(options.headers as object) },
      })
    const hinted = get('/hints')
    const hint = new Promise<string>((resolve) =>
      hinted.on('information', ({ headers }) => resolve(String(headers.link))),
    )
    hinted.on('response', (response) => response.resume()).end()
    expect(await hint).to.equal('</a.css>; rel=preload')
    const trailers = await new Promise((resolve) =>
      get('/trailers')
        .on('response', (response) => response.resume().on('end', () => resolve(response.trailers)))
        .end(),
    )
    expect(trailers).to.deep.equal({ 'x-sum': '42' })
    expect(await platform.request('/304')).to.include({ status: 304, body: '' })
    const head = await platform.request('/', { method: 'HEAD' })
    expect(head).to.include({ status: 200, body: '' })
    expect(head.headers['content-length']).to.equal('5')
    const patient = get('/continue', {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': '3' },
    })
    patient.once('continue', () => patient.end('abc')).flushHeaders()
    const body = await new Promise((resolve) =>
      patient.once('response', (response) =>
        response.on('data', (chunk) => resolve(String(chunk))),
      ),
    )
    expect(body).to.equal('went on')
  })

  it('ignores an offer of HTTP/2 and reads the body that comes with it', async () => {
    await start()
    const app = platform.app(
      listening(
        'let n = 0; req.on("data", (c) => (n += c.length)).on("end", () => res.end(`${n} ${req.headers.upgrade}`))',
      ),
    )
    await platform.up(app, 1)
    const offer = {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABk',
    }
    const body = 'x'.repeat(200_000)
    expect(
      await platform.request('/', {
        method: 'POST',
        headers: { ...offer, 'content-length': body.length },
        body,
      }),
    ).to.include({ status: 200, body: '200000 undefined' })
    expect(
      await platform.request('/', {
        method: 'POST',
        headers: { ...offer, 'transfer-encoding': 'chunked' },
        body,
      }),
    ).to.include({ status: 200, body: '200000 undefined' })
    expect(await platform.request('/', { headers: offer })).to.include({
      status: 200,
      body: '0 undefined',
    })
  })

  it('joins WebSockets, and passes on a refusal of one', async () => {
    await start()
    const app = platform.app(`
      const { WebSocketServer } = require(${JSON.stringify(new URL('../../../node_modules/ws', import.meta.url).pathname)})
      const server = require('http').createServer((req, res) => res.end('plain')).listen(process.env.PORT)
      const sockets = new WebSocketServer({ noServer: true })
      server.on('upgrade', (req, socket, head) => {
        if (req.url === '/no') return socket.end('HTTP/1.1 401 Unauthorized\\r\\nContent-Length: 4\\r\\nConnection: close\\r\\n\\r\\nnope')
        sockets.handleUpgrade(req, socket, head, (ws) => { ws.send('welcome ' + req.headers['x-forwarded-for']); ws.on('message', (data) => ws.send('echo ' + data)) })
      })`)
    await platform.up(app, 1)
    const open = (path: string) =>
      new WebSocket(`ws://127.0.0.1:${platform.port}${path}`, {
        headers: { host: 'shop.localhost' },
      })
    const client = open('/chat')
    const messages: string[] = []
    client.on('message', (data) => messages.push(String(data)))
    await until('the welcome', () => messages.length === 1)
    client.send('hi')
    await until('the echo', () => messages.length === 2)
    expect(messages).to.deep.equal(['welcome 127.0.0.1', 'echo hi'])
    client.close()
    await until('its line', async () =>
      (await platform.routerLines()).some((line) =>
        /at=info method=GET path="\/chat" .* dyno=web\.1 .* status=101 bytes=\d+/.test(line),
      ),
    )
    const status = await new Promise((resolve) =>
      open('/no')
        .on('error', () => undefined)
        .on('unexpected-response', (_request, response) => resolve(response.resume().statusCode)),
    )
    expect(status).to.equal(401)
    app.maintenance = true
    const refused = await new Promise((resolve) =>
      open('/chat')
        .on('error', () => undefined)
        .on('unexpected-response', (_request, response) => resolve(response.resume().statusCode)),
    )
    expect(refused).to.equal(503)
  })
})
