import { expect } from 'chai'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { dashboardAddress, questionAddress } from '../../src/runtime/dashboard/address.js'
import { Backoff } from '../../src/runtime/dashboard/backoff.js'
import { dashboardKeys } from '../../src/runtime/dashboard/keys.js'
import { Meter } from '../../src/runtime/dashboard/log-bus.js'
import { targetOf } from '../../src/runtime/dashboard/remote.js'
import { verdictOf } from '../../src/runtime/dashboard/verdict.js'
import { Dashboard, PUBLIC_KEY, SECRET_KEY, type Mode } from '../support/dashboard.js'
import { selfSigned } from '../support/self-signed.js'
import { AppFolder, freePort, HTTP_APP, until, type Run } from './harness.js'

const FILE = 'apps:\n  - { name: api, script: server.js, exec_mode: cluster }\n'

type Trouble = Mode | 'TLS' | 'nothing there' | 'no scheme' | 'in clear'

const isMode = (trouble: Trouble): trouble is Mode =>
  !['TLS', 'nothing there', 'no scheme', 'in clear'].includes(trouble)

/** What each trouble is called in the log. */
const TROUBLES: [string, Trouble, RegExp][] = [
  ['no answer', 'hangs', /cannot be reached: no answer within 15 s; the app runs on/],
  [
    'keys that it does not know',
    'unknown keys',
    /does not accept the app's keys: it answered 404: it does not know this pair of keys; the app runs on without it/,
  ],
  [
    'an inactive bucket',
    'inactive',
    /does not accept the app's keys: the bucket is not active; the app runs on without it/,
  ],
  [
    'a disabled bucket',
    'disabled',
    /does not let this dyno connect: the bucket is disabled, or at the limit of its servers; the app runs on/,
  ],
  ['a gateway that answers 502', '502', /cannot be reached: it answered 502; the app runs on/],
  [
    'connections that close each second',
    'closes each second',
    /closes the connection again and again: code 1001; the app runs on/,
  ],
  [
    'a socket that refuses the keys',
    'refuses the socket',
    /cannot be reached: its websocket: Unexpected server response: 401; the app runs on/,
  ],
  [
    'messages that nobody can read',
    'sends nonsense',
    /sent a message that its agent cannot read: .*; it is ignored/,
  ],
  [
    'a certificate that nobody signed',
    'TLS',
    /cannot be reached: its certificate is not trusted \(self-signed certificate\); the app runs on/,
  ],
  [
    'an address where nothing is',
    'nothing there',
    /cannot be reached: nothing answers there \(ECONNREFUSED\); the app runs on/,
  ],
  ['an address without a scheme', 'no scheme', /cannot be reached: .*; the app runs on/],
  [
    'an address that is no https',
    'in clear',
    /agent does not start: KEYMETRICS_NODE or PM2_APM_ADDRESS names no https address: the keys are not sent/,
  ],
]

