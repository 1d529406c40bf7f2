/** Not part of `npm test`: Prisma takes a minute to install. See package.json. */

import { expect } from 'chai'
import { PRISMA_APP } from '../e2e/support/database-apps.js'
import { RehearsedApp } from '../e2e/support/rehearsed-app.js'
import { World } from '../e2e/support/world.js'

describe('an app of Prisma 6 (7 migrates by a binary that npm does not have)', function () {
  this.timeout(10 * 60_000)
  let world: World
  let app: RehearsedApp
  before(async () => {
    world = await World.create()
    app = await RehearsedApp.of(world, 'notes', PRISMA_APP)
  })
  after(() => world?.close())

  it('is made of its app.json, and migrated in the release phase by Prisma itself', async () => {
    const { output } = await app.deploy()
    expect(output)
      .to.match(/Generated Prisma Client \(v?6/)
      .and.to.include('20260101000000_notes')
    const [addon] = await world.json<{ plan: string }[]>(['addons', ...app.flags])
    expect(addon!.plan).to.equal('heroku-postgresql:essential-0')
    expect(await app.instances()).to.equal(4)
    expect(await app.write({ text: 'one' })).to.deep.include({ status: 201, body: { count: 1 } })
  })

  it('loses no request under reload', async () => {
    const { failures, ok } = await app.reload(40)
    expect(failures, failures.length > 0 ? await app.log() : '').to.deep.equal([])
    expect(ok).to.be.above(10)
  })

  it('has its rows after the platform was stopped and started', async () => {
    await app.restartPlatform()
    await world.ok(['ps', ...app.flags])
    const first = await app.ask('/')
    expect(first, first.status === 200 ? '' : await app.log()).to.deep.equal({
      status: 200,
      body: { count: 1 },
    })
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
