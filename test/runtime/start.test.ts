import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { AppFolder, freePort, HTTP_APP } from './harness.js'

describe('shipit-runtime start', function () {
  this.timeout(60_000)
  let app: AppFolder
  const get = async (port: number, url = '/') =>
    (await fetch(`http://127.0.0.1:${port}${url}`)).text()
  afterEach(() => app.end())

  it('serves in cluster mode with the instances of the file, and says what it decided', async () => {
    app = new AppFolder({
      'server.js': HTTP_APP,
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: server.js, exec_mode: cluster, instances: 2 }\n',
    })
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port) })
    await run.says('app=api instance=1 event=listening')
    const seen = new Set([await get(port), await get(port), await get(port), await get(port)])
    expect([...seen].map((text) => text.split(' ')[1]).sort()).to.deep.equal(['0', '1'])
    expect(run.stdout).to.match(/^shipit: api × 2 \(the file\); this dyno has \d+ MB/m)
    expect(run.appLines).to.deep.equal(['listening', 'listening'])
  })

  it('serves an ES module in fork mode', async () => {
    const module = `import http from 'node:http'\nhttp.createServer((q, r) => r.end('esm')).listen(process.env.PORT, '127.0.0.1')\n`
    app = new AppFolder({
      'server.mjs': module,
      'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.mjs }\n',
    })
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port) })
    await run.says('event=listening')
    expect(await get(port)).to.equal('esm')
  })

  it('decides `max` by what the dyno holds, after it measured the first instance', async () => {
    app = new AppFolder({
      'server.js': HTTP_APP,
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: server.js, exec_mode: cluster, instances: max }\n',
    })
    const run = await app.start(undefined, {
      PORT: String(await freePort()),
      MEMORY_AVAILABLE: '180',
    })
    await run.says(
      /shipit: api × 1 \(memory holds 1.* MB measured\); this dyno has 180 MB \(MEMORY_AVAILABLE\)/,
    )
  })

  it('keeps PORT and DYNO of the dyno, applies env_NAME, and warns', async () => {
    const file =
      'apps:\n  - name: api\n    script: server.js\n    env: { PORT: 1234, COLOUR: red, SHAPE: round }\n    env_prod: { COLOUR: blue }\n'
    app = new AppFolder({ 'server.js': HTTP_APP, 'ecosystem.config.yml': file })
    const port = await freePort()
    const run = await app.start(['start', 'ecosystem.config.yml', '--env', 'prod'], {
      PORT: String(port),
    })
    await run.says('event=listening')
    expect([
      await get(port, '/env/COLOUR'),
      await get(port, '/env/SHAPE'),
      await get(port, '/env/PORT'),
    ]).to.deep.equal(['blue', 'round', String(port)])
    expect(run.stderr).to.include(
      `\`PORT\` in the ecosystem file is ignored; the dyno says ${port}`,
    )
  })

  it('takes the environment from SHIPIT_ENV', async () => {
    app = new AppFolder({
      'job.js': 'console.log(process.env.COLOUR)',
      'ecosystem.config.yml':
        'apps:\n  - { name: job, script: job.js, autorestart: false, env_blue: { COLOUR: blue } }\n',
    })
    const run = await app.start(undefined, { SHIPIT_ENV: 'blue' })
    expect((await run.ended).code).to.equal(0)
    expect(run.appLines).to.deep.equal(['blue'])
  })

  it('prefixes the lines of several apps, and runs only those named', async () => {
    const file = `apps:\n  - { name: one, script: job.js, args: 'a "b c"', autorestart: false }\n  - { name: two, script: job.js, autorestart: false }\n  - { name: three, script: missing.js }\n`
    app = new AppFolder({
      'job.js': 'console.log(JSON.stringify(process.argv.slice(2)))',
      'ecosystem.config.yml': file,
    })
    const run = await app.start(['start', 'ecosystem.config.yml', '--only', 'one,two'])
    expect((await run.ended).code).to.equal(0)
    expect(run.appLines.sort()).to.deep.equal(['[one:0] ["a","b c"]', '[two:0] []'])
  })

  it('brings a burst of output through whole before an exit', async () => {
    const burst = `for (let i = 0; i < 20000; i++) console.log('line ' + i + ' é'.repeat(40))\nprocess.exit(0)`
    app = new AppFolder({
      'burst.js': burst,
      'ecosystem.config.yml':
        'apps:\n  - { name: b, script: burst.js, autorestart: false, exec_mode: cluster }\n',
    })
    const run = await app.start()
    await run.ended
    expect(run.appLines).to.deep.equal(
      Array.from({ length: 20_000 }, (_, i) => `line ${i}${' é'.repeat(40)}`),
    )
  })

  it('prints metrics from inside each instance', async () => {
    app = new AppFolder({
      'package.json': '{"version":"1.2.0"}',
      'server.js': HTTP_APP,
      'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.js }\n',
    })
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port), SHIPIT_METRICS: '0.3' })
    await run.says('event=listening')
    await get(port)
    await run.says(
      /^shipit source=web\.1 app=api instance=0 of=1 pid=\d+ status=online restarts=0 uptime=\d+s version=1\.2\.0 sample#memory_rss=\d+\.\d\dMB sample#memory_heap=\d+\.\d\dMB sample#memory_external=\d+\.\d\dMB sample#cpu=\d+\.\d% sample#event_loop_p95=\d+\.\d\dms sample#requests=[1-9]\d*rpm sample#active_requests=0$/m,
    )
  })

  it('ignores watch and log files in a dyno, with a word', async () => {
    app = new AppFolder({
      'job.js': 'console.log("done")',
      'ecosystem.config.yml':
        'apps:\n  - { name: job, script: job.js, autorestart: false, watch: true, out_file: out.log }\n',
    })
    const run = await app.start()
    await run.ended
    expect(run.stderr)
      .to.include('`watch` is ignored in a dyno')
      .and.include('log files are not written')
    expect(run.appLines).to.deep.equal(['done'])
  })

  it('chooses the interpreter by extension', async () => {
    app = new AppFolder({
      'job.sh': 'echo "from sh $1"',
      'ecosystem.config.yml':
        'apps:\n  - { name: job, script: job.sh, args: [x], autorestart: false }\n',
    })
    const run = await app.start()
    expect((await run.ended).code).to.equal(0)
    expect(run.appLines).to.deep.equal(['from sh x'])
  })

  it('answers --help and --version, and a wrong call with 2', async () => {
    app = new AppFolder({})
    const [help, version, wrong] = [
      await app.start(['--help']),
      await app.start(['--version']),
      await app.start(['--nonsense']),
    ]
    expect((await help.ended).code).to.equal(0)
    expect(help.stdout).to.include('shipit-runtime start FILE')
    await version.ended
    expect(version.stdout.trim()).to.equal(
      (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version,
    )
    expect((await wrong.ended).code).to.equal(2)
  })
})
