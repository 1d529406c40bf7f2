import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { until } from '../../src/until.js'
import { plainApp, plainServer } from './support/apps.js'
import { officialCli, officialEnvironment } from './support/official-cli.js'
import type { Outcome, RunOptions } from './support/world.js'
import { World } from './support/world.js'

describe('the official Heroku CLI against the embedded Heroku', function () {
  this.timeout(180_000)
  let world: World
  let cli: string
  let url: string
  let env: NodeJS.ProcessEnv
  const app = 'official'

  before(async function () {
    const found = await officialCli()
    if (!found) {
      this.test!.parent!.title += ' (skipped: neither HEROKU_CLI nor `heroku` on PATH)'
      this.skip()
    }
    cli = found
    world = await World.create()
    const dir = await world.app(app, plainApp('one'))
    url = (await world.json<{ url: string }>(['deploy', '--local', '--app', app], { cwd: dir })).url
    await writeFile(path.join(dir, 'server.js'), plainServer('two'))
    await world.commit(dir, 'Two')
    await world.ok(['deploy', '--local', '--app', app], { cwd: dir })
    env = await officialEnvironment(world)
  })
  after(() => world?.close())

  const heroku = (args: string[], options: RunOptions = {}): Promise<Outcome> => world.run(cli, args, { ...options, env: { ...env, ...options.env } })
  const ok = async (...args: string[]): Promise<string> => {
    const outcome = await heroku([...args, '--app', app])
    expect(outcome.status, `heroku ${args.join(' ')}\n${outcome.output}`).to.equal(0)
    return outcome.output
  }
  const shipit = async (...args: string[]): Promise<string> => (await world.ok([...args, '--local', '--app', app])).output
  const shipitShows = async (args: string[], pattern: RegExp): Promise<void> => {
    let shown = ''
    await until(async () => pattern.test(shown = await shipit(...args)), { timeout: 30_000 })
    expect(shown).to.match(pattern)
  }
  const pid = async (): Promise<number> => (JSON.parse((await get(`${url}who`)).body) as { pid: number }).pid
  const answers = async (word: string): Promise<void> => {
    const isSo = await until(async () => {
      const answer = await get(url)
      return answer.status === 200 && answer.body === word
    }, { timeout: 30_000 })
    expect(isSo, `${url} answers ${word}`).to.equal(true)
  }

  it('lists apps', async () => {
    const { status, output } = await heroku(['apps'])
    expect(status, output).to.equal(0)
    expect(output).to.match(new RegExp(`^${app}$`, 'm'))
  })

  it('shows an app, its dynos and its address', async () => {
    const shown = await ok('apps:info')
    expect(shown).to.match(/Dynos:\s+web: 1/)
    expect(shown).to.include(url)
  })

  it('sets, shows and unsets config vars; shipit sees the releases', async () => {
    await ok('config:set', 'COLOUR=green', 'SHAPE=round')
    expect(await ok('config')).to.match(/COLOUR:\s+green/)
    await shipitShows(['releases'], /Set COLOUR, SHAPE config vars/)
    await ok('config:unset', 'COLOUR')
    const left = await ok('config')
    expect(left).to.include('SHAPE').and.not.include('COLOUR')
    await shipitShows(['releases'], /Remove COLOUR config vars/)
  })

  it('scales, and shipit sees the dynos', async () => {
    expect(await ok('ps:scale', 'web=2')).to.match(/web at 2/)
    await shipitShows(['ps'], /web\.2: up/)
    expect(await ok('ps')).to.include('web.2: up')
    await ok('ps:scale', 'web=1')
    await shipitShows(['ps'], /^(?![^]*web\.2)[^]*web\.1: up/)
  })

  it('restarts: another process answers', async () => {
    const before = await pid()
    await ok('ps:restart')
    expect(await until(async () => (await get(`${url}who`)).status === 200 && (await pid()) !== before, { timeout: 30_000 })).to.equal(true)
    await shipitShows(['ps'], /web\.1: up/)
  })

  it('shows releases and rolls back to what the app was', async () => {
    expect(await ok('releases')).to.match(/v\d+\s+Remove COLOUR/)
    await answers('two')
    await ok('releases:rollback', 'v3')
    await shipitShows(['releases'], /Rollback to v3/)
    await answers('one')
  })

  it('shows the last lines of the log, as shipit does', async () => {
    const lines = (await ok('logs', '-n', '20')).split('\n').filter((line) => /(app|heroku)\[/.test(line))
    expect(lines).to.have.length.within(10, 20)
    const message = lines[0]!.slice(lines[0]!.indexOf(']: ') + 3)
    expect(await shipit('logs', '-n', '500')).to.include(message)
  })

  it('follows the log', async () => {
    let child: number | undefined
    let seen = ''
    let isOver = false
    const tail = heroku(['logs', '--tail', '--app', app], { onSpawn: (spawned) => { child = spawned }, onOutput: (text) => { seen += text } })
      .finally(() => { isOver = true })
    const hasLine = await until(async () => {
      await get(`${url}seen-by-the-tail`)
      return isOver || seen.includes('seen-by-the-tail')
    }, { timeout: 30_000 })
    if (!isOver) process.kill(child!, 'SIGTERM')
    await tail
    expect(hasLine && seen).to.match(/heroku\[router\]: .*path="\/seen-by-the-tail/)
  })

  it('shows domains', async () => expect(await ok('domains')).to.include(new URL(url).hostname))

  it('turns preboot on and off', async () => {
    await ok('features:enable', 'preboot')
    expect(await ok('features')).to.match(/\[\+\] preboot/)
    await shipitShows(['logs', '-n', '50'], /Feature preboot enabled/)
    await ok('features:disable', 'preboot')
    expect(await ok('features')).to.match(/\[ \] preboot/)
  })

  it('turns maintenance on and off, and the router answers so', async () => {
    await ok('maintenance:on')
    expect((await get(url)).status).to.equal(503)
    await shipitShows(['logs', '-n', '50'], /Enable maintenance mode/)
    await ok('maintenance:off')
    await answers('one')
  })

  it('runs one-off dynos: attached over TLS, with the exit status, over a pipe, and detached', async () => {
    expect(await ok('run', 'node -v')).to.include(process.version)
    const failed = await heroku(['run', '--exit-code', '--app', app, '--', "sh -c 'echo $DYNO; exit 3'"])
    expect(failed.status, failed.output).to.equal(3)
    expect(failed.stdout).to.match(/^run\.\d{4}$/m)
    const piped = await heroku(['run', '--no-tty', '--app', app, '--', 'cat'], { input: 'one\ntwo\n' })
    expect(piped.stdout, piped.output).to.equal('one\ntwo\n')
    const [name] = /run\.\d{4}/.exec(await ok('run:detached', 'echo said by $DYNO; sleep 300'))!
    await shipitShows(['ps'], new RegExp(`${name} .*up`))
    await shipitShows(['logs', '--dyno', name], new RegExp(`said by ${name}`))
    await ok('ps:stop', name)
    await shipitShows(['logs', '--dyno', name], /Process exited with status 143/)
    expect(await ok('logs', '--dyno', name)).to.include('State changed from up to complete')
  })

  it('is told in its own words what it got wrong', async () => {
    const { status, output } = await heroku(['ps:scale', 'nothing=1', '--app', app])
    expect(status).to.not.equal(0)
    expect(output).to.match(/process type/i)
    expect((await heroku(['apps:info', '--app', 'no-such-app'])).output).to.match(/Couldn't find that app/)
  })
})
