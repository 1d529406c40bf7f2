import { expect } from 'chai'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createDynos } from '../../../src/embedded/dynos/index.js'
import { until } from '../../support/until.js'
import { Home, isRunning, LIMITS, server } from './fakes.js'

describe('a dyno', () => {
  let home: Home
  let dynos: ReturnType<typeof createDynos>

  const start = (limits: Partial<typeof LIMITS> = {}) => {
    home = new Home()
    dynos = createDynos({
      ...home,
      store: home.store,
      logplex: home.logplex,
      folders: home.folders,
      limits: { ...LIMITS, ...limits },
    })
  }
  const one = async (
    files: Record<string, string>,
    options: Parameters<Home['release']>[2] = {},
    type = 'web',
    size?: string,
  ) => {
    const app = home.app('app')
    home.release(app, files, options)
    home.scale(app, type, 1, size)
    dynos.reconcile(app.id, 'release')
    return app
  }
  const state = (appId: string) => dynos.list(appId)[0]?.state

  afterEach(async () => {
    await dynos.shutdown()
    expect(readdirSync(home.folders.dynos), 'folders of ended dynos').to.deep.equal([])
    home.remove()
  })

  it("is starting, then up and routable once it listens on PORT, and says so in Heroku's words", async () => {
    start()
    const app = await one({ 'server.js': server('hello') }, { types: { web: 'node server.js' } })
    expect(dynos.list(app.id)).to.have.length(1)
    expect(state(app.id)).to.equal('starting')
    expect(dynos.webStatus(app.id)).to.equal('starting')
    expect(dynos.webTargets(app.id)).to.deep.equal([])
    await until('up', () => state(app.id) === 'up')
    const [target] = dynos.webTargets(app.id)
    expect(
      await (
        await fetch(
          `http://${target!.host.includes(':') ? `[${target!.host}]` : target!.host}:${target!.port}/`,
        )
      ).text(),
    ).to.equal('hello')
    await dynos.shutdown(app.id)
    expect(home.logplex.lines('web.1')).to.deep.equal([
      'heroku[web.1]: Starting process with command `node server.js`',
      'heroku[web.1]: State changed from starting to up',
      'heroku[web.1]: State changed from up to down',
      'heroku[web.1]: Stopping all processes with SIGTERM',
      'heroku[web.1]: Process exited with status 0',
    ])
  })

  it("has Heroku's environment and nothing of the daemon's", async () => {
    process.env.HEROKU_API_KEY = 'a-key-of-the-daemon'
    try {
      start()
      const app = await one(
        {
          'w.js':
            'console.log(JSON.stringify({ ...process.env, cwd: process.cwd() })); setInterval(() => {}, 1000)',
        },
        {
          types: { worker: 'node w.js' },
          config: { COLOUR: 'blue', DYNO: 'mine', NODE_ENV: 'staging', KEPT: 'config' },
          profile: { KEPT: 'profile', FROM_BUILD: 'yes' },
        },
        'worker',
        'Performance-M',
      )
      const line = await until('the line', () =>
        home.logplex.lines('worker.1').find((each) => each.startsWith('app[')),
      )
      const env = JSON.parse(line.slice('app[worker.1]: '.length))
      expect(env).to.include({
        DYNO: 'worker.1',
        COLOUR: 'blue',
        NODE_ENV: 'staging',
        KEPT: 'config',
        FROM_BUILD: 'yes',
        MEMORY_AVAILABLE: '2560',
        WEB_MEMORY: '512',
        WEB_CONCURRENCY: '5',
        WEB_CONCURRENCY_SET_BY: 'heroku/nodejs',
      })
      expect(env.HOME).to.equal(env.cwd)
      expect(env.TMPDIR).to.include(home.folders.dynos)
      expect(Number(env.PORT)).to.be.greaterThan(0)
      expect(env).not.to.have.property('HEROKU_API_KEY')
      expect(dynos.list(app.id)[0]).to.include({
        state: 'up',
        type: 'worker',
        name: 'worker.1',
        command: 'node w.js',
        size: 'Performance-M',
        release_version: 1,
      })
    } finally {
      delete process.env.HEROKU_API_KEY
    }
  })

  it('runs .profile.d and .profile, and finds what is in node_modules/.bin', async () => {
    start()
    await one(
      {
        '.profile.d/a.sh': 'export A=from-profile-d',
        '.profile': 'export B=$A-and-profile',
        'node_modules/.bin/tool': '#!/bin/sh\necho "tool $A $B"; exec sleep 60',
      },
      { types: { worker: 'chmod +x node_modules/.bin/tool; tool' } },
      'worker',
    )
    await until('the line', () =>
      home.logplex
        .lines('worker.1')
        .includes('app[worker.1]: tool from-profile-d from-profile-d-and-profile'),
    )
  })

  it('has a disk of its own: what it writes is not in the slug and is gone with it', async () => {
    start()
    const app = await one(
      { 'data.txt': 'slug', 'node_modules/m/index.js': '1' },
      { types: { worker: 'echo mine > data.txt; echo $(cat data.txt) in $PWD; exec sleep 60' } },
      'worker',
    )
    const line = await until('the line', () =>
      home.logplex.lines('worker.1').find((each) => each.includes('mine in')),
    )
    const dir = line.split(' in ')[1]!
    expect(existsSync(`${dir}/node_modules/m/index.js`)).to.equal(true)
    expect(readFileSync(`${app.slugs[0]!.dir}/data.txt`, 'utf8')).to.equal('slug')
    await dynos.shutdown(app.id)
    expect(existsSync(dir)).to.equal(false)
  })

  it('keeps stdout and stderr whole: characters across chunks, and a last line without a line break', async () => {
    start({ crashBackoff: { first: 60_000, max: 60_000 } })
    await one(
      {
        'w.js': `
      const bytes = Buffer.from('grün\\nende ohne Umbruch ü')
      ;(async () => {
        for (const byte of bytes) { process.stdout.write(Buffer.from([byte])); await new Promise((r) => setTimeout(r, 2)) }
        process.stderr.write('to stderr\\n')
      })()`,
      },
      { types: { worker: 'node w.js' } },
      'worker',
    )
    await until('the exit', () =>
      home.logplex.lines('worker.1').includes('heroku[worker.1]: Process exited with status 0'),
    )
    const lines = home.logplex.lines('worker.1')
    expect(lines).to.include.members([
      'app[worker.1]: grün',
      'app[worker.1]: ende ohne Umbruch ü',
      'app[worker.1]: to stderr',
    ])
    expect(lines.indexOf('app[worker.1]: ende ohne Umbruch ü')).to.be.lessThan(
      lines.indexOf('heroku[worker.1]: Process exited with status 0'),
    )
  })

  it('fails with R10 and status 137 when it does not bind PORT, and the log names the port it did bind', async () => {
    start({ bootTimeout: 1_500, crashBackoff: { first: 60_000, max: 60_000 } })
    const app = await one({
      'server.js': `const s = require('net').createServer().listen(0, () => console.log('on ' + s.address().port))`,
    })
    await until('R10', () =>
      home.logplex.lines().includes('heroku[web.1]: State changed from starting to crashed'),
    )
    const lines = home.logplex.lines('web.1')
    const port = /on (\d+)/.exec(lines.find((line) => line.startsWith('app['))!)![1]!
    const at = lines.indexOf(
      'heroku[web.1]: Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 1.5 seconds of launch',
    )
    expect(at).to.be.greaterThan(0)
    expect(lines[at + 1]).to.match(
      new RegExp(`The app listens on port ${port}, but \\$PORT is \\d+`),
    )
    expect(lines.slice(at + 2, at + 5)).to.deep.equal([
      'heroku[web.1]: Stopping process with SIGKILL',
      'heroku[web.1]: Process exited with status 137',
      'heroku[web.1]: State changed from starting to crashed',
    ])
    expect(dynos.webTargets(app.id)).to.deep.equal([])
  })

  it('is not up because another program listens on its port', async () => {
    start({ bootTimeout: 1_500, crashBackoff: { first: 60_000, max: 60_000 } })
    // The app tells its own port; this test's process then listens there in its place.
    const app = await one({
      'server.js': `console.log('port ' + process.env.PORT); setInterval(() => {}, 1000)`,
    })
    const line = await until('its port', () =>
      home.logplex.lines().find((each) => each.startsWith('app[web.1]: port ')),
    )
    const thief = createServer().listen(Number(line.split(' ').pop()))
    try {
      await until('R10', () => home.logplex.lines().some((each) => each.includes('Error R10')))
      expect(home.logplex.lines()).not.to.include(
        'heroku[web.1]: State changed from starting to up',
      )
      await until('crashed', () => dynos.webStatus(app.id) === 'crashed')
    } finally {
      thief.close()
    }
  })

  for (const host of ['127.0.0.1', '::1']) {
    it(`fails with R10 when the app listens on ${host} alone, where Heroku's router could not reach it`, async () => {
      start({ bootTimeout: 1_500, crashBackoff: { first: 60_000, max: 60_000 } })
      const app = await one({ 'server.js': server('x', `process.env.PORT, '${host}'`) })
      await until('crashed', () => dynos.webStatus(app.id) === 'crashed')
      const lines = home.logplex.lines('web.1')
      const at = lines.findIndex((line) => line.includes('Error R10 (Boot timeout)'))
      expect(lines[at + 1]).to.match(
        new RegExp(`The app listens on ${host} alone, .* port \\d+: listen on 0\\.0\\.0\\.0`),
      )
      expect(dynos.webTargets(app.id)).to.deep.equal([])
    })
  }

  it('is restarted at once after the first crash, later with a growing pause; its group goes with its main process', async () => {
    start({ crashBackoff: { first: 150, max: 60_000 } })
    const app = await one(
      {
        'w.js': `
      const child = require('child_process').spawn('sleep', ['300'], { stdio: 'ignore' })
      console.log('child ' + child.pid)
      setTimeout(() => process.exit(3), 50)`,
      },
      { types: { worker: 'node w.js' } },
      'worker',
    )
    const crashes = () =>
      home.logplex
        .lines('worker.1')
        .filter((line) => line === 'heroku[worker.1]: State changed from up to crashed').length
    await until('four crashes', () => crashes() >= 4, 20_000)
    const gaps = home.logplex.entries.filter(
      ({ message }) =>
        message.startsWith('State changed from crashed to starting') ||
        message.includes('up to crashed'),
    )
    const pauses = gaps.flatMap((entry, index) =>
      entry.message.includes('crashed to') ? [entry.time - gaps[index - 1]!.time] : [],
    )
    expect(pauses[1]).to.be.at.least(140)
    expect(pauses[2]).to.be.at.least(290)
    expect(home.logplex.lines('worker.1')).to.include(
      'heroku[worker.1]: Process exited with status 3',
    )
    await dynos.shutdown(app.id)
    for (const line of home.logplex.lines('worker.1').filter((each) => each.includes('child '))) {
      expect(await isRunning(Number(line.split('child ')[1]))).to.equal(false)
    }
  })

  it('counts an exit with status 0 as a crash', async () => {
    start({ crashBackoff: { first: 60_000, max: 60_000 } })
    const app = await one({}, { types: { worker: 'echo bye' } }, 'worker')
    await until(
      'the second crash',
      () =>
        home.logplex.lines().filter((line) => line.endsWith('State changed from up to crashed'))
          .length === 2,
    )
    expect(state(app.id)).to.equal('crashed')
    expect(home.logplex.lines()).to.include('heroku[worker.1]: Process exited with status 0')
  })

  it('a release starts a crashed dyno again at once', async () => {
    start({ crashBackoff: { first: 60_000, max: 60_000 } })
    const app = await one({}, { types: { worker: 'exit 1' } }, 'worker')
    await until(
      'the second crash',
      () => home.logplex.lines().filter((line) => line.endsWith('up to crashed')).length === 2,
    )
    home.release(app, {}, { types: { worker: 'exec sleep 60' } })
    dynos.reconcile(app.id, 'release')
    await until('up', () => state(app.id) === 'up')
    expect(dynos.list(app.id)[0]!.release_version).to.equal(2)
  })

  it('gets SIGKILL and R12 when a process of it does not go, grandchildren and daemons that left the group too', async () => {
    start({ stopGrace: 400 })
    const app = await one(
      {
        'w.js': `
        const { spawn } = require('child_process')
        for (const detached of [false, true]) console.log('pid ' + spawn(process.execPath, ['deaf.js'], { stdio: 'inherit', detached }).pid)
        process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000)`,
        'deaf.js': `process.on('SIGTERM', () => console.log('heard')); console.log('ready'); setInterval(() => {}, 1000)`,
      },
      { types: { worker: 'node w.js' } },
      'worker',
    )
    await until(
      'both',
      () => home.logplex.lines().filter((line) => line.endsWith(': ready')).length === 2,
    )
    await dynos.shutdown(app.id)
    const lines = home.logplex.lines('worker.1')
    expect(lines.filter((line) => line.endsWith(': heard'))).to.have.length(2)
    expect(lines).to.include(
      'heroku[worker.1]: Error R12 (Exit timeout) -> At least one process failed to exit within 0.4 seconds of SIGTERM',
    )
    expect(lines).to.include('heroku[worker.1]: Stopping remaining processes with SIGKILL')
    for (const line of lines.filter((each) => each.includes(': pid ')))
      expect(await isRunning(Number(line.split('pid ')[1]))).to.equal(false)
  })

  it('says why when it cannot be started', async () => {
    start({ crashBackoff: { first: 60_000, max: 60_000 } })
    const app = await one({ 'server.js': '' })
    await dynos.shutdown(app.id)
    app.slugs[0]!.dir = '/nonexistent/slug'
    dynos.reconcile(app.id, 'restart')
    await until('crashed', () =>
      home.logplex.lines().some((line) => line.includes('The dyno could not be started: ENOENT')),
    )
  })

  it('cycles when its time has come, again and again, and leaves nothing behind', async () => {
    start({ cycleAfter: 400 })
    const app = await one({ 'server.js': server('hello') })
    const cycled = () =>
      home.logplex.lines('web.1').filter((line) => line === 'heroku[web.1]: Cycling').length
    await until('two cycles', () => cycled() >= 2)
    expect(dynos.list(app.id)).to.have.length(1)
    expect(home.logplex.lines('web.1').join()).to.not.contain('crashed')
  })
})
