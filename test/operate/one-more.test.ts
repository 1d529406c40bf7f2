import { expect } from 'chai'
import { applyChange, planOneMore } from '../../src/operate/index.js'
import { OLD, World } from '../support/embedded/index.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('one dyno more or less', () => {
  useVirtualClock()

  let world: World
  beforeEach(async () => {
    world = await World.start({ behaviours: { [OLD]: { listensAfter: 2000 } } })
  })
  afterEach(() => world.stop())

  it('is a plan first, which changes nothing', async () => {
    const size = 'Standard-1X'
    expect(await planOneMore(world.api, 'a1', 'web', 1)).to.deep.include({
      type: 'web',
      before: { quantity: 1, size },
      after: { quantity: 2, size },
    })
    expect(await planOneMore(world.api, 'a1', 'web', -1)).to.deep.include({
      after: { quantity: 0, size },
    })
    expect(world.calls).to.deep.equal([])
    await world.scale('web', 0)
    expect(await failureOf(planOneMore(world.api, 'a1', 'web', -1))).to.include({ code: 'usage' })
  })

  it('is then made, and waited for', async () => {
    const change = await planOneMore(world.api, 'a1', 'web', 1)
    const dynos = await applyChange(world.api, 'a1', change, { timeout: 60_000 })
    expect(dynos.map(({ name, state }) => `${name} ${state}`)).to.deep.equal([
      'web.1 up',
      'web.2 up',
    ])
    expect(world.calls).to.deep.equal(['scale web=2'])
  })
})
