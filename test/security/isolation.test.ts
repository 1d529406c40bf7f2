/**
 * What an app of the embedded Heroku can see of the platform and of its other apps, where the
 * machine lets users make namespaces.
 */
import { expect } from 'chai'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createDynos } from '../../src/embedded/dynos/index.js'
import { removeFolder } from '../../src/embedded/daemon/folders.js'
import { findIsolation } from '../../src/embedded/dynos/isolation.js'
import { buildApp } from '../embedded/build/build-app.js'
import { fakePlatform, type FakePlatform } from '../embedded/build/fake-platform.js'
import { Home, LIMITS } from '../embedded/dynos/fakes.js'
import { temporaryFolder } from '../embedded/support/platform.js'
import { until } from '../support/until.js'

const CANARY = 'canary-of-the-platform'

/** Reads all that it can: the state folder by name, and each process of the machine by /proc. */
const SPY = String.raw`
const fs = require('fs'), path = require('path')
const found = []
const look = (file) => { try { if (fs.readFileSync(file, 'latin1').includes(process.argv.slice(3).join(''))) found.push(file) } catch {} }
const walk = (dir, deep = 0) => { try { for (const one of fs.readdirSync(dir, { withFileTypes: true })) { const at = path.join(dir, one.name); if (one.isDirectory() && deep < 4) walk(at, deep + 1); else if (one.isFile()) look(at) } } catch {} }
walk(process.argv[2])
for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
  look('/proc/' + pid + '/environ')
  walk('/proc/' + pid + '/root' + process.argv[2])
  walk('/proc/' + pid + '/cwd')
}
console.log('FOUND ' + JSON.stringify(found))
`

describe('an app of the embedded Heroku', function () {
  this.timeout(60_000)
  let home: Home
  let dynos: ReturnType<typeof createDynos>
  let app: ReturnType<Home['app']>
  let version: ReturnType<Home['release']>

  beforeEach(async function () {
    home = new Home()
    for (const name of ['apps', 'logs', 'builds', 'caches/node/v1/bin'])
      mkdirSync(path.join(home.root, name), { recursive: true })
    for (const name of ['daemon.json', 'settings.json', 'apps/other.json', 'logs/other.log'])
      writeFileSync(path.join(home.root, name), CANARY)
    writeFileSync(path.join(home.root, 'caches/node/v1/bin/node'), 'a Node.js')
    dynos = createDynos({
      store: home.store,
      logplex: home.logplex,
      folders: home.folders,
      limits: LIMITS,
    })
    const { why } = await dynos.isolation
    if (why !== undefined) {
      this.test!.title += ` (skipped: ${why})`
      this.skip()
    }
    app = home.app('app')
    version = home.release(app, { 'spy.js': SPY })
  })
  afterEach(async () => {
    await dynos.shutdown()
    home.remove()
  })

  const run = async (name: string, command: string) => {
    const { exit } = await dynos.runOneOff(app.id, {
      name,
      command,
      size: 'Standard-1X',
      ...version,
    })
    return exit
  }
  const output = (name: string) =>
    home.logplex
      .lines(name)
      .filter((line) => line.startsWith('app['))
      .map((line) => line.replace(/^app\[\S+\]: /, ''))

  it('finds no token, no config var and no log of another, in files or in processes', async () => {
    const other = home.app('other')
    const theirs = home.release(other, { 'secret.txt': CANARY }, { config: { SECRET: CANARY } })
    const { exit } = await dynos.runOneOff(other.id, {
      name: 'run.2',
      command: 'echo ready; exec sleep 1000',
      size: 'Standard-1X',
      ...theirs,
    })
    await until('the other app', () => output('run.2').includes('ready'))
    expect(await run('run.1', `node spy.js ${home.root} ${CANARY}`)).to.equal(0)
    expect(output('run.1')).to.deep.equal(['FOUND []'])
    await dynos.stop(other.id, { name: 'run.2' })
    await exit
  })

  it('finds its own folder, may write there alone, and has the versions of Node.js', async () => {
    const ways = [
      'cat spy.js | head -c 1 | wc -c',
      'touch mine && ls mine',
      'cat "$HOME/../../../caches/node/v1/bin/node"; echo',
      'touch "$HOME/../../../x" 2>/dev/null || echo refused',
      'ls "$HOME/../../.." | sort | tr "\\n" " "; echo',
    ]
    expect(await run('run.1', ways.join('; '))).to.equal(0)
    expect(output('run.1').map((line) => line.trim())).to.deep.equal([
      '1',
      'mine',
      'a Node.js',
      'refused',
      'caches dynos',
    ])
  })

  for (const [what, command] of [
    ['takes the cover away', 'umount "$HOME/../../.."'],
    [
      'takes it away in a namespace of its own',
      'unshare --mount --map-root-user umount "$HOME/../../.."',
    ],
    ['puts another over it', 'mount -t tmpfs tmpfs "$HOME/../../../caches"'],
    [
      "goes into the platform's namespace",
      `nsenter --target ${process.pid} --mount cat "$HOME/../../../daemon.json"`,
    ],
  ] as const) {
    it(`${what}: fails`, async () => {
      expect(
        await run(
          'run.1',
          `${command} 2>&1; cat "$HOME/../../../daemon.json" 2>/dev/null; ls "$HOME/../../.." | sort | tr "\\n" " "; echo`,
        ),
      ).to.equal(0)
      expect(output('run.1').join('\n')).to.not.include(CANARY)
      expect(output('run.1').at(-1)?.trim()).to.equal('caches dynos')
    })
  }

  it('is who the user is, with a name', async () => {
    expect(
      await run('run.1', `node -p 'process.getuid() + " " + require("os").userInfo().uid'`),
    ).to.equal(0)
    expect(output('run.1')).to.deep.equal([`${process.getuid!()} ${process.getuid!()}`])
  })
})

