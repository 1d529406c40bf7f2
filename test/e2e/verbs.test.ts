/**
 * Every verb of the README's table over one formation: two apps in one ecosystem file, two web
 * dynos of two instances each, and a worker.
 */
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { get, startLoad } from '../../src/demo/load.js'
import { packageRoot } from '../../src/paths.js'
import { until } from '../../src/lib/until.js'
import { Dashboard, PUBLIC_KEY, SECRET_KEY } from '../support/dashboard.js'
import { PseudoTerminal } from '../support/pseudo-terminal.js'
import { instanceProcesses, type InstanceProcess } from './support/dyno-processes.js'
import { daemonInfo, platformRequest } from './support/platform.js'
import { World } from './support/world.js'
import { inSoak } from '../support/soak.js'

const APP = ['--local', '--app', 'shop']
const SECRET = 'secretsecret987'

const api = (word: string) => `require('node:http').createServer((request, response) => {
  if (request.url === '/who') return response.end(JSON.stringify({ dyno: process.env.DYNO, pid: process.pid, level: process.env.LOG_LEVEL }))
  if (request.url === '/die') return setTimeout(() => { throw new TypeError('gone wrong') }, 10)
  console.log('answering ' + request.url)
  response.end('${word}')
}).listen(process.env.PORT)
`
const jobs = `const { appendFileSync } = require('node:fs')
console.log('jobs at work')
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => {
  appendFileSync(process.env.SIGNALS, process.pid + ' ' + signal + '\\n')
  process.exit(0)
})
setInterval(() => {}, 1000)
`

interface Instance {
  id: string
  pid: number
  status: string
  restarts: number
  memory_mb: number | null
  memory_limit_mb: number | null
  version: string | null
}
interface Dyno {
  name: string
  id: string
  state: string
  size: string
  release: { version: number }
  instances: Instance[]
}

