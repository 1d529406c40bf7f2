import { expect } from 'chai'
import { AppFolder, freePort, HTTP_APP, until } from './harness.js'

/** /grow?N takes N MB for good; BOOT_MB is taken at boot. */
const HUNGRY = `
const held = [Buffer.alloc(Number(process.env.BOOT_MB ?? 0) << 20, 1)]
require('http').createServer((req, res) => {
  if (req.url.startsWith('/grow')) held.push(Buffer.alloc(Number(req.url.slice(6)) << 20, 1))
  res.end(process.pid + ' ' + process.execArgv.join(' '))
}).listen(process.env.PORT, '127.0.0.1')
`

describe('memory limits that the dyno sets', function () {
  this.timeout(60_000)
  let app: AppFolder
  afterEach(() => app.end())

  const started = async (options: string, env: Record<string, string>) => {
    app = new AppFolder({
      'server.js': HUNGRY,
      'ecosystem.config.yml': `apps:\n  - { name: api, script: server.js, exec_mode: cluster${options} }\n`,
    })
    const port = await freePort()
    const run = await app.start(undefined, {
      PORT: String(port),
      PM2_WORKER_INTERVAL: '200',
      ...env,
    })
    await run.says('this dyno has')
    return { run, get: async (url = '/') => (await fetch(`http://127.0.0.1:${port}${url}`)).text() }
  }

  it('reload an instance that leaks before the dyno is full, once: an app that needs it is left alone with one warning', async () => {
    const { run, get } = await started('', { MEMORY_AVAILABLE: '256', SHIPIT_METRICS: '0.2' })
    await run.says(
      /an instance is reloaded beyond api \d+ MB \(once the dyno is full\); heap limit 208 MB\n/,
    )
    await run.says(/sample#memory_limit=\d+\.00MB/)
    const first = await get('/grow?160')
    await run.says(
      /shipit: instance 0 of api takes \d+ MB, where its share of this dyno is \d+ MB and the dyno is full: it is reloaded\n/,
    )
    await run.says('event=exit code=0 restarts=0 asked=yes')
    const second = await get()
    expect(second).not.to.equal(first)
    expect(second).to.include('--max-old-space-size=208')
    await get('/grow?160')
    await run.says(
      /warning: instance 0 of api takes .* after it was reloaded for that; api is not reloaded for it any more/,
    )
    await run.says(/status=online restarts=1 uptime=[^0].*\n.*status=online restarts=1 /)
    expect(await get()).to.equal(second)
    expect(run.stdout.match(/it is reloaded/g)).to.have.length(1)
  })

  it("give way to the user's own, and are none where nothing states the memory", async () => {
    const own = await started(', max_memory_restart: 150M, node_args: --max-old-space-size=90', {
      MEMORY_AVAILABLE: '256',
    })
    await own.run.says('; an instance is reloaded beyond api 150 MB (the file)\n')
    expect(await own.get())
      .to.include('--max-old-space-size=90')
      .and.not.include('=208')
  })

  it('warn once, in one line, of an app of which one instance is larger than the dyno, and leave it running', async () => {
    const { run, get } = await started('', { MEMORY_AVAILABLE: '128', BOOT_MB: '100' })
    await run.says(
      /shipit: warning: one instance of api takes \d+ MB, more than this dyno of 128 MB has for it: .*choose a larger one\n/,
    )
    const pid = await get()
    await get('/grow?20')
    expect(run.stdout).to.match(/and \d+ CPUs?; heap limit 80 MB\n/)
    expect(await get()).to.equal(pid)
    expect(run.stderr.match(/one instance of api/g)).to.have.length(1)
  })

  it('a successor that boots slowly has the time: the old instance serves until it listens', async () => {
    const slow = `setTimeout(() => {${HTTP_APP}}, require('fs').existsSync('again') ? 4000 : 0); require('fs').writeFileSync('again', '')`
    app = new AppFolder({
      'server.js': slow,
      'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.js, exec_mode: cluster }\n',
    })
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port) })
    await run.says('event=listening')
    run.child.kill('SIGUSR2')
    await until(async () => {
      expect((await fetch(`http://127.0.0.1:${port}/`)).status).to.equal(200)
      return run.stdout.includes('asked=yes')
    })
    expect(run.stdout.match(/event=listening/g)).to.have.length(2)
  })
})
