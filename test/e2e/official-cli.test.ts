import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { until } from '../../src/until.js'
import { plainApp } from './support/apps.js'
import type { Outcome, RunOptions } from './support/world.js'
import { World } from './support/world.js'

/** The official CLI (npm `heroku`): 394 MB, so it is used where there is one: HEROKU_CLI or `heroku` on PATH. */
async function officialCli(): Promise<string | undefined> {
  if (process.env.HEROKU_CLI) return path.resolve(process.env.HEROKU_CLI)
  return promisify(execFile)('which', ['heroku']).then(({ stdout }) => stdout.trim() || undefined, () => undefined)
}

describe('the official Heroku CLI against the embedded Heroku', function () {
  this.timeout(180_000)
  let world: World
  let cli: string
  const env: NodeJS.ProcessEnv = { DISABLE_TELEMETRY: 'true', HEROKU_DISABLE_AUTOUPDATE: '1', HEROKU_SKIP_NEW_VERSION_CHECK: 'true' }
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
    await world.ok(['deploy', '--local', '--app', app], { cwd: dir })
    const exports = await world.ok(['local', 'env'])
    for (const [, name, value] of exports.stdout.matchAll(/^export (\w+)=(.*)$/gm)) env[name!] = value!.replace(/^(['"])(.*)\1$/, '$2')
  })
  after(() => world?.close())

  const heroku = (args: string[], options: RunOptions = {}): Promise<Outcome> => world.run(cli, args, { ...options, env: { ...env, ...options.env } })
  const ok = async (...args: string[]): Promise<string> => {
    const outcome = await heroku(args)
    expect(outcome.status, `heroku ${args.join(' ')}\n${outcome.output}`).to.equal(0)
    return outcome.output
  }
  const shipit = async (...args: string[]): Promise<string> => (await world.ok([...args, '--local', '--app', app])).output

  it('lists apps', async () => expect(await ok('apps')).to.include(app))
  it('shows an app', async () => expect(await ok('apps:info', '--app', app)).to.match(/web/i))
  it('sets, shows and unsets config vars', async () => {
    await ok('config:set', 'COLOUR=green', 'SHAPE=round', '--app', app)
    expect(await ok('config', '--app', app)).to.match(/COLOUR:\s+green/)
    expect(await shipit('releases')).to.include('Set COLOUR, SHAPE config vars')
    await ok('config:unset', 'COLOUR', '--app', app)
    expect(await ok('config', '--app', app)).to.not.include('COLOUR')
  })
  it('scales, and shipit sees the dynos', async () => {
    expect(await ok('ps:scale', 'web=2', '--app', app)).to.match(/web at 2/)
    await until(async () => (await shipit('ps')).includes('web.2: up'), { timeout: 30_000 })
    expect(await shipit('ps')).to.include('web.2: up')
    expect(await ok('ps', '--app', app)).to.include('web.2: up')
    await ok('ps:scale', 'web=1', '--app', app)
  })
  it('restarts', async () => {
    const url = (await world.json<{ url: string }>(['open', '--local', '--app', app])).url
    const who = async (): Promise<number> => (JSON.parse((await get(`${url}who`)).body) as { pid: number }).pid
    const before = await who()
    await ok('ps:restart', '--app', app)
    const isNew = await until(async () => (await who()) !== before, { timeout: 30_000 })
    expect(isNew).to.equal(true)
  })
  it('shows releases and rolls back', async () => {
    expect(await ok('releases', '--app', app)).to.match(/v\d+\s+.*config vars/i)
    await ok('releases:rollback', 'v3', '--app', app)
    expect(await shipit('releases')).to.match(/Rollback to v3/)
  })
  it('shows logs', async () => expect(await ok('logs', '-n', '20', '--app', app)).to.match(/(app|heroku)\[/))
  it('follows logs', async () => {
    const url = (await world.json<{ url: string }>(['open', '--local', '--app', app])).url
    let pid = 0
    let seen = ''
    const tail = heroku(['logs', '--tail', '--app', app], { onSpawn: (child) => { pid = child }, onOutput: (text) => { seen += text } })
    const hasLine = await until(async () => {
      await get(`${url}seen-by-the-tail`)
      return seen.includes('seen-by-the-tail')
    }, { timeout: 30_000 })
    process.kill(pid, 'SIGTERM')
    await tail
    expect(hasLine, seen).to.equal(true)
  })
  it('shows domains', async () => expect(await ok('domains', '--app', app)).to.include(`${app}.localhost`))
  it('turns preboot on', async () => {
    await ok('features:enable', 'preboot', '--app', app)
    expect(await ok('features', '--app', app)).to.match(/\[\+\] preboot/)
  })
  it('turns maintenance on and off, and the router answers so', async () => {
    const url = (await world.json<{ url: string }>(['open', '--local', '--app', app])).url
    await ok('maintenance:on', '--app', app)
    expect((await get(url)).status).to.equal(503)
    await ok('maintenance:off', '--app', app)
    const isBack = await until(async () => (await get(url)).status === 200, { timeout: 30_000 })
    expect(isBack).to.equal(true)
  })
})
