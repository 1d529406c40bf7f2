import http from 'node:http'
import path from 'node:path'
import { writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { loopbackLookup } from '../../src/lib/loopback.js'
import { World } from './support/world.js'

const CLIENT = `new Client({
  connectionString: process.env.DATABASE_URL,
  ssl: { rejectUnauthorized: false },
})`
const NOTES = {
  'package.json': {
    name: 'notes',
    private: true,
    scripts: { start: 'node app.js' },
    dependencies: { pg: '8.16.3' },
  },
  'app.js': `const { Client } = require('pg')
require('node:http').createServer(async (request, response) => {
  const client = ${CLIENT}
  await client.connect()
  const { rows } = await client.query('SELECT count(*)::int AS count FROM notes')
  await client.end()
  const { SESSION_SECRET = '', GREETING, LEVEL } = process.env
  response.end([rows[0].count, SESSION_SECRET.length, GREETING, LEVEL].join(' '))
}).listen(process.env.PORT)
`,
  'migrate.js': `const { Client } = require('pg')
const client = ${CLIENT}
client.connect()
  .then(() => client.query('CREATE TABLE IF NOT EXISTS notes (id serial)'))
  .then(() => client.end())
`,
  'seed.js': `const { Client } = require('pg')
const client = ${CLIENT}
client.connect()
  .then(() => client.query('INSERT INTO notes DEFAULT VALUES'))
  .then(() => client.end())
  .then(() => console.log('seeded'))
`,
  Procfile: 'web: npm start\nrelease: node migrate.js\n',
  'app.json': {
    env: {
      SESSION_SECRET: { generator: 'secret' },
      GREETING: { description: 'What it says.' },
      DATABASE_URL: { description: 'Of the add-on.' },
      LEVEL: 'info',
    },
    formation: { web: { quantity: 2, size: 'standard-1x' } },
    addons: ['heroku-postgresql:essential-0'],
    features: ['preboot'],
    buildpacks: [{ url: 'heroku/nodejs' }],
    stack: 'heroku-24',
    scripts: { postdeploy: 'node seed.js' },
  },
}

describe('an app that app.json describes', function () {
  this.timeout(240_000)
  let world: World
  let dir: string
  let url: string
  before(async () => {
    world = await World.create()
    dir = await world.app('notes', NOTES)
  })
  after(() => world?.close())

  const deploy = ['deploy', '--local', '--create', '--app', 'notes']

  it('is not begun without the values that it asks for', async () => {
    const refused = await world.shipit([...deploy, '--yes'], { cwd: dir })
    expect(refused.status).to.equal(2)
    expect(refused.stderr)
      .to.include('app.json asks for a config var without a value: GREETING. Nothing was changed.')
      .and.include('GREETING: What it says.')
      .and.include('--vars')
    expect(await world.json(['apps', '--local'])).to.deep.equal([])
  })

  it('is planned without them, and nothing is made', async () => {
    const { plan } = await world.json<{ plan: { set_up: object; steps: string[] } }>(
      [...deploy, '--dry-run'],
      { cwd: dir },
    )
    expect(plan.set_up).to.deep.equal({
      coupling: null,
      stack: 'heroku-24',
      buildpacks: ['heroku/nodejs'],
      features: ['preboot'],
      config_vars: ['SESSION_SECRET', 'LEVEL', 'GREETING'],
      addons: [{ plan: 'heroku-postgresql:essential-0', as: null }],
      postdeploy: 'node seed.js',
    })
    expect(plan.steps).to.include.members(['set_up', 'postdeploy'])
    expect(await world.json(['apps', '--local'])).to.deep.equal([])
  })

  it('is made, migrated, seeded once, scaled and served', async () => {
    const { output } = await world.ok([...deploy, '--vars', '-'], {
      cwd: dir,
      input: 'GREETING=good day\nUNASKED=1\n',
    })
    expect(output).to.match(/postgresql-[a-z]+-\d+ is there, as DATABASE_URL/)
    expect(output).to.include('seeded').and.not.include('good day')
    ;({ url } = await world.json<{ url: string }>(['open', '--local', '--app', 'notes']))
    expect(await get(url)).to.equal('1 64 good day info')
    const { config } = await world.json<{ config: Record<string, string> }>([
      'config',
      '--local',
      '--app',
      'notes',
    ])
    expect(Object.keys(config)).to.include('SESSION_SECRET').and.not.include('UNASKED')
    const { formation } = await world.json<{ formation: { type: string; quantity: number }[] }>([
      'scale',
      '--local',
      '--app',
      'notes',
    ])
    expect(formation.find(({ type }) => type === 'web')).to.include({ quantity: 2 })
  })

  it('has nothing left to make', async () => {
    const again = await world.json<object>(deploy, { cwd: dir })
    expect(again).to.include({ already_live: true, postdeploy: null })
    expect(await get(url)).to.equal('1 64 good day info')
  })

  it('is made without a deploy, which then seeds it', async () => {
    await world.ok(['apps', 'create', 'other', '--local', '--from-app-json', '--vars', '-'], {
      cwd: dir,
      input: 'GREETING=hi\n',
    })
    const deployed = await world.json<{ url: string; postdeploy: { exit_code: number } }>(
      ['deploy', '--local', '--create', '--app', 'other'],
      { cwd: dir },
    )
    expect(deployed.postdeploy.exit_code).to.equal(0)
    expect(await get(deployed.url)).to.equal('1 64 hi info')
    for (const app of ['notes', 'other'])
      await world.ok(['destroy', '--local', '--app', app, '--confirm', app])
  })
})

describe('a postdeploy that fails', function () {
  this.timeout(240_000)
  let world: World
  before(async () => {
    world = await World.create()
  })
  after(() => world?.close())

  it('is told, leaves the release that serves, and runs again with the next deploy', async () => {
    const dir = await world.app('seeds', {
      'package.json': { name: 'seeds', private: true, scripts: { start: 'node app.js' } },
      'app.js': `require('node:http').createServer((q, r) => r.end('up')).listen(process.env.PORT)\n`,
      'seed.js': `console.log('no table'); process.exitCode = 3\n`,
      'app.json': { scripts: { postdeploy: 'node seed.js' } },
    })
    const deploy = ['deploy', '--local', '--create', '--app', 'seeds']
    const failed = await world.shipit([...deploy, '--json'], { cwd: dir })
    expect(failed.status).to.equal(11)
    const { error } = JSON.parse(failed.stdout) as {
      error: { message: string; why: string; details: { serving: { version: number } } }
    }
    expect(error.message).to.match(/^v\d+ of seeds serves, but postdeploy .* exit code 3/)
    expect(error.why).to.include('no table')
    const { url } = await world.json<{ url: string }>(['open', '--local', '--app', 'seeds'])
    expect(await get(url)).to.equal('up')

    await writeFile(path.join(dir, 'seed.js'), `console.log('fine')\n`)
    await world.commit(dir, 'Seed')
    const second = await world.json<{ postdeploy: object | null }>(deploy, { cwd: dir })
    expect(second.postdeploy).to.include({ exit_code: 0 })
    const third = await world.json<object>(deploy, { cwd: dir })
    expect(third).to.include({ already_live: true, postdeploy: null })
    await world.ok(['destroy', '--local', '--app', 'seeds', '--confirm', 'seeds'])
  })
})

describe('a postdeploy whose deploy is killed', function () {
  this.timeout(240_000)
  let world: World
  before(async () => {
    world = await World.create()
  })
  after(() => world?.close())

  it('is told of once, by the next deploy', async () => {
    const dir = await world.app('cut', {
      'package.json': { name: 'cut', private: true, scripts: { start: 'node app.js' } },
      'app.js': `require('node:http').createServer((q, r) => r.end('up')).listen(process.env.PORT)\n`,
      'seed.js': `console.log('seeding'); setInterval(() => {}, 1000)\n`,
      'app.json': { scripts: { postdeploy: 'node seed.js' } },
    })
    let pid = 0
    let output = ''
    const first = world.shipit(['deploy', '--local', '--create', '--app', 'cut'], {
      cwd: dir,
      onSpawn: (spawned) => (pid = spawned),
      onOutput: (text) => {
        // Once: its words come in the output of the dyno after those of the plan.
        if (!output.includes('seeding') && (output += text).includes('seeding'))
          process.kill(pid, 'SIGKILL')
      },
    })
    expect((await first).status, output).to.equal(137)

    const deploy = ['deploy', '--local', '--app', 'cut']
    const second = await world.json<{ warnings: string[] }>(deploy, { cwd: dir })
    expect(second.warnings).to.deep.equal([
      'postdeploy of app.json may not have run: the deploy that made cut was stopped before its ' +
        'end. Look at `shipit logs --app cut`; by hand, its command runs in `shipit run`.',
    ])
    const third = await world.json<{ warnings: string[] }>(deploy, { cwd: dir })
    expect(third.warnings).to.deep.equal([])
    await world.ok(['destroy', '--local', '--app', 'cut', '--confirm', 'cut'])
  })
})

describe('a set-up that the platform refuses half-way', function () {
  this.timeout(240_000)
  let world: World
  before(async () => {
    world = await World.create()
  })
  after(() => world?.close())

  it('says what there is, and is completed by the next, with nothing made twice', async () => {
    const appJson = {
      env: { SECRET: { generator: 'secret' } },
      addons: ['papertrail', { plan: 'scheduler-of-nobody' }],
    }
    const dir = await world.app('half', {
      'package.json': { name: 'half', private: true, scripts: { start: 'node app.js' } },
      'app.js': `require('node:http').createServer((q, r) => r.end('up')).listen(process.env.PORT)\n`,
      'app.json': appJson,
    })
    const deploy = ['deploy', '--local', '--create', '--app', 'half']
    const secret = async () =>
      (await world.ok(['config', 'get', 'SECRET', '--local', '--app', 'half'])).stdout
    const failed = await world.shipit(deploy, { cwd: dir })
    expect(failed.status).to.equal(7)
    expect(failed.stderr).to.match(
      /half exists and has config vars SECRET; add-on papertrail-[\w-]+ \(papertrail:\w+\)\./,
    )
    expect(failed.stderr).to.include('shipit deploy --create --app half --local')
    const made = await secret()

    await writeFile(
      path.join(dir, 'app.json'),
      JSON.stringify({ ...appJson, addons: ['papertrail'] }),
    )
    await world.commit(dir, 'Leave the scheduler out')
    await world.ok(deploy, { cwd: dir })
    expect(await secret()).to.equal(made)
    const addons = await world.json<object[]>(['addons', '--local', '--app', 'half'])
    expect(addons).to.have.lengthOf(1)
    await world.ok(['destroy', '--local', '--app', 'half', '--confirm', 'half'])
  })
})

/** By the loopback, whatever names of localhost resolve to. */
function get(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { lookup: loopbackLookup, agent: false }, (response) =>
        text(response).then(resolve, reject),
      )
      .on('error', reject)
  })
}
