import { expect } from 'chai'
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { AppFolder, until, type Run } from './harness.js'

/** What users of PM2's API do with it, beside a second instance that says what it was sent. */
const APP = `
process.on('message', ({ topic, data }) => topic && console.log('was sent', topic, JSON.stringify(data), 'as', process.env.NODE_APP_INSTANCE))
if (process.env.NODE_APP_INSTANCE === '1') setTimeout(() => use(require('pm2')), 100)
setInterval(() => {}, 1000)

function use(pm2) {
  const step = (what) => (...args) => new Promise((resolve, reject) => pm2[what](...args, (error, result) => (error ? reject(error) : resolve(result))))
  void (async () => {
    await step('connect')()
    const list = await step('list')()
    console.log('list', JSON.stringify(list.map(({ name, pm_id, pid, pm2_env }) => [name, pm_id, pid > 0, pm2_env.status])))
    const bus = await step('launchBus')()
    bus.on('process:event', ({ event, process }) => console.log('bus', event, process.name, process.pm_id))
    await step('sendDataToProcessId')(0, { type: 'process:msg', data: { hello: 1 }, topic: 'greeting' })
    await step('start')({ name: 'other', script: __dirname + '/other.js' })
    await step('restart')(0)
    console.log('done')
  })().catch((error) => console.log('failed', error))
}
`
const CLI = `
setTimeout(() => {
  const { status, stdout, stderr } = require('child_process').spawnSync('npx', ['pm2', 'jlist'], { encoding: 'utf8' })
  console.log('jlist', status, JSON.stringify(JSON.parse(stdout.slice(stdout.indexOf('['))).map(({ name }) => name)), stderr)
}, 100)
setInterval(() => {}, 1000)
`

describe("PM2's API", function () {
  this.timeout(60_000)
  let app: AppFolder
  afterEach(() => app.end())

  const start = async (source: string, options: string, env = {}): Promise<Run> => {
    app = new AppFolder({
      'app.js': source,
      'other.js': 'setInterval(() => {}, 1000)',
      'ecosystem.config.yml': `apps:\n  - { name: api, script: app.js${options} }\n`,
    })
    symlinkSync(
      path.resolve(import.meta.dirname, '../../node_modules'),
      path.join(app.dir, 'node_modules'),
    )
    return app.start(undefined, env)
  }

  for (const mode of ['cluster', 'fork']) {
    it(`of an app finds this PM2: list, bus, messages and restart work, and no other PM2 starts (${mode})`, async () => {
      const run = await start(APP, `, exec_mode: ${mode}, instances: 2`, {
        PM2_HOME: '/nowhere/.pm2',
      })
      await until(
        () => run.appLines.includes('done'),
        30_000,
        () => run.output,
      )
      expect(run.appLines).to.include('list [["api",0,true,"online"],["api",1,true,"online"]]')
      expect(run.appLines).to.include('was sent greeting {"hello":1} as 0')
      expect(run.stderr).to.include(
        'other is not started: shipit-runtime runs the apps of its ecosystem file alone',
      )
      await until(
        () => run.appLines.includes('bus online api 0'),
        15_000,
        () => run.output,
      )
      expect(daemonsOf(app.dir)).to.deep.equal([])
      run.signalAll()
      expect((await run.ended).code).to.equal(0)
      expect(homesIn(app.dir)).to.deep.equal([])
    })
  }

  it('is what the pm2 command speaks to that an app runs', async () => {
    const run = await start(CLI, '')
    await until(
      () => run.appLines.some((line) => line.startsWith('jlist')),
      30_000,
      () => run.output,
    )
    expect(run.appLines).to.include('jlist 0 ["api"] ')
    expect(daemonsOf(app.dir)).to.deep.equal([])
  })

  it('stops the dyno in order by pm2.killDaemon()', async () => {
    const run = await start(
      `const pm2 = require('pm2'); pm2.connect(() => pm2.killDaemon()); setInterval(() => {}, 1000)`,
      '',
    )
    expect((await run.ended).code).to.equal(0)
    expect(run.stdout).to.include('event=stop').and.not.include('event=crash')
  })

  it('costs an app nothing that does not use it: nothing of it is loaded', async () => {
    const run = await start('setInterval(() => {}, 1000)', '')
    await run.says('event=online')
    const [home] = homesIn(app.dir)
    expect(readdirSync(path.join(app.dir, home!)).sort()).to.deep.equal(['pub.sock', 'rpc.sock'])
  })
})

const homesIn = (dir: string) => readdirSync(dir).filter((name) => name.startsWith('shipit-pm2-'))

/** PM2 daemons, by what they are called or were started as, with their home in a folder. */
function daemonsOf(dir: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    const about = (name: string) =>
      existsSync(`/proc/${pid}/${name}`) ? read(`/proc/${pid}/${name}`) : ''
    return (
      /^\d+$/.test(pid) &&
      /Daemon/.test(about('cmdline')) &&
      (about('environ') + about('cmdline')).includes(dir)
    )
  })
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch (error) {
    // The process has ended meanwhile, or is another user's.
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return ''
    throw error
  }
}