describe("PM2's dashboard, in trouble", function () {
  this.timeout(120_000)
  const ends: (() => Promise<void>)[] = []
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  async function start(
    dashboard: Dashboard,
    env: Record<string, string> = {},
  ): Promise<{ run: Run; app: AppFolder; port: number }> {
    const app = new AppFolder({ 'server.js': HTTP_APP, 'ecosystem.config.yml': FILE })
    ends.push(() => app.end())
    const port = await freePort()
    const run = await app.start(undefined, { ...dashboard.vars, PORT: String(port), ...env })
    return { run, app, port }
  }

  async function dashboardIn(mode: Mode, tls?: { key: string; cert: string }): Promise<Dashboard> {
    const dashboard = await Dashboard.start(tls ? { tls } : {})
    ends.push(() => dashboard.close())
    dashboard.mode = mode
    return dashboard
  }

  const serves = async (port: number) =>
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).to.equal(200)

  /**
   * What a dyno says and does in one trouble; the agent tries more than once meanwhile, and no
   * later try is news.
   */
  async function endure(trouble: Trouble, said: RegExp): Promise<void> {
    const dashboard = await dashboardIn(
      isMode(trouble) ? trouble : 'ok',
      trouble === 'TLS' ? selfSigned() : undefined,
    )
    const addresses: Partial<Record<Trouble, string>> = {
      'nothing there': `http://127.0.0.1:${await freePort()}`,
      'no scheme': `127.0.0.1:${dashboard.port}`,
      'in clear': 'http://dashboard.example.com',
    }
    const { run, port } = await start(
      dashboard,
      addresses[trouble] ? { KEYMETRICS_NODE: addresses[trouble] as string } : {},
    )
    await run.says('event=listening', 30_000)
    await serves(port)
    await run.says(said, 40_000)
    await serves(port)
    if (isMode(trouble) && trouble !== 'hangs' && trouble !== 'sends nonsense')
      await until(
        () => dashboard.asked.length >= 3 || dashboard.machine('api.web.1').opens >= 3,
        20_000,
      )
    if (trouble === 'sends nonsense') await run.says('shows this dyno as', 20_000)
    const lines = run.output.split('\n').filter((line) => line.includes("PM2's dashboard"))
    expect(lines, run.output).to.have.length(trouble === 'sends nonsense' ? 2 : 1)
    expect(lines.filter((line) => said.test(line))).to.have.length(1)
    expect(run.output).not.to.include(SECRET_KEY).and.not.include(PUBLIC_KEY)
    expect(agentsOf(run)).to.have.length(trouble === 'in clear' ? 0 : 1)
    run.signalAll()
    expect((await run.ended).code).to.equal(0)
    await until(() => membersOf(run).length === 0)
  }

  const endured = new Map<string, Promise<void>>()
  before(() => {
    // Waiting is most of it: a few dynos at a time.
    const lanes: Promise<unknown>[] = Array.from({ length: 4 }, () => Promise.resolve())
    TROUBLES.forEach(([name, trouble, said], i) => {
      const done = (lanes[i % 4] as Promise<unknown>).then(() => endure(trouble, said))
      endured.set(name, done)
      lanes[i % 4] = done.catch(() => undefined)
    })
  })
  for (const [name] of TROUBLES)
    it(`${name}: the app serves, the log says so once, and the agent stays the one child`, () =>
      endured.get(name))

  it('that is over: the log says once that it is connected', async () => {
    const dashboard = await dashboardIn('502')
    const { run } = await start(dashboard)
    await run.says('cannot be reached: it answered 502')
    dashboard.mode = 'ok'
    await run.says(
      `PM2's dashboard at 127.0.0.1:${dashboard.port} shows this dyno as api.web.1`,
      30_000,
    )
    await dashboard.shows('api.web.1', (all) => all.length === 1)
    // A connection that breaks is made again, whatever the network knows of google.com.
    dashboard.cut()
    await until(() => dashboard.machine('api.web.1').opens >= 2, 20_000)
  })

  it('an agent that is killed is started again, writes no file that holds the secret for others, and ends with the supervisor', async () => {
    const dashboard = await dashboardIn('ok')
    const { run, app } = await start(dashboard)
    await run.says('shows this dyno as')
    const [pid] = agentsOf(run) as [number]
    process.kill(pid, 'SIGKILL')
    await run.says(
      "PM2's dashboard agent ended: it was ended by SIGKILL; the app runs on without it, and it is started again",
    )
    await until(() => agentsOf(run).some((other) => other !== pid), 20_000)
    await until(() => dashboard.machine('api.web.1').opens >= 2, 20_000)
    expect(agentsOf(run)).to.have.length(1)
    for (const entry of readdirSync(app.dir, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name)
      if (entry.isFile() && readFileSync(file, 'latin1').includes(SECRET_KEY))
        expect(statSync(file).mode & 0o077, file).to.equal(0)
    }
    run.child.kill('SIGKILL')
    await until(() => agentsOf(run).length === 0)
  })

  it('two dynos of one PM2_MACHINE_NAME are two machines', async () => {
    const dashboard = await dashboardIn('ok')
    await start(dashboard, { PM2_MACHINE_NAME: 'shop' })
    await start(dashboard, { PM2_MACHINE_NAME: 'shop', DYNO: 'web.2' })
    await dashboard.shows('shop.web.1', (all) => all.length === 1)
    await dashboard.shows('shop.web.2', (all) => all.length === 1)
    expect([...dashboard.machines.keys()].sort()).to.deep.equal(['shop.web.1', 'shop.web.2'])
  })

  it('lines that come too fast are left out on the dashboard alone, and counted', async () => {
    const dashboard = await dashboardIn('ok')
    const flood = `${HTTP_APP}\nprocess.on('SIGUSR2', () => { for (let i = 0; i < 5000; i += 1) console.log('flood ' + i); setTimeout(() => console.log('after the flood'), 1500) })`
    const app = new AppFolder({ 'server.js': flood, 'ecosystem.config.yml': FILE })
    ends.push(() => app.end())
    const run = await app.start(undefined, { ...dashboard.vars, PORT: String(await freePort()) })
    const [shown] = await dashboard.shows('api.web.1', (all) => all[0]?.status === 'online')
    await run.says('event=listening')
    await dashboard.act('api.web.1', 'startLogging', {})
    process.kill(shown?.pid as number, 'SIGUSR2')
    await dashboard.receives('api.web.1', 'logs', ({ data }) => data === 'after the flood\n')
    await run.says('flood 4999\n')
    const lines = dashboard
      .machine('api.web.1')
      .on('logs')
      .map(({ payload }) => String(payload.data))
    expect(lines.filter((line) => line.startsWith('flood '))).to.have.length.within(200, 1000)
    expect(lines.join('')).to.match(
      /shipit: \d+ lines were left out here; they are in the app's log\n/,
    )
  })
})

