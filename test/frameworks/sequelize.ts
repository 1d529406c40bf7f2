/** Not part of `npm test`: eight instances of an app with two databases take a minute. See package.json. */

import { expect } from 'chai'
import { SEQUELIZE_APP } from '../e2e/support/database-apps.js'
import { RehearsedApp } from '../e2e/support/rehearsed-app.js'
import { World } from '../e2e/support/world.js'
import { until } from '../support/until.js'

describe('an app with Sequelize, and sessions in Redis', function () {
  this.timeout(240_000)
  let world: World
  let app: RehearsedApp
  let cookie: string | undefined
  before(async () => {
    world = await World.create()
    app = await RehearsedApp.of(world, 'notes', SEQUELIZE_APP)
  })
  after(() => world?.close())

  it('is made of its app.json: databases, config vars, and tables in the release phase', async () => {
    const { output } = await app.deploy()
    expect(output).to.match(/20260101000000-notes: migrated/)
    const addons = await world.json<{ plan: string }[]>(['addons', ...app.flags])
    expect(addons.map(({ plan }) => plan)).to.have.members([
      'heroku-postgresql:essential-0',
      'heroku-redis:mini',
    ])
    expect(await app.instances()).to.equal(4)
    expect(await app.write({ text: 'one' })).to.deep.include({ status: 201, body: { count: 1 } })
  })

  it('has one session in all four instances', async () => {
    cookie = (await app.ask('/login', { method: 'POST', data: { user: 'ada' } })).cookie
    expect(cookie).to.match(/^connect\.sid=/)
    const users = new Map<string, string>()
    // Side by side: the router keeps a connection to one instance, and takes another while it waits.
    await until('an answer of each instance', async () => {
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => app.ask('/me', { cookie: cookie! })),
      )
      for (const { body } of answers as { body: { user: string; instance: string } }[])
        users.set(body.instance, body.user)
      return users.size === 4
    })
    expect([...users.values()]).to.deep.equal(['ada', 'ada', 'ada', 'ada'])
  })

  it('loses no request under reload', async () => {
    const { failures, ok } = await app.reload(40)
    expect(failures, failures.length > 0 ? await app.log() : '').to.deep.equal([])
    expect(ok).to.be.above(10)
  })

  it('has its rows and its sessions after the platform was stopped and started', async () => {
    await app.restartPlatform()
    await world.ok(['ps', ...app.flags])
    const first = await app.ask('/')
    expect(first, first.status === 200 ? '' : await app.log()).to.deep.equal({
      status: 200,
      body: { count: 1 },
    })
    expect((await app.ask('/me', { cookie: cookie! })).body).to.include({ user: 'ada' })
  })

  it('gives the doctor nothing to warn of', async () => {
    const { stdout } = await world.shipit(['doctor', ...app.flags, '--json'], { cwd: app.dir })
    const { findings } = JSON.parse(stdout) as { findings: { check: string; severity: string }[] }
    expect(findings.filter(({ severity }) => severity !== 'note')).to.deep.equal([])
  })

  it('leaves nothing behind when it is destroyed', async () => {
    expect(await app.rest()).to.have.length.above(1)
    await world.ok(['destroy', ...app.flags, '--confirm', 'notes'])
    expect(await app.rest()).to.deep.equal([])
  })
})
