import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { plainApp } from './support/apps.js'
import { platformRequest } from './support/platform.js'
import { World } from './support/world.js'
import { inSoak } from '../support/soak.js'

interface Dyno {
  name: string
  size: string
  state: string
}
interface Plan {
  plan: {
    app: string
    formation: object[]
    config_changes: string[]
    warnings: string[]
    findings: { what: string }[]
  }
}

describe('environments of the deploy: block', function () {
  this.timeout(120_000)
  let world: World
  let dir: string
  before(async () => {
    world = await World.create()
    dir = await world.app('shop', {
      ...plainApp('shop'),
      Procfile: 'web: npm start\nworker: sleep 1000\n',
    })
    const file = path.join(dir, 'ecosystem.config.yml')
    await writeFile(
      file,
      `${await readFile(file, 'utf8')}
deploy:
  production: { app: shop, formation: { web: "2:standard-2x", worker: 1 }, config: [DATABASE_URL] }
  homolog: { app: shop-homolog, host: old.example, path: /srv/shop }
  old: { user: node, host: old.example, repo: git@old.example:shop.git, path: /srv/shop }
`,
    )
    await world.commit(dir, 'Environments')
  })
  after(() => world.close())

  it('are named, and not chosen, where nobody can be asked', async () => {
    const { status, stderr } = await world.shipit(['deploy', '--local'], { cwd: dir })
    expect(status).to.equal(2)
    expect(stderr).to.include('Which environment? The ecosystem file has production, homolog.')
  })

  it("report what is of PM2's own deploy over ssh", async () => {
    const { plan } = await world.json<Plan>(['deploy', 'homolog', '--local', '--dry-run'], {
      cwd: dir,
    })
    expect(plan.app).to.equal('shop-homolog')
    expect(plan.findings.map(({ what }) => what).join()).to.include(
      "PM2's own deploy over ssh is left alone: deploy.old; host, path of deploy.homolog.",
    )
    expect((await world.shipit(['deploy', 'old', '--local'], { cwd: dir })).status).to.equal(2)
  })

  it('are not deployed without their config vars, and nothing is changed', async () => {
    await world.ok(['local', 'start'])
    await platformRequest(world, 'POST', '/apps', { name: 'shop' })
    const { status, stderr } = await world.shipit(['deploy', 'production', '--local'], { cwd: dir })
    expect(status, stderr).to.equal(3)
    expect(stderr).to.include(
      'shop lacks config vars that deploy.production.config asks for: DATABASE_URL',
    )
    expect(await platformRequest<object[]>(world, 'GET', '/apps/shop/builds')).to.deep.equal([])
  })

  inSoak('get their formation with the deploy', async () => {
    await platformRequest(world, 'PATCH', '/apps/shop/config-vars', {
      DATABASE_URL: 'postgres://nowhere',
    })
    const { plan } = await world.json<Plan>(['deploy', 'production', '--local', '--dry-run'], {
      cwd: dir,
    })
    expect(plan.formation).to.deep.equal([
      {
        type: 'web',
        before: null,
        after: { quantity: 2, size: 'Standard-2X' },
        cost_class: 'standard',
        costs: 'more',
      },
      {
        type: 'worker',
        before: null,
        after: { quantity: 1, size: null },
        cost_class: null,
        costs: null,
      },
    ])
    await world.ok(['deploy', 'production', '--local'], { cwd: dir })
    const dynos = await world.json<Dyno[]>(['ps', '--local', '--app', 'shop'])
    expect(dynos.map(({ name, size, state }) => `${name} ${size} ${state}`).sort()).to.deep.equal([
      'web.1 Standard-2X up',
      'web.2 Standard-2X up',
      'worker.1 Standard-1X up',
    ])
  })

  inSoak(
    'are scaled down by a deploy of the same commit, once the formation asks for less elsewhere',
    async () => {
      await world.ok(['scale', 'web=3', '--local', '--app', 'shop'])
      const { stdout } = await world.ok(['deploy', 'production', '--local'], { cwd: dir })
      expect(stdout).to.include(
        'dynos of web: 3:Standard-2X → 2:Standard-2X (standard dynos, costs less)',
      )
      expect(stdout).to.not.include('Pushing')
      expect(
        (await world.json<Dyno[]>(['ps', '--local', '--app', 'shop'])).filter(({ name }) =>
          name.startsWith('web.'),
        ),
      ).to.have.lengthOf(2)
    },
  )
})
