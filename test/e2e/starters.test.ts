/** Apps whose server is not the instance itself: what is in flight is answered, and nothing is left, however they are stopped. */
import { expect } from 'chai'
import { AppFolder, freePort, until, type Run } from '../runtime/harness.js'
import { RUNTIME } from './support/runtimes.js'
import { inSession, SERVER, STARTERS } from './support/starters.js'

describe('an app that another program starts', function () {
  this.timeout(120_000)
  let app: AppFolder
  afterEach(() => app.end())

  const serving = async (starter: string): Promise<{ run: Run; port: number }> => {
    const { app: options, files } = STARTERS[starter] as { app: string; files?: Record<string, string> }
    app = new AppFolder({ 'server.js': SERVER, ...files, 'e.yml': `apps:\n  - { name: api, ${options} }\n` }, RUNTIME)
    const port = await freePort()
    const run = await app.start(['start', 'e.yml'], { PORT: String(port), SHIPIT_METRICS: '0.5' })
    await run.says('event=listening', 30_000)
    return { run, port }
  }
  const ask = async (port: number) => {
    const answers = Array.from({ length: 4 }, () => fetch(`http://127.0.0.1:${port}/slow`).then((response) => response.text(), (error: Error) => String(error.cause ?? error)))
    await fetch(`http://127.0.0.1:${port}/`)
    return answers
  }

  for (const starter of Object.keys(STARTERS)) {
    for (const told of ['every process', 'the supervisor alone'] as const) {
      it(`answers what is in flight and leaves nothing, when ${told} is told to stop (${starter})`, async () => {
        const { run, port } = await serving(starter)
        const answers = await ask(port)
        if (told === 'every process') run.signalAll()
        else run.child.kill('SIGTERM')
        expect(await Promise.all(answers), run.output).to.deep.equal(['slow', 'slow', 'slow', 'slow'])
        const answered = Date.now()
        expect((await run.ended).code).to.equal(0)
        if (process.env.SHIPIT_TIMES) console.log(`      ended ${Date.now() - answered} ms after the last answer`)
        expect(inSession(run.child.pid as number)).to.deep.equal([])
      })
    }
  }

  it('reports requests and memory of the server itself', async () => {
    const { run, port } = await serving('npm start')
    await until(async () => {
      await fetch(`http://127.0.0.1:${port}/`)
      return /sample#requests=[1-9]\d*rpm/.test(run.stdout)
    })
  })
})
