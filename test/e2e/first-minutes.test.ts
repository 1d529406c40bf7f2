import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { expect } from 'chai'
import { packageRoot } from '../../src/paths.js'
import { PseudoTerminal } from '../support/pseudo-terminal.js'
import { World } from './support/world.js'

describe('shipit alone on a terminal', function () {
  this.timeout(60_000)
  let world: World
  before(async () => {
    world = await World.create()
  })
  after(() => world.close())

  const alone = async (cwd: string, env: NodeJS.ProcessEnv = {}) => {
    const terminal = new PseudoTerminal(
      process.execPath,
      [path.join(packageRoot, 'bin/shipit.js')],
      { columns: 120, rows: 30, cwd, env: { ...world.env, NO_COLOR: '1', ...env } },
    )
    const status = await terminal.ended
    return { status, text: terminal.text }
  }

  it('says the next three commands in a folder with nothing set up, and the help in a pipe', async () => {
    const dir = await world.write('bare', { 'package.json': { name: '@me/School' } })
    const { status, text } = await alone(dir)
    expect(status).to.equal(0)
    expect(text).to.match(
      /shipit init .*\n +shipit deploy --local --app school .*\n +shipit deploy --app school --create/,
    )
    const help = await world.ok([], { cwd: dir })
    expect(help.stdout).to.equal((await world.ok(['--help'], { cwd: dir })).stdout)
  })

  it('tells what is known here where the platform does not answer', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const sockets = new Set<{ destroy(): void }>()
    silent.on('connection', (socket) => sockets.add(socket))
    const dir = await world.write('shop', { 'package.json': { name: 'shop' } })
    await world.git(dir, 'init', '--quiet', '--initial-branch', 'main')
    await world.git(dir, 'remote', 'add', 'heroku', 'https://git.heroku.com/myshop.git')
    await world.commit(dir, 'Open the shop')
    const { status, text } = await alone(dir, {
      HEROKU_HOST: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      HEROKU_API_KEY: 'a-token',
    })
    for (const socket of sockets) socket.destroy()
    silent.close()
    expect(status).to.equal(0)
    expect(text).to.match(/^=== myshop \(by its git remote\)/m)
    expect(text).to.match(/^Here +main at \w+ Open the shop/m)
    expect(text).to.contain('The platform has not answered in time')
  })

  it('starts no embedded Heroku to tell of it', async () => {
    const dir = await world.write('local', { 'package.json': { name: 'local' } })
    const { text } = await alone(dir, { SHIPIT_LOCAL: 'true', HEROKU_APP: 'rehearsal' })
    expect(text).to.contain('The embedded Heroku is not running')
    expect((await world.json<{ running: boolean }>(['local', 'status'])).running).to.equal(false)
  })
})
