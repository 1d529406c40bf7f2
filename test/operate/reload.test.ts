import { expect } from 'chai'
import type { Dyno, Formation } from '../../src/heroku/index.js'
import { reload, restart, type ReloadEvent } from '../../src/operate/index.js'
import { OLD, World } from '../support/embedded/index.js'
import type { Behaviour } from '../support/embedded/program.js'
import { rejection } from '../support/platform.js'
import { until } from '../support/until.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const options = { waitTimeout: 60_000 }

describe('reload and restart', () => {
  useVirtualClock()

  let world: World
  afterEach(() => world.stop())

  /** Dynos take a second to come up. */
  async function formation(
    dynos: Record<string, number>,
    { size, ...more }: Behaviour & { size?: string } = {},
  ): Promise<World> {
    const behaviour = { listensAfter: 1000, build: { types: ['web', 'worker'] }, ...more }
    world = await World.start({ behaviours: { [OLD]: behaviour } })
    for (const [type, quantity] of Object.entries(dynos)) await world.scale(type, quantity, size)
    await world.settled()
    return world
  }
  /** Its next process prints why it cannot start, and ends. */
  const breaking = (dyno: string): Behaviour => ({
    at: ({ name, earlier }) =>
      name === dyno && earlier > 0
        ? { prints: ['Error: no DATABASE_URL'], exits: { after: 300, status: 1 } }
        : undefined,
  })

  it('reload goes dyno by dyno', async () => {
    const { api, calls } = await formation({ web: 2, worker: 2 })
    const events: ReloadEvent[] = []
    const begun = Date.now()
    const result = await reload(api, 'a1', { ...options, onEvent: (event) => events.push(event) })
    expect(calls).to.deep.equal([
      'restart web.1',
      'restart web.2',
      'restart worker.1',
      'restart worker.2',
    ])
    expect(result).to.deep.equal({ reloaded: ['web.1', 'web.2', 'worker.1', 'worker.2'], gaps: [] })
    // By the log, which is followed to the end: without it each would take 10 s.
    expect(Date.now() - begun).to.be.below(15_000)
    expect(events.map(({ kind }) => kind)).to.deep.equal([
      'reloading',
      'serving',
      'reloading',
      'serving',
      'reloading',
      'serving',
      'reloading',
      'serving',
    ])
  })

  it('reload restarts a dyno only when the one before it listens again', async () => {
    const { api } = await formation({ web: 3 })
    const up = () => world.states().filter((state) => state === 'web up').length
    const seen: number[] = []
    world.proxy.on('DELETE', /\/dynos\/web/, () => seen.push(up()), 3)
    await reload(api, 'a1', options)
    expect(seen).to.deep.equal([3, 3, 3])
  })

  it('reload adds one dyno beside a lone one, and removes it afterwards', async () => {
    const { api, calls } = await formation({ web: 1, worker: 0 })
    await reload(api, 'a1', options)
    expect(calls).to.deep.equal(['scale web=2', 'restart web.1', 'scale web=1'])
    expect(world.states()).to.deep.equal(['web up'])
  })

  it('reload restarts a lone dyno of a size that allows one only, and says so', async () => {
    const { api, calls } = await formation({ web: 1 }, { size: 'Basic' })
    expect(await reload(api, 'a1', options)).to.deep.equal({ reloaded: ['web.1'], gaps: ['web'] })
    expect(calls).to.deep.equal(['restart web.1'])
  })

  it('reload stops at the first dyno that does not come back, and leaves the others', async () => {
    const { api, calls } = await formation({ web: 3 }, breaking('web.2'))
    const error = await rejection(reload(api, 'a1', options))
    expect(error).to.include({ code: 'boot', message: 'web.2 crashed when it was restarted.' })
    expect(error.why).to.contain('go on serving').and.contain('no DATABASE_URL')
    expect(calls).to.deep.equal(['restart web.1', 'restart web.2'])
  })

  it('reload takes the added dyno away even if the lone one does not come back', async () => {
    const { api, calls } = await formation({ web: 1 }, breaking('web.1'))
    await rejection(reload(api, 'a1', options))
    expect(calls.at(-1)).to.equal('scale web=1')
  })

  it('restart restarts the selection together and waits for all of it', async () => {
    const { api, calls } = await formation({ web: 2, worker: 1 })
    expect(await restart(api, 'a1', {}, options)).to.deep.equal(['web.1', 'web.2', 'worker.1'])
    expect(calls).to.deep.equal(['restart all'])
    expect(world.states()).to.deep.equal(['web up', 'web up', 'worker up'])
  })

  it('restart of a dyno that is not there changes nothing', async () => {
    const { api, calls } = await formation({ web: 2 })
    expect(await rejection(restart(api, 'a1', { name: 'web.7' }, options))).to.include({
      code: 'not_found',
    })
    expect(calls).to.deep.equal([])
  })

  describe('that is stopped', () => {
    it('waits for the dyno it has restarted before the second one goes', async () => {
      const { api, calls } = await formation({ web: 1 })
      const atRemoval: string[][] = []
      world.proxy.on('PATCH', /\/formation$/, () => atRemoval.push(world.states()), 2)
      const stop = new AbortController()
      const result = await reload(api, 'a1', {
        ...options,
        signal: stop.signal,
        onEvent: ({ kind }) => {
          if (kind === 'reloading') stop.abort(new Error('stopped'))
        },
      })
      expect(result).to.deep.include({ reloaded: ['web.1'] })
      expect(calls.filter((call) => call.startsWith('scale'))).to.have.lengthOf(2)
      expect(atRemoval[1]).to.deep.equal(['web up', 'web up'])
    })

    it('before the next dyno restarts no other', async () => {
      const { api, calls } = await formation({ web: 2 })
      const stop = new AbortController()
      const error = await rejection(
        reload(api, 'a1', {
          ...options,
          signal: stop.signal,
          onEvent: ({ kind }) => {
            if (kind === 'serving') stop.abort(new Error('stopped'))
          },
        }),
      )
      expect(error.message).to.equal('stopped')
      expect(calls).to.deep.equal(['restart web.1'])
    })
  })

  it('reload tells of the dyno it adds and takes away, and how long each took', async () => {
    const { api } = await formation({ web: 1, worker: 2 })
    const events: ReloadEvent[] = []
    await reload(api, 'a1', {
      ...options,
      selection: { type: 'web' },
      onEvent: (event) => events.push(event),
    })
    const [serving] = events.flatMap((event) => (event.kind === 'serving' ? [event] : []))
    expect(events).to.deep.equal([
      { kind: 'added', dyno: 'web.2' },
      { kind: 'reloading', dyno: 'web.1' },
      { kind: 'serving', dyno: 'web.1', ms: serving!.ms },
      { kind: 'removed', dyno: 'web.2' },
    ])
    expect(serving!.ms).to.be.within(1000, 60_000).and.satisfy(Number.isInteger)
  })

  it('reload takes the types by their names, and tells of a gap', async () => {
    const { api, calls } = await formation({ web: 1, worker: 1 }, { size: 'Basic' })
    world.proxy.reshape<Formation[]>('GET', /\/formation$/, (rows) => rows.toReversed(), 1)
    const events: ReloadEvent[] = []
    const { gaps } = await reload(api, 'a1', {
      ...options,
      onEvent: (event) => events.push(event),
    })
    expect(gaps).to.deep.equal(['web', 'worker'])
    expect(calls).to.deep.equal(['restart web.1', 'restart worker.1'])
    expect(events[0]).to.deep.equal({ kind: 'gap', type: 'web', size: 'Basic' })
    expect(events.filter(({ kind }) => kind === 'gap')).to.have.lengthOf(2)
  })

  it('reload leaves alone a type whose dynos are not there', async () => {
    const { api, calls } = await formation({ web: 2, worker: 1 })
    world.proxy.reshape<Dyno[]>('GET', /\/dynos$/, (dynos) =>
      dynos.filter(({ type }) => type === 'web'),
    )
    await reload(api, 'a1', options)
    expect(calls).to.deep.equal(['restart web.1', 'restart web.2'])
  })

  it('reload takes a size that is new to it for one of which there may be two', async () => {
    const { api, calls } = await formation({ web: 1 })
    const named = <T extends object>(rows: T[]) => rows.map((row) => ({ ...row, size: 'Huge-9' }))
    world.proxy.reshape<object[]>('GET', /\/formation$/, named)
    world.proxy.reshape<object[]>('GET', /\/dynos$/, named)
    expect((await reload(api, 'a1', options)).gaps).to.deep.equal([])
    expect(calls).to.deep.equal(['scale web=2', 'restart web.1', 'scale web=1'])
  })

  it('reload waits out the limit of calls at each of its steps', async () => {
    const { api, calls } = await formation({ web: 1 })
    const limited = { status: 429, json: { id: 'rate_limit', message: 'Later.' } }
    for (const [method, path] of [
      ['PATCH', /\/formation$/],
      ['DELETE', /\/dynos\/web/],
    ] as const)
      world.proxy.reply(method, path, limited, 1)
    world.proxy.on('DELETE', /\/dynos\/web/, () =>
      world.proxy.reply('PATCH', /\/formation$/, limited, 1),
    )
    await reload(api, 'a1', options)
    expect(calls).to.deep.equal(['scale web=2', 'restart web.1', 'scale web=1'])
    await until('the log is left', () => world.proxy.open === 0)
  })

  it('reload that is stopped while it waits for the added dyno restarts none, and takes it away', async () => {
    const { api, calls } = await formation(
      { web: 1 },
      { at: ({ name }) => (name === 'web.2' ? { listensAfter: Infinity } : undefined) },
    )
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('stopped')), 5000)
    const error = await rejection(reload(api, 'a1', { ...options, signal: stop.signal }))
    expect(error.message).to.equal('stopped')
    expect(calls).to.deep.equal(['scale web=2', 'scale web=1'])
  })

  it('reload is given up if the added dyno does not come up in time', async () => {
    const { api, calls } = await formation(
      { web: 1 },
      { at: ({ name }) => (name === 'web.2' ? { listensAfter: Infinity } : undefined) },
    )
    const begun = Date.now()
    const error = await rejection(reload(api, 'a1', { waitTimeout: 15_000, poll: 500 }))
    expect(error).to.include({ code: 'timeout' })
    expect(Date.now() - begun).to.be.within(15_000, 30_000)
    expect(calls).to.deep.equal(['scale web=2', 'scale web=1'])
  })

  it('reload of a type that is not there guesses at the one that was meant', async () => {
    const { api } = await formation({ web: 1 })
    expect(
      await rejection(reload(api, 'a1', { ...options, selection: { type: 'wbe' } })),
    ).to.include({
      code: 'not_found',
      why: 'Did you mean web?',
    })
  })
})