describe('a state folder that is removed while a dyno is kept from it', () => {
  let folder: string
  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(() => removeFolder(folder))

  it('stays removed', async function () {
    const [root, programs, reached, removed] = ['state', 'bin', 'reached', 'removed'].map((name) =>
      path.join(folder, name),
    ) as [string, string, string, string]
    const dynos = path.join(root, 'dynos')
    mkdirSync(dynos, { recursive: true })
    const { isolate, why } = await findIsolation({ root, dynos, caches: path.join(root, 'caches') })
    if (!isolate) {
      this.test!.title += ` (skipped: ${why})`
      return this.skip()
    }
    const [mkdir] = execFileSync('which', ['mkdir'], { encoding: 'utf8' }).split('\n')
    mkdirSync(programs)
    writeFileSync(
      path.join(programs, 'mkdir'),
      `#!/bin/sh\n: > '${reached}'\nuntil [ -e '${removed}' ]; do sleep 0.02; done\nexec '${mkdir}' "$@"\n`,
      { mode: 0o755 },
    )
    const [program, ...args] = isolate(['true'], { dirs: [dynos], cwd: dynos })
    const child = spawn(program!, args, {
      stdio: 'ignore',
      env: { ...process.env, PATH: [programs, process.env.PATH].join(path.delimiter) },
    })
    const ended = once(child, 'exit')
    await until('the folder is hidden', () => existsSync(reached))
    rmSync(root, { recursive: true })
    writeFileSync(removed, '')
    await ended
    expect(existsSync(root)).to.equal(false)
  })
})

describe('a build of the embedded Heroku', function () {
  this.timeout(60_000)
  let platform: FakePlatform
  beforeEach(async function () {
    platform = await fakePlatform()
    const { why } = await findIsolation(platform.folders)
    if (why !== undefined) {
      this.test!.title += ` (skipped: ${why})`
      this.skip()
    }
  })
  afterEach(() => platform.close())

  it('finds no token, no config var and no source of another app, in files or in processes', async () => {
    const { root } = platform
    for (const name of [
      'settings.json',
      'apps/other.json',
      'builds/incoming/other.tgz',
      'slugs/other/secret.txt',
    ]) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
      writeFileSync(path.join(root, name), CANARY)
    }
    const app = await platform.createApp('app')
    const scripts = {
      'heroku-prebuild': `node spy.js ${root} ${CANARY.slice(0, 6)} ${CANARY.slice(6)}`,
      'heroku-postbuild': 'touch built',
    }
    const { text, slug, build } = await buildApp(platform, app, {
      'package.json': { name: 'app', version: '1.0.0', scripts },
      'spy.js': SPY,
    })
    expect(build.status, text).to.equal('succeeded')
    expect(text, text).to.include('FOUND []')
    expect(existsSync(path.join(slug!.dir, 'built'))).to.equal(true)
  })

  it("has the platform's own tools run this machine's programs, whatever it puts on its PATH", async () => {
    const app = await platform.createApp('app')
    const fake = '.heroku/node/bin/du'
    const { text, slug } = await buildApp(platform, app, {
      'package.json': {
        name: 'app',
        version: '1.0.0',
        scripts: {
          'heroku-postbuild': `printf '#!/bin/sh\\ntouch ${platform.root}/escaped\\n' > ${fake} && chmod +x ${fake}`,
        },
      },
    })
    expect(existsSync(path.join(slug!.dir, fake)), text).to.equal(true)
    expect(existsSync(path.join(platform.root, 'escaped'))).to.equal(false)
  })
})
