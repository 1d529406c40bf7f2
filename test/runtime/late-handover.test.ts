import http from 'node:http'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { AppFolder, freePort, until } from './harness.js'

/**
 * /long says that it is at work, and hears of nothing until the file `free` is there. Another
 * request takes 30 ms; the first in a stop, whose answers end their connections, takes LONG.
 * Instance 1 boots, and hears of nothing, until the file `boots` is there; then it listens.
 */
const APP = `const http = require('node:http')
const { existsSync, writeSync } = require('node:fs')
const instance = process.env.NODE_APP_INSTANCE
const say = (text) => writeSync(1, text + '\\n')
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
const waitFor = (file) => { while (!existsSync(file)) sleep(10) }
if (instance === '1') { say('boots'); waitFor('boots') }
let isFirst = true
http.createServer((request, response) => {
  if (request.url === '/long') { say('at work'); waitFor('free') }
  else if (isFirst && response.getHeader('connection') === 'close') { isFirst = false; sleep(Number(process.env.LONG)) }
  else sleep(30)
  response.end('answered by ' + instance)
}).listen(process.env.PORT)
`
const QUEUED = 20

describe('a dyno that is stopped while its instance is busy', function () {
  this.timeout(30_000)
  let app: AppFolder
  afterEach(() => app?.end())

  it('answers what it had accepted before', async () => {
    const { run, queued } = await stopped({ instances: 1 })
    app.write('free', '')
    expect(await Promise.all(queued)).to.deep.equal(queued.map(() => 'answered by 0'))
    expect((await run.ended).code).to.equal(0)
  })

  it('answers it though the instance is late by more than a port that is called stays open', async () => {
    const { run, queued } = await stopped({ instances: 1, long: 3200 })
    app.write('free', '')
    expect(await Promise.all(queued)).to.deep.equal(queued.map(() => 'answered by 0'))
    expect((await run.ended).code).to.equal(0)
  })

  it('has it answered by an instance that comes to listen when the port is closed', async () => {
    const { run, port, queued } = await stopped({ instances: 2 })
    await until(() => isRefused(port))
    app.write('boots', '')
    const first = await Promise.race([...queued, run.says('event=exception').then(() => 'failed')])
    app.write('free', '')
    expect(first, run.output).to.equal('answered by 1')
    for (const answer of await Promise.all(queued)) expect(answer).to.match(/^answered by \d$/)
    expect((await run.ended).code).to.equal(0)
    expect(run.output).not.to.include('EADDRINUSE')
  })

  /** Told to stop while instance 0 is busy, and requests that it does not know of wait for it. */
  async function stopped({ instances, long = 30 }: { instances: number; long?: number }) {
    const port = await freePort()
    app = new AppFolder({
      'api.js': APP,
      'ecosystem.config.yml': `apps:\n  - { name: api, script: api.js, exec_mode: cluster, instances: ${instances}, pmx: false }\n`,
    })
    const run = await app.start(undefined, { PORT: String(port), LONG: String(long) })
    await run.says('event=listening')
    if (instances > 1) await run.says(/^boots$/m)
    let connected = 0
    const ask = (path: string) =>
      new Promise<string>((resolve) => {
        http
          .get({ port, path, agent: false }, (response) => void text(response).then(resolve))
          .on('socket', (socket) => socket.once('connect', () => (connected += 1)))
          .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      })
    const first = ask('/long')
    await run.says('at work')
    const queued = [first, ...Array.from({ length: QUEUED }, () => ask('/'))]
    await until(() => connected === QUEUED + 1)
    run.signalAll('SIGTERM')
    return { run, port, queued }
  }
})

function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('error', () => resolve(true))
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
  })
}
