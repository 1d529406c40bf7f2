import { expect } from 'chai'
import { waitForInstances } from '../../src/operate/index.js'
import { sampleLine, sampleLines } from '../../src/runtime/event-line.js'
import { World } from '../support/embedded/index.js'
import { failureOf } from '../support/failures.js'
import { rejection } from '../support/platform.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('the wait for instances', () => {
  useVirtualClock()

  let world: World
  beforeEach(async () => {
    world = await World.start()
  })
  afterEach(() => world.stop())

  /** The runtime's figures of some instances of api. */
  const tell = (count: number) => {
    for (let instance = 0; instance < count; instance += 1)
      world.running('web.1').print(
        sampleLine({ source: 'web.1', app: 'api', instance }, {
          pid: 20 + instance,
          status: 'online',
          restarts: 0,
          uptime: 80,
          memoryMb: 60,
        } as never).trimEnd(),
      )
  }
  const wait = (after: number, timeout = 30_000, signal = new AbortController().signal) =>
    waitForInstances(world.api, 'a1', [{ app: 'api', before: 1, after }], ['web'], {
      timeout,
      signal,
    })

  it('ends once the log has told of as many as were asked for', async () => {
    const begun = Date.now()
    setTimeout(() => tell(2), 5000)
    expect(await wait(2)).to.deep.equal([{ app: 'api', counts: [2] }])
    expect(Date.now() - begun).to.be.within(5000, 8000)
  })

  it('tells the numbers that the dynos have, each once, of what is online', async () => {
    await world.scale('web', 3)
    await world.settled()
    const sample = { pid: 1, restarts: 0, uptime: 9, memoryMb: 9, cpuPercent: 0 }
    const figures = (name: string, ...apps: [app: string, count: number][]) => {
      const rows = apps.flatMap(([app, count]) =>
        Array.from({ length: count }, (_, instance) => ({
          app,
          instance,
          sample: { ...sample, status: 'online' },
        })),
      )
      for (const text of sampleLines(name, rows)) world.running(name).print(text.trimEnd())
    }
    figures('web.1', ['api', 2], ['mail', 1])
    figures('web.2', ['api', 1], ['mail', 1])
    figures('web.3', ['api', 2], ['mail', 1])
    const have = await waitForInstances(
      world.api,
      'a1',
      [
        { app: 'api', before: 1, after: 'max' },
        { app: 'mail', before: 1, after: 1 },
        { app: 'other', before: 1, after: 4 },
      ],
      ['web'],
      { timeout: 30_000, signal: new AbortController().signal },
    )
    expect(have).to.deep.equal([
      { app: 'api', counts: [1, 2] },
      { app: 'mail', counts: [1] },
      { app: 'other', counts: [] },
    ])
  })

  it('is given up in time, with what was asked for', async () => {
    const begun = Date.now()
    setTimeout(() => tell(1), 1000)
    const error = await failureOf(wait(2))
    expect(error).to.include({ code: 'timeout', next: 'shipit ps --app a1' })
    expect(error.message).to.include('after 30 s not all of their instances run (api=2)')
    expect(Date.now() - begun).to.be.within(30_000, 33_000)
  })

  it('ends with its signal', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('stopped')), 2000)
    expect(await rejection(wait(2, 30_000, stop.signal))).to.include({ message: 'stopped' })
  })
})
