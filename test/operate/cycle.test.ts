import { expect } from 'chai'
import { cycle } from '../../src/operate/index.js'
import { OLD, World } from '../support/embedded/index.js'
import { failureOf } from '../support/failures.js'
import { rejection } from '../support/platform.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('the cycle of dynos', () => {
  useVirtualClock()

  let world: World
  let asked: string[]
  const options = { waitTimeout: 60_000, onAsked: (names: string[]) => void (asked = names) }
  beforeEach(async () => {
    asked = []
    world = await World.start({
      behaviours: { [OLD]: { listensAfter: 1000, build: { types: ['web', 'worker'] } } },
    })
    await world.scale('web', 2)
    await world.scale('worker', 1)
    await world.settled()
  })
  afterEach(() => world.stop())

  it('is waited for until all of the selection is up again', async () => {
    const before = world.dynoIds()
    const names = ['web.1', 'web.2', 'worker.1']
    expect(await cycle(world.api, 'a1', {}, options)).to.deep.equal(names)
    expect(asked).to.deep.equal(names)
    expect(world.states()).to.deep.equal(['web up', 'web up', 'worker up'])
    expect(world.dynoIds().some((id) => before.includes(id))).to.equal(false)
  })

  it('is of one type, or of one dyno', async () => {
    const before = world.dynoIds()
    const kept = () => world.dynoIds().filter((id) => before.includes(id)).length
    expect(await cycle(world.api, 'a1', { name: 'worker.1' }, options)).to.deep.equal(['worker.1'])
    expect(kept()).to.equal(2)
    expect(await cycle(world.api, 'a1', { type: 'worker' }, options)).to.have.lengthOf(1)
    expect(kept()).to.equal(2)
    expect(await cycle(world.api, 'a1', { type: 'web' }, options)).to.deep.equal(['web.1', 'web.2'])
    expect([kept(), world.dynoIds().length]).to.deep.equal([0, 3])
  })

  it('of a dyno that is not there, or that is stopped first, asks for nothing', async () => {
    const before = world.dynoIds()
    const missing = await failureOf(cycle(world.api, 'a1', { name: 'web.9' }, options))
    expect(missing.code).to.equal('not_found')
    const stop = new AbortController()
    world.proxy.on('GET', /\/formation$/, () => stop.abort(new Error('stopped')))
    const stopped = await rejection(cycle(world.api, 'a1', {}, { ...options, signal: stop.signal }))
    expect(stopped.message).to.equal('stopped')
    expect([asked, world.dynoIds()]).to.deep.equal([[], before])
  })
})
