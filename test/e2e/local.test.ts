import { randomBytes, randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import path from 'node:path'
import { expect } from 'chai'
import { execa } from 'execa'
import { packageRoot } from '../../src/paths.js'
import { get } from '../../src/demo/load.js'
import { until } from '../../src/lib/until.js'
import { plainApp, plainServer } from './support/apps.js'
import { daemonInfo, platformRequest } from './support/platform.js'
import { World, type Outcome } from './support/world.js'
import { inSoak, isSoak } from '../support/soak.js'

interface Started {
  pid: number
  started: boolean
  api_url: string
  router_port: number
}
interface Status {
  running: boolean
  pid?: number
  apps?: { name: string; dynos: Record<string, number> }[]
}

describe('shipit local', function () {
  this.timeout(120_000)
  let world: World
  const state = (...names: string[]): string => path.join(world.folder, 'state', 'local', ...names)
  const kill = async (): Promise<void> => {
    const { pid } = await daemonInfo(world)
    process.kill(pid, 'SIGKILL')
    await until(async () => !(await world.processes()).some((one) => one.pid === pid), {
      timeout: 10_000,
      every: 10,
    })
  }
  const status = (): Promise<Status> => world.json<Status>(['local', 'status'])

  before(async () => {
    world = await World.create()
  })
  after(() => world.close())

  it('says that it is not running, and makes nothing for that', async () => {
    expect((await world.ok(['local', 'status'])).stdout).to.match(
      /^The embedded Heroku is not running\. Its home is /,
    )
    expect((await world.ok(['local', 'stop'])).stdout).to.match(/was not running/)
    expect(existsSync(state())).to.equal(false)
  })

  it('is started once by those that start it at the same time', async () => {
    // Ports of its own: the usual ones are what every other platform of this machine tries first.
    await mkdir(state(), { recursive: true })
    await writeFile(
      state('settings.json'),
      JSON.stringify({
        token: randomBytes(32).toString('hex'),
        apiPort: await quietPort(),
        routerPort: await quietPort(),
      }),
    )
    const started = await Promise.all(
      Array.from({ length: isSoak ? 12 : 4 }, () => world.json<Started>(['local', 'start'])),
    )
    expect(new Set(started.map(({ pid }) => pid)).size).to.equal(1)
    // Those that came second see the lock and go.
    const daemons = async () =>
      (await world.processes()).filter(({ command }) => /^\S*node .*daemon-process/.test(command))
    await until(async () => (await daemons()).length === 1, { timeout: 30_000, every: 50 })
    expect((await daemons()).map(({ pid }) => pid)).to.deep.equal([started[0]!.pid])
    expect(JSON.stringify(started)).to.not.include((await daemonInfo(world)).token)
  })

  it('keeps its ports over a restart, and takes others where they are taken', async () => {
    const before = await daemonInfo(world)
    await world.ok(['local', 'stop'])
    const again = await world.json<Started>(['local', 'start'])
    expect(again).to.include({
      api_url: before.apiUrl,
      router_port: before.routerPort,
      started: true,
    })
    await world.ok(['local', 'stop'])
    const settings = await readFile(state('settings.json'))
    const others = await Promise.all(
      [Number(new URL(before.apiUrl).port), before.routerPort].map(occupy),
    )
    try {
      const elsewhere = await world.json<Started>(['local', 'start'])
      expect(elsewhere.api_url).to.not.equal(before.apiUrl)
      expect(elsewhere.router_port).to.not.equal(before.routerPort)
      expect(
        (await world.shipit(['ps', '--local', '--app', 'none'])).status,
        'not found, and so reached',
      ).to.equal(6)
    } finally {
      for (const other of others) other.close()
    }
    // The tests that follow go on with the ports of before.
    await world.ok(['local', 'stop'])
    await writeFile(state('settings.json'), settings)
    expect((await world.json<Started>(['local', 'start'])).api_url).to.equal(before.apiUrl)
  })

  inSoak(
    'takes its limits from SHIPIT_LOCAL_LIMITS, and says what is wrong with them',
    async () => {
      await world.ok(['local', 'stop'])
      const wrong = await world.shipit(['local', 'start'], {
        env: { SHIPIT_LOCAL_LIMITS: '{"grace":1}' },
      })
      expect(wrong.status).to.equal(16)
      expect(wrong.stderr)
        .to.match(/SHIPIT_LOCAL_LIMITS names grace; the limits are bootTimeout/)
        .and.not.match(/^\s+at /m)
      await world.ok(['local', 'start'], {
        env: { SHIPIT_LOCAL_LIMITS: '{"stopGrace":4000,"bootTimeout":3000}' },
      })
      expect(await platformRequest<object>(world, 'GET', '/shipit/status'))
        .to.have.property('limits')
        .that.includes({ stopGrace: 4000, bootTimeout: 3000, requestTimeout: 30_000 })
    },
  )

  it('starts again by itself after a kill, and the app serves', async () => {
    const dir = await world.write('plain', plainApp('kept'))
    await world.git(dir, 'init', '--quiet', '--initial-branch', 'main')
    await world.commit(dir, 'First')
    await platformRequest(world, 'POST', '/apps', { name: 'kept' })
    await push(dir, 'kept')
    const { web_url: url } = await platformRequest<{ web_url: string }>(world, 'GET', '/apps/kept')
    const answers = (word: string) =>
      until(async () => (await get(url).catch(() => undefined))?.body === word, {
        timeout: 30_000,
        every: 50,
      })
    expect(await answers('kept')).to.equal(true)
    const before = await daemonInfo(world)
    await kill()
    // By its supervisor or by this command, whichever comes first.
    expect((await world.ok(['ps', '--local', '--app', 'kept'])).stdout).to.match(
      /web\.1: (starting|up)/,
    )
    expect(await answers('kept')).to.equal(true)
    const after = await daemonInfo(world)
    expect(after.pid).to.not.equal(before.pid)
    expect(after).to.include({
      apiUrl: before.apiUrl,
      routerPort: before.routerPort,
      token: before.token,
    })
    expect((await status()).apps).to.have.length(1)
  })

  it('is not started anew where it was stopped, or another one started, meanwhile', async () => {
    const home = path.join(world.folder, 'stopped')
    const root = path.join(home, 'local')
    /** As the supervisor starts it whose daemon has died. */
    const startAnew = () =>
      execa(process.execPath, [path.join(packageRoot, 'dist/daemon-process.js')], {
        env: { SHIPIT_HOME: home, SHIPIT_LOCAL_SUPERVISED: '1', SHIPIT_LOCAL_RESTARTED: '137' },
        timeout: 60_000,
      })
    expect((await startAnew()).exitCode).to.equal(0)
    expect(existsSync(home)).to.equal(false)
    const info = JSON.stringify({ ...(await daemonInfo(world)), supervisor_pid: 1 })
    await mkdir(root, { recursive: true })
    await writeFile(path.join(root, 'daemon.json'), info)
    expect((await startAnew()).exitCode).to.equal(0)
    expect(await readFile(path.join(root, 'daemon.json'), 'utf8')).to.equal(info)
    expect(await readdir(root)).to.deep.equal(['daemon.json'])
  })

  inSoak(
    'is not taken in by what a reboot leaves: files of a pid that another process has now',
    async () => {
      await kill()
      const info = await daemonInfo(world)
      await writeFile(state('daemon.json'), JSON.stringify({ ...info, pid: process.pid }))
      await writeFile(
        state('daemon.lock'),
        JSON.stringify({ pid: process.pid, began: '1', id: 'x' }),
      )
      expect((await status()).running).to.equal(false)
      const started = await world.json<Started>(['local', 'start'])
      expect(started.started).to.equal(true)
      expect(started.pid).to.not.equal(process.pid)
    },
  )

  inSoak('starts over files that a power cut left empty', async () => {
    await kill()
    for (const name of ['daemon.json', 'daemon.lock']) await writeFile(state(name), '')
    expect((await status()).running).to.equal(false)
    expect((await world.json<Started>(['local', 'start'])).started).to.equal(true)
  })

  inSoak('says that an older one runs, and restarts it when it is started', async () => {
    const info = await daemonInfo(world)
    await writeFile(state('daemon.json'), JSON.stringify({ ...info, version: '0.0.9-old' }))
    const seen = await world.ok(['local', 'status'])
    expect(seen.output).to.match(/It is version 0\.0\.9-old and this is \d/)
    const outcome = await world.ok(['local', 'start'])
    expect(outcome.stdout).to.match(
      /Version 0\.0\.9-old was running.*\n.*is running: .*\(pid \d+\)/,
    )
    expect((await daemonInfo(world)).pid).to.not.equal(info.pid)
    expect((await world.ok(['local', 'status'])).output).to.not.include('0.0.9-old')
  })

  it('ends a build that runs when it is stopped, and the next push builds', async () => {
    const dir = path.join(world.folder, 'plain')
    await writeFile(
      path.join(dir, 'package.json'),
      JSON.stringify({
        name: 'slow',
        scripts: { start: 'node server.js', build: 'echo the build is on its way; sleep 300' },
      }),
    )
    await world.commit(dir, 'A slow build')
    let seen = ''
    const pushed = push(dir, 'kept', (text) => {
      seen += text
    })
    expect(
      await until(() => seen.includes('the build is on its way'), { timeout: 60_000, every: 20 }),
    ).to.equal(true)
    await world.ok(['local', 'stop'])
    const outcome = await pushed
    expect(outcome.status, outcome.output).to.not.equal(0)
    expect(outcome.output).to.match(/platform was stopped while this build ran/)
    expect(await world.processes()).to.deep.equal([])
    await world.ok(['local', 'start'])
    const builds = await platformRequest<{ status: string }[]>(world, 'GET', '/apps/kept/builds')
    expect(builds.map((build) => build.status)).to.have.members(['succeeded', 'failed'])
    await writeFile(
      path.join(dir, 'package.json'),
      JSON.stringify({ name: 'quick', scripts: { start: 'node server.js' } }),
    )
    await writeFile(path.join(dir, 'server.js'), plainServer('next'))
    await world.commit(dir, 'A quick one')
    const next = await push(dir, 'kept')
    expect(next.status, next.output).to.equal(0)
  })

  it('asks before it removes all, and does not where nobody can answer', async () => {
    await world.ok(['local', 'start'])
    const refused = await world.shipit(['local', 'reset'])
    expect(refused.status).to.equal(2)
    expect(refused.stderr).to.include('local reset --yes')
    expect((await status()).running).to.equal(true)
    await kill()
    const leftovers = await world.processes()
    expect(leftovers, 'the dyno that the killed one left').to.not.deep.equal([])
    await world.ok(['local', 'reset', '--yes'])
    expect(existsSync(state())).to.equal(false)
    // What is killed is listed until the system has taken it away.
    let left: unknown
    await until(async () => ((left = await world.processes()) as unknown[]).length === 0, {
      timeout: 10_000,
      every: 20,
    })
    expect(JSON.stringify(left)).to.equal('[]')
  })

  it('says which folder it cannot use', async () => {
    await mkdir(state('..'), { recursive: true })
    await writeFile(path.join(world.folder, 'a-file'), '')
    for (const args of [
      ['local', 'start'],
      ['local', 'status'],
      ['local', 'stop'],
      ['ps', '--local', '--app', 'kept'],
    ]) {
      const { status: exit, stderr } = await world.shipit(args, {
        env: { SHIPIT_HOME: path.join(world.folder, 'a-file') },
      })
      expect(exit, args.join(' ')).to.equal(16)
      expect(stderr).to.include(
        `cannot use its folder ${path.join(world.folder, 'a-file', 'local')}`,
      )
    }
  })

  /** As `git push` does it, with the token if git asks for it and not on the command line. */
  async function push(
    dir: string,
    app: string,
    onOutput?: (text: string) => void,
  ): Promise<Outcome> {
    const { gitUrl, token } = await daemonInfo(world)
    const header = `Authorization: Basic ${Buffer.from(`:${token}`).toString('base64')}`
    return world.run('git', ['push', `${gitUrl}/${app}.git`, 'HEAD:main'], {
      cwd: dir,
      env: {
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'http.extraHeader',
        GIT_CONFIG_VALUE_0: header,
      },
      ...(onOutput ? { onOutput } : {}),
    })
  }
})

/**
 * A free port that no platform tries by itself and no client is given: below those of dynos and of
 * connections.
 */
async function quietPort(): Promise<number> {
  for (;;) {
    const port = 12_000 + randomInt(6000)
    const server = await occupy(port).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error
    })
    if (!server) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}

function occupy(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(port, '127.0.0.1', () => resolve(server))
  })
}
