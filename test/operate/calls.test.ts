import { expect } from 'chai'
import { reload, restart } from '../../src/operate/index.js'
import { apiFor } from '../support/platform.js'
import { SimulatedApp } from '../support/simulated-app.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const DYNOS = 5

describe('the calls of the Platform API', () => {
  useVirtualClock()

  let app: SimulatedApp
  afterEach(() => app.close())

  it('are two a dyno for a reload whose log says when dynos are up', async () => {
    app = await SimulatedApp.start({ dynos: DYNOS, instances: 1, boot: 150 })
    const { reloaded } = await reload(apiFor(app.url), 'a1', { waitTimeout: 20_000 })
    expect(reloaded).to.have.length(DYNOS)
    expect(app.calls).to.include({
      'GET /formation': 1,
      'POST /log-sessions': 1,
      'DELETE /dynos/DYNO': DYNOS,
    })
    expect(app.calls['GET /dynos']).to.be.within(DYNOS + 1, DYNOS + 3)
  })
  it('are 6 a dyno at most where the boot takes 30 times the pause between two looks', async () => {
    app = await SimulatedApp.start({ dynos: DYNOS, instances: 1, boot: 1500 })
    await reload(apiFor(app.url), 'a1', { waitTimeout: 20_000, poll: 50 })
    expect(app.total).to.be.at.most(3 + 6 * DYNOS)
  })
  it('are few for one of many dynos', async () => {
    app = await SimulatedApp.start({ dynos: 100, instances: 1, boot: 300 })
    expect(
      await restart(apiFor(app.url), 'a1', { name: 'web.1' }, { waitTimeout: 20_000 }),
    ).to.deep.equal(['web.1'])
    expect(app.total).to.be.at.most(8)
  })
  it('are made all the same where the log cannot be read', async () => {
    app = await SimulatedApp.start({ dynos: 2, instances: 1, boot: 100, isLogAway: true })
    expect(
      (await reload(apiFor(app.url), 'a1', { waitTimeout: 20_000, poll: 20 })).reloaded,
    ).to.have.length(2)
  })
})
