/**
 * PM2's verbs on a running `shipit dev`, from another terminal: each beside PM2 itself, which runs
 * the same apps.
 */
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { packageRoot } from '../../src/paths.js'
import { AppFolder, freePort, isAlive, until, type Run } from '../runtime/harness.js'
import { isSoak } from '../support/soak.js'

const SHIPIT = path.join(packageRoot, 'bin/shipit.js')

/** The same verbs by PM2's own API, in a daemon of its own; what it lists after each. */
const PM2_STEPS = `
const pm2 = require(process.env.PM2)
const call = (name, ...args) => new Promise((resolve, reject) => pm2[name](...args, (error, answer) => (error ? reject(error) : resolve(answer))))
const list = async () => console.log('LIST ' + JSON.stringify((await call('list')).map(({ pm_id, name, pm2_env }) => ({ id: pm_id, name, status: pm2_env.status, restarts: pm2_env.restart_time })).sort((one, other) => one.id - other.id)))
;(async () => {
  await call('connect')
  try {
    await call('start', 'ecosystem.config.js')
    await list()
    for (const [verb, ...args] of JSON.parse(process.argv[2])) {
      await call(verb, ...args)
      await list()
    }
  } finally {
    await call('killDaemon')
  }
  process.exit(0)
})().catch((error) => { console.error(error); process.exit(1) })
`

const SERVER = `require('node:http').createServer((request, response) => {
  if (request.url !== '/') console.log('asked for ' + request.url)
  if (request.url === '/boom') console.error('Error: no such order')
  response.end(String(process.pid))
}).listen(process.env.PORT)`
const ECOSYSTEM = `module.exports = { apps: [
  { name: 'api', script: 'server.js', instances: 2 },
  { name: 'jobs', script: 'jobs.js' },
] }`
const FILES = {
  'server.js': SERVER,
  'jobs.js': "setInterval(() => {}, 1000); console.log('jobs begin')",
  'ecosystem.config.js': ECOSYSTEM,
}

interface Listed {
  id: number
  name: string
  status: string
  restarts: number
}
interface Instance {
  id: string
  pm_id: number
  app: string
  status: string
  restarts: number
  pid: number | null
  memory_mb: number | null
}

