import { expect } from 'chai'
import { AppFolder, freePort, HTTP_APP, until } from './harness.js'

describe('restarts', function () {
  this.timeout(60_000)
  let app: AppFolder
  afterEach(() => app.end())

  it('beyond max_memory_restart an instance is replaced, and no request is lost meanwhile', async () => {
    const file = 'apps:\n  - { name: api, script: server.js, exec_mode: cluster, max_memory_restart: 90M }\n'
    const hungry = `${HTTP_APP}\nprocess.once('SIGUSR2', () => { global.held = Buffer.alloc(120e6, 1) })`
    app = new AppFolder({ 'server.js': hungry, 'ecosystem.config.yml': file })
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port), PM2_WORKER_INTERVAL: '300' })
    await run.says('event=listening')
    const first = (await (await fetch(`http://127.0.0.1:${port}/`)).text()).split(' ')[0]
    process.kill(Number(first), 'SIGUSR2')
    let current = first
    await until(async () => {
      current = (await (await fetch(`http://127.0.0.1:${port}/`)).text()).split(' ')[0]
      return current !== first
    })
    await run.says(/event=exit code=0 restarts=0 asked=yes/)
    expect(run.stdout).not.to.include('event=crash')
  })

  it('SIGUSR2 reloads every instance, and no request is lost meanwhile', async () => {
    app = new AppFolder({ 'server.js': HTTP_APP, 'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.js, instances: 2 }\n' })
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port) })
    await run.says('instance=1 event=listening')
    run.child.kill('SIGUSR2')
    let answered = 0
    await until(async () => {
      expect((await fetch(`http://127.0.0.1:${port}/`)).status).to.equal(200)
      answered += 1
      return (run.stdout.match(/event=exit code=0 restarts=0 asked=yes/g) ?? []).length === 2
    })
    expect(answered).to.be.greaterThan(1)
    expect(run.stdout.match(/event=listening/g)).to.have.length(4)
  })

  it('a reload of an app that never listened is over as soon as PM2 has waited its 3 s', async () => {
    const source = 'setInterval(() => {}, 1000); setTimeout(() => console.log("eight seconds"), 8000)'
    app = new AppFolder({ 'jobs.js': source, 'ecosystem.config.yml': 'apps:\n  - { name: jobs, script: jobs.js, exec_mode: cluster }\n' })
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
    app = new AppFolder({ 'server.js': slower, 'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.js, exec_mode: cluster }\n' })
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port) })
    await run.says('event=listening')
    run.child.kill('SIGUSR2')
    await until(async () => (await (await fetch(`http://127.0.0.1:${port}/`)).text()) === 'second', 20_000, () => run.output)
    await run.says(/event=exit code=0 restarts=0 asked=yes/)
  })

  for (const [what, listen] of [
    ['for itself', 'require("http").createServer().listen({ port: 0, host: "127.0.0.1", exclusive: true })'],
    ['by a process that it starts', 'require("child_process").spawn(process.execPath, ["-e", "require(\'http\').createServer().listen(0, \'127.0.0.1\')"])'],
  ] as const) {
    it(`a reload goes on at once when the successor listens ${what}`, async () => {
      const source = `${listen}; setTimeout(() => console.log("twenty seconds"), 20_000); setInterval(() => {}, 1000)`
      app = new AppFolder({ 'server.js': source, 'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.js, exec_mode: cluster }\n' })
      const run = await app.start()
      await run.says('event=listening')
      run.child.kill('SIGUSR2')
      await run.says(/event=exit code=0 restarts=0 asked=yes/, 30_000)
      expect(run.stdout).not.to.include('twenty seconds')
    })
  }

  it('cron_restart restarts by its pattern', async () => {
    app = new AppFolder({ 'server.js': HTTP_APP, 'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.js, cron_restart: "* * * * * *" }\n' })
    const run = await app.start(undefined, { PORT: String(await freePort()) })
    await until(() => (run.stdout.match(/event=exit code=0 restarts=\d asked=yes/g) ?? []).length >= 2)
    expect(run.stdout).not.to.include('event=crash')
  })

  it('wait_ready: online is when the app says ready', async () => {
    const late = `setTimeout(() => { console.log('saying ready'); process.send('ready') }, 300); setInterval(() => {}, 1000)`
    app = new AppFolder({ 'late.js': late, 'ecosystem.config.yml': 'apps:\n  - { name: api, script: late.js, wait_ready: true, listen_timeout: 10000 }\n' })
    const run = await app.start()
    await run.says('event=online')
    expect(run.stdout.indexOf('saying ready')).to.be.within(0, run.stdout.indexOf('event=online'))
  })

  it('an instance killed from outside is restarted, and the signal is told', async () => {
    app = new AppFolder({ 'server.js': HTTP_APP, 'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.js, exec_mode: cluster, instances: 2 }\n' })
    const port = await freePort()
    const run = await app.start(undefined, { PORT: String(port) })
    await run.says('instance=1 event=listening')
    process.kill(Number((await (await fetch(`http://127.0.0.1:${port}/`)).text()).split(' ')[0]), 'SIGKILL')
    await run.says(/event=exit signal=SIGKILL restarts=0 backoff=100ms/)
    await until(() => (run.stdout.match(/event=listening/g) ?? []).length === 3)
  })

  it('watch restarts on a changed file where SHIPIT_WATCH insists', async () => {
    const { writeFileSync } = await import('node:fs')
    const path = await import('node:path')
    app = new AppFolder({ 'server.js': HTTP_APP, 'view.txt': '1', 'ecosystem.config.yml': 'apps:\n  - { name: api, script: server.js, watch: [view.txt] }\n' })
    const run = await app.start(undefined, { PORT: String(await freePort()), SHIPIT_WATCH: '1' })
    await run.says('event=listening')
    let n = 0
    // The watcher says nothing of when it is ready, so the change is made until it is seen.
    await until(() => {
      writeFileSync(path.join(app.dir, 'view.txt'), String((n += 1)))
      return /event=exit .*asked=yes/.test(run.stdout)
    })
    await until(() => (run.stdout.match(/event=listening/g) ?? []).length > 1)
  })
})