describe('what the agent goes by', () => {
  it('an address as PM2 takes it, and none that a secret is not sent to', () => {
    const href = (vars: Record<string, string>) => dashboardAddress(vars)?.href
    expect(href({})).to.equal('https://root.keymetrics.io/')
    expect(href({ PM2_APM_ADDRESS: 'pm2.example.com' })).to.equal('https://pm2.example.com/')
    expect(
      href({ KEYMETRICS_NODE: 'https://a.example.com/base/', PM2_APM_ADDRESS: 'b.example.com' }),
    ).to.equal('https://a.example.com/base/')
    expect(href({ KEYMETRICS_NODE: 'http://localhost:4000' })).to.equal('http://localhost:4000/')
    for (const value of ['http://example.com', 'ftp://example.com', 'https://', 'a b'])
      expect(href({ KEYMETRICS_NODE: value }), value).to.equal(undefined)
    expect(questionAddress(new URL('https://a.example.com/base/?x#y')).href).to.equal(
      'https://a.example.com/base/api/node/verifyPM2',
    )
  })

  it("a machine name with the dyno's own, once", () => {
    const name = (env: Record<string, string>) =>
      dashboardKeys({ PM2_PUBLIC_KEY: 'p', PM2_SECRET_KEY: 's', ...env }, 'api', 'web.1')?.machine
    expect([
      name({}),
      name({ HEROKU_APP_NAME: 'shop' }),
      name({ PM2_MACHINE_NAME: 'mine' }),
      name({ PM2_MACHINE_NAME: 'mine.web.1' }),
    ]).to.deep.equal(['api.web.1', 'shop.web.1', 'mine.web.1', 'mine.web.1'])
  })

  it('a verdict that no endpoint in clear is part of', () => {
    expect(verdictOf(200, '{"endpoints":{"ws":"ws://example.com"}}')).to.include({
      standing: 'unreachable',
    })
    expect(verdictOf(200, '{"endpoints":{"ws":"wss://example.com"}}')).to.include({
      standing: 'accepted',
    })
    expect(verdictOf(301, '')).to.deep.equal({ standing: 'unreachable', why: 'it answered 301' })
  })

  it('pauses that grow, and begin anew after a try that held', () => {
    const backoff = new Backoff()
    expect([0, 0, 0, 0, 0, 0, 0, 0].map((lasted) => backoff.next(lasted))).to.deep.equal(
      [1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000),
    )
    expect(backoff.next(60_000)).to.equal(1000)
  })

  it('numbers of instances as PM2 writes them, and nothing else', () => {
    expect([
      targetOf('3', 2),
      targetOf('+1', 2),
      targetOf('-1', 2),
      targetOf('-9', 2),
      targetOf('0', 2),
    ]).to.deep.equal([3, 3, 1, 0, 0])
    for (const text of ['+x', '', '-', '1.5', 'undefined', '99999', '--1'])
      expect(targetOf(text, 2), text).to.equal(undefined)
  })

  it('200 lines at once, then 100 a second', () => {
    const meter = new Meter(0)
    const taken = (now: number, lines: number) =>
      Array.from({ length: lines }, () => meter.takes(now)).filter(Boolean).length
    expect([taken(0, 500), taken(1000, 500), taken(1500, 500)]).to.deep.equal([200, 100, 50])
  })
})

/** Processes of the run's group, and the agents among them, by pid. */
function membersOf(run: Run): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
        const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return group === String(run.child.pid) && state !== 'Z'
          ? [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'latin1') }]
          : []
      } catch (error) {
        // The process has ended meanwhile.
        if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
        throw error
      }
    })
}

const agentsOf = (run: Run): number[] =>
  membersOf(run)
    .filter(({ command }) => /agent\.cjs|PM2 Agent/.test(command))
    .map(({ pid }) => pid)
