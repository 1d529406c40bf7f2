import { expect } from 'chai'
import { setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../../src/errors.js'
import type { DynoNews, Pending, PlatformApi } from '../../src/heroku/index.js'
import { untilFound, type Cadence, type Found } from '../../src/operate/cadence.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const STARTING: Found<string> = { pending: { up: 1, gone: 0 } }

describe('when the dynos of a change are looked at', () => {
  useVirtualClock()

  interface Given extends Partial<Cadence> {
    isTelling?: boolean
    slowdown?: number
    /** Numbers of the waits that news of the log end at once. */
    announced?: number[]
    /** What each look finds; the last one stays. */
    finds?: (Found<string> | Error)[]
  }
  const look = async (given: Given) => {
    const { isTelling = true, slowdown = 1, announced = [], finds = [STARTING], ...rest } = given
    const waits: number[] = []
    const awaited: Pending[] = []
    let looks = 0
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
        const found = finds[Math.min(looks++, finds.length - 1)]!
        return found instanceof Error ? Promise.reject(found) : Promise.resolve(found)
      },
      { timeout: 100_000, ...rest },
    )
    return { answer, waits, awaited, looks, begun }
  }

  it('is once, if that has the answer', async () => {
    expect(await look({ finds: [{ answer: 'up' }] })).to.deep.include({
      answer: 'up',
      waits: [],
      looks: 1,
      begun: 1,
    })
  })

  it('is after 10, 20 and then each 30 s while the log is silent, up to the deadline', async () => {
    const { answer, waits, looks, begun } = await look({})
    expect(waits).to.deep.equal([10, 20, 30, 30, 10])
    expect([answer, looks, begun]).to.deep.equal([undefined, 6, 6])
  })

  it('is after 1, 2, 4 and then each 8 s if the log cannot be read', async () => {
    const { waits } = await look({ isTelling: false, timeout: 30_000 })
    expect(waits).to.deep.equal([1, 2, 4, 8, 8, 7])
    expect((await look({ isTelling: false, timeout: 3000, poll: 500 })).waits).to.deep.equal([
      0.5, 1, 1.5,
    ])
  })

  it('is rarer the fewer calls are left', async () => {
    expect((await look({ slowdown: 3 })).waits).to.deep.equal([30, 60, 10])
  })

  it('is soon again after news, which the list may have a moment later', async () => {
    expect((await look({ announced: [1] })).waits).to.deep.equal([10, 1, 2, 4, 8, 20, 30, 30, 5])
    expect((await look({ announced: [1, 3], timeout: 20_000 })).waits).to.deep.equal([
      10, 1, 2, 1, 2, 4, 8, 4,
    ])
  })

  it('is a second later if nothing is left to change, and soon after that', async () => {
    const settled: Found<string> = { pending: { up: 0, gone: 0 } }
    expect((await look({ finds: [settled, STARTING], timeout: 20_000 })).waits).to.deep.equal([
      1, 1, 2, 4, 8, 4,
    ])
    const leaving: Found<string> = { pending: { up: 1, gone: 1 } }
    expect((await look({ finds: [leaving] })).waits[0]).to.equal(10)
  })

  it('waits for the log first if the change has only just been asked for', async () => {
    const first = await look({ isJustAsked: true, finds: [{ answer: 'up' }] })
    expect(first).to.deep.include({ waits: [10], awaited: [{ up: 1, gone: 0 }] })
    const told = await look({ isJustAsked: true, announced: [1], timeout: 20_000 })
    expect(told.waits).to.deep.equal([10, 1, 2, 4, 8, 5])
    const deaf = await look({ isJustAsked: true, isTelling: false, finds: [{ answer: 'up' }] })
    expect(deaf.waits).to.deep.equal([1])
  })

  it('waits a limit of calls out, and passes other failures on', async () => {
    const limited = new ShipitError('network', { message: 'Later.', details: { status: 429 } })
    expect((await look({ finds: [limited, limited, { answer: 'up' }] })).answer).to.equal('up')
    const other = look({ finds: [new ShipitError('not_found', { message: 'None.' })] })
    expect((await failureOf(other)).code).to.equal('not_found')
  })

  it('ends with the signal, before another look', async () => {
    const stop = new AbortController()
    stop.abort(new Error('stopped'))
    const error = await look({ signal: stop.signal }).catch((failure: Error) => failure)
    expect(error).to.have.property('message', 'stopped')
  })
})
