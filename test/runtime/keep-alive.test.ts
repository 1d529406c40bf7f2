import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { AppFolder, freePort, HTTP_APP, until } from './harness.js'
import { isSoak } from '../support/soak.js'

/** SHIPIT_SOAK=1 sends 10,000 requests at random gaps of 0–10 s. */
const CLIENTS = isSoak ? 1000 : 150
const REQUESTS = isSoak ? 10 : 2
/** ms, beyond Node's own time for idle connections, which is 5 s. */
const LONGEST_GAP = isSoak ? 10_000 : 6500

const TIMES = `const times = (name, server, later) => server.listen(0, '127.0.0.1', () => {
  later?.(server)
  console.log([name, server.keepAliveTimeout, server.headersTimeout].join(' '))
})
const none = (req, res) => res.end()
/** Fastify sets a time on every server, its own or the app's, and tells of it by this channel. */
const fastify = (keepAliveTimeout) => {
  const server = Object.assign(http.createServer(none), { keepAliveTimeout })
  diagnostics.channel('fastify.initialization').publish({ fastify: { server } })
  return server
}
setInterval(() => {}, 1000)
`
const SERVERS: Array<[name: string, source: string, times: string]> = [
  ['plain', 'http.createServer(none)', '95000 96000'],
  ['class', 'new http.Server()', '95000 96000'],
  [
    'tls',
    'https.createServer({ key: fs.readFileSync("key.pem"), cert: fs.readFileSync("cert.pem") })',
    '95000 96000',
  ],
  ['express', 'http.createServer(express())', '95000 96000'],
  ['fastify', 'fastify(72000)', '95000 96000'],
  ['fastify-own', 'fastify(30000)', '30000 60000'],
  ['as-fastify', 'http.createServer({ keepAliveTimeout: 72000 })', '72000 60000'],
  ['endless', 'http.createServer({ requestTimeout: 0 }, none)', '95000 0'],
  ['option', 'http.createServer({ keepAliveTimeout: 20000 }, none)', '20000 60000'],
  [
    'before',
    'Object.assign(http.createServer(none), { keepAliveTimeout: 1000, headersTimeout: 2000 })',
    '1000 2000',
  ],
  [
    'after',
    'http.createServer(none), (server) => { server.keepAliveTimeout = 5000; server.headersTimeout = 7000 }',
    '5000 7000',
  ],
  ['off', 'http.createServer({ keepAliveTimeout: 0 }, none)', '0 60000'],
  ['brief', 'http.createServer({ requestTimeout: 30000 }, none)', '95000 30000'],
  ['headers', 'http.createServer({ headersTimeout: 10000 }, none)', '95000 10000'],
]
const calls = SERVERS.map(([name, source]) => `times('${name}', ${source})`).join('\n')

