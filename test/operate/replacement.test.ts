import { expect } from 'chai'
import { listDynos, type Dyno } from '../../src/heroku/index.js'
import { cycle, reload, restart, type ReloadEvent } from '../../src/operate/index.js'
import { waitForReplacement } from '../../src/operate/replacement.js'
import { OLD, World } from '../support/embedded/index.js'
import type { Behaviour, Place } from '../support/embedded/program.js'
import { failureOf } from '../support/failures.js'
import { rejection } from '../support/platform.js'
import { until } from '../support/until.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const options = { waitTimeout: 60_000 }
const DYNOS = /\/dynos$/

describe('the successors of dynos that were told to restart', () => {
  useVirtualClock()

  let world: World
  afterEach(() => world.stop())

  const start = async (
    quantity: number,
    at: (place: Place) => Behaviour | undefined = () => undefined,
    isFir = false,
  ) => {
    world = await World.start({
      behaviours: { [OLD]: { listensAfter: 1000, build: { types: ['web', 'worker'] }, at } },
      isFir,
    })
    await world.scale('web', quantity)
    await world.settled()
  }
  const never = ({ name, earlier }: Place) =>
    name === 'web.2' && earlier > 0
      ? { prints: ['still migrating'], listensAfter: Infinity }
      : undefined

  it('must be up in time, or the one that is not is named, with its last output', async () => {
    await start(2, never)
    const begun = Date.now()
    const error = await failureOf(restart(world.api, 'a1', {}, { waitTimeout: 20_000, poll: 500 }))
    expect(error).to.include({
      code: 'boot',
      message: 'web.2 did not come up within 20 s.',
      next: 'shipit logs --dyno web.2 --app a1',
    })
    expect(error.details).to.deep.equal({ app: 'a1', dyno: 'web.2' })
    expect(error.why).to.include('still migrating').and.not.match(/^\n/)
    expect(Date.now() - begun).to.be.within(20_000, 40_000)
  })

  it('that are not even listed in time are named, the first of them', async () => {
    await start(3)
    world.proxy.on('DELETE', DYNOS, () => {
      world.proxy.reshape<Dyno[]>('GET', DYNOS, (dynos) =>
        dynos.filter(({ name }) => name === 'web.1'),
      )
    })
    const error = await failureOf(restart(world.api, 'a1', {}, { waitTimeout: 10_000 }))
    expect(error.message).to.equal('web.2 did not come up within 10 s.')
  })

  it('that crash are named before those that are still on their way', async () => {
    await start(2, ({ name, earlier }) =>
      earlier === 0
        ? undefined
        : name === 'web.1'
          ? { listensAfter: Infinity }
          : { exits: { after: 300, status: 1 } },
    )
    const error = await failureOf(restart(world.api, 'a1', {}, options))
    expect(error.message).to.equal('web.2 crashed when it was restarted.')
  })

  it('are none of those that ran before', async () => {
    await start(1)
    const dynos = await listDynos(world.api, 'a1')
    const wait = waitForReplacement(world.api, 'a1', dynos, { timeout: 10_000, consequence: '' })
    expect((await failureOf(wait)).message).to.equal('web.1 did not come up within 10 s.')
  })

  it('are looked for until the wait is stopped, and the log is left in the end', async () => {
    await start(2, never)
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('stopped')), 5000)
    const begun = Date.now()
    const error = await rejection(restart(world.api, 'a1', {}, { ...options, signal: stop.signal }))
    expect(error.message).to.equal('stopped')
    expect(Date.now() - begun).to.be.below(20_000)
    await until('the log is left', () => world.proxy.open === 0)
  })

  it('stopped before the platform is asked, a restart changes nothing', async () => {
    await start(1)
    const stop = new AbortController()
    world.proxy.on('GET', /\/formation$/, () => stop.abort(new Error('stopped')))
    let asked: string[] = []
    const onAsked = (names: string[]) => void (asked = names)
    const error = await rejection(
      restart(world.api, 'a1', {}, { ...options, signal: stop.signal, onAsked }),
    )
    expect(error.message).to.equal('stopped')
    expect([world.calls, asked]).to.deep.equal([[], []])
    await restart(world.api, 'a1', { type: 'web' }, { ...options, onAsked })
    expect(asked).to.deep.equal(['web.1'])
  })

  // devcenter.heroku.com/articles/generations: the names of Fir's dynos have no number.
  describe('on Fir', () => {
    it('have names of their own, and are of the same type', async () => {
      await start(2, undefined, true)
      await world.scale('worker', 1)
      await world.settled()
      const before = world.dynoIds()
      const all = await restart(world.api, 'a1', {}, options)
      expect(all).to.have.lengthOf(3)
      expect(world.states()).to.deep.equal(['web up', 'web up', 'worker up'])
      expect(world.dynoIds().some((id) => before.includes(id))).to.equal(false)
    })

    it('are each of one dyno alone', async () => {
      await start(2, undefined, true)
      const events: ReloadEvent[] = []
      const { reloaded } = await reload(world.api, 'a1', {
        ...options,
        onEvent: (event) => events.push(event),
      })
      const serving = events.flatMap((event) => (event.kind === 'serving' ? [event.dyno] : []))
      expect(new Set(serving).size).to.equal(2)
      expect(serving.some((name) => reloaded.includes(name))).to.equal(false)
      expect(serving.sort()).to.deep.equal(
        (await listDynos(world.api, 'a1')).map(({ name }) => name).sort(),
      )
    })

    it('are waited for of one dyno that is named', async () => {
      await start(2, undefined, true)
      const [first] = await listDynos(world.api, 'a1')
      expect(await restart(world.api, 'a1', { type: first!.name }, options)).to.deep.equal([
        first!.name,
      ])
      expect(world.calls).to.deep.equal([`restart ${first!.name}`])
      const [next] = await listDynos(world.api, 'a1')
      expect(await cycle(world.api, 'a1', { type: next!.name }, options)).to.have.lengthOf(1)
    })

    it('take the place of a lone one beside one that the platform then chooses from', async () => {
      await start(1, undefined, true)
      const events: ReloadEvent[] = []
      await reload(world.api, 'a1', { ...options, onEvent: (event) => events.push(event) })
      expect(events.at(-1)).to.deep.equal({ kind: 'removed', dyno: 'web' })
      expect(world.states()).to.deep.equal(['web up'])
    })
  })
})
