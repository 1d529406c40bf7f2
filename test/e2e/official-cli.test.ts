import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { until } from '../../src/lib/until.js'
import { packageRoot } from '../../src/paths.js'
import { plainApp, plainServer } from './support/apps.js'
import { officialCliOrSkip, officialEnvironment } from './support/official-cli.js'
import type { Outcome, RunOptions } from './support/world.js'
import { World } from './support/world.js'
import { inSoak } from '../support/soak.js'

interface Dyno {
  name: string
  id: string
  state: string
  size: string
  type: string
  command: string
  release: { version: number }
}

describe('the official Heroku CLI against the embedded Heroku', function () {
  this.timeout(180_000)
  let world: World
  let cli: string
  let url: string
  let dir: string
  let env: NodeJS.ProcessEnv
  const app = 'official'

  before(async function () {
    cli = await officialCliOrSkip(this)
    world = await World.create()
    dir = await world.app(app, {
      ...plainApp('one'),
      Procfile: 'web: npm start\nworker: node worker.js\n',
      'worker.js': "console.log('at work')\nsetInterval(() => {}, 1000)\n",
    })
    url = (await world.json<{ url: string }>(['deploy', '--local', '--app', app], { cwd: dir })).url
    await writeFile(path.join(dir, 'server.js'), plainServer('two'))
    await world.commit(dir, 'Two')
    await world.ok(['deploy', '--local', '--app', app], { cwd: dir })
    env = await officialEnvironment(world)
  })
  after(() => world?.close())

  const heroku = (args: string[], options: RunOptions = {}): Promise<Outcome> =>
    world.run(cli, args, { ...options, env: { ...env, ...options.env } })
  const ok = async (...args: string[]): Promise<string> => {
    const outcome = await heroku([...args, '--app', app])
    expect(outcome.status, `heroku ${args.join(' ')}\n${outcome.output}`).to.equal(0)
    return outcome.output
  }
  const shipit = async (...args: string[]): Promise<string> =>
    (await world.ok([...args, '--local', '--app', app])).output
  const shipitShows = async (args: string[], pattern: RegExp): Promise<void> => {
    let shown = ''
    await until(async () => pattern.test((shown = await shipit(...args))), { timeout: 30_000 })
    expect(shown).to.match(pattern)
  }
  const pid = async (): Promise<number> =>
    (JSON.parse((await get(`${url}who`)).body) as { pid: number }).pid
  const answers = async (word: string): Promise<void> => {
    const isSo = await until(
      async () => {
        const answer = await get(url)
        return answer.status === 200 && answer.body === word
      },
      { timeout: 30_000 },
    )
    expect(isSo, `${url} answers ${word}`).to.equal(true)
  }

  const dynos = () => world.json<Dyno[]>(['ps', '--local', '--app', app])
  const facts = ({ name, id, state, size, type, command, release }: Dyno) => ({
    name,
    id,
    state,
    size,
    type,
    command,
    version: release.version,
  })
  const idOf = (all: Dyno[], name: string) => all.find((dyno) => dyno.name === name)?.id
  const lines = (text: string) => text.split('\n').filter((line) => /^\d{4}-\d\d-\d\dT/.test(line))
  const settled = async (names: string[], size = 'Standard-1X'): Promise<void> => {
    let now: Dyno[] = []
    await until(
      async () =>
        (now = await dynos()).map((dyno) => dyno.name).join() === names.join() &&
        now.every((dyno) => dyno.state === 'up' && dyno.size === size),
      { timeout: 30_000 },
    )
    expect(now.map((dyno) => `${dyno.name} ${dyno.state} ${dyno.size}`)).to.deep.equal(
      names.map((name) => `${name} up ${size}`),
    )
  }

  inSoak('lists apps', async () => {
    const { status, output } = await heroku(['apps'])
    expect(status, output).to.equal(0)
    expect(output).to.match(new RegExp(`^${app}$`, 'm'))
  })

  it('shows an app, its dynos and its address', async () => {
    const shown = await ok('apps:info')
    expect(shown).to.match(/Dynos:\s+web: 1/)
    expect(shown).to.include(url)
  })

  inSoak('sets, shows and unsets config vars; shipit sees the releases', async () => {
    await ok('config:set', 'COLOUR=green', 'SHAPE=round')
    expect(await ok('config')).to.match(/COLOUR:\s+green/)
    await shipitShows(['releases'], /Set COLOUR, SHAPE config vars/)
    await ok('config:unset', 'COLOUR')
    const left = await ok('config')
    expect(left).to.include('SHAPE').and.not.include('COLOUR')
    await shipitShows(['releases'], /Remove COLOUR config vars/)
  })

  inSoak(
    'scales, lists dynos and sizes, and shows chosen lines of the log, all as shipit does',
    async () => {
      expect(await ok('config:set', 'SHIPIT_METRICS=off')).to.match(/Setting SHIPIT_METRICS/)
      expect(await ok('ps:scale', 'web=2', 'worker=1'))
        .to.match(/web at 2:Standard-1X/)
        .and.match(/worker at 1:Standard-1X/)
      await settled(['web.1', 'web.2', 'worker.1'])
      // Side by side: each start of that CLI takes a second. Nobody asks the app anything
      // meanwhile, so its log stands still.
      const filters = [
        ['--dyno', 'web.1'],
        ['--process-type', 'worker', '-n', '5'],
        ['--source', 'heroku', '-n', '7'],
        ['--source', 'app', '--dyno-name', 'worker.1'],
      ]
      const [list, plain, types, formation, ...logs] = await Promise.all([
        ok('ps', '--json'),
        ok('ps'),
        ok('ps:type'),
        ok('ps:scale'),
        ...filters.map((filter) => ok('logs', ...filter)),
      ])
      const ours = await dynos()
      expect((JSON.parse(list!.slice(list!.indexOf('['))) as Dyno[]).map(facts)).to.deep.equal(
        ours.map(facts),
      )
      const text = await shipit('ps')
      for (const { name, state } of ours)
        for (const output of [plain, text]) expect(output).to.include(`${name}: ${state}`)
      expect(types)
        .to.match(/web +Standard-1X +2 /)
        .and.match(/worker +Standard-1X +1 /)
      expect(formation!.trim()).to.equal((await shipit('scale')).trim().split(' ').sort().join(' '))
      const same = [
        ['--dyno', 'web.1'],
        ['--dyno', 'worker', '-n', '5'],
        ['--source', 'heroku', '-n', '7'],
        ['--source', 'app', '--dyno', 'worker.1'],
      ]
      for (const [index, filter] of same.entries()) {
        expect(lines(logs[index]!), filters[index]!.join(' '))
          .to.deep.equal(lines(await shipit('logs', ...filter)))
          .and.have.length.greaterThan(0)
      }
    },
  )

  inSoak(
    'stops a dyno, restarts a type and changes a size: the processes that were meant, and no others',
    async () => {
      const before = await dynos()
      await Promise.all([
        ok('ps:stop', '--dyno-name', 'web.2'),
        ok('ps:restart', '--process-type', 'worker'),
      ])
      const restarted = () =>
        dynos().then(
          (now) => now.find(({ name, state }) => name === 'worker.1' && state === 'up')?.id,
        )
      expect(
        await until(
          async () => ![undefined, idOf(before, 'worker.1')].includes(await restarted()),
          { timeout: 30_000 },
        ),
      ).to.equal(true)
      const after = await dynos()
      expect(idOf(after, 'web.1')).to.equal(idOf(before, 'web.1'))
      expect(after.map(({ name }) => name)).to.deep.equal(['web.1', 'worker.1'])
      expect(await ok('ps:stop', '--process-type', 'worker')).to.match(
        /Stopping all worker dynos on .*done/,
      )
      expect(
        await until(async () => (await dynos()).every(({ type }) => type !== 'worker'), {
          timeout: 30_000,
        }),
      ).to.equal(true)
      // A change of the formation brings back what it says.
      await ok('ps:scale', 'worker=0')
      expect(await ok('ps:type', 'web=standard-2x')).to.match(/web +Standard-2X +2 /)
      await settled(['web.1', 'web.2'], 'Standard-2X')
      expect(await ok('ps:scale', 'web=1:Standard-1X')).to.match(/web at 1:Standard-1X/)
      await settled(['web.1'])
    },
  )

  inSoak('restarts: another process answers', async () => {
    const before = await pid()
    await ok('ps:restart')
    expect(
      await until(async () => (await get(`${url}who`)).status === 200 && (await pid()) !== before, {
        timeout: 30_000,
      }),
    ).to.equal(true)
    await shipitShows(['ps'], /web\.1: up/)
  })

  inSoak('shows releases and rolls back to what the app was', async () => {
    expect(await ok('releases')).to.match(/v\d+\s+Remove COLOUR/)
    await answers('two')
    await ok('releases:rollback', 'v3')
    await shipitShows(['releases'], /Rollback to v3/)
    await answers('one')
  })

  it('shows the last lines of the log, as shipit does', async () => {
    const lines = (await ok('logs', '-n', '20'))
      .split('\n')
      .filter((line) => /(app|heroku)\[/.test(line))
    expect(lines).to.have.length.within(10, 20)
    const message = lines[0]!.slice(lines[0]!.indexOf(']: ') + 3)
    expect(await shipit('logs', '-n', '500')).to.include(message)
  })

  it('follows the log', async () => {
    let child: number | undefined
    let seen = ''
    let isOver = false
    const tail = heroku(['logs', '--tail', '--app', app], {
      onSpawn: (spawned) => {
        child = spawned
      },
      onOutput: (text) => {
        seen += text
      },
    }).finally(() => {
      isOver = true
    })
    const hasLine = await until(
      async () => {
        await get(`${url}seen-by-the-tail`)
        return isOver || seen.includes('seen-by-the-tail')
      },
      { timeout: 30_000 },
    )
    if (!isOver) process.kill(child!, 'SIGTERM')
    await tail
    expect(hasLine && seen).to.match(/heroku\[router\]: .*path="\/seen-by-the-tail/)
  })

  inSoak('shows domains', async () => expect(await ok('domains')).to.include(new URL(url).hostname))

  inSoak('turns preboot on and off', async () => {
    await ok('features:enable', 'preboot')
    expect(await ok('features')).to.match(/\[\+\] preboot/)
    await shipitShows(['logs', '-n', '50'], /Feature preboot enabled/)
    await ok('features:disable', 'preboot')
    expect(await ok('features')).to.match(/\[ \] preboot/)
  })

  inSoak('turns maintenance on and off, and the router answers so', async () => {
    await ok('maintenance:on')
    expect((await get(url)).status).to.equal(503)
    await shipitShows(['logs', '-n', '50'], /Enable maintenance mode/)
    await ok('maintenance:off')
    await answers('one')
  })

  it('writes a remote to which `git push heroku main` deploys', async () => {
    const remote = await heroku(['git:remote', '--app', app], { cwd: dir })
    expect(remote.status, remote.output).to.equal(0)
    await writeFile(path.join(dir, 'server.js'), plainServer('three'))
    await world.commit(dir, 'Three')
    const pushed = await world.run('git', ['push', 'heroku', 'HEAD:main'], { cwd: dir, env })
    expect(pushed.status, pushed.output).to.equal(0)
    expect(pushed.output)
      .to.match(/remote: -----> Building/)
      .and.match(/deployed to the embedded Heroku/)
    await answers('three')
    // It finds the app by the remote, as on Heroku.
    const ps = await heroku(['ps'], { cwd: dir })
    expect(ps.output).to.match(/^web\.1: up/m)
    const run = await heroku(['run', '--no-tty', '--', 'node', '-p', '6*7'], { cwd: dir })
    expect(run.stdout.trim(), run.output).to.equal('42')
    await world.run('git', ['fetch', 'heroku'], { cwd: dir, env })
    const fetched = await world.run('git', ['rev-parse', 'heroku/main', 'HEAD'], { cwd: dir })
    expect(new Set(fetched.stdout.trim().split('\n')).size, fetched.output).to.equal(1)
  })

  it('has our commands as a plugin, with their output, exit status and help', async () => {
    const linked = await heroku(['plugins:link', '--no-install', packageRoot])
    expect(linked.status, linked.output).to.equal(0)
    try {
      const ours = await heroku(['shipit:ps', '--app', app, '--json'])
      expect((JSON.parse(ours.stdout) as Dyno[]).map(facts)).to.deep.equal(
        (await dynos()).map(facts),
      )
      const absent = await heroku(['shipit:config:get', 'NOTHING', '--app', app])
      const same = await world.shipit(['config', 'get', 'NOTHING', '--local', '--app', app])
      expect(absent.status).to.equal(same.status).and.not.equal(0)
      const { output } = await heroku(['shipit:keys:set', '--help'])
      expect(output).to.match(/\$ heroku shipit:keys:set/)
    } finally {
      await heroku(['plugins:unlink', 'shipit-heroku'])
    }
  })

  it('runs one-off dynos: attached over TLS, with the exit status, over a pipe, and detached', async () => {
    const failed = await heroku([
      'run',
      '--exit-code',
      '--app',
      app,
      '--',
      "sh -c 'echo $DYNO; exit 3'",
    ])
    expect(failed.status, failed.output).to.equal(3)
    expect(failed.stdout).to.match(/^run\.\d{4}$/m)
    const piped = await heroku(['run', '--no-tty', '--app', app, '--', 'cat'], {
      input: 'one\ntwo\n',
    })
    expect(piped.stdout, piped.output).to.equal('one\ntwo\n')
    const [name] = /run\.\d{4}/.exec(await ok('run:detached', 'echo said by $DYNO; sleep 300'))!
    await shipitShows(['ps'], new RegExp(`${name} .*up`))
    await shipitShows(['logs', '--dyno', name], new RegExp(`said by ${name}`))
    await ok('ps:stop', name)
    await shipitShows(['logs', '--dyno', name], /Process exited with status 143/)
    await shipitShows(['logs', '--dyno', name], /State changed from up to complete/)
  })

  inSoak('is told in its own words what it got wrong', async () => {
    const { status, output } = await heroku(['ps:scale', 'nothing=1', '--app', app])
    expect(status).to.not.equal(0)
    expect(output).to.match(/process type/i)
    expect((await heroku(['apps:info', '--app', 'no-such-app'])).output).to.match(
      /Couldn't find that app/,
    )
  })
})
