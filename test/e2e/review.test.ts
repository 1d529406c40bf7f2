import { writeFile } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { loopbackLookup } from '../../src/lib/loopback.js'
import { World } from './support/world.js'

const SHOP = {
  'package.json': { name: 'shop', private: true, scripts: { start: 'node app.js' } },
  'app.js': `require('node:http').createServer((request, response) =>
  response.end([process.env.LEVEL, process.env.KEY].join(' '))).listen(process.env.PORT)
`,
  'app.json': {
    env: { LEVEL: 'info', KEY: { description: 'Opens it.' } },
    scripts: { postdeploy: 'echo seeded' },
    environments: {
      review: { env: { LEVEL: 'debug' }, scripts: { 'pr-predestroy': 'echo bye from $LEVEL' } },
    },
  },
}

interface Up {
  app: string
  url: string
  created: boolean
  already_live: boolean
  release: { version: number }
  postdeploy: object | null
}

describe('a review app', function () {
  this.timeout(240_000)
  let world: World
  let dir: string
  before(async () => {
    world = await World.create()
    dir = await world.app('shop', SHOP)
    await world.ok(['apps', 'create', 'shop-live', '--local'])
    await world.ok([
      'pipelines',
      'create',
      'shop',
      '--local',
      '--app',
      'shop-live',
      '--stage',
      'production',
    ])
  })
  after(() => world?.close())

  const review = (verb: string, ...more: string[]) => [
    'review',
    verb,
    '--local',
    '--pipeline',
    'shop',
    '--name',
    'pr-42',
    ...more,
  ]
  const apps = async () =>
    (await world.json<{ name: string }[]>(['apps', '--local'])).map(({ name }) => name)

  it('is not begun without the values that app.json asks for', async () => {
    const refused = await world.shipit(review('up'), { cwd: dir })
    expect(refused.status).to.equal(2)
    expect(refused.stderr).to.include('without a value: KEY.')
    expect(await apps()).to.deep.equal(['shop-live'])
  })

  it('is made by its own part of app.json, at the review stage, and serves', async () => {
    const up = await world.json<Up>(review('up', '--vars', '-'), { cwd: dir, input: 'KEY=k\n' })
    expect(up).to.include({ app: 'shop-pr-42', created: true, already_live: false })
    expect(up.postdeploy).to.include({ exit_code: 0 })
    expect(await get(up.url)).to.equal('debug k')
    const { apps: coupled } = await world.json<{ apps: { name: string; stage: string }[] }>([
      'pipelines',
      'info',
      'shop',
      '--local',
    ])
    expect(coupled.map(({ name, stage }) => `${stage} ${name}`)).to.deep.equal([
      'review shop-pr-42',
      'production shop-live',
    ])
  })

  it('is deployed again under the same name, without what it has had, after a rebase too', async () => {
    await writeFile(path.join(dir, 'more.txt'), 'more')
    await world.git(dir, 'add', '--all')
    await world.git(dir, 'commit', '--quiet', '--amend', '--message', 'Rebased')
    const up = await world.json<Up>(review('up'), { cwd: dir })
    expect(up).to.include({ app: 'shop-pr-42', created: false, already_live: false })
    expect(up.postdeploy).to.equal(null)
    expect(await world.json<Up>(review('up'), { cwd: dir })).to.include({ already_live: true })
    expect(await get(up.url)).to.equal('debug k')
  })

  it('is destroyed after its last words, and then there is none', async () => {
    const down = await world.ok(review('down'), { cwd: dir })
    expect(down.stdout).to.include('bye from debug').and.include('Destroyed shop-pr-42')
    expect(await apps()).to.deep.equal(['shop-live'])
    expect(await world.json(review('down'), { cwd: dir })).to.include({ destroyed: false })
  })

  it('is none where the app is at another stage', async () => {
    await world.ok(['apps', 'create', 'shop-pr-42', '--local'])
    await world.ok([
      'pipelines',
      'add',
      'shop',
      '--local',
      '--app',
      'shop-pr-42',
      '--stage',
      'staging',
    ])
    for (const verb of ['up', 'down']) {
      const refused = await world.shipit(review(verb), { cwd: dir })
      expect([verb, refused.status]).to.deep.equal([verb, 7])
      expect(refused.stderr).to.include('shop-pr-42 is not a review app of shop')
    }
    expect(await apps()).to.include('shop-pr-42')
  })

  it('stays where its last words fail, unless it is forced', async () => {
    const failing = { scripts: { 'pr-predestroy': 'exit 4' } }
    const other = (verb: string, ...more: string[]) => [
      ...review(verb, ...more).slice(0, -1 - more.length),
      'pr-43',
      ...more,
    ]
    await world.ok(other('up', '--vars', '-'), { cwd: dir, input: 'KEY=k\n' })
    await writeFile(path.join(dir, 'app.json'), JSON.stringify(failing))
    const refused = await world.shipit(other('down'), { cwd: dir })
    expect(refused.status).to.equal(11)
    expect(refused.stderr)
      .to.include('shop-pr-43 was not destroyed')
      .and.match(/shipit review down --name pr-43 --pipeline shop --local --force$/m)
    expect(await apps()).to.include('shop-pr-43')
    await world.ok(other('down', '--force'), { cwd: dir })
    expect(await apps()).not.to.include('shop-pr-43')
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
