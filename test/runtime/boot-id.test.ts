import http from 'node:http'
import { expect } from 'chai'
import { BOOT_HEADER, PROBE_HEADER } from '../../src/runtime/boot-id.js'
import { AppFolder, freePort, type Run } from './harness.js'

/** What a GET is answered: its headers, as they came, and its body. */
function ask(
  port: number,
  headers: http.OutgoingHttpHeaders = {},
  path = '/',
): Promise<{ headers: http.IncomingHttpHeaders; raw: string[]; body: string }> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
        let body = ''
        response
          .setEncoding('utf8')
          .on('data', (text: string) => {
            body += text
          })
          .on('end', () => resolve({ headers: response.headers, raw: response.rawHeaders, body }))
      })
      .on('error', reject)
  })
}

const SERVER = `require('node:http').createServer((request, response) => {
  if (request.url === '/raw') response.writeHead(203, ['X-Own', 'kept', 'Content-Length', '2'])
  response.end('ok')
}).listen(process.env.PORT)
`

/** A server in a process that the instance starts, and in a thread of it. */
const CHILD = `const { fork } = require('node:child_process')\nfork('./server.js')\nsetInterval(() => {}, 1000)\n`
const THREAD = `const { Worker } = require('node:worker_threads')\nnew Worker('./server.js')\n`

describe('the id of a boot', () => {
  const folders: AppFolder[] = []
  afterEach(async () => {
    for (const folder of folders.splice(0)) await folder.end()
  })

  const start = async (
    app: string,
    files: Record<string, string>,
    env: Record<string, string | undefined> = {},
  ): Promise<{ run: Run; port: number }> => {
    const folder = new AppFolder({
      'ecosystem.config.yml': `apps:\n  - { name: api, ${app} }\n`,
      'server.js': SERVER,
      ...files,
    })
    folders.push(folder)
    const port = await freePort()
    const run = await folder.start(undefined, { PORT: String(port), DYNO: 'web.1', ...env })
    return { run, port }
  }
  const untilAnswered = async (port: number): Promise<void> => {
    const deadline = Date.now() + 20_000
    while (Date.now() < deadline) {
      if (
        await ask(port).then(
          () => true,
          () => false,
        )
      )
        return
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error('nothing answered')
  }
  const idOf = (run: Run): string | undefined =>
    /^shipit source=web\.1 event=boot id=([0-9a-f]{24})$/m.exec(run.stdout)?.[1]

  const apps: [string, string, Record<string, string>][] = [
    ['cluster mode', 'script: server.js, instances: 2, exec_mode: cluster', {}],
    ['fork mode', 'script: server.js', {}],
    ['a process that the app starts', 'script: app.js', { 'app.js': CHILD }],
    ['a thread of the app', 'script: app.js', { 'app.js': THREAD }],
  ]
  for (const [where, app, files] of apps) {
    it(`is printed first and given to who asks: ${where}`, async () => {
      const { run, port } = await start(app, files)
      await untilAnswered(port)
      const id = idOf(run)
      expect(run.stdout.split('\n')[0]).to.equal(`shipit source=web.1 event=boot id=${id}`)
      expect((await ask(port, { [PROBE_HEADER]: '1' })).headers[BOOT_HEADER]).to.equal(id)
      const raw = await ask(port, { 'X-Shipit-Probe': '' }, '/raw')
      expect(raw.headers).to.include({ [BOOT_HEADER]: id, 'x-own': 'kept' })
      expect(raw.body).to.equal('ok')
    })
  }

  it('is in no answer to anybody else, is another with each boot, and is not there outside a dyno', async () => {
    const { run, port } = await start('script: server.js', {})
    await untilAnswered(port)
    expect((await ask(port, { 'X-Shipit-Prob': '1' })).raw.join().toLowerCase()).to.not.include(
      'shipit',
    )
    const again = await start('script: server.js', {})
    await untilAnswered(again.port)
    expect(idOf(again.run))
      .to.match(/^[0-9a-f]{24}$/)
      .and.not.equal(idOf(run))
    const outside = await start('script: server.js', {}, { DYNO: undefined })
    await untilAnswered(outside.port)
    expect(outside.run.stdout).to.not.include('event=boot')
    expect((await ask(outside.port, { [PROBE_HEADER]: '1' })).headers).to.not.have.property(
      BOOT_HEADER,
    )
  })
})
