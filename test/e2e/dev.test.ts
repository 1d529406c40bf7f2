import { expect } from 'chai'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { packageRoot, runtimePackageDir } from '../../src/paths.js'
import { AppFolder, freePort, HTTP_APP, isAlive, until, type Run } from '../runtime/harness.js'

const SHIPIT = path.join(packageRoot, 'bin/shipit.js')
const FILE =
  'apps:\n  - { name: api, script: server.js, env_blue: { COLOUR: blue } }\n  - { name: other, script: other.js }\n'

describe('shipit dev', function () {
  this.timeout(90_000)
  let app: AppFolder
  afterEach(() => app.end())

  const install = () => {
    mkdirSync(path.join(app.dir, 'node_modules'))
    symlinkSync(runtimePackageDir, path.join(app.dir, 'node_modules/shipit-runtime'))
  }
  const folder = (files: Record<string, string> = {}) => {
    app = new AppFolder(
      {
        'package.json': '{"dependencies":{"shipit-runtime":"*"}}',
        'server.js': HTTP_APP,
        'other.js': 'setInterval(() => {}, 1000)',
        'ecosystem.config.yml': FILE,
        ...files,
      },
      SHIPIT,
    )
    install()
  }
  const dev = (args: string[], env: Record<string, string | undefined> = {}) =>
    app.start(['dev', ...args], { DYNO: undefined, SHIPIT_METRICS: undefined, ...env })
  const portOf = async (run: Run) => {
    await run.says(/event=listening port=\d+/)
    return Number(/event=listening port=(\d+)/.exec(run.stdout)?.[1])
  }
  const get = async (port: number, url: string) =>
    (await fetch(`http://127.0.0.1:${port}${url}`)).text()

  it('finds the file, runs its apps by env and only, and Ctrl-C ends everything with 0', async () => {
    folder()
    const run = await dev(['--env', 'blue', '--only', 'api'])
    const port = await portOf(run)
    expect(run.stderr).to.include(`http://localhost:${port}/`)
    expect(await get(port, '/env/COLOUR')).to.equal('blue')
    expect(run.stdout).not.to.include('app=other')
    const instance = Number((await get(port, '/')).split(' ')[0])
    run.signalAll('SIGINT')
    expect((await run.ended).code).to.equal(0)
    expect(isAlive(instance)).to.equal(false)
  })

  it('restarts an app whose files changed, though the file says nothing of watch', async () => {
    folder()
    const run = await dev(['ecosystem.config.yml', '--only', 'api'])
    const port = await portOf(run)
    const first = await get(port, '/')
    let n = 0
    await until(() => {
      // The watcher says nothing of when it is ready, so the change is made until it is seen.
      writeFileSync(path.join(app.dir, 'view.txt'), String((n += 1)))
      return run.stdout.includes('asked=yes')
    }, 30_000)
    await until(async () => (await get(port, '/').catch(() => first)) !== first, 30_000)
  })

  for (const options of ['', ', max_restarts: 2']) {
    it(`keeps an app that cannot stay up waiting for a changed file, and starts it again then (${options.slice(2) || 'by its own rules'})`, async () => {
      folder({
        'boom.js': 'process.exit(7)',
        'boom.yml': `apps:\n  - { name: boom, script: boom.js${options} }\n`,
      })
      const run = await dev(['boom.yml'])
      await run.says(
        /shipit: boom cannot stay up, and waits for a changed file\n {2}its last instance exited with code 7/,
        30_000,
      )
      app.write('boom.js', HTTP_APP)
      await portOf(run)
      run.child.kill('SIGTERM')
      expect((await run.ended).code).to.equal(0)
    })
  }

  it('takes the port that PORT names, unless the file names one', async () => {
    const [port, own] = [await freePort(), await freePort()]
    folder({ 'own.yml': `apps:\n  - { name: api, script: server.js, port: ${own} }\n` })
    expect(await portOf(await dev(['--only', 'api'], { PORT: String(port) }))).to.equal(port)
    expect(await portOf(await dev(['own.yml'], { PORT: String(port) }))).to.equal(own)
  })

  it('stops when it alone is told to, and passes on the status of an app that cannot stay up', async () => {
    folder({
      'boom.js': 'process.exit(7)',
      'boom.yml': 'apps:\n  - { name: boom, script: boom.js, watch: false }\n',
    })
    const [good, bad] = [await dev(['--only', 'api']), await dev(['boom.yml'])]
    const instance = Number((await get(await portOf(good), '/')).split(' ')[0])
    good.child.kill('SIGTERM')
    expect((await good.ended).code).to.equal(0)
    expect(isAlive(instance)).to.equal(false)
    expect((await bad.ended).code).to.equal(7)
    expect(bad.stderr)
      .to.include('boom cannot stay up, so all is stopped')
      .and.include('it printed nothing')
  })

  it('says what to do where the runtime is not installed, and where there is no file', async () => {
    folder()
    rmSync(path.join(app.dir, 'node_modules'), { recursive: true })
    const uninstalled = await dev([])
    expect((await uninstalled.ended).code).to.equal(3)
    expect(uninstalled.stderr)
      .to.include('shipit-runtime is not installed')
      .and.include('npm install')
    rmSync(path.join(app.dir, 'ecosystem.config.yml'))
    const empty = await dev([])
    expect((await empty.ended).code).to.equal(3)
    expect(empty.stderr).to.include('no ecosystem file').and.include('shipit init')
  })
})
