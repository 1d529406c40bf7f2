import { expect } from 'chai'
import net from 'node:net'
import { AppFolder, freePort, until, type Run } from './harness.js'

/**
 * /leave blocks its process, which takes no connection meanwhile, and then leaves the port.
 * `LISTENERS` are the instances that listen.
 */
const APP = `
const http = require('http')
const server = http.createServer((req, res) => {
  if (req.url !== '/leave') return res.end('by ' + process.env.NODE_APP_INSTANCE)
  console.log('leaves')
  for (const until = Date.now() + 1000; Date.now() < until; );
  if (process.env.LEAVES_BY === 'exit') process.exit(1)
  server.close()
})
if (process.env.LISTENERS.includes(process.env.NODE_APP_INSTANCE)) server.listen(process.env.PORT, '127.0.0.1')
setInterval(() => {}, 1000)
`
const AT_ONCE = 12

describe('a connection on its way to an instance', function () {
  this.timeout(60_000)
  let app: AppFolder
  afterEach(() => app.end())

  for (const leavesBy of ['exit', 'close']) {
    it(`that leaves the port is answered by another that listens (${leavesBy})`, async () => {
      const { run, port } = await start({ LISTENERS: '01', LEAVES_BY: leavesBy })
      const answers = await Promise.all(await whileOneLeaves(run, port))
      expect(new Set(answers.map((text) => /by \d$/.test(text)))).to.deep.equal(
        new Set([true]),
        answers.join('\n'),
      )
    })

    it(`that was the only one to listen is closed at once (${leavesBy})`, async () => {
      const { run, port } = await start({ LISTENERS: '0', LEAVES_BY: leavesBy })
      let ended = 0
      for (const answer of await whileOneLeaves(run, port)) void answer.then(() => (ended += 1))
      await until(
        () => ended === AT_ONCE,
        10_000,
        () => `${ended} of ${AT_ONCE} connections to end`,
      )
    })
  }

  async function start(env: Record<string, string>): Promise<{ run: Run; port: number }> {
    const port = await freePort()
    app = new AppFolder({
      'app.js': APP,
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: app.js, exec_mode: cluster, instances: 2, restart_delay: 60000 }\n',
    })
    const run = await app.start(undefined, { PORT: String(port), ...env })
    await until(
      () =>
        run.stdout.match(/event=listening/g)?.length === env.LISTENERS!.length &&
        run.stdout.match(/event=online/g)?.length === 2,
      20_000,
      () => run.output,
    )
    return { run, port }
  }

  /**
   * Asks one instance to leave, and others while it does; what each connection has got at its end.
   */
  async function whileOneLeaves(run: Run, port: number): Promise<Array<Promise<string>>> {
    void ask(port, '/leave')
    await run.says('leaves')
    return Array.from({ length: AT_ONCE }, () => ask(port, '/'))
  }
})

/** The text of an answer, or of the error; never resolves while the connection hangs. */
function ask(port: number, path: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = net.connect(port, '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
    )
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.on('error', (error) => (text += error.message)).on('close', () => resolve(text))
  })
}