describe('idle connections', function () {
  this.timeout(180_000)
  let app: AppFolder
  afterEach(() => app.end())

  const forms: Array<[what: string, script: string, source: string]> = [
    [
      'CommonJS',
      'times.cjs',
      `const http = require('http'), https = require('https'), diagnostics = require('diagnostics_channel'), fs = require('fs'), express = require('express')\n${TIMES}${calls}`,
    ],
    [
      'ES modules',
      'times.mjs',
      `import http from 'node:http'\nimport https from 'node:https'\nimport fs from 'node:fs'\nimport diagnostics from 'node:diagnostics_channel'\nimport express from 'express'\n${TIMES}${calls}`,
    ],
  ]
  for (const [what, script, source] of forms) {
    for (const mode of ['cluster', 'fork']) {
      it(`are kept for longer than by Heroku's router, if the app has no time of its own (${what}, ${mode})`, async () => {
        app = new AppFolder({
          [script]: source,
          'ecosystem.config.yml': `apps:\n  - { name: api, script: ${script}, exec_mode: ${mode} }\n`,
        })
        linkModules(app.dir)
        makeCertificate(app.dir)
        const run = await app.start()
        await until(
          () => run.appLines.length === SERVERS.length,
          20_000,
          () => run.output,
        )
        expect(run.appLines.sort()).to.deep.equal(
          SERVERS.map(([name, , times]) => `${name} ${times}`).sort(),
        )
      })
    }
  }

  it('are left to Node where there is no dyno', async () => {
    app = new AppFolder({
      'times.js': `const http = require('http')\n${TIMES}times('plain', http.createServer(none))`,
      'ecosystem.config.yml': 'apps:\n  - { name: api, script: times.js }\n',
    })
    const run = await app.start(undefined, { DYNO: undefined })
    await run.says('plain 5000 60000')
  })

  it(`are never closed under a router that uses them again: ${CLIENTS * REQUESTS} requests at random gaps of up to ${LONGEST_GAP / 1000} s`, async function () {
    app = new AppFolder({
      'server.js': HTTP_APP,
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: server.js, instances: 2, exec_mode: cluster }\n',
    })
    const [port, otherPort] = [await freePort(), await freePort()]
    const run = await app.start(undefined, { PORT: String(port) })
    const without = await app.start(undefined, { PORT: String(otherPort), DYNO: undefined })
    for (const one of [run, without]) await one.says('instance=1 event=listening')
    const [kept, closed] = await Promise.all([reuse(port, CLIENTS), reuse(otherPort, 50)])
    this.test!.title += `: ${kept.answered} answered, ${kept.closed} connections closed; without it ${closed.closed} of 50 closed`
    expect(kept).to.deep.equal({ answered: CLIENTS * REQUESTS, closed: 0 })
    expect(closed.closed, "the same clients, at an app with Node's own time").to.be.greaterThan(0)
  })

  it('are still ended by a stop', async () => {
    app = new AppFolder({
      'server.js': HTTP_APP,
      'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.js, exec_mode: cluster }\n',
    })
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port) })
    await run.says('event=listening')
    const idle = new Connection(port)
    await idle.ask()
    run.signalAll()
    expect((await run.ended).code).to.equal(0)
    expect(run.output).not.to.include('SIGKILL')
    expect(idle.isClosed).to.equal(true)
  })
})

function linkModules(folder: string): void {
  symlinkSync(
    path.resolve(import.meta.dirname, '../../node_modules'),
    path.join(folder, 'node_modules'),
  )
}

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
  ]
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
}

/**
 * Clients of one connection each, which they use again after a random gap; how many requests were
 * answered and how many connections the app closed.
 */
async function reuse(port: number, clients: number): Promise<{ answered: number; closed: number }> {
  const connections = Array.from({ length: clients }, () => new Connection(port))
  let answered = 0
  await Promise.all(
    connections.map(async (connection) => {
      for (let i = 0; i < REQUESTS; i += 1) {
        await connection.gap(LONGEST_GAP * (i === 1 ? 0.8 + Math.random() / 5 : Math.random()))
        if (await connection.ask()) answered += 1
      }
    }),
  )
  const closed = connections.filter((one) => one.isClosed).length
  for (const connection of connections) connection.end()
  return { answered, closed }
}

/**
 * A connection to an app that is never closed from here, whatever the app says of how long it keeps
 * it.
 */
class Connection {
  readonly #socket: net.Socket
  #received = ''
  isClosed = false

  constructor(port: number) {
    this.#socket = net.connect(port, '127.0.0.1').setEncoding('utf8')
    this.#socket.on('data', (chunk: string) => (this.#received += chunk))
    for (const event of ['end', 'error', 'close'])
      this.#socket.on(event, () => (this.isClosed = true))
  }

  /** Ends early if the app closes the connection. */
  gap(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#socket.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  /** Whether it was answered. */
  async ask(): Promise<boolean> {
    if (this.isClosed) return false
    this.#received = ''
    this.#socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await new Promise<void>((resolve) => {
      const look = () => (this.isClosed || /\r\n\r\n\d+ \d/.test(this.#received)) && resolve()
      for (const event of ['data', 'close']) this.#socket.on(event, look)
    })
    return this.#received.startsWith('HTTP/1.1 200')
  }

  end(): void {
    this.#socket.destroy()
  }
}