describe('the verbs over a formation of two apps', function () {
  this.timeout(120_000)
  let world: World
  let dir: string
  let url: string
  before(async () => {
    world = await World.create()
    dir = await world.app('shop', {
      'package.json': {
        name: 'shop',
        version: '2.3.1',
        private: true,
        scripts: { start: 'shipit-runtime start ecosystem.config.yml --only api' },
      },
      'api.js': api('one'),
      'jobs.js': jobs,
      Procfile: 'web: npm start\nworker: shipit-runtime start ecosystem.config.yml --only jobs\n',
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: api.js, instances: 2, exec_mode: cluster, max_memory_restart: 200M }\n  - { name: jobs, script: jobs.js, exec_mode: fork, instances: 1 }\n',
    })
    await world.ok(['local', 'start'])
    await platformRequest(world, 'POST', '/apps', { name: 'shop' })
    // Figures every second, so that none is waited for long.
    await platformRequest(world, 'PATCH', '/apps/shop/config-vars', {
      SHIPIT_METRICS: '1',
      SIGNALS: path.join(world.folder, 'signals'),
    })
    url = (await world.json<{ url: string }>(['deploy', ...APP], { cwd: dir })).url
    await world.ok(['scale', 'web=2', 'worker=1', ...APP])
  })
  after(() => world.close())

  const ok = async (...args: string[]) => (await world.ok([...args, ...APP])).stdout
  const json = <T>(...args: string[]) => world.json<T>([...args, ...APP])
  const ps = () => json<Dyno[]>('ps')
  /**
   * The processes there are, once they are so many: an old one may still be on its way out, a new
   * one on its way in.
   */
  const running = async (wanted: string): Promise<InstanceProcess[]> => {
    let seen: InstanceProcess[] = []
    const words = () =>
      [...new Set(seen.map(({ dyno }) => dyno))]
        .map((dyno) => `${dyno}=${pids(seen, dyno).length}`)
        .join(' ')
    await until(
      async () => {
        seen = await instanceProcesses(world)
        return words() === wanted
      },
      { timeout: 30_000, every: 100 },
    )
    expect(words()).to.equal(wanted)
    return seen
  }
  const FULL = 'web.1=2 web.2=2 worker.1=1'
  const pids = (processes: InstanceProcess[], of = '') =>
    processes.filter(({ dyno }) => dyno.startsWith(of)).map(({ pid }) => pid)
  const kept = (before: number[], after: number[]) => before.filter((pid) => after.includes(pid))
  const who = async () =>
    JSON.parse((await get(`${url}who`)).body) as { dyno: string; pid: number; level?: string }
  /** Everyone that answers over HTTP. */
  const answering = async (count: number): Promise<number[]> => {
    const seen = new Set<number>()
    // Several at a time: a request alone goes over the connection that the router has kept, to the
    // same process again.
    const ask = async () => {
      for (const { pid } of await Promise.all(Array.from({ length: 3 * count }, who))) seen.add(pid)
    }
    await until(
      async () => {
        await ask()
        return seen.size >= count
      },
      { timeout: 20_000, every: 5 },
    )
    return [...seen].sort((a, b) => a - b)
  }
  const signals = async () =>
    (await readFile(path.join(world.folder, 'signals'), 'utf8').catch(() => ''))
      .trimEnd()
      .split('\n')
  const refusal = async (...args: string[]) => {
    const outcome = await world.shipit([...args, ...APP, '--json'])
    return {
      ...(
        JSON.parse(outcome.stdout) as {
          error: { code: string; message: string; why?: string; next?: string }
        }
      ).error,
      status: outcome.status,
    }
  }
  const terminal = (...args: string[]) =>
    new PseudoTerminal(process.execPath, [path.join(packageRoot, 'bin/shipit.js'), ...args], {
      columns: 120,
      rows: 30,
      env: { ...world.env, NO_COLOR: '1' },
    })

  it('list: ps names the processes that there are, with the memory that the kernel tells', async () => {
    const seen =
      (await until(
        async () => {
          const dynos = await ps()
          return (
            dynos.every(
              ({ instances }) =>
                instances.length > 0 && instances.every(({ memory_mb }) => memory_mb !== null),
            ) && dynos
          )
        },
        { timeout: 30_000 },
      )) || []
    const processes = await running(FULL)
    expect(
      seen.flatMap(({ name, instances }) => instances.map(({ id, pid }) => `${name} ${id} ${pid}`)),
    ).to.deep.equal(processes.map(({ dyno, id, pid }) => `${dyno} ${id} ${pid}`))
    for (const instance of seen.flatMap(({ instances }) => instances)) {
      const process = processes.find(({ pid }) => pid === instance.pid)!
      expect(
        instance.memory_mb,
        `${instance.id}, of which the kernel says ${process.rss}`,
      ).to.be.within(process.rss * 0.7, process.rss * 1.3)
      expect(instance).to.include({ status: 'online', restarts: 0, version: '2.3.1' })
    }
    const table = (await ok('ps', '--sort', 'pid:desc'))
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(/ +/)[3]))
    expect(table).to.deep.equal(pids(processes).sort((a, b) => b - a))
    expect(await ok('ls', 'worker'))
      .to.match(/worker\.1: up/)
      .and.not.contain('web.1')
  })

  inSoak(
    'show: tells of one instance what the log and the kernel tell, and why it restarted',
    async () => {
      const before = await running(FULL)
      await get(`${url}die`).catch(() => undefined)
      const dead = await until(
        async () => {
          const now = pids(await instanceProcesses(world))
          return now.length === 5 && before.find(({ pid }) => !now.includes(pid))
        },
        { timeout: 30_000 },
      )
      const { dyno, id } = dead as InstanceProcess
      const heir = (await instanceProcesses(world)).find(
        (one) => one.dyno === dyno && one.id === id,
      )!
      const plain = await until(
        async () => {
          const text = await ok('show', dyno, id)
          return (
            text.includes('exited with code 1') &&
            text.includes(String(heir.pid)) &&
            /heap: +\d/.test(text) &&
            text
          )
        },
        { timeout: 30_000 },
      )
      expect(plain)
        .to.match(/TypeError: gone wrong/)
        .and.match(/of 200 MB, where it is restarted/)
      const { instance } = await json<{ instance: Instance }>('show', dyno, id)
      expect(instance).to.deep.include({ pid: heir.pid, restarts: 1, memory_limit_mb: 200 })
    },
  )

  it('logs: of one app only that app, as many lines as asked for, followed until its reader has gone', async () => {
    await get(`${url}cart`)
    const lines = async (...args: string[]) =>
      (await ok('logs', '--json', ...args))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { dyno: string; message: string })
    for (const { dyno } of await lines('jobs', '-n', '500')) expect(dyno).to.equal('worker.1')
    expect((await lines('api', '-n', '500')).map(({ message }) => message).join('\n'))
      .to.contain('answering /cart')
      .and.not.contain('jobs at work')
    expect(await lines('-n', '3')).to.have.length(3)
    expect(await lines('--dyno', 'web.2', '--source', 'app', '-n', '20')).to.satisfy(
      (all: { dyno: string }[]) => all.every(({ dyno }) => dyno === 'web.2'),
    )
    let child = 0
    let seen = ''
    const tail = world.shipit(['logs', 'api', '--tail', '--grep', 'answering', ...APP], {
      onSpawn: (pid) => {
        child = pid
      },
      onOutput: (text) => {
        seen += text
      },
    })
    const isFollowed = await until(
      async () => {
        await get(`${url}followed`)
        return seen.includes('answering /followed')
      },
      { timeout: 30_000 },
    )
    process.kill(child, 'SIGINT')
    await tail
    expect(isFollowed).to.equal(true)
    expect(
      seen
        .trimEnd()
        .split('\n')
        .filter((line) => !/answering|^$/.test(line)),
    ).to.deep.equal([])
  })

  inSoak(
    'monit: shows every dyno with the processes in it, and says the same in a pipe',
    async () => {
      const screen = terminal('monit', ...APP)
      try {
        for (const name of ['web.1', 'web.2', 'worker.1'])
          await screen.shows(new RegExp(`${name.replace('.', '\\.')} +up`))
        await screen.shows(/api:1 +online[^]*jobs:0 +online/)
      } finally {
        await screen.close()
      }
      let child = 0
      let seen = ''
      const pipe = world.shipit(['monit', '--json', ...APP], {
        onSpawn: (pid) => {
          child = pid
        },
        onOutput: (text) => {
          seen += text
        },
      })
      const alive = pids(await running(FULL))
      const isTold = await until(() => alive.every((pid) => seen.includes(`"pid":${pid}`)), {
        timeout: 20_000,
      })
      process.kill(child, 'SIGINT')
      await pipe
      expect(isTold, seen.slice(0, 2000)).to.equal(true)
    },
  )

  inSoak('restart: a dyno, a type, or all at once; who was not named stays', async () => {
    let before = await running(FULL)
    expect(await ok('restart', 'web.2')).to.equal('Restarted web.2 of shop\n')
    let after = await running(FULL)
    expect(kept(pids(before), pids(after))).to.have.members(
      pids(before).filter((pid) => !pids(before, 'web.2').includes(pid)),
    )
    before = after
    expect(await json('restart', 'worker')).to.deep.equal({ app: 'shop', restarted: ['worker.1'] })
    after = await running(FULL)
    expect(kept(pids(before), pids(after))).to.have.members(pids(before, 'web'))
    // PM2's signal or the platform's, whichever came first.
    expect((await signals()).map((line) => line.replace(/SIG(INT|TERM)$/, 'was asked'))).to.include(
      `${pids(before, 'worker')[0]} was asked`,
    )
    expect(await json('restart')).to.deep.equal({
      app: 'shop',
      restarted: ['web.1', 'web.2', 'worker.1'],
    })
    expect(kept(pids(after), pids(await running(FULL)))).to.deep.equal([])
  })

  it('reload: dyno by dyno with no request lost, and a lone worker beside a second one', async () => {
    const before = await running(FULL)
    const load = startLoad(url, { keepAlive: 2, fresh: 2, pause: 50 })
    const text = await ok('reload', 'web').finally(() => load.stop())
    expect(load.result.failures).to.deep.equal([])
    // Twice by each of its four connections, however slow the machine is.
    expect(load.result.sent).to.be.at.least(8)
    expect(text.match(/^web\.\d serves again/gm)).to.deep.equal([
      'web.1 serves again',
      'web.2 serves again',
    ])
    const between = await running(FULL)
    expect(kept(pids(before), pids(between))).to.deep.equal(pids(before, 'worker'))
    expect(await json('reload', 'worker')).to.deep.equal({
      app: 'shop',
      reloaded: ['worker.1'],
      gaps: [],
    })
    expect(kept(pids(between), pids(await running(FULL)))).to.have.members(pids(between, 'web'))
  })

  it('stop and start: one dyno, one type, and everything, back to the same counts', async () => {
    const before = await running(FULL)
    expect(await ok('stop', 'web.2')).to.equal('Stopped web.2 of shop\n')
    expect(kept(pids(before), pids(await running('web.1=2 worker.1=1')))).to.have.length(3)
    expect((await json<{ stopped: object[] }>('stop')).stopped).to.have.deep.members([
      { type: 'web', quantity: 2, size: 'Standard-1X' },
      { type: 'worker', quantity: 1, size: 'Standard-1X' },
    ])
    await running('')
    expect((await get(url)).status).to.equal(503)
    expect(await ok('start', 'worker')).to.match(/Started worker=1:Standard-1X of shop/)
    await running('worker.1=1')
    expect(await json('start')).to.deep.equal({
      app: 'shop',
      started: [{ type: 'web', quantity: 2, size: 'Standard-1X' }],
    })
    expect(await answering(4)).to.deep.equal(pids(await running(FULL), 'web').sort((a, b) => a - b))
  })

  it('scale: steps of several types, sizes, and instances in each dyno counted from what runs', async () => {
    const before = await running(FULL)
    await ok('scale', 'web-1', 'worker+1')
    const after = await running('web.1=2 worker.1=1 worker.2=1')
    expect(kept(pids(before), pids(after))).to.have.length(3)
    expect(await json('scale', 'worker=0', '--instances', 'api=+1')).to.deep.include({
      instances: [{ app: 'api', before: 2, after: 3 }],
    })
    const [first] = await running('web.1=3')
    expect(first!.env).to.include({ SHIPIT_INSTANCES: 'api=3' })
    await ok('scale', '--instances', 'api=max')
    await ok('scale', 'web=1:standard-2x')
    expect((await running('web.1=2'))[0]!.env)
      .to.include({ MEMORY_AVAILABLE: '1024' })
      .and.not.have.property('SHIPIT_INSTANCES')
    expect((await ok('scale')).trim().split(' ')).to.have.members([
      'web=1:Standard-2X',
      'worker=0:Standard-1X',
    ])
    expect(await refusal('scale', 'wbe=2')).to.include({
      code: 'usage',
      status: 2,
      why: 'Did you mean web?',
    })
    expect(await refusal('scale', 'web-9')).to.include({
      code: 'usage',
      next: 'shipit scale web=0 --app shop --local',
    })
    expect(await refusal('reload', 'wbe')).to.include({
      code: 'not_found',
      status: 6,
      why: 'Did you mean web?',
    })
  })

  it('config: set, from stdin, pulled, pushed and unset, in the environment of each process', async () => {
    const level = (wanted: string | undefined) =>
      until(
        async () => {
          const seen = await instanceProcesses(world)
          return seen.length === 2 && seen.every(({ env }) => env.LOG_LEVEL === wanted)
        },
        { timeout: 30_000, every: 100 },
      )
    await ok('config', 'set', 'LOG_LEVEL=debug')
    expect(await level('debug')).to.equal(true)
    const set = await world.ok(['config', 'set', 'STRIPE_KEY', ...APP], { input: `${SECRET}\n` })
    const list = await ok('config')
    expect(list)
      .to.match(/LOG_LEVEL +debug/)
      .and.match(/STRIPE_KEY +\*\*\*\*t987/)
    expect(set.output + list).to.not.contain(SECRET)
    expect(await ok('config', 'get', 'STRIPE_KEY')).to.equal(`${SECRET}\n`)
    const file = path.join(dir, 'pulled.env')
    await ok('config', 'pull', '--file', file)
    await writeFile(file, (await readFile(file, 'utf8')).replace('debug', 'info'))
    expect(await json('config', 'push', '--file', file, '--yes')).to.deep.include({
      added: [],
      changed: ['LOG_LEVEL'],
    })
    await rm(file)
    expect(await level('info')).to.equal(true)
    expect((await instanceProcesses(world))[0]!.env).to.include({ STRIPE_KEY: SECRET })
    expect(await json('config', 'unset', 'LOG_LEVEL', 'STRIPE_KEY')).to.deep.include({
      removed: ['LOG_LEVEL', 'STRIPE_KEY'],
    })
    expect(await level(undefined)).to.equal(true)
  })

  inSoak(
    'keys: set from stdin in one release, tested by the dashboard, listed masked and unset; the secret is never shown',
    async () => {
      const dashboard = await Dashboard.start()
      try {
        const { version } = (await json<{ version: number }[]>('releases'))[0]!
        const set = await world.ok(['keys', 'set', ...APP], {
          input: `export PM2_PUBLIC_KEY="${PUBLIC_KEY}"\n# a comment\nPM2_SECRET_KEY=${SECRET_KEY}\n`,
        })
        const list = await ok('keys', 'list')
        expect(list)
          .to.contain(`****${SECRET_KEY.slice(-4)}`)
          .and.contain(`****${PUBLIC_KEY.slice(-4)}`)
        expect(set.output + list)
          .to.not.contain(SECRET_KEY)
          .and.not.contain(PUBLIC_KEY)
        await ok('config', 'set', `PM2_APM_ADDRESS=${dashboard.url}`)
        expect(await json('keys', 'test')).to.include({ accepted: true })
        expect(dashboard.asked.some(({ private_id: secret }) => secret === SECRET_KEY)).to.equal(
          true,
        )
        expect(await json('keys', 'unset')).to.deep.include({
          removed: ['PM2_PUBLIC_KEY', 'PM2_SECRET_KEY'],
          release: version + 3,
        })
        const typed = await refusal('keys', 'set', `PM2_SECRET_KEY=${SECRET_KEY}`)
        expect(typed).to.include({ code: 'usage', status: 2 })
        expect(JSON.stringify(typed)).to.not.contain(SECRET_KEY)
      } finally {
        await dashboard.close()
      }
      expect(
        await until(
          async () => {
            const seen = await instanceProcesses(world)
            return seen.length === 2 && seen.every(({ env }) => env.PM2_SECRET_KEY === undefined)
          },
          { timeout: 30_000 },
        ),
      ).to.equal(true)
    },
  )

  inSoak(
    'releases and rollback: the code before answers again, and what undoes it is printed',
    async () => {
      await writeFile(path.join(dir, 'api.js'), api('two'))
      await world.commit(dir, 'Two')
      await world.json(['deploy', ...APP], { cwd: dir })
      const answers = (word: string) =>
        until(async () => (await get(url)).body === word, { timeout: 30_000 })
      expect(await answers('two')).to.equal(true)
      const text = await ok('rollback')
      expect(await answers('one')).to.equal(true)
      const undo = /Undo: (shipit rollback v\d+ --app shop --local)$/m.exec(text)![1]!
      await world.json(undo.split(' ').slice(1))
      expect(await answers('two')).to.equal(true)
      const list =
        await json<{ version: number; current: boolean; description: string }[]>('releases')
      expect(list.filter(({ current }) => current)).to.deep.equal([list[0]])
      expect(
        list.slice(0, 2).every(({ description }) => /^Rollback to v\d+$/.test(description)),
      ).to.equal(true)
      expect(await ok('releases')).to.contain(`v${list[0]!.version}`)
      expect(await refusal('rollback', 'v999')).to.include({
        code: 'not_found',
        status: 6,
        next: 'shipit releases --app shop --local',
      })
    },
  )

  it('open, apps, whoami and login: where the app is, and whose', async () => {
    expect(await ok('open', '/who')).to.equal(`${url}who\n`)
    expect(await json('open')).to.deep.equal({ app: 'shop', url, opened: false })
    expect(
      (await world.json<{ name: string }[]>(['apps', '--local'])).map(({ name }) => name),
    ).to.deep.equal(['shop'])
    const { email } = await world.json<{ email: string }>(['whoami', '--local'])
    const { apiUrl, token } = await daemonInfo(world)
    const env = { HEROKU_HOST: apiUrl }
    expect((await world.ok(['login', '--token'], { env, input: `${token}\n` })).stdout)
      .to.contain(`Logged in as ${email}`)
      .and.not.contain(token)
    expect(await readFile(path.join(world.folder, 'home/.netrc'), 'utf8')).to.contain(token)
    expect((await world.ok(['whoami'], { env })).stdout.trim()).to.contain(email)
    expect(
      (await world.shipit(['login', '--token', '--json'], { env, input: 'nonsense\n' })).status,
    ).to.equal(5)
  })

  it('delete: asks for the name, and leaves no process once it is typed', async () => {
    const asked = terminal('destroy', ...APP)
    await asked.shows(/Type its name/)
    asked.type('shp\r')
    expect(await asked.ended).to.equal(2)
    expect((await get(url)).status).to.equal(200)
    expect(await refusal('destroy')).to.include({ code: 'usage', status: 2 })
    const sure = terminal('delete', ...APP)
    await sure.shows(/Type its name/)
    sure.type('shop\r')
    expect(await sure.ended).to.equal(0)
    await running('')
    expect((await get(url)).status).to.equal(404)
    expect((await world.shipit(['ps', ...APP])).status).to.equal(6)
  })
})
