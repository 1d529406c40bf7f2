import { readdir } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { loopbackLookup } from '../../src/lib/loopback.js'
import { readPage, sendForm } from '../embedded/support/scheduler-page.js'
import { until } from '../support/until.js'
import { startSteeredDaemon } from './support/steered-daemon.js'
import { World } from './support/world.js'

const PACKAGE = {
  name: 'notes',
  private: true,
  scripts: { start: 'node app.js' },
  dependencies: { pg: '8.16.3' },
}
/** Makes its table in the release phase, and a row with each POST. */
const MIGRATE = `const { Client } = require('pg')
const client = new Client({
  connectionString: process.env.DATABASE_URL,
  ssl: { rejectUnauthorized: false },
})
client.connect()
  .then(() => client.query('CREATE TABLE IF NOT EXISTS notes (id serial)'))
  .then(() => client.end())
`
const APP = `const http = require('node:http')
const { Pool } = require('pg')
const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  ssl: { rejectUnauthorized: false },
  max: 2,
})
http.createServer(async (request, response) => {
  try {
    if (request.method === 'POST') await pool.query('INSERT INTO notes DEFAULT VALUES')
    const { rows } = await pool.query('SELECT count(*)::int AS count FROM notes')
    response.end(String(rows[0].count))
  } catch (error) {
    response.writeHead(500).end(error.message)
  }
}).listen(process.env.PORT)
`

describe('an app with a database', function () {
  this.timeout(240_000)
  let world: World
  before(async () => {
    world = await World.create()
  })
  after(() => world?.close())

  // Asked for anew: after a stop another platform of this machine may have taken the port.
  const post = async () => {
    const { url } = await world.json<{ url: string }>(['open', '--local', '--app', 'notes'])
    return request(url, 'POST')
  }

  it('is deployed with it, and migrated in its release phase', async () => {
    const dir = await world.app('notes', {
      'package.json': PACKAGE,
      'app.js': APP,
      'migrate.js': MIGRATE,
      Procfile: 'web: npm start\nrelease: node migrate.js\n',
    })
    await world.ok(['apps', 'create', 'notes', '--local'])
    const created = await world.ok(
      ['addons', 'create', 'heroku-postgresql:essential-0', '--local', '--app', 'notes'],
      { cwd: dir },
    )
    expect(created.stdout).to.match(/Created postgresql-[a-z]+-\d+ as DATABASE_URL/)
    await world.ok(['deploy', '--local', '--app', 'notes'], { cwd: dir })
    expect(await post()).to.equal('1')
  })

  it('has its rows after the platform was stopped and started', async () => {
    await world.ok(['local', 'stop'])
    await world.ok(['local', 'start'])
    await world.ok(['ps', '--local', '--app', 'notes'])
    expect(await post()).to.equal('2')
    const { stdout } = await world.ok([
      'psql',
      '--local',
      '--app',
      'notes',
      '--',
      '-Atc',
      'SELECT count(*) FROM notes',
    ])
    expect(stdout.trim()).to.equal('2')
  })

  it('leaves no database behind when it is destroyed', async () => {
    await world.ok(['destroy', '--local', '--app', 'notes', '--confirm', 'notes'])
    expect(await readdir(path.join(world.env.SHIPIT_HOME!, 'local/addons'))).to.deep.equal([])
  })
})

describe('an app with a scheduled job', function () {
  this.timeout(240_000)
  let world: World
  before(async () => {
    world = await World.create()
  })
  after(() => world?.close())

  it('has it run in a one-off dyno when it is due, with its config vars and its log', async () => {
    const clock = await startSteeredDaemon(world)
    const dir = await world.app('cleaned', {
      'package.json': { name: 'cleaned', private: true, scripts: { start: 'node app.js' } },
      'app.js': `require('node:http').createServer((q, r) => r.end('up')).listen(process.env.PORT)\n`,
      'clean.js': 'console.log(`${process.env.DYNO} cleans ${process.env.SHELF}`)\n',
    })
    const local = ['--local', '--app', 'cleaned']
    await world.ok(['deploy', '--create', ...local], { cwd: dir })
    await world.ok(['config', 'set', 'SHELF=top', ...local])
    const created = await world.ok(['addons', 'create', 'scheduler:standard', ...local])
    expect(created.stdout).to.match(/^Created scheduler-[a-z]+-\d+$/m)
    const { url } = await world.json<{ url: string }>(['addons', 'open', 'scheduler', ...local])
    const job = { command: 'node clean.js', frequency: '10@0', size: 'Basic' }
    await sendForm(url, { action: 'add', ...job })
    clock.advance(10 * 60_000)
    const log = async () => (await world.ok(['logs', '-n', '200', ...local])).stdout
    let lines = ''
    await until(
      'the job to end',
      async () => /heroku\[scheduler\.\d+\]: Process exited/.test((lines = await log())),
      60_000,
    )
    const [, dyno] = /app\[(scheduler\.\d{4})\]: \1 cleans top$/m.exec(lines)!
    expect(lines)
      .to.match(/app\[api\]: Starting process with command `node clean\.js` by user scheduler@/)
      .and.include(`heroku[${dyno}]: Process exited with status 0`)
    expect(await readPage(url)).to.include(`, in ${dyno}</dd>`)
  })
})

/** By the loopback, whatever names of localhost resolve to. */
function request(url: string, method: string): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .request(url, { method, lookup: loopbackLookup, agent: false }, (response) =>
        text(response).then(resolve, reject),
      )
      .on('error', reject)
      .end()
  })
}
