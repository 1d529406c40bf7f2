import { expect } from 'chai'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { Dashboard, PUBLIC_KEY, SECRET_KEY } from '../support/dashboard.js'
import { AppFolder, until, type Run } from './harness.js'

const APP = `console.log('keys', process.env.SECRET_KEY, process.env.PUBLIC_KEY, process.env.PM2_HOME); setInterval(() => {}, 1000)`
const FILE = 'apps:\n  - { name: api, script: app.js, exec_mode: cluster }\n'

describe('keys', function () {
  this.timeout(60_000)
  let app: AppFolder
  let dashboard: Dashboard
  before(async () => void (dashboard = await Dashboard.start()))
  after(() => dashboard.close())
  beforeEach(() => void (app = new AppFolder({ 'app.js': APP, 'ecosystem.config.yml': FILE })))
  afterEach(() => app.end())

  it("of the app are the app's: both are seen by it, and no agent starts", async () => {
    const run = await app.start(undefined, {
      SECRET_KEY: 'apps-own-secret',
      PUBLIC_KEY: 'apps-own-public',
    })
    await run.says('keys apps-own-secret apps-own-public')
    await run.says('shipit: api × 1')
    expect(agentsOf(run)).to.deep.equal([])
    expect(run.output.replace(/^keys .*$/m, '')).not.to.include('apps-own-')
  })

  it('of the dashboard, both set, start the agent, and are nowhere to be read', async () => {
    const run = await app.start(undefined, { ...dashboard.vars, DEBUG: '*' })
    await run.says('keys undefined undefined')
    await run.says('event=online')
    await run.says('shows this dyno as api.web.1')
    expect(agentsOf(run)).to.have.length(1)
    expect(processesOf(run).join('\n')).not.to.include(SECRET_KEY).and.not.include(PUBLIC_KEY)
    const home = /keys undefined undefined (.*)/.exec(run.stdout)?.[1] ?? ''
    expect(statSync(home).mode & 0o777).to.equal(0o700)
    expect(filesWith(SECRET_KEY, app.dir)).to.deep.equal([])
    run.signalAll()
    expect((await run.ended).code).to.equal(0)
    expect(run.output).not.to.include(SECRET_KEY).and.not.include(PUBLIC_KEY)
    await until(() => processesOf(run).length === 0)
    expect(existsSync(home)).to.equal(false)
  })

  it('of the dashboard start the agent in a temporary folder of a long name, too', async () => {
    const deep = path.join(app.dir, 'd'.repeat(100))
    mkdirSync(deep)
    const run = await app.start(undefined, { ...dashboard.vars, TMPDIR: deep })
    await run.says('keys undefined undefined')
    await run.says('shows this dyno as')
    const home = /keys undefined undefined (.*)/.exec(run.stdout)?.[1] ?? ''
    expect(readdirSync(home)).to.include.members(['pub.sock', 'rpc.sock'])
    run.signalAll()
    expect((await run.ended).code).to.equal(0)
    expect(existsSync(home)).to.equal(false)
  })

  it("leave nothing behind for long: a killed runtime's folder goes at the next start", async () => {
    const keys = dashboard.vars
    const killed = await app.start(undefined, keys)
    await killed.says('event=online')
    await killed.kill()
    expect(homesIn(app.dir)).to.have.length(1)
    const next = await app.start(undefined, keys)
    await next.says('event=online')
    expect(homesIn(app.dir)).to.have.length(1)
    next.signalAll()
    await next.ended
    expect(homesIn(app.dir)).to.deep.equal([])
  })

  it('of the dashboard, one of two, start nothing', async () => {
    const run = await app.start(undefined, {
      PM2_SECRET_KEY: SECRET_KEY,
      PUBLIC_KEY: 'x',
      KEYMETRICS_NODE: dashboard.url,
    })
    await run.says('shipit: api × 1')
    expect(agentsOf(run)).to.deep.equal([])
  })
})

const homesIn = (dir: string) => readdirSync(dir).filter((name) => name.startsWith('shipit-pm2-'))

/** Files under a folder that hold a text. */
function filesWith(text: string, dir: string): string[] {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return files
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => readIfThere(file)?.includes(text))
}

/** PM2's agent by its script, or by the title that it gives itself. */
const agentsOf = (run: Run) => processesOf(run).filter((args) => /agent\.cjs|PM2 Agent/.test(args))

/** Command lines of every process in the run's group. */
function processesOf(run: Run): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    const stat = readIfThere(`/proc/${pid}/stat`)
    const group = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[2]
    return group === String(run.child.pid)
      ? [(readIfThere(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ')]
      : []
  })
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1')
  } catch (error) {
    // The process has ended meanwhile.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