describe("PM2's verbs on shipit dev", function () {
  this.timeout(120_000)
  let folder: AppFolder
  let dev: Run
  let port: number
  const ours = { DYNO: undefined, SHIPIT_METRICS: undefined }

  /** From another terminal in the same folder. */
  const shipit = async (args: string[], env: Record<string, string> = {}) => {
    const run = await folder.start(
      args,
      { ...ours, SHIPIT_HOME: path.join(folder.dir, 'state'), ...env },
      SHIPIT,
    )
    return { status: (await run.ended).code, stdout: run.stdout, stderr: run.stderr }
  }
  const json = async <T>(args: string[]): Promise<T> =>
    JSON.parse((await shipit([...args, '--json'])).stdout) as T
  const instances = async () =>
    (await json<{ instances: Instance[] }[]>(['ps', '--dev'])).flatMap(
      (session) => session.instances,
    )
  before(async () => {
    folder = new AppFolder(FILES)
    port = await freePort()
    dev = await folder.start(
      ['dev', 'ecosystem.config.js', '--no-watch'],
      { ...ours, SHIPIT_HOME: path.join(folder.dir, 'state'), PORT: String(port) },
      SHIPIT,
    )
    await until(
      () => (dev.stdout.match(/event=listening/g) ?? []).length === 2,
      30_000,
      () => dev.output,
    )
  })
  after(() => folder.end())

  const listed = async (): Promise<Listed[]> =>
    (await instances()).map((one) => ({
      id: one.pm_id,
      name: one.app,
      status: one.status,
      restarts: one.restarts,
    }))

  it('do what they do to PM2, by an app, an id, an instance, or all', async () => {
    const all = [
      ['restart', 'api'],
      ['stop', 'jobs'],
      ['scale', 'api', '3'],
      ['restart', 'jobs'],
      ['stop', '1'],
      ['scale', 'api', '+1'],
      ['start', '1'],
      ['reload', 'api'],
      ['delete', '0'],
      ['restart', 'all'],
    ]
    const steps = isSoak ? all : all.filter((_, at) => [0, 1, 4, 5, 6, 8].includes(at))
    folder.write('pm2.cjs', PM2_STEPS)
    const pm2 = await folder.start(
      [JSON.stringify(steps)],
      {
        ...ours,
        PM2_HOME: path.join(folder.dir, '.pm2'),
        PORT: String(await freePort()),
        PM2: createRequire(import.meta.url).resolve('pm2'),
      },
      path.join(folder.dir, 'pm2.cjs'),
    )
    const mine = [await listed()]
    for (const step of steps) {
      const done = await shipit([...step, '--dev'])
      expect(done, step.join(' ')).to.include({ status: 0, stderr: '' })
      mine.push(await listed())
    }
    expect((await pm2.ended).code, pm2.output).to.equal(0)
    const theirs = pm2.stdout
      .split('\n')
      .filter((line) => line.startsWith('LIST '))
      .map((line) => JSON.parse(line.slice(5)) as Listed[])
    for (const [at, list] of mine.entries())
      expect(list, at === 0 ? 'start' : steps[at - 1]!.join(' ')).to.deep.equal(theirs[at])
  })

  it('stop, start and delete the instance that app:instance names, and take the ones with the highest numbers when fewer are wanted', async () => {
    const before = await instances()
    const apis = before.filter(({ app }) => app === 'api')
    const last = apis.at(-1)!
    const fewer = apis.length - 1
    expect(await json(['stop', last.id, '--dev'])).to.deep.equal({
      dev: folder.dir,
      stopped: [last.id],
    })
    expect(isAlive(last.pid!)).to.equal(false)
    expect(await json(['start', '--dev'])).to.deep.equal({ dev: folder.dir, started: [last.id] })
    expect(await json(['scale', 'api', String(fewer), '--dev'])).to.deep.equal({
      dev: folder.dir,
      instances: [{ app: 'api', before: apis.length, after: fewer }],
    })
    expect(
      (await instances()).filter(({ app }) => app === 'api').map(({ id }) => id),
    ).to.deep.equal(apis.slice(0, -1).map(({ id }) => id))
  })

  it('reload the app without a lost request', async () => {
    let isOver = false
    const answers: number[] = []
    const asking = (async () => {
      while (!isOver) answers.push((await fetch(`http://127.0.0.1:${port}/`)).status)
    })()
    const before = (await instances()).map(({ pid }) => pid)
    expect((await shipit(['reload', 'api', '--dev'])).status).to.equal(0)
    isOver = true
    await asking
    expect(new Set(answers)).to.deep.equal(new Set([200]))
    expect(
      (await instances()).filter(({ app, pid }) => app === 'api' && before.includes(pid)),
    ).to.deep.equal([])
  })

  it('show figures and the log, of all, of an app and of an instance', async () => {
    await fetch(`http://127.0.0.1:${port}/boom`)
    await until(
      async () => (await instances()).every(({ memory_mb }) => memory_mb !== null && memory_mb > 5),
      20_000,
    )
    const table = (await shipit(['ps'])).stdout
    expect(table)
      .to.match(
        /^=== shipit dev in .*http:\/\/localhost:\d+\/\): ecosystem.config.js --no-watch\n# +MODE +ID +STATUS +PID +↺ +UPTIME +CPU +MEMORY/,
      )
      .and.match(/\n\d +cluster +api:\d +online +\d+ /)
      .and.match(/\n\d +fork +jobs:0 +online /)
    const [shown, jobs, api, errors, boom, asJson] = await Promise.all(
      [
        ['show', 'jobs'],
        ['logs', 'jobs'],
        ['logs', 'api'],
        ['logs', '--errors'],
        ['logs', '-n', '1', '--grep', 'asked for /boom'],
        ['logs', '-n', '1', '--json'],
      ].map(async (args) => (await shipit([...args, '--dev'])).stdout),
    )
    expect(shown)
      .to.match(/^=== jobs:0 of shipit dev in /)
      .and.match(/PM2: +id \d, fork mode, not watched\n/)
      .and.match(/Memory: +\d/)
      .and.include('Last events')
    expect(jobs).to.include('jobs begin').and.not.include('asked for')
    expect(api).to.include('asked for /boom').and.not.include('jobs begin')
    expect(errors)
      .to.match(/app\[dev\]: \[api:\d\] Error: no such order\n$/)
      .and.not.include('asked for')
    expect(boom).to.match(/^\S+ app\[dev\]: \[api:\d\] asked for \/boom\n$/)
    expect(JSON.parse(asJson!.trim())).to.include({ source: 'app', dyno: 'dev' })
    expect(dev.stdout).to.not.include('sample#')
  })

  it('follow the log and the figures while they come', async () => {
    const home = { ...ours, SHIPIT_HOME: path.join(folder.dir, 'state') }
    const [tail, monit] = [
      await folder.start(['logs', 'api', '--tail', '--dev'], home, SHIPIT),
      await folder.start(['monit', '--dev', '--json', '--interval', '1s'], home, SHIPIT),
    ]
    await tail.says('asked for /boom')
    await fetch(`http://127.0.0.1:${port}/followed`)
    await tail.says('asked for /followed')
    await monit.says(/"dynos":\[\{/, 20_000)
    const look = JSON.parse(monit.stdout.split('\n')[0]!) as {
      dynos: { instances: { id: string; status: string }[] }[]
    }
    expect(look.dynos[0]!.instances.map(({ id, status }) => `${id} ${status}`)).to.include(
      'jobs:0 online',
    )
    for (const run of [tail, monit]) run.child.kill('SIGTERM')
    await Promise.all([tail.ended, monit.ended])
  })

  it('say what they cannot do, with what can be typed instead', async () => {
    const cases: [string[], number, RegExp][] = [
      [['restart', 'apu', '--dev'], 6, /There is no app called apu\.\n.*Did you mean api\?/],
      [['scale', 'api', 'many', '--dev'], 2, /api does not say how many/],
      [['scale', 'api', '0', '--app', 'x', '--dev'], 2, /two targets/],
      [['delete', '--dev'], 2, /Delete what\?/],
    ]
    const outcomes = await Promise.all(cases.map(([args]) => shipit(args)))
    for (const [at, [args, status, text]] of cases.entries()) {
      expect(outcomes[at]!.status, args.join(' ')).to.equal(status)
      expect(outcomes[at]!.stderr, args.join(' ')).to.match(text)
    }
  })

  it('never take a session for an app on Heroku that the folder deploys to, nor the app for a session', async () => {
    folder.write(
      'ecosystem.config.js',
      ECOSYSTEM.replace(/\] \}$/, "], deploy: { production: { app: 'myshop' } } }"),
    )
    const before = await instances()
    const verbs = ['restart', 'reload', 'stop', 'start']
    const all = await Promise.all(verbs.map((verb) => shipit([verb])))
    for (const [at, verb] of verbs.entries()) {
      const refused = all[at]!
      expect(refused.status, verb).to.equal(2)
      expect(refused.stderr)
        .to.match(/Which one\? `shipit dev` runs here, and this folder deploys to myshop\./)
        .and.match(new RegExp(`shipit ${verb} --dev, or shipit ${verb} --app myshop`))
    }
    const seen = await shipit(['ps'], {
      HEROKU_HOST: 'http://127.0.0.1:9',
      HEROKU_API_KEY: 'none',
      SHIPIT_HTTP_RETRIES: '0',
    })
    expect(seen.stderr).to.match(
      /^Of myshop, which this folder deploys to\. `shipit dev` runs here too: shipit ps --dev\n/,
    )
    expect((await instances()).map(({ pid }) => pid)).to.deep.equal(before.map(({ pid }) => pid))
    folder.write('ecosystem.config.js', ECOSYSTEM)
  })

  it('end the session once everything is deleted, and then there is nobody to ask', async () => {
    const pids = (await instances()).map(({ pid }) => pid!)
    const deleted = await shipit(['delete', 'all'])
    expect(deleted).to.include({ status: 0 })
    expect(deleted.stdout).to.include('Nothing is left to run')
    expect((await dev.ended).code).to.equal(0)
    expect(pids.filter(isAlive)).to.deep.equal([])
    expect(readdirSync(path.join(folder.dir, 'state/dev'))).to.deep.equal([])
    const nobody = await shipit(['ps', '--dev', '--json'])
    expect(nobody.status).to.equal(6)
    expect(JSON.parse(nobody.stdout)).to.have.nested.property(
      'error.next',
      'Start one in another terminal: shipit dev',
    )
  })
})
