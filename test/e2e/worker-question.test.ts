import path from 'node:path'
import { expect } from 'chai'
import { packageRoot } from '../../src/paths.js'
import { PseudoTerminal } from '../support/pseudo-terminal.js'
import { platformRequest } from './support/platform.js'
import { World } from './support/world.js'

const DOWN = '\u001b[B'

describe('the first deploy of a project of workers, on a terminal', function () {
  this.timeout(120_000)
  let world: World
  let dir: string
  before(async () => {
    world = await World.create()
    dir = await world.app('bot', {
      'package.json': { name: 'bot', version: '1.0.0' },
      Procfile: 'worker: node worker.js\n',
      'worker.js': 'setInterval(() => {}, 1000)\n',
    })
  })
  after(() => world.close())

  const deploy = async (keys: string): Promise<{ status: number; text: string }> => {
    const args = [path.join(packageRoot, 'bin/shipit.js'), 'deploy', '--local', '--app', 'bot']
    const terminal = new PseudoTerminal(world.node, args, {
      columns: 120,
      rows: 40,
      cwd: dir,
      env: { ...world.env, CI: '' },
    })
    await terminal.shows(/Heroku starts one dyno of `npm start` for web/, 60_000)
    terminal.type(keys)
    return { status: await terminal.ended, text: terminal.raw }
  }
  const quantities = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (
        await platformRequest<{ type: string; quantity: number }[]>(
          world,
          'GET',
          '/apps/bot/formation',
        )
      ).map(({ type, quantity }) => [type, quantity]),
    )

  it('deploys nothing if that is the answer', async () => {
    const { status, text } = await deploy(`${DOWN}${DOWN}\r`)
    expect(status, text).to.equal(130)
    expect(text).to.contain('Nothing was deployed')
  })

  it('starts the workers, and no web dyno, if asked to', async () => {
    const { status, text } = await deploy('\r')
    expect(status, text).to.equal(0)
    expect(await quantities()).to.deep.equal({ web: 0, worker: 1 })
  })
})
