import { appendFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { plainApp, plainServer } from './support/apps.js'
import { daemonInfo, platformRequest } from './support/platform.js'
import { World } from './support/world.js'

interface Ref {
  version: number
}
interface Promoted {
  app: string
  release: Ref
  replaced: Ref | null
  already_live: boolean
}
interface Plan {
  targets: {
    app: string
    plan: { steps: string[]; health: { path: string } }
    differences: {
      commits: { added: { subject: string }[]; added_count: number } | null
      config: { source_only: string[]; target_only: string[]; different: string[] }
    }
  }[]
}
interface Failure {
  error: {
    code: string
    exit_code: number
    message: string
    details: {
      targets: {
        app: string
        outcome: string
        release: Ref | null
        error: { code: string; details: { rolled_back_to: Ref; serving: Ref } } | null
      }[]
    }
  }
}

const ECOSYSTEM = `
deploy:
  staging: { app: shop-staging, stage: staging }
  production: { app: shop-eu, stage: production, health: /healthz }
`

/** Serves another word, and not at all where an operator has said so. */
const breakable = (word: string) =>
  `if (process.env.BROKEN) throw new Error('no table called orders')\n${plainServer(word)}`

describe('a promotion', function () {
  this.timeout(240_000)
  let world: World
  let dir: string

  before(async () => {
    world = await World.create()
    dir = await world.app('shop-staging', plainApp('one'))
    await appendFile(path.join(dir, 'ecosystem.config.yml'), ECOSYSTEM)
    await world.commit(dir, 'Stages')
    await world.ok(['deploy', 'staging', '--local'], { cwd: dir })
    for (const name of ['shop-eu', 'shop-us'])
      await platformRequest(world, 'POST', '/apps', { name })
    await world.ok([
      'pipelines',
      'create',
      'shop',
      '--app',
      'shop-staging',
      '-s',
      'staging',
      '--local',
    ])
    await world.ok(['pipelines', 'add', 'shop', '--app', 'shop-eu', '-s', 'production', '--local'])
  })
  after(() => world.close())

  const served = async (app: string) => {
    const { routerPort } = await daemonInfo(world)
    // Not every resolver knows the names under localhost.
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const headers = { host: `${app}.localhost` }
      http.get({ host: '127.0.0.1', port: routerPort, headers }, resolve).on('error', reject)
    })
    return text(response)
  }
  const newest = async (app: string) =>
    (
      await platformRequest<{ version: number; description: string }[]>(
        world,
        'GET',
        `/apps/${app}/releases`,
      )
    ).at(-1)!

  it('finds app and stage in the folder, and plans without changing anything', async () => {
    const { targets } = await world.json<Plan>(['promote', '--dry-run', '--local'], { cwd: dir })
    expect(targets.map(({ app }) => app)).to.deep.equal(['shop-eu'])
    expect(targets[0]!.plan.steps).to.deep.equal([
      'preflight',
      'promote',
      'release',
      'boot',
      'health',
    ])
    expect(targets[0]!.plan.health.path).to.equal('/healthz')
    expect((await newest('shop-eu')).version).to.equal(2)
  })

  it('serves in production what staging serves, with config vars of its own', async () => {
    const { targets } = await world.json<{ targets: Promoted[] }>(['promote', '--local'], {
      cwd: dir,
    })
    expect(targets).to.have.length(1)
    expect(targets[0]).to.deep.include({ app: 'shop-eu', replaced: null, already_live: false })
    expect(await served('shop-eu')).to.equal('one')
    expect((await newest('shop-eu')).description).to.match(/^Promote shop-staging v3 [0-9a-f]{8}$/)
    // Again: it is only looked at.
    const again = await world.ok(['promote', '--to', 'production', '--local'], { cwd: dir })
    expect(again.stdout).to.include('nothing to promote')
    expect((await newest('shop-eu')).version).to.equal(3)
  })

  it('says which commits and config vars differ, and no values', async () => {
    await world.ok(['pipelines', 'add', 'shop', '--app', 'shop-us', '-s', 'production', '--local'])
    await world.ok(['promote', '--to', 'shop-us', '--local'], { cwd: dir })
    await platformRequest(world, 'PATCH', '/apps/shop-us/config-vars', { BROKEN: 'sesame' })
    await platformRequest(world, 'PATCH', '/apps/shop-staging/config-vars', { COLOUR: 'red' })
    await writeFile(path.join(dir, 'server.js'), breakable('two'))
    await world.commit(dir, 'Ask for orders')
    await world.ok(['deploy', 'staging', '--local'], { cwd: dir })
    const { output } = await world.ok(['promote', '--to', 'shop-us', '--dry-run', '--local'], {
      cwd: dir,
    })
    expect(output).to.match(/1 commit more:\n +[0-9a-f]{7,} Ask for orders\n/)
    expect(output).to.include('config vars that shop-us lacks: COLOUR')
    expect(output).to.include('config vars of shop-us alone: BROKEN')
    expect(output).to.not.match(/sesame|red/)
  })

  it('keeps what serves, and rolls back what does not, with one exit code for both', async () => {
    const { status, stdout, stderr } = await world.shipit(['promote', '--local', '--json'], {
      cwd: dir,
    })
    expect(status, stderr).to.equal(12)
    const { error } = JSON.parse(stdout) as Failure
    expect(error.code).to.equal('boot')
    expect(error.message).to.match(
      /^shop-us: [^]*Rolled back: v4 serves again[^]*shop-eu: v4 serves/,
    )
    expect(error.details.targets.map(({ app, outcome }) => [app, outcome])).to.deep.equal([
      ['shop-eu', 'succeeded'],
      ['shop-us', 'failed'],
    ])
    const [, us] = error.details.targets
    expect(us!.error!.details.rolled_back_to.version).to.equal(4)
    expect(us!.error!.details.serving.version).to.equal(6)
    expect(stderr).to.include('[shop-us]').and.include('no table called orders')
    expect(await served('shop-eu')).to.equal('two')
    expect(await served('shop-us')).to.equal('one')
  })

  it('refuses an app of no pipeline, and a stage that has no app, by name', async () => {
    await platformRequest(world, 'POST', '/apps', { name: 'stray' })
    const stray = await world.shipit(['promote', '--app', 'stray', '--local'])
    expect(stray.status).to.equal(6)
    expect(stray.stderr).to.include('stray is in no pipeline')
    const empty = await world.shipit(['promote', '--to', 'development', '--local'], { cwd: dir })
    expect(empty.status).to.equal(6)
    expect(empty.stderr).to.include('The pipeline shop has no other app in development')
  })
})
