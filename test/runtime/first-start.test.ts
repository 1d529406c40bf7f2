import { expect } from 'chai'
import { AppFolder, freePort, until, type Run } from './harness.js'

describe('the other instances of an app', function () {
  this.timeout(60_000)
  let app: AppFolder
  afterEach(() => app.end())

  const start = async (source: string, script = 'app.js', mode = 'cluster'): Promise<Run> => {
    app = new AppFolder({
      [script]: source,
      'ecosystem.config.yml': `apps:\n  - { name: api, script: ${script}, exec_mode: ${mode}, instances: 3 }\n`,
    })
    const run = await app.start(undefined, { PORT: String(await freePort()) })
    await until(
      () => run.stdout.includes('instance=2 event=online'),
      30_000,
      () => run.output,
    )
    return run
  }

  for (const [mode, script, source] of [
    [
      'cluster',
      'app.js',
      'setTimeout(() => console.log("five seconds"), 5000); setInterval(() => {}, 1000)',
    ],
    [
      'fork',
      'app.mjs',
      'setTimeout(() => console.log("five seconds"), 5000); await new Promise((resolve) => setTimeout(resolve, 60_000))',
    ],
    ['fork', 'app.sh', 'sleep 5; echo five seconds; sleep 60'],
  ] as const) {
    it(`start as soon as the first has come to rest, if it does not listen (${script}, ${mode})`, async () => {
      expect((await start(source, script, mode)).stdout).not.to.include('five seconds')
    })
  }

  it('leave the first alone while it works towards its port', async () => {
    const { stdout } = await start(
      'for (const until = Date.now() + 1500; Date.now() < until; ); require("http").createServer().listen(process.env.PORT, "127.0.0.1")',
    )
    expect(stdout.indexOf('instance=0 event=listening')).to.be.within(
      0,
      stdout.indexOf('instance=1 event=start'),
    )
  })
})
