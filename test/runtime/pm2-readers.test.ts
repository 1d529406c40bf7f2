/** What the runtime has in PM2's place, read by PM2's own readers, with PM2 itself beside it. */
import { expect } from 'chai'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { Dashboard } from '../support/dashboard.js'
import { Pm2Reader } from '../support/pm2-reader.js'
import { AppFolder, until } from './harness.js'

const APP = `
console.log('here I am')
console.error('and here')
process.send({ type: 'process:msg', data: { hello: 1 } })
setInterval(() => {}, 1000)
`
const PM2 = createRequire(import.meta.url).resolve('pm2')

interface Listed {
  pm_id: number
  pid: number
  name: string
  monit: { memory: number; cpu: number }
  pm2_env: Record<string, unknown>
}

describe("PM2's own readers", function () {
  this.timeout(60_000)
  let dashboard: Dashboard
  let app: AppFolder
  let pm2: ChildProcess
  const home = mkdtempSync(path.join(os.tmpdir(), 'shipit-pm2-itself-'))
  let ours: Pm2Reader
  let its: Pm2Reader

  before(async () => {
    dashboard = await Dashboard.start()
    app = new AppFolder({
      'app.js': APP,
      'ecosystem.config.yml': 'apps:\n  - { name: api, script: app.js, instances: 2 }\n',
    })
    const run = await app.start(undefined, { ...dashboard.vars, PM2_MACHINE_NAME: 'readers' })
    await run.says('shows this dyno as')
    const folder = readdirSync(app.dir).find((name) => name.startsWith('shipit-pm2-'))
    ours = new Pm2Reader(path.join(app.dir, folder!))
    pm2 = spawn(
      process.execPath,
      [
        '-e',
        `const pm2 = require(${JSON.stringify(PM2)})
        pm2.connect(true, () => pm2.start({ name: 'api', script: 'app.js', instances: 2, exec_mode: 'cluster' }, () => {}))`,
      ],
      {
        cwd: app.dir,
        env: { PATH: process.env.PATH, PM2_HOME: home, PM2_DISABLE_VERSION_CHECK: 'true' },
        stdio: 'ignore',
      },
    )
    await until(() => existsSync(path.join(home, 'rpc.sock')), 20_000)
    its = new Pm2Reader(home)
    for (const reader of [ours, its])
      await until(
        async () => (await reader.call<Listed[]>('getMonitorData', {})).filter(isUp).length === 2,
        20_000,
      )
  })
  after(async () => {
    ours.close()
    its.close()
    const ended = new Promise((resolve) => pm2.once('close', resolve))
    pm2.kill()
    await ended
    await app.end()
    await dashboard.close()
    rmSync(home, { recursive: true, force: true })
  })

  it('find every function that PM2 exposes, each with a text that its client can read', async () => {
    const [mine, theirs] = [await ours.methods(), await its.methods()]
    expect(Object.keys(theirs)).to.have.length.above(25)
    expect(mine).to.include.all.keys(Object.keys(theirs))
    for (const [name, { params }] of Object.entries(theirs))
      expect(mine[name]!.params, name).to.have.lengthOf(params.length)
  })

  it('are answered a list with what they read of each process, of the same kinds', async () => {
    const [mine] = await ours.call<Listed[]>('getMonitorData', {})
    const [theirs] = await its.call<Listed[]>('getMonitorData', {})
    expect(kindsOf(mine!)).to.deep.equal(kindsOf(theirs!))
    expect(kindsOf(mine!.monit)).to.deep.equal(kindsOf(theirs!.monit))
    expect(kindsOf(pick(mine!.pm2_env, READ))).to.deep.equal(kindsOf(pick(theirs!.pm2_env, READ)))
  })

  it('hear the same of a restart on the bus, in packets of the same form', async () => {
    for (const reader of [ours, its]) {
      reader.told.length = 0
      await reader.call('restartProcessId', { id: 0 })
      await until(() => FROM_A_RESTART.every((event) => reader.told.some(isOf(event))), 20_000)
    }
    for (const event of FROM_A_RESTART) {
      const [mine, theirs] = [ours, its].map(({ told }) => told.find(isOf(event))!.packet)
      expect(kindsOf(mine!), event).to.deep.equal(kindsOf(theirs!))
      const [a, b] = [mine!, theirs!].map(({ process }) => pick(process as object, NAMED))
      expect(kindsOf(a!), event).to.deep.equal(kindsOf(b!))
    }
    const lives = ({ told }: Pm2Reader) =>
      told.filter(isOf('process:event')).map(({ packet }) => packet.event)
    expect(lives(ours)).to.deep.equal(lives(its))
  })

  it('are told of a process that is not there as PM2 tells', async () => {
    const refusal = (reader: Pm2Reader) =>
      reader.call('restartProcessId', { id: 77 }).then(
        () => 'nothing',
        (error: Error) => error.message,
      )
    expect(await refusal(ours)).to.equal(await refusal(its))
  })

  it('send a line of data to one process, and a signal', async () => {
    const sent = { id: 0, type: 'process:msg', data: { hello: 1 }, topic: 'greeting' }
    for (const reader of [ours, its])
      expect(await reader.call('sendDataToProcessId', sent)).to.deep.include({ success: true })
  })
})

const isUp = ({ pm2_env: { status } }: Listed) => status === 'online'
const isOf = (event: string) => (one: { event: string }) => one.event === event

const FROM_A_RESTART = ['process:event', 'log:out', 'log:err', 'process:msg']
/** What PM2's agent and `pm2 list` read of a process. */
const READ = ['name', 'status', 'pm_uptime', 'created_at', 'restart_time', 'unstable_restarts']
/** And of the process in a packet of the bus. */
const NAMED = ['pm_id', 'name']

const pick = (from: object, names: readonly string[]): object =>
  Object.fromEntries(names.map((name) => [name, (from as Record<string, unknown>)[name]]))

/** The kind of each field: their values are of two machines. */
const kindsOf = (value: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(value)
      .map(([name, field]) => [name, typeof field] as const)
      .sort(([one], [other]) => one.localeCompare(other)),
  )
