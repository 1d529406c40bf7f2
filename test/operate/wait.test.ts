import { expect } from 'chai'
import { setTimeout as delay } from 'node:timers/promises'
import type { TypeCount } from '../../src/lib/dyno-count.js'
import { waitForDynos, type WaitOptions } from '../../src/operate/index.js'
import type { Dyno } from '../../src/heroku/index.js'
import { NEW, OLD, World } from '../support/embedded/index.js'
import type { Behaviour } from '../support/embedded/program.js'
import { rejection } from '../support/platform.js'
import { releaseId } from '../support/records.js'
import { until } from '../support/until.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const DYNOS = /\/dynos$/

describe('the wait for dynos', () => {
  useVirtualClock()

  let world: World
  afterEach(() => world.stop())
  const web = (quantity: number, size = 'Standard-1X'): TypeCount => ({
    type: 'web',
    quantity,
    size,
  })

  const start = async (behaviour: Behaviour = {}, isFir = false) => {
    world = await World.start({ behaviours: { [OLD]: behaviour }, isFir })
  }
  /** The times of the polls from now on, in seconds from the first. */
  const polled = () => {
    const times: number[] = []
    world.proxy.on('GET', DYNOS, () => times.push(Math.round(Date.now() / 1000)), 100)
    return () => times.map((time) => time - times[0]!)
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
    expect(error.why).to.match(
      /^The last lines of web\.2:\n {2}an earlier life\nProcess exited with status 1$/,
    )
    expect(error.details).to.deep.equal({ app: 'a1', dyno: 'web.2' })
  })

  it('does not take a dyno that is up for a moment for one that stays up', async () => {
    await start({
      at: ({ name }) => (name === 'web.2' ? { exits: { after: 700, status: 1 } } : {}),
    })
    await world.scale('web', 2)
    expect(await rejection(wait([web(2)]))).to.include({ code: 'boot' })
  })

  it('looks twice, a second apart, at dynos that are up, and once at none', async () => {
    await start()
    const times = polled()
    await wait([web(1)])
    expect(times()).to.deep.equal([0, 1])
    await until('the log is left', () => world.proxy.open === 0)
    await world.scale('web', 0)
    while (world.states().length > 0) await delay(10)
    const none = polled()
    const seen: string[] = []
    expect(
      await wait([web(0)], { onProgress: (up, total) => seen.push(`${up}/${total}`) }),
    ).to.deep.equal([])
    expect([none(), seen]).to.deep.equal([[0], ['0/0']])
  })

  it('begins anew if another dyno has come in the place of one, or one has changed', async () => {
    await start()
    let polls = 0
    world.proxy.reshape<Dyno[]>('GET', DYNOS, (dynos) => {
      polls += 1
      const updated_at = new Date(Math.min(polls, 3) * 1000).toISOString()
      return dynos.map((dyno) => ({ ...dyno, updated_at }))
    })
    await wait([web(1)])
    expect(polls).to.equal(4)
    world.proxy.reshape<Dyno[]>('GET', DYNOS, (dynos) =>
      dynos.map((dyno) => ({ ...dyno, id: polls < 7 ? releaseId(polls) : dyno.id })),
    )
    await wait([web(1)])
    expect(polls).to.equal(8)
  })

  for (const isFir of [false, true])
    it(`counts no dyno that is still to go${isFir ? ' on Fir, whose names have no number' : ''}`, async () => {
      await start({}, isFir)
      await world.scale('web', 2)
      await world.settled()
      const size = isFir ? 'dyno-1c-0.5gb' : 'Standard-1X'
      const error = await rejection(wait([web(1, size)], { timeout: 8000 }))
      expect(error.message).to.include('After 8 s 1 of 1 dynos are up.')
      expect(error.details).to.deep.equal({ app: 'a1', up: 1, wanted: 1 })
      setTimeout(() => void world.scale('web', 1), 3000)
      expect(await wait([web(1, size)])).to.have.lengthOf(1)
    })

  it('does not end while two dynos have one name', async () => {
    await start()
    world.proxy.reshape<Dyno[]>('GET', DYNOS, ([dyno]) => [
      dyno,
      { ...dyno, id: releaseId(1), state: 'starting' },
    ])
    expect(await rejection(wait([web(1)], { timeout: 5000 }))).to.include({ code: 'timeout' })
  })

  it('of none waits for those of any size and release, and minds no other type', async () => {
    await start({ build: { types: ['web', 'worker'] } })
    await world.scale('worker', 1)
    await world.settled()
    setTimeout(() => void world.scale('web', 0), 5000)
    const begun = Date.now()
    expect(await wait([web(0, 'Standard-2X')], { release: 9 })).to.deep.equal([])
    expect(Date.now() - begun).to.be.at.least(5000)
    const worker = { type: 'worker', quantity: 1, size: 'Standard-1X' }
    expect(names(await wait([web(0), worker]))).to.deep.equal(['worker.1'])
  })

  it('is of all types, and tells the sum of their dynos', async () => {
    await start({
      build: { types: ['web', 'worker'] },
      at: ({ type }) => (type === 'worker' ? { listensAfter: 3000 } : {}),
    })
    await world.scale('worker', 2)
    const worker = { type: 'worker', quantity: 2, size: 'Standard-1X' }
    const seen: string[] = []
    const dynos = await wait([web(1), worker], {
      onProgress: (up, total) => seen.push(`${up}/${total}`),
    })
    expect(names(dynos)).to.deep.equal(['web.1', 'worker.1', 'worker.2'])
    expect(seen.at(-1)).to.equal('3/3')
    const late = { ...worker, quantity: 3 }
    const error = await rejection(wait([web(1), late], { timeout: 5000 }))
    expect(error.details).to.deep.equal({ app: 'a1', up: 3, wanted: 4 })
  })

  it('ends with its signal', async () => {
    await start({ at: ({ name }) => (name === 'web.2' ? { listensAfter: Infinity } : {}) })
    await world.scale('web', 2)
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('stopped')), 5000)
    const begun = Date.now()
    const error = await rejection(wait([web(2)], { signal: stop.signal, isJustAsked: true }))
    expect(error.message).to.equal('stopped')
    expect(Date.now() - begun).to.be.within(5000, 6000)
  })

  it('is given up in time, and says how far it came', async () => {
    await start({ at: ({ name }) => (name === 'web.2' ? { listensAfter: Infinity } : {}) })
    await world.scale('web', 2)
    const error = await rejection(wait([web(2)], { timeout: 20_000 }))
    expect(error).to.include({ code: 'timeout' })
    expect(error.message).to.contain('1 of 2 dynos are up')
  })
})
