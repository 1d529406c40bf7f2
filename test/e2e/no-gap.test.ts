import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { startLoad } from '../../src/demo/load.js'
import { plainApp, plainServer } from './support/apps.js'
import { platformRequest } from './support/platform.js'
import { World } from './support/world.js'
import { inSoak } from '../support/soak.js'

describe('an app with preboot, under load', function () {
  this.timeout(180_000)
  let world: World
  let dir: string
  let url: string
  const flags = ['--local', '--app', 'steady']

  before(async () => {
    world = await World.create()
    dir = await world.app('steady', plainApp('one'))
    url = (await world.json<{ url: string }>(['deploy', ...flags], { cwd: dir })).url
    await platformRequest(world, 'PATCH', '/apps/steady/features/preboot', { enabled: true })
  })
  after(() => world.close())

  const loseNothingDuring = async (change: () => Promise<unknown>): Promise<void> => {
    const load = startLoad(`${url}slow`, { keepAlive: 2, fresh: 2, pause: 50 })
    const quick = startLoad(url, { keepAlive: 1, fresh: 1, pause: 50 })
    try {
      await change()
    } finally {
      const results = [await load.stop(), await quick.stop()]
      for (const { sent, ok, failures } of results) {
        expect(sent).to.be.greaterThan(10)
        expect(failures, `${failures.length} of ${sent} requests`).to.deep.equal([])
        expect(ok).to.equal(sent)
      }
    }
  }

  inSoak('answers every request while it is scaled to 3 dynos', () =>
    loseNothingDuring(() => world.ok(['scale', 'web=3', ...flags])),
  )
  inSoak('answers every request while it is scaled back to 1', () =>
    loseNothingDuring(() => world.ok(['scale', 'web=1', ...flags])),
  )
  it('answers every request during a deploy', () =>
    loseNothingDuring(async () => {
      await writeFile(path.join(dir, 'server.js'), plainServer('two'))
      await world.commit(dir, 'Two')
      await world.ok(['deploy', ...flags], { cwd: dir })
    }))
  inSoak('answers every request during a deploy that fails and is rolled back', () =>
    loseNothingDuring(async () => {
      await writeFile(path.join(dir, 'server.js'), "throw new Error('no')\n")
      await world.commit(dir, 'Broken')
      const outcome = await world.shipit(['deploy', ...flags], { cwd: dir })
      expect(outcome.status, outcome.output).to.equal(12)
    }),
  )
  inSoak('answers every request during a reload', () =>
    loseNothingDuring(() => world.ok(['reload', ...flags])),
  )
})
