import { expect } from 'chai'
import { prebootNote, prebootOf, waitForPreboot } from '../../../src/deploy/health/preboot.js'
import { duration } from '../../../src/lib/duration.js'
import { NEW, World } from '../../support/embedded/index.js'
import { failureOf } from '../../support/failures.js'
import { until } from '../../support/until.js'
import { useVirtualClock } from '../../support/virtual-clock.js'

describe('preboot, for a command that judges nothing', () => {
  useVirtualClock()

  let world: World
  afterEach(() => world.stop())
  const preboot = () => prebootOf(world.api, 'a1')
  const fails = (status: number, id: string) =>
    world.proxy.reply('GET', /\/features\/preboot$/, { status, json: { id, message: 'No.' } }, 1)

  it('is there if it is enabled, for web dynos of a size that has it', async () => {
    world = await World.start()
    expect(await preboot()).to.equal(undefined)
    await world.scale('web', 2, 'standard-1x')
    await world.settled()
    await world.enablePreboot()
    const expected = { switchesAfter: world.api.endpoint.prebootSwitch ?? 180_000, dynos: 2 }
    expect(await preboot()).to.deep.equal(expected)

    fails(404, 'not_found')
    expect(await preboot()).to.equal(undefined)
    fails(422, 'invalid_params')
    expect((await failureOf(preboot())).code).to.not.equal('not_found')

    const formation = (change: object) =>
      world.proxy.reshape<object[]>(
        'GET',
        /\/formation$/,
        (entries) => entries.map((entry) => ({ ...entry, ...change })),
        1,
      )
    formation({ size: 'Eco' })
    expect(await preboot()).to.equal(undefined)
    formation({ quantity: 0 })
    expect(await preboot()).to.equal(undefined)
    formation({ type: 'worker' })
    expect(await preboot()).to.equal(undefined)
    formation({ quantity: 1 })
    expect(await preboot()).to.deep.equal({ ...expected, dynos: 1 })
    expect(prebootNote(expected, 4)).to.include(`switch to v4, about ${duration(180_000)} after`)
  })

  it('is waited for until the log tells of its end, else for its time, or for the time given', async () => {
    world = await World.start()
    await world.scale('web', 1, 'standard-1x')
    await world.settled()
    await world.enablePreboot()
    const found = (await preboot())!
    await world.deploy(NEW)
    const release = world.app.releases.at(-1)!
    const wait = async (timeout: number, signal = new AbortController().signal) => {
      const begun = Date.now()
      await waitForPreboot(world.api, 'a1', found, release, { timeout, signal })
      return Date.now() - begun
    }
    const first = Date.now()
    const error = await failureOf(wait(60_000))
    expect(Date.now() - first).to.be.at.least(60_000)
    await until('the log is left', () => world.proxy.open === 0)
    expect(error).to.include({ code: 'timeout' })
    const { id, version } = release
    expect(error.details).to.deep.equal({ app: 'a1', release: { id, version } })
    expect(error.message).to.include(`after ${duration(60_000)}`)

    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('stopped')), 1000)
    const stopped = await wait(60_000, stop.signal).catch((failure: Error) => failure)
    expect(stopped).to.have.property('message', 'stopped')

    expect(await wait(600_000)).to.be.within(100_000, 135_000)

    fails(404, 'none')
    world.proxy.drops = () => true
    expect(await wait(600_000)).to.equal(195_000)

    world.proxy.drops = () => false
    const refusal = { status: 422, json: { id: 'invalid_params', message: 'No log.' } }
    world.proxy.reply('POST', /\/log-sessions$/, refusal)
    expect(await wait(600_000)).to.equal(195_000)
  })
})
