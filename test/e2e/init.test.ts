import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { inSoak, isSoak } from '../support/soak.js'
import { plainApp, plainServer } from './support/apps.js'
import { World } from './support/world.js'

interface Deployed {
  release: { version: number }
  url: string
  dynos: string[]
}
interface Initialised {
  plan: { steps: { kind: string; file: string }[] }
  applied: boolean
}

describe('init, then deploy', function () {
  this.timeout(180_000)
  let world: World
  before(async () => {
    world = await World.create()
    if (!isSoak) return
    await world.run('npm', [
      'install',
      '--prefix',
      path.join(world.folder, 'tools'),
      '--no-audit',
      '--no-fund',
      'yarn@1.22.22',
      'pnpm@9.15.9',
    ])
    // Yarn 1 keeps packages outside the home where it runs as root.
    world.env.YARN_CACHE_FOLDER = path.join(world.folder, 'yarn-cache')
    world.env.PATH = `${path.join(world.folder, 'tools/node_modules/.bin')}:${world.env.PATH}`
  })
  after(() => world.close())

  const deploy = (dir: string, app: string): Promise<Deployed> =>
    world.json<Deployed>(['deploy', '--local', '--app', app], { cwd: dir })

  inSoak("does not take a runtime of other bytes from Yarn's cache", async () => {
    const old = await world.write('old', {
      'package.json': {
        name: 'old',
        dependencies: { 'shipit-runtime': 'file:vendor/shipit-runtime-0.1.0.tgz' },
      },
    })
    await world.write('old/runtime', {
      'package.json': { name: 'shipit-runtime', version: '0.1.0' },
    })
    await mkdir(path.join(old, 'vendor'))
    await world.run('npm', ['pack', './runtime', '--pack-destination', 'vendor'], { cwd: old })
    expect(await world.run('yarn', ['install', '--ignore-scripts'], { cwd: old })).to.include({
      status: 0,
    })

    const dir = await world.write('cached', {
      ...plainApp('cached'),
      'yarn.lock': '# yarn lockfile v1\n',
    })
    await world.ok(['init', '--yes'], { cwd: dir })
    const bytes = await readFile(path.join(dir, 'vendor/shipit-runtime-0.1.0.tgz'))
    expect(await readFile(path.join(dir, 'yarn.lock'), 'utf8')).to.contain(
      createHash('sha1').update(bytes).digest('hex'),
    )
  })

  for (const [tool, lockfile] of [
    ['yarn', 'yarn.lock'],
    ['pnpm', 'pnpm-lock.yaml'],
  ] as const) {
    inSoak(`keeps an app of ${tool} with ${tool}`, async () => {
      const dir = await world.write(tool, plainApp(`by ${tool}`))
      await world.run(
        tool,
        ['install', '--ignore-scripts', ...(tool === 'pnpm' ? ['--lockfile-only'] : [])],
        { cwd: dir },
      )
      await writeFile(path.join(dir, '.gitignore'), 'node_modules/\n')
      await world.git(dir, 'init', '--quiet', '--initial-branch', 'main')
      await world.ok(['init', '--yes'], { cwd: dir })
      expect(await readFile(path.join(dir, lockfile), 'utf8')).to.contain('shipit-runtime')
      await world.commit(dir, 'First')
      expect(await world.git(dir, 'ls-files')).to.not.contain('package-lock.json')
      const { url } = await deploy(dir, `by-${tool}`)
      expect(await get(url)).to.deep.equal({ status: 200, body: `by ${tool}` })
    })
  }

  it("runs the build script and the release phase, keeps the Procfile's worker, and changes nothing a second time", async () => {
    const dir = await world.app(
      'typed',
      {
        'package.json': {
          name: 'typed',
          version: '1.0.0',
          private: true,
          scripts: {
            build: `node -e "fs.cpSync('src', 'dist', { recursive: true })"`,
            start: 'node dist/server.js',
          },
        },
        'src/server.js': plainServer('typed'),
        Procfile:
          'release: echo migrated $SHIPIT_TEST_NAME\nweb: node dist/server.js\nworker: node worker.js\n',
        'worker.js': "console.log('waiting for work')\nsetInterval(() => {}, 1000)\n",
      },
      { isStartedByNpm: true },
    )
    expect(await readFile(path.join(dir, 'Procfile'), 'utf8'))
      .to.contain('worker: node worker.js')
      .and.contain('release: echo migrated')
      .and.not.contain('web: node dist')
    const again = await world.json<Initialised>(['init'], { cwd: dir })
    expect(again).to.deep.include({ applied: false })
    expect(again.plan.steps).to.deep.equal([])

    const deployed = await deploy(dir, 'typed')
    expect((await get(deployed.url)).body).to.equal('typed')
    expect(deployed.dynos).to.deep.equal(['web.1'])
    expect((await world.ok(['logs', '--local', '--app', 'typed', '-n', '1500'])).stdout).to.match(
      /app\[release\.\d+\]: migrated/,
    )
    const scaled = await world.json<{ dynos: { name: string; state: string }[] }>([
      'scale',
      'worker=1',
      '--local',
      '--app',
      'typed',
    ])
    expect(scaled.dynos).to.deep.equal([{ name: 'worker.1', state: 'up', size: 'Standard-1X' }])

    await writeFile(
      path.join(dir, 'Procfile'),
      'release: echo no such table >&2; exit 3\nweb: npm start\nworker: node worker.js\n',
    )
    await world.commit(dir, 'Break the release phase')
    const broken = await world.shipit(['deploy', '--local', '--app', 'typed', '--json'], {
      cwd: dir,
    })
    expect(broken.status).to.equal(11)
    const { error } = JSON.parse(broken.stdout) as {
      error: { code: string; why: string; details: { serving: { version: number } } }
    }
    expect(error.why).to.contain('no such table')
    expect(error.details.serving.version).to.equal(deployed.release.version)
    expect((await get(deployed.url)).body).to.equal('typed')
  })

  it('offers nothing and changes nothing with deploy --dry-run --yes', async () => {
    const dir = await world.write('bare', plainApp('bare'))
    await world.git(dir, 'init', '--quiet', '--initial-branch', 'main')
    await world.commit(dir, 'First')
    const outcome = await world.shipit(
      ['deploy', '--dry-run', '--yes', '--local', '--app', 'bare'],
      { cwd: dir },
    )
    expect(outcome).to.include({ status: 3 })
    expect(await world.git(dir, 'status', '--porcelain')).to.equal('')
  })

  inSoak('deploys an app in a subfolder by itself, where the command is given in it', async () => {
    const dir = await world.write('mono', { 'package.json': { name: 'mono', private: true } })
    await world.git(dir, 'init', '--quiet', '--initial-branch', 'main')
    const inside = await world.write('mono/api', plainApp('api'))
    await world.ok(['init', '--yes'], { cwd: inside })
    await world.commit(dir, 'First')
    const { url } = await world.json<{ url: string }>(['deploy', '--local', '--app', 'mono'], {
      cwd: inside,
    })
    expect((await get(url)).body).to.equal('api')
  })
})
