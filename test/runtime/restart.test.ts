import { expect } from 'chai'
import { AppFolder, freePort, HTTP_APP, until } from './harness.js'

/** ms for what takes well under a second on a machine with nothing else to do. */
const WITHIN = 45_000

describe('restarts', function () {
  this.timeout(120_000)
  let app: AppFolder
  afterEach(() => app.end())

  it('beyond max_memory_restart an instance is replaced, and no request is lost meanwhile', async () => {
    const file =
      'apps:\n  - { name: api, script: server.js, exec_mode: cluster, max_memory_restart: 120M }\n'
    const hungry = `${HTTP_APP}\nprocess.once('SIGUSR2', () => { global.held = Buffer.alloc(150e6, 1) })`
    app = new AppFolder({ 'server.js': hungry, 'ecosystem.config.yml': file })
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port), PM2_WORKER_INTERVAL: '300' })
    await run.says('event=listening', WITHIN)
    const pidOf = async () =>
      (await (await fetch(`http://127.0.0.1:${port}/`)).text()).split(' ')[0]
    const first = await pidOf()
    process.kill(Number(first), 'SIGUSR2')
    await until(
      async () => (await pidOf()) !== first,
      WITHIN,
      () => run.output,
    )
    await run.says(/event=exit code=0 restarts=0 asked=yes/, WITHIN)
    expect(run.stdout).not.to.include('event=crash')
  })

  it('SIGUSR2 reloads every instance, and no request is lost meanwhile', async () => {
    app = new AppFolder({
      'server.js': HTTP_APP,
      'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.js, instances: 2 }\n',
    })
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port) })
    await run.says('instance=1 event=listening', WITHIN)
    run.child.kill('SIGUSR2')
    let answered = 0
    await until(
      async () => {
        expect((await fetch(`http://127.0.0.1:${port}/`)).status).to.equal(200)
        answered += 1
        return (run.stdout.match(/event=exit code=0 restarts=0 asked=yes/g) ?? []).length === 2
      },
      WITHIN,
      () => run.output,
    )
    expect(answered).to.be.greaterThan(1)
    expect(run.stdout.match(/event=listening/g)).to.have.length(4)
  })

  it('a reload of an app that never listened is over as soon as PM2 has waited its 3 s', async () => {
    const source =
      'setInterval(() => {}, 1000); setTimeout(() => console.log("eight seconds"), 8000)'
    app = new AppFolder({
      'jobs.js': source,
      'ecosystem.config.yml': 'apps:\n  - { name: jobs, script: jobs.js, exec_mode: cluster }\n',
    })
    const run = await app.start()
    await run.says('event=online')
    run.child.kill('SIGUSR2')
    await run.says(/event=exit code=0 restarts=0 asked=yes/)
    expect(run.stdout).not.to.include('eight seconds')
  })

  it('a reload waits for an app that is slower to listen than that, and no request is lost meanwhile', async () => {
    const slower = `const { existsSync, writeFileSync } = require('fs')
      const isSecond = existsSync('started')
      writeFileSync('started', '')
      const server = require('http').createServer((req, res) => res.end(isSecond ? 'second' : 'first'))
      setTimeout(() => server.listen(process.env.PORT, '127.0.0.1'), isSecond ? 4500 : 0)`
    app = new AppFolder({
      'server.js': slower,
      'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.js, exec_mode: cluster }\n',
    })
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port) })
    await run.says('event=listening')
    run.child.kill('SIGUSR2')
    await until(
      async () => (await (await fetch(`http://127.0.0.1:${port}/`)).text()) === 'second',
      20_000,
      () => run.output,
    )
    await run.says(/event=exit code=0 restarts=0 asked=yes/)
  })

  for (const [what, listen] of [
    [
      'for itself',
      'require("http").createServer().listen({ port: 0, host: "127.0.0.1", exclusive: true })',
    ],
    [
      'by a process that it starts',
      'require("child_process").spawn(process.execPath, ["-e", "require(\'http\').createServer().listen(0, \'127.0.0.1\')"])',
    ],
  ] as const) {
    it(`a reload goes on at once when the successor listens ${what}`, async () => {
      const source = `${listen}; setTimeout(() => console.log("twenty seconds"), 20_000); setInterval(() => {}, 1000)`
      app = new AppFolder({
        'server.js': source,
        'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.js, exec_mode: cluster }\n',
      })
      const run = await app.start()
      await run.says('event=listening')
      run.child.kill('SIGUSR2')
      await run.says(/event=exit code=0 restarts=0 asked=yes/, 30_000)
      expect(run.stdout).not.to.include('twenty seconds')
    })
  }

  it('cron_restart restarts by its pattern', async () => {
    app = new AppFolder({
      'server.js': HTTP_APP,
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: server.js, cron_restart: "*/3 * * * * *" }\n',
    })
    const run = await app.start(undefined, { PORT: String(await freePort()) })
    // By its code or, if it was still booting, by the signal.
    await until(
      () => (run.stdout.match(/event=exit .*asked=yes/g) ?? []).length >= 2,
      WITHIN,
      () => run.output,
    )
    expect(run.stdout).not.to.include('event=crash')
  })

  it('wait_ready: online is when the app says ready', async () => {
    const late = `setTimeout(() => { console.log('saying ready'); process.send('ready') }, 300); setInterval(() => {}, 1000)`
    app = new AppFolder({
      'late.js': late,
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: late.js, wait_ready: true, listen_timeout: 10000 }\n',
    })
    const run = await app.start()
    await run.says('event=online', WITHIN)
    expect(run.stdout.indexOf('saying ready')).to.be.within(0, run.stdout.indexOf('event=online'))
  })

  it('wait_ready: a shell script says ready on its channel', async () => {
    const script = `echo starting; while [ ! -e go ]; do sleep 0.05; done; echo '"ready"' >&$NODE_CHANNEL_FD; exec sleep 300\n`
    app = new AppFolder({
      'late.sh': script,
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: late.sh, wait_ready: true, listen_timeout: 600000 }\n',
    })
    const run = await app.start()
    await run.says('starting', WITHIN)
    expect(run.output).not.to.include('event=online')
    app.write('go', '')
    await run.says('event=online', WITHIN)
  })

  it('an instance killed from outside is restarted, and the signal is told', async () => {
    app = new AppFolder({
      'server.js': HTTP_APP,
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: server.js, exec_mode: cluster, instances: 2 }\n',
    })
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port) })
    await run.says('instance=1 event=listening', WITHIN)
    process.kill(
      Number((await (await fetch(`http://127.0.0.1:${port}/`)).text()).split(' ')[0]),
      'SIGKILL',
    )
    await run.says(/event=exit signal=SIGKILL restarts=0 backoff=100ms/, WITHIN)
    await until(
      () => (run.stdout.match(/event=listening/g) ?? []).length === 3,
      WITHIN,
      () => run.output,
    )
  })

  it('watch restarts on a changed file where SHIPIT_WATCH insists', async () => {
    const { writeFileSync } = await import('node:fs')
    const path = await import('node:path')
    app = new AppFolder({
      'server.js': HTTP_APP,
      'view.txt': '1',
      'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.js, watch: [view.txt] }\n',
    })
    const run = await app.start(undefined, { PORT: String(await freePort()), SHIPIT_WATCH: '1' })
    await run.says('event=listening', WITHIN)
    let n = 0
    let edited = 0
    // The watcher says nothing of when it is ready, so the change is made until it is seen.
    await until(
      () => {
        if (Date.now() - edited > 1000) {
          writeFileSync(path.join(app.dir, 'view.txt'), String((n += 1)))
          edited = Date.now()
        }
        return /event=exit .*asked=yes/.test(run.stdout)
      },
      WITHIN,
      () => run.output,
    )
    await until(
      () => (run.stdout.match(/event=listening/g) ?? []).length > 1,
      WITHIN,
      () => run.output,
    )
  })
})
