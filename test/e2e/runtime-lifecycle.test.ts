/**
 * What the options of the ecosystem file do in the life of an instance: how it starts, restarts and
 * stops.
 */
import { expect } from 'chai'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { AppFolder, freePort, HTTP_APP, isAlive, until, type Run } from '../runtime/harness.js'
import { PM2_RUNTIME, RUNTIME } from './support/runtimes.js'

const STARTS = `const fs = require('fs'); fs.appendFileSync(process.env.NAME + '.starts', Date.now() + '\\n')\n`

describe('the life of an instance', function () {
  this.timeout(120_000)
  let app: AppFolder
  afterEach(() => app.end())

  const startsOf = (name: string) => {
    const file = path.join(app.dir, `${name}.starts`)
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : []
  }
  const count = (run: Run, event: RegExp) => (run.stdout.match(event) ?? []).length

  /** How often each app is started, where PM2 then leaves it alone. */
  const ENDINGS: Record<string, { options: string; exit: number; starts: number }> = {
    once: { options: 'autorestart: false', exit: 0, starts: 1 },
    failed: { options: 'autorestart: false', exit: 3, starts: 1 },
    code: { options: 'stop_exit_codes: [4, 5]', exit: 5, starts: 1 },
    single: { options: 'stop_exit_codes: 6', exit: 6, starts: 1 },
  }
  for (const [where, bin] of Object.entries({
    'the runtime': RUNTIME,
    'pm2-runtime': PM2_RUNTIME,
  })) {
    it(`autorestart and stop_exit_codes keep it down, under ${where}`, async () => {
      const apps = Object.entries(ENDINGS).map(
        ([name, { options, exit }]) =>
          `  - { name: ${name}, script: end.js, ${options}, env: { NAME: ${name}, CODE: ${exit} } }\n`,
      )
      app = new AppFolder(
        {
          'end.js': `${STARTS}process.exit(Number(process.env.CODE))`,
          'e.yml': `apps:\n${apps.join('')}`,
        },
        bin,
      )
      const run = await app.start(['start', 'e.yml'], {
        PM2_HOME: path.join(app.dir, 'pm2'),
        DYNO: bin === RUNTIME ? 'jobs.1' : undefined,
      })
      if (bin === RUNTIME) expect((await run.ended).code, run.output).to.be.oneOf([3, 5, 6])
      else {
        await until(
          () => Object.keys(ENDINGS).every((name) => startsOf(name).length > 0),
          30_000,
          () => run.output,
        )
        run.child.kill('SIGTERM')
        await run.ended
      }
      for (const [name, { starts }] of Object.entries(ENDINGS))
        expect(startsOf(name), name).to.have.length(starts)
    })
  }

  it('restart_delay and exp_backoff_restart_delay hold back a restart, as PM2 counts them', async () => {
    const file = `apps:\n  - { name: fixed, script: end.js, restart_delay: 300, max_restarts: 4, env: { NAME: fixed } }\n  - { name: growing, script: end.js, exp_backoff_restart_delay: 50, env: { NAME: growing } }\n`
    app = new AppFolder({ 'end.js': `${STARTS}process.exit(1)`, 'e.yml': file }, RUNTIME)
    const run = await app.start(['start', 'e.yml'])
    expect((await run.ended).code).to.equal(1)
    const gaps = startsOf('fixed')
      .slice(1)
      .map((at, i) => at - (startsOf('fixed')[i] as number))
    expect(Math.min(...gaps)).to.be.at.least(300)
    const backoff = [...run.stdout.matchAll(/app=growing .*event=exit .*backoff=(\d+)ms/g)].map(
      ([, ms]) => Number(ms),
    )
    expect(backoff.slice(0, 3)).to.deep.equal([50, 75, 112].slice(0, backoff.length))
  })

  it('min_uptime decides what is unstable, and max_restarts how many of those there may be', async () => {
    const file = `apps:\n  - { name: a, script: end.js, min_uptime: 5s, max_restarts: 3, restart_delay: 10, env: { NAME: a } }\n`
    app = new AppFolder(
      { 'end.js': `${STARTS}setTimeout(() => process.exit(2), 300)`, 'e.yml': file },
      RUNTIME,
    )
    const run = await app.start(['start', 'e.yml'])
    expect((await run.ended).code).to.equal(2)
    expect(startsOf('a')).to.have.length(3)
  })

  it("wait_ready waits for the app's word, and listen_timeout for no longer than it says", async () => {
    const file = `apps:\n  - { name: never, script: never.js, wait_ready: true, listen_timeout: 400, instances: 2, exec_mode: fork }\n`
    app = new AppFolder({ 'never.js': 'setInterval(() => {}, 1000)', 'e.yml': file }, RUNTIME)
    const run = await app.start(['start', 'e.yml'])
    await run.says('instance=1 event=online')
    expect(run.stdout.indexOf('instance=0 event=online')).to.be.below(
      run.stdout.indexOf('instance=1 event=start'),
    )
  })

  for (const mode of ['fork', 'cluster']) {
    it(`shutdown_with_message asks by message, and signals of the platform do not end it early (${mode})`, async () => {
      const source = `${HTTP_APP}\nprocess.on('message', (message) => { if (message === 'shutdown') { console.log('asked'); setTimeout(() => { console.log('bye'); process.exit(0) }, 700) } })`
      app = new AppFolder(
        {
          'server.js': source,
          'e.yml': `apps:\n  - { name: a, script: server.js, exec_mode: ${mode}, shutdown_with_message: true }\n`,
        },
        RUNTIME,
      )
      const run = await app.start(['start', 'e.yml'], { PORT: String(await freePort()) })
      await run.says('event=listening')
      run.signalAll()
      expect((await run.ended).code).to.equal(0)
      expect(run.appLines).to.deep.equal(['listening', 'asked', 'bye'])
    })
  }

  it('treekill ends what an instance has started, and treekill: false spares it', async () => {
    const source = `const { pid } = require('child_process').spawn('sleep', ['300'], { stdio: 'ignore', detached: true }); console.log('child', process.env.name, pid); process.on('SIGINT', () => {}); process.on('SIGTERM', () => {})\nsetInterval(() => {}, 1000)`
    const file = `apps:\n  - { name: all, script: a.js, kill_timeout: 300 }\n  - { name: own, script: a.js, kill_timeout: 300, treekill: false }\n`
    app = new AppFolder({ 'a.js': source, 'e.yml': file }, RUNTIME)
    const run = await app.start(['start', 'e.yml'])
    await run.says(/child own \d+\n/)
    await run.says(/child all \d+\n/)
    const [all, own] = ['all', 'own'].map((name) =>
      Number(new RegExp(`child ${name} (\\d+)`).exec(run.stdout)?.[1]),
    ) as [number, number]
    run.child.kill('SIGTERM')
    await run.ended
    try {
      await until(() => !isAlive(all))
      expect(isAlive(own)).to.equal(true)
    } finally {
      process.kill(own, 'SIGKILL')
    }
  })

  it('watch restarts on what is watched, not on what ignore_watch names', async () => {
    const file = `apps:\n  - { name: a, script: server.js, watch: [view, data], ignore_watch: [data], watch_delay: 50 }\n`
    app = new AppFolder(
      { 'server.js': HTTP_APP, 'view/page.txt': '', 'data/state.txt': '', 'e.yml': file },
      RUNTIME,
    )
    const run = await app.start(['start', 'e.yml'], {
      DYNO: undefined,
      PORT: String(await freePort()),
    })
    await run.says('event=listening')
    let n = 0
    await until(() => {
      app.write('data/state.txt', String((n += 1)))
      return n > 60
    })
    expect(count(run, /event=start/g)).to.equal(1)
    await until(() => {
      app.write('view/page.txt', String((n += 1)))
      return count(run, /event=start/g) > 1
    })
    await run.says(/event=exit .*asked=yes/)
  })
})

