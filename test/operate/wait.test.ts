import { expect } from 'chai'
import type { TypeCount } from '../../src/lib/dyno-count.js'
import { waitForDynos, type WaitOptions } from '../../src/operate/index.js'
import type { Dyno } from '../../src/heroku/index.js'
import { NEW, OLD, World } from '../support/embedded/index.js'
import type { Behaviour } from '../support/embedded/program.js'
import { rejection } from '../support/platform.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('the wait for dynos', () => {
  useVirtualClock()

  let world: World
  afterEach(() => world.stop())
  const web = (quantity: number, size = 'Standard-1X'): TypeCount => ({
    type: 'web',
    quantity,
    size,
  })

  const start = async (behaviour: Behaviour = {}) => {
    world = await World.start({ behaviours: { [OLD]: behaviour } })
  }
  const wait = (wanted: TypeCount[], options: Partial<WaitOptions> = {}) =>
    waitForDynos(world.api, 'a1', wanted, { timeout: 60_000, ...options })
  const names = (dynos: Dyno[]) => dynos.map(({ name }) => name)

  it('ends when as many as asked for are up', async () => {
    await start({ listensAfter: 5000 })
    await world.scale('web', 2)
    const seen: string[] = []
    const dynos = await wait([web(2)], { onProgress: (up, total) => seen.push(`${up}/${total}`) })
    expect(names(dynos)).to.deep.equal(['web.1', 'web.2'])
    expect([seen[0], seen.at(-1)]).to.deep.equal(['1/2', '2/2'])
    expect(world.states()).to.deep.equal(['web up', 'web up'])
  })

  it('waits for those that are to go', async () => {
    await start()
    await world.scale('web', 2)
    await world.settled()
    const begun = Date.now()
    setTimeout(() => void world.scale('web', 1), 5000)
    expect(names(await wait([web(1)]))).to.deep.equal(['web.1'])
    expect(Date.now() - begun).to.be.at.least(5000)
    await world.scale('web', 0)
    expect(await wait([web(0)])).to.deep.equal([])
  })

  it('counts only dynos of the new size', async () => {
    await start({ listensAfter: 3000 })
    setTimeout(() => void world.scale('web', 1, 'Standard-2X'), 5000)
    const [dyno] = await wait([web(1, 'standard-2x')])
    expect(dyno).to.include({ size: 'Standard-2X', state: 'up' })
  })

  it('counts only dynos of the new release if the size stays as it was, and no crash of the old ones', async () => {
    await start({ exits: { after: 5000, status: 1 } })
    world.behaviours[NEW] = { listensAfter: 3000 }
    setTimeout(() => void world.deploy(NEW), 2000)
    const [dyno] = await wait([web(1)], { release: 4 })
    expect(dyno?.release.version).to.equal(4)
  })

  // https://devcenter.heroku.com/articles/eco-dyno-hours#dyno-sleeping: the embedded Heroku's dynos
  // do not sleep.
  it('takes an Eco dyno that sleeps for one that is up', async () => {
    await start()
    await world.scale('web', 1, 'Eco')
    await world.settled()
    world.proxy.reshape<Dyno[]>('GET', /\/dynos$/, (dynos) =>
      dynos.map((dyno) => ({ ...dyno, state: 'idle' })),
    )
    expect((await wait([web(1, 'eco')])).map(({ state }) => state)).to.deep.equal(['idle'])
  })

  it("ends at once at a crash, with the dyno's last output", async () => {
    await start({
      at: ({ name, earlier }) =>
        name === 'web.2'
          ? {
              prints: [earlier === 0 ? 'an earlier life' : 'Error: no DATABASE_URL'],
              exits: { after: 500, status: 1 },
            }
          : undefined,
      listensAfter: 1000,
    })
    await world.scale('web', 2)
    const error = await rejection(wait([web(2)]))
    expect(error).to.include({ code: 'boot', exitCode: 12, message: 'web.2 has crashed.' })
    expect(error.why).to.contain('status 1')
  })

  it('does not take a dyno that is up for a moment for one that stays up', async () => {
    await start({
      at: ({ name }) => (name === 'web.2' ? { exits: { after: 700, status: 1 } } : {}),
    })
    await world.scale('web', 2)
    expect(await rejection(wait([web(2)]))).to.include({ code: 'boot' })
  })

  it('is given up in time, and says how far it came', async () => {
    await start({ at: ({ name }) => (name === 'web.2' ? { listensAfter: Infinity } : {}) })
    await world.scale('web', 2)
    const error = await rejection(wait([web(2)], { timeout: 20_000 }))
    expect(error).to.include({ code: 'timeout' })
    expect(error.message).to.contain('1 of 2 dynos are up')
  })
})
