import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import http2 from 'node:http2'
import https from 'node:https'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import WebSocket from 'ws'
import { AppFolder, freePort, until, type Run } from './harness.js'

const TLS = `{ key: require('fs').readFileSync('key.pem'), cert: require('fs').readFileSync('cert.pem') }`
const ANSWER = `(req, res) => setTimeout(() => res.end('whole'), req.url === '/slow' ? 1500 : 0)`

describe('the drain of other protocols', function () {
  this.timeout(60_000)
  let app: AppFolder
  afterEach(() => app.end())

  const serving = async (
    source: string,
    mode: string,
    isTls = false,
  ): Promise<{ run: Run; port: number }> => {
    app = new AppFolder({
      'server.js': source,
      'ecosystem.config.yml': `apps:\n  - { name: api, script: server.js, exec_mode: ${mode} }\n`,
    })
    if (isTls) makeCertificate(app.dir)
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port) })
    await run.says('event=listening')
    return { run, port }
  }

  for (const mode of ['cluster', 'fork']) {
    it(`https: what is in flight is finished, idle connections end (${mode})`, async () => {
      const { run, port } = await serving(
        `require('https').createServer(${TLS}, ${ANSWER}).listen(process.env.PORT, '127.0.0.1')`,
        mode,
        true,
      )
      const agent = new https.Agent({
        keepAlive: true,
        ca: readFileSync(path.join(app.dir, 'cert.pem')),
        servername: 'localhost',
      })
      const get = (url: string) =>
        new Promise<string>((resolve, reject) => {
          https
            .get({ host: '127.0.0.1', port, path: url, agent }, (res) =>
              res.on('data', (chunk: Buffer) => resolve(chunk.toString())),
            )
            .once('error', reject)
        })
      const slow = get('/slow')
      expect(await get('/')).to.equal('whole')
      run.signalAll()
      expect(await slow).to.equal('whole')
      expect((await run.ended).code).to.equal(0)
    })

    it(`http2: open streams are finished, sessions end (${mode})`, async () => {
      const { run, port } = await serving(
        `require('http2').createServer(${ANSWER}).listen(process.env.PORT, '127.0.0.1')`,
        mode,
      )
      const session = http2.connect(`http://127.0.0.1:${port}`)
      const closed = new Promise((resolve) => session.once('close', resolve))
      const stream = session.request({ ':path': '/slow' })
      const body = new Promise<string>((resolve, reject) => {
        let text = ''
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
        stream.once('end', () => resolve(text))
        stream.once('error', reject)
      })
      // Answered in order, so the server has the request when it has this.
      await new Promise((resolve) => stream.once('ready', resolve))
      await new Promise((resolve) => session.ping(resolve))
      run.signalAll()
      expect(await body).to.equal('whole')
      await closed
      expect((await run.ended).code).to.equal(0)
    })

    it(`WebSocket: closed with 1001 (${mode})`, async () => {
      const ws = JSON.stringify(path.resolve('node_modules/ws'))
      const { run, port } = await serving(
        `const server = require('http').createServer(); new (require(${ws}).WebSocketServer)({ server }); server.listen(process.env.PORT, '127.0.0.1')`,
        mode,
      )
      const socket = new WebSocket(`ws://127.0.0.1:${port}`)
      let code = 0
      socket.once('close', (status: number) => (code = status))
      await new Promise((resolve) => socket.once('open', resolve))
      run.signalAll()
      await until(() => code !== 0)
      expect(code).to.equal(1001)
      expect((await run.ended).code).to.equal(0)
    })
  }
})

function makeCertificate(folder: string): void {
  const args = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'key.pem',
    '-out',
    'cert.pem',
    '-days',
    '1',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
  ]
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
}
