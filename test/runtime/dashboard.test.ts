import { expect } from 'chai'
import path from 'node:path'
import { createRequire } from 'node:module'
import { readdirSync } from 'node:fs'
import { Dashboard } from '../support/dashboard.js'
import { ROWS_APP } from '../support/dashboard-app.js'
import { ROWS, type Watched } from '../support/dashboard-rows.js'
import { AppFolder, freePort, type Run } from './harness.js'

describe("PM2's dashboard, with keys that it accepts", function () {
  this.timeout(90_000)
  let dashboard: Dashboard
  let app: AppFolder
  let run: Run
  let watched: Watched
  before(async () => {
    dashboard = await Dashboard.start()
    app = new AppFolder(ROWS_APP)
    const ports = { api: await freePort(), jobs: await freePort() }
    watched = { dashboard, machine: 'rows.web.1', ports }
    run = await app.start(undefined, {
      ...dashboard.vars,
      PM2_MACHINE_NAME: 'rows',
      PORT: String(ports.api),
      JOBS_PORT: String(ports.jobs),
      NODE_ENV: 'production',
      MEMORY_AVAILABLE: '1024',
    })
  })
  after(async () => {
    await app.end()
    await dashboard.close()
  })

  it('says once that it is connected, and where', async () => {
    await run.says(
      `shipit: PM2's dashboard at 127.0.0.1:${dashboard.port} shows this dyno as rows.web.1\n`,
    )
  })

  it("lets PM2's own RPC client read every function of God, those that are replaced too", async () => {
    const methods = await rpcMethods(app.dir)
    expect(methods).to.include.members([
      'getMonitorData',
      'duplicateProcessId',
      'deleteProcessId',
      'restartProcessId',
      'reloadProcessId',
      'msgProcess',
      'killMe',
    ])
  })

  for (const { name, look } of ROWS) it(`shows or does: ${name}`, () => look(watched))

  it('has printed no crash for what it was asked, and still runs', () => {
    // The uncaught error and the rejection of `api`, and the uncaught error of `jobs`, are the only
    // ends that nobody asked for.
    const unasked = run.stdout
      .split('\n')
      .filter((line) => line.includes('event=exit') && !line.includes('asked=yes'))
    expect(unasked, unasked.join('\n')).to.have.length(3)
    expect(run.stdout).not.to.include('event=crash')
    expect(run.child.exitCode).to.equal(null)
  })

  it('does not scale beyond what the dyno holds, nor to nothing, nor to what is not a number, and says so', async () => {
    for (const [number, why] of [
      ['40', /MB are free/],
      [0, /nothing left to run/],
      ['+x', /not valid/],
      ['-', /not valid/],
    ] as const) {
      await dashboard.act(watched.machine, 'scale', { name: 'api', number })
      if (number !== '+x' && number !== '-') expect(run.stderr).to.match(why)
    }
    expect(run.stderr).to.match(
      /shipit: warning: api is not scaled to 40 instances, as PM2's dashboard asks: an instance of api takes \d+ MB, and \d+ of the dyno's 1024 MB are free\n/,
    )
    expect(
      (await dashboard.shows(watched.machine, (all) => all.length === 2)).every(
        (one) => one.name === 'api' && one.status === 'online',
      ),
    ).to.equal(true)
  })

  it('starts nothing during a drain', async () => {
    const slow = fetch(`http://127.0.0.1:${watched.ports.api}/slow`)
    const started = (run.stdout.match(/event=start/g) ?? []).length
    await run.says('a slow request')
    run.signalAll()
    await run.says('event=stop signal=SIGTERM')
    for (const [method, parameters] of [
      ['scale', { name: 'api', number: '+1' }],
      ['restart', { name: 'api' }],
      ['reload', { name: 'api' }],
    ] as const)
      dashboard.send(watched.machine, 'trigger:pm2:action', { method_name: method, parameters })
    expect(await (await slow).text()).to.equal('slow')
    expect((await run.ended).code).to.equal(0)
    expect((run.stdout.match(/event=start/g) ?? []).length).to.equal(started)
  })
})

/** Names of what PM2's RPC offers, as PM2's own client asks for them. */
async function rpcMethods(dir: string): Promise<string[]> {
  const require = createRequire(import.meta.url)
  const axon = require('pm2/modules/pm2-axon') as {
    socket(kind: string): {
      connect(file: string): { close(): void }
      on(event: string, listener: () => void): void
    }
  }
  const { Client } = require('pm2/modules/pm2-axon-rpc') as {
    Client: new (socket: unknown) => {
      methods(done: (error: unknown, methods: Record<string, unknown>) => void): void
    }
  }
  const home = readdirSync(dir).find((name) => name.startsWith('shipit-pm2-'))
  const socket = axon.socket('req')
  const connected = socket.connect(path.join(dir, home as string, 'rpc.sock'))
  try {
    return await new Promise((resolve, reject) =>
      new Client(socket).methods((error, methods) =>
        error ? reject(error as Error) : resolve(Object.keys(methods)),
      ),
    )
  } finally {
    connected.close()
  }
}
