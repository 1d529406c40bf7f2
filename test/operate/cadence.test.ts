import { expect } from 'chai'
import { setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../../src/errors.js'
import type { Dyno, DynoState, Formation, LogLine, PlatformApi } from '../../src/heroku/index.js'
import type { DynoNews, Pending } from '../../src/operate/index.js'
import {
  pendingOf,
  PollCadence,
  untilFound,
  type Cadence,
  type Found,
} from '../../src/operate/cadence.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const STARTING: Found<string> = { pending: { up: 1, gone: 0 } }

describe('when the dynos of a change are polled', () => {
  useVirtualClock()

  interface Given extends Partial<Cadence> {
    isTelling?: boolean
    slowdown?: number
    /** Numbers of the waits that news of the log end at once. */
    announced?: number[]
    /** What each poll finds; the last one stays. */
    finds?: (Found<string> | Error)[]
  }
  const poll = async (given: Given) => {
    const { isTelling = true, slowdown = 1, announced = [], finds = [STARTING], ...rest } = given
    const waits: number[] = []
    const awaited: Pending[] = []
    let polls = 0
    let begun = 0
    const news = {
      isTelling,
      begin: () => (begun += 1),
      wait: async (pending: Pending, ms: number) => {
        awaited.push(pending)
        const isNews = announced.includes(waits.push(ms / 1000))
        if (!isNews) await delay(ms)
        return isNews
      },
    } as unknown as DynoNews
    const answer = await untilFound(
      { budget: { slowdown } } as PlatformApi,
      news,
      () => {
        const found = finds[Math.min(polls++, finds.length - 1)]!
        return found instanceof Error ? Promise.reject(found) : Promise.resolve(found)
      },
      { timeout: 100_000, ...rest },
    )
    return { answer, waits, awaited, polls, begun }
  }

  it('is once, if that has the answer', async () => {
    expect(await poll({ finds: [{ answer: 'up' }] })).to.deep.include({
      answer: 'up',
      waits: [],
      polls: 1,
      begun: 1,
    })
  })

  it('is after 10, 20 and then each 30 s while the log is silent, up to the deadline', async () => {
    const { answer, waits, polls, begun } = await poll({})
    expect(waits).to.deep.equal([10, 20, 30, 30, 10])
    expect([answer, polls, begun]).to.deep.equal([undefined, 6, 6])
  })

  it('is after 1, 2, 4 and then each 8 s if the log cannot be read', async () => {
    const { waits } = await poll({ isTelling: false, timeout: 30_000 })
    expect(waits).to.deep.equal([1, 2, 4, 8, 8, 7])
    expect((await poll({ isTelling: false, timeout: 3000, poll: 500 })).waits).to.deep.equal([
      0.5, 1, 1.5,
    ])
  })

  it('is rarer the fewer calls are left', async () => {
    expect((await poll({ slowdown: 3 })).waits).to.deep.equal([30, 60, 10])
  })

  it('is soon again after news, which the list may have a moment later', async () => {
    expect((await poll({ announced: [1] })).waits).to.deep.equal([10, 1, 2, 4, 8, 20, 30, 30, 5])
    expect((await poll({ announced: [1, 3], timeout: 20_000 })).waits).to.deep.equal([
      10, 1, 2, 1, 2, 4, 8, 4,
    ])
  })

  it('is a second later if nothing is left to change, and soon after that', async () => {
    const settled: Found<string> = { pending: { up: 0, gone: 0 } }
    expect((await poll({ finds: [settled, STARTING], timeout: 20_000 })).waits).to.deep.equal([
      1, 1, 2, 4, 8, 4,
    ])
    const leaving: Found<string> = { pending: { up: 1, gone: 1 } }
    expect((await poll({ finds: [leaving] })).waits[0]).to.equal(10)
  })

  it('waits for the log first if the change has only just been asked for', async () => {
    const first = await poll({ isJustAsked: true, finds: [{ answer: 'up' }] })
    expect(first).to.deep.include({ waits: [10], awaited: [{ up: 1, gone: 0 }] })
    const told = await poll({ isJustAsked: true, announced: [1], timeout: 20_000 })
    expect(told.waits).to.deep.equal([10, 1, 2, 4, 8, 5])
    expect((await poll({ isJustAsked: true, timeout: 0 })).waits).to.deep.equal([0])
    const deaf = await poll({ isJustAsked: true, isTelling: false, finds: [{ answer: 'up' }] })
    expect(deaf.waits).to.deep.equal([1])
  })

  it('waits a limit of calls out, and passes other failures on', async () => {
    const limited = new ShipitError('network', { message: 'Later.', details: { status: 429 } })
    const begun = Date.now()
    expect((await poll({ finds: [limited, limited, { answer: 'up' }] })).answer).to.equal('up')
    expect(Date.now() - begun).to.be.within(3000, 3900)
    const late = Date.now()
    expect(await failureOf(poll({ finds: [limited], timeout: 5000 }))).to.equal(limited)
    expect(Date.now() - late).to.be.within(5000, 9000)
    const other = poll({ finds: [new ShipitError('not_found', { message: 'None.' })] })
    expect((await failureOf(other)).code).to.equal('not_found')
  })

  it('ends with the signal, before another poll', async () => {
    const stop = new AbortController()
    stop.abort(new Error('stopped'))
    const error = await poll({ signal: stop.signal }).catch((failure: Error) => failure)
    expect(error).to.have.property('message', 'stopped')
  })
})

const dyno = (name: string, version: number, state: DynoState = 'up'): Dyno =>
  ({ name, type: name.split('.')[0], state, release: { version } }) as Dyno
const entry = (type: string, quantity: number) => ({ type, quantity }) as Formation

describe('the dynos that are still to come up and to go', () => {
  it('are those that start, are down or are missing, and those of an older release', () => {
    const all = [
      dyno('web.1', 4),
      dyno('web.2', 4, 'starting'),
      dyno('web.3', 5, 'down'),
      dyno('web.1', 3),
      dyno('run.1', 3),
    ]
    expect(pendingOf(all, [entry('web', 5), entry('worker', 2)], 4)).to.deep.equal({
      up: 6,
      gone: 1,
    })
    expect(pendingOf([dyno('web.1', 4), dyno('web.2', 4)], [entry('web', 1)], 4)).to.deep.equal({
      up: 0,
      gone: 0,
    })
  })
})

describe('when the dynos of a release are polled again', () => {
  const said = (message: string, name = 'web.1'): LogLine => ({
    timestamp: '2026-01-01T00:00:00Z',
    source: 'heroku',
    dyno: name,
    message,
  })
  const up = (name?: string) => said('State changed from starting to up', name)
  const gone = (name?: string) => said('Process exited with status 143', name)

  it('is once the log has told of as many dynos as are waited for', () => {
    const cadence = new PollCadence()
    cadence.polled({ up: 2, gone: 1 }, false)
    const due = [up('web.1'), up('web.1'), gone('web.2'), up('web.2')].map((line) => {
      cadence.take(line)
      return cadence.isDue
    })
    expect(due).to.deep.equal([false, false, false, true])
    cadence.begin()
    expect(cadence.isDue).to.equal(false)
  })

  it('is at a crash, and with nothing to wait for at any word but an end', () => {
    const cadence = new PollCadence()
    cadence.polled({ up: 2, gone: 1 }, false)
    cadence.take(said('State changed from up to crashed'))
    expect(cadence.isDue).to.equal(true)

    const both = new PollCadence()
    both.polled({ up: 1, gone: 1 }, false)
    both.take(up())
    expect(both.isDue).to.equal(false)

    const idle = new PollCadence()
    idle.take(gone())
    idle.take(said('Starting process with command `npm start`'))
    expect(idle.isDue).to.equal(false)
    idle.take(up())
    idle.take(gone())
    expect(idle.isDue).to.equal(true)
    idle.begin()
    expect(idle.isDue).to.equal(false)
  })

  it('is after 10, 20 and then each 30 s if the log stays silent', () => {
    const cadence = new PollCadence()
    expect([1, 2, 3, 4].map(() => cadence.next(5000))).to.deep.equal([
      10_000, 20_000, 30_000, 30_000,
    ])
  })

  it('is soon, and then rarer, while the list lags behind the log', () => {
    const cadence = new PollCadence()
    const lag = () => {
      cadence.polled({ up: 1, gone: 0 }, true)
      return cadence.next(5000)
    }
    expect([1, 2, 3, 4, 5, 6].map(lag)).to.deep.equal([250, 500, 1000, 2000, 4000, 5000])
    cadence.polled({ up: 1, gone: 0 }, false)
    expect(cadence.next(5000)).to.equal(10_000)
    expect(lag()).to.equal(250)
  })

  it('knows whether the log tells anything', () => {
    const cadence = new PollCadence()
    expect(cadence.isTelling).to.equal(false)
    cadence.take(said('anything'))
    expect(cadence.isTelling).to.equal(true)
  })
})
