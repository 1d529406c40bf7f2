import { expect } from 'chai'
import { reload, type ReloadEvent } from '../../src/formation/reload.js'
import { faultServer, type FaultServer } from '../support/fault-server.js'
import { apiFor, rejection } from '../support/platform.js'
import { dyno, formation } from '../support/records.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('a reload', () => {
  useVirtualClock()

  let server: FaultServer
  afterEach(() => server.close())

  /**
   * One web dyno that can be restarted, and grow to two; a restarted one needs some looks to come
   * up.
   */
  async function platform(
    quantity = 1,
  ): Promise<{ quantities: number[]; upAtRemoval: () => boolean | undefined }> {
    let restarts = 0
    let looksToGo = 0
    let upAtRemoval: boolean | undefined
    const quantities: number[] = []
    server = await faultServer(({ method, path }) => {
      if (method === 'PATCH') {
        // A reload asks for one more, then for as many as before.
        if (quantity > 1) upAtRemoval = looksToGo === 0
        quantity = quantity > 1 ? quantity - 1 : quantity + 1
        quantities.push(quantity)
        return { json: [formation('web', quantity)] }
      }
      if (method === 'DELETE') {
        restarts++
        looksToGo = 2
        return { json: {}, status: 202 }
      }
      if (path.endsWith('/formation')) return { json: [formation('web', quantity)] }
      const state = looksToGo > 0 ? 'starting' : 'up'
      looksToGo = Math.max(0, looksToGo - 1)
      return {
        json: [
          dyno('web.1', state, { id: `d-${restarts}` }),
          ...(quantity > 1 ? [dyno('web.2')] : []),
        ],
      }
    })
    return { quantities, upAtRemoval: () => upAtRemoval }
  }

  it('of a lone dyno has a second one serve meanwhile', async () => {
    const { quantities, upAtRemoval } = await platform()
    expect(await reload(apiFor(server.url), 'a1', { waitTimeout: 10_000, poll: 50 })).to.deep.equal(
      { reloaded: ['web.1'], gaps: [] },
    )
    expect(quantities).to.deep.equal([2, 1])
    expect(upAtRemoval()).to.equal(true)
  })

  it('that is stopped waits for the dyno it has restarted before the second one goes', async () => {
    const { quantities, upAtRemoval } = await platform()
    const stop = new AbortController()
    const onEvent = ({ kind }: ReloadEvent) => {
      if (kind === 'reloading') stop.abort(new Error('stopped'))
    }
    expect(
      await reload(apiFor(server.url), 'a1', {
        waitTimeout: 10_000,
        poll: 50,
        signal: stop.signal,
        onEvent,
      }),
    ).to.deep.include({ reloaded: ['web.1'] })
    expect(quantities).to.deep.equal([2, 1])
    expect(upAtRemoval()).to.equal(true)
  })

  it('that is stopped before the next dyno restarts no other', async () => {
    const { quantities } = await platform(2)
    const stop = new AbortController()
    const seen: string[] = []
    const onEvent = (event: ReloadEvent) => {
      if (event.kind === 'serving') stop.abort(new Error('stopped'))
      if (event.kind === 'reloading') seen.push(event.dyno)
    }
    expect(
      (
        await rejection(
          reload(apiFor(server.url), 'a1', {
            waitTimeout: 10_000,
            poll: 50,
            signal: stop.signal,
            onEvent,
          }),
        )
      ).message,
    ).to.equal('stopped')
    expect(seen).to.deep.equal(['web.1'])
    expect(quantities).to.deep.equal([])
  })

  it('of a type that is not there guesses at the one that was meant', async () => {
    await platform()
    expect(
      await rejection(reload(apiFor(server.url), 'a1', { type: 'wbe', waitTimeout: 1000 })),
    ).to.include({ code: 'not_found', why: 'Did you mean web?' })
  })
})