/** The exercises of a PM2 lesson, in a dyno. */
describe('the exercises', function () {
  this.timeout(120_000)
  let app: AppFolder
  afterEach(() => app.end())
  const get = async (port: number, url = '/') =>
    (await fetch(`http://127.0.0.1:${port}${url}`)).text()

  it('start one instance, see it serve, and stop it', async () => {
    app = new AppFolder(
      {
        'index.js': HTTP_APP,
        'ecosystem.config.js': `module.exports = { apps: [{ name: 'api', script: './index.js' }] }`,
      },
      RUNTIME,
    )
    const port = await freePort()
    const run = await app.start(['start', 'ecosystem.config.js'], { PORT: String(port) })
    await run.says('app=api instance=0 event=listening')
    const pid = Number((await get(port)).split(' ')[0])
    run.signalAll()
    expect((await run.ended).code).to.equal(0)
    expect(isAlive(pid)).to.equal(false)
  })

  it('watch, cluster, as many as fit, and a restart at 100 MB', async () => {
    const file =
      'apps:\n  - name: api\n    script: ./index.js\n    instances: max\n    exec_mode: cluster\n    watch: true\n    max_memory_restart: 100M\n'
    const hungry = `${HTTP_APP}\nconst fs = require('fs'); if (process.env.NODE_APP_INSTANCE === '0' && !fs.existsSync('fed')) setTimeout(() => { fs.writeFileSync('fed', ''); global.held = Buffer.alloc(120e6, 1) }, 3000)`
    app = new AppFolder({ 'index.js': hungry, 'ecosystem.config.yml': file }, RUNTIME)
    const port = await freePort()
    const run = await app.start(['start', 'ecosystem.config.yml'], {
      PORT: String(port),
      PM2_WORKER_INTERVAL: '300',
      MEMORY_AVAILABLE: '512',
    })
    await run.says(/shipit: api × \d+ \(memory holds/)
    expect(run.stderr).to.include('`watch` is ignored in a dyno')
    await run.says(/app=api instance=0 event=exit code=0 .*asked=yes/, 60_000)
    await until(() => (run.stdout.match(/instance=0 event=listening/g) ?? []).length === 2)
    expect(await get(port)).to.match(/^\d+ \d+$/)
    expect(run.stdout).not.to.include('event=crash')
  })

  for (const [name, how] of [
    ['prod', 'flag'],
    ['homolog', 'SHIPIT_ENV'],
  ] as const) {
    it(`env_${name}, by ${how}`, async () => {
      const file = `apps:\n  - { name: api, script: index.js, env: { COLOUR: none, NODE_ENV: development }, env_prod: { COLOUR: green, NODE_ENV: production }, env_homolog: { COLOUR: amber } }\n`
      app = new AppFolder({ 'index.js': HTTP_APP, 'e.yml': file }, RUNTIME)
      const port = await freePort()
      const run = await app.start(
        how === 'flag' ? ['start', 'e.yml', '--env', name] : ['start', 'e.yml'],
        { PORT: String(port), ...(how === 'flag' ? {} : { SHIPIT_ENV: name }) },
      )
      await run.says('event=listening')
      expect([await get(port, '/env/COLOUR'), await get(port, '/env/NODE_ENV')]).to.deep.equal(
        name === 'prod' ? ['green', 'production'] : ['amber', 'development'],
      )
    })
  }

  it('as many instances as SHIPIT_INSTANCES says, which is what shipit scale --instances sets', async () => {
    app = new AppFolder(
      {
        'index.js': HTTP_APP,
        'e.yml': 'apps:\n  - { name: api, script: index.js, exec_mode: cluster, instances: 1 }\n',
      },
      RUNTIME,
    )
    const run = await app.start(['start', 'e.yml'], {
      PORT: String(await freePort()),
      SHIPIT_INSTANCES: 'api=3',
    })
    await run.says('instance=2 event=listening')
    expect(run.stdout).to.include('api × 3 (SHIPIT_INSTANCES)')
  })
})
