import { expect } from 'chai'
import http from 'node:http'
import path from 'node:path'
import { AppFolder, freePort, HTTP_APP, isAlive, until, type Run } from './harness.js'

describe('a dyno that is stopped', function () {
  this.timeout(60_000)
  let app: AppFolder
  afterEach(() => app.end())

  const serving = async (
    mode: string,
    more = '',
    source = HTTP_APP,
  ): Promise<{ run: Run; port: number }> => {
    app = new AppFolder({
      'server.js': source,
      'ecosystem.config.yml': `apps:\n  - { name: api, script: server.js, exec_mode: ${mode}${more} }\n`,
    })
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port) })
    await run.says('event=listening')
    return { run, port }
  }

  for (const mode of ['cluster', 'fork']) {
    it(`finishes a request that is in flight, and exits with 0 (${mode})`, async () => {
      const { run, port } = await serving(mode)
      const answer = fetch(`http://127.0.0.1:${port}/slow`)
      await fetch(`http://127.0.0.1:${port}/`)
      run.signalAll()
      expect(await (await answer).text()).to.equal('slow')
      expect((await run.ended).code).to.equal(0)
      expect(run.output).not.to.include('failed to kill').and.not.include('SIGKILL')
    })
  }

  it('has its whole time though the clock is set a day on meanwhile', async () => {
    app = new AppFolder({
      'server.js': HTTP_APP,
      'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.js }\n',
      'clock.cjs': `
        const { now } = Date
        const isSet = () => require('fs').existsSync(__dirname + '/is-set')
        Date.now = () => now() + (isSet() ? 86_400_000 : 0)`,
    })
    const port = String(await freePort())
    const clock = `--require=${path.join(app.dir, 'clock.cjs')}`
    const run = await app.start(undefined, { PORT: port, NODE_OPTIONS: clock })
    await run.says('event=listening')
    const answer = fetch(`http://127.0.0.1:${port}/slow`)
    await fetch(`http://127.0.0.1:${port}/`)
    run.signalAll()
    await run.says('event=stop')
    app.write('is-set', '')
    expect(await (await answer).text()).to.equal('slow')
    expect((await run.ended).code).to.equal(0)
    expect(run.output).not.to.include('SIGKILL')
  })

  it('leaves no process behind', async () => {
    const { run, port } = await serving('cluster')
    const pid = Number((await (await fetch(`http://127.0.0.1:${port}/`)).text()).split(' ')[0])
    run.signalAll()
    await run.ended
    expect(isAlive(pid)).to.equal(false)
  })

  for (const [mode, instances, told] of [
    ['cluster', 2, 'all'],
    ['fork', 1, 'all'],
    ['fork', 1, 'the supervisor alone'],
  ] as const) {
    it(`loses none of what it accepted, under keep-alive and new connections (${mode}, ${told} told)`, async () => {
      const { run, port } = await serving(mode, `, instances: ${instances}`)
      await run.says(`instance=${instances - 1} event=listening`)
      const keepAlive = new Load(port, 10, true)
      const fresh = new Load(port, 4, false)
      await until(() => keepAlive.answered > 500 && fresh.answered > 100)
      if (told === 'all') run.signalAll()
      else run.child.kill('SIGTERM')
      // Where the dyno is told, the router turns away; where an instance alone stops in fork mode,
      // clients go on until they are refused.
      await (told === 'all' ? until(() => run.output.includes('event=stop')) : run.ended)
      const lost = [...(await keepAlive.end()), ...(await fresh.end())]
      expect(lost).to.deep.equal([])
      expect((await run.ended).code).to.equal(0)
    })
  }

  it('leaves an app its own handler, calls it once, and does not end it early', async () => {
    const own = `${HTTP_APP}\nlet told = 0\nprocess.on('SIGINT', () => { console.log('told', ++told); setTimeout(() => { console.log('goodbye'); process.exit(0) }, 1500) })`
    const { run } = await serving('cluster', '', own)
    run.signalAll()
    expect((await run.ended).code).to.equal(0)
    expect(run.appLines).to.deep.equal(['listening', 'told 1', 'goodbye'])
  })

  it('stops what a shell script has started', async () => {
    app = new AppFolder({
      'job.sh': 'sleep 300 & echo "pid $!"; wait; sleep 300',
      'ecosystem.config.yml': 'apps:\n  - { name: job, script: job.sh }\n',
    })
    const run = await app.start()
    await run.says(/pid \d+\n/)
    const pid = Number(/pid (\d+)\n/.exec(run.appLines.join('\n') + '\n')?.[1])
    run.child.kill('SIGTERM')
    expect((await run.ended).code).to.equal(0)
    await until(() => !isAlive(pid))
  })

  it('ends an instance that will not stop when its kill_timeout is over', async () => {
    const { run } = await serving(
      'fork',
      ', kill_timeout: 700',
      `${HTTP_APP}\nprocess.on('SIGTERM', () => {})`,
    )
    run.signalAll()
    expect((await run.ended).code).to.equal(0)
  })
})

/**
 * Clients that send one request after another; once turned away, as a router is by a dyno that
 * stops, they open no new connections.
 */
class Load {
  answered = 0
  #isTurnedAway = false
  readonly #lost: string[] = []
  readonly #clients: Array<Promise<void>>

  constructor(
    readonly port: number,
    clients: number,
    readonly isKept: boolean,
  ) {
    this.#clients = Array.from({ length: clients }, () => this.#client())
  }

  async end(): Promise<string[]> {
    this.#isTurnedAway = true
    await Promise.all(this.#clients)
    return this.#lost
  }

  async #client(): Promise<void> {
    const agent = new http.Agent({ keepAlive: this.isKept, maxSockets: 1 })
    do this.answered += 1
    while (
      (await this.#request(agent)) &&
      (!this.#isTurnedAway || Object.keys(agent.freeSockets).length > 0)
    )
    agent.destroy()
  }

  /** false once nothing listens any more. A connection that was made and then broken is a loss. */
  #request(agent: http.Agent): Promise<boolean> {
    return new Promise((resolve) => {
      const request = http.get({ host: '127.0.0.1', port: this.port, agent }, (response) => {
        response.resume()
        response.once('error', (error) => this.#lose(error, resolve))
        response.once('end', () => setImmediate(() => resolve(true)))
      })
      request.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ECONNREFUSED' ? resolve(false) : this.#lose(error, resolve),
      )
    })
  }

  #lose(error: Error, resolve: (more: boolean) => void): void {
    this.#lost.push(error.message)
    resolve(false)
  }
}
