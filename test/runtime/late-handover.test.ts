import http from 'node:http'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { AppFolder, freePort, until } from './harness.js'

/** Says that it is at work, and then hears of nothing for a while; other requests take 30 ms each. */
const APP = `const http = require('node:http')
const block = (ms) => { for (const end = Date.now() + ms; Date.now() < end;); }
http.createServer((request, response) => {
  if (request.url === '/long') { require('node:fs').writeSync(1, 'at work\\n'); block(1500) } else block(30)
  response.end('answered')
}).listen(process.env.PORT)
`
const FILE =
  'apps:\n  - { name: one, script: one.js, exec_mode: cluster, instances: 1, pmx: false }\n'
const QUEUED = 20

describe('a dyno that is stopped while its instance is busy', function () {
  this.timeout(30_000)
  let app: AppFolder
  afterEach(() => app?.end())

  it('answers what it had accepted before', async () => {
    const port = await freePort()
    app = new AppFolder({ 'one.js': APP, 'ecosystem.config.yml': FILE })
    const run = await app.start(undefined, { PORT: String(port) })
    await run.says('event=listening')
    const ask = (path: string) =>
      new Promise<string>((resolve, reject) => {
        http
          .get(
            { port, path, agent: false },
            (response) => void text(response).then(resolve, reject),
          )
          .on('error', reject)
      })
    const long = ask('/long')
    await run.says('at work')
    let connected = 0
    const queued = Array.from({ length: QUEUED }, () => {
      return new Promise<string>((resolve) => {
        http
          .get({ port, agent: false }, (response) => void text(response).then(resolve))
          .on('socket', (socket) => socket.once('connect', () => (connected += 1)))
          .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      })
    })
    await until(() => connected === QUEUED)
    run.signalAll('SIGTERM')
    expect(await Promise.all([long, ...queued])).to.deep.equal(
      Array.from({ length: QUEUED + 1 }, () => 'answered'),
    )
  })
})
