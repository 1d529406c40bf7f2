import { expect } from 'chai'
import { waitForDynos, type WaitOptions, type Wanted } from '../../src/formation/index.js'
import type { Dyno } from '../../src/heroku/index.js'
import { faultServer, type FaultServer } from '../support/fault-server.js'
import { apiFor, rejection } from '../support/platform.js'
import { dyno } from '../support/records.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('the wait for dynos', () => {
  useVirtualClock()

  let server: FaultServer
  afterEach(() => server.close())
  const web = (quantity: number, size = 'Standard-1X'): Wanted => ({ type: 'web', quantity, size })

  /** Each look at the dynos gets the next list. */
  async function wait(
    wanted: Wanted[],
    lists: Dyno[][],
    options: Partial<WaitOptions> = {},
  ): Promise<Dyno[]> {
    let looks = 0
    server = await faultServer(({ method, path }) => {
      if (path.endsWith('/dynos')) return { json: lists[Math.min(looks++, lists.length - 1)] }
      if (method === 'POST') return { json: { logplex_url: `${server.url}/stream` }, status: 201 }
      const life = (text: string) => [
        'heroku[web.2]: Starting process with command `npm start`',
        `app[web.2]: ${text}`,
        'heroku[web.2]: Process exited with status 1',
      ]
      return {
        chunks: [
          [...life('an earlier life'), ...life('Error: no DATABASE_URL')]
            .map((line) => `2026-11-22T20:00:00+00:00 ${line}\n`)
            .join(''),
        ],
        headers: { 'content-type': 'text/plain' },
      }
    })
    return waitForDynos(apiFor(server.url), 'a1', wanted, { timeout: 15_000, poll: 1, ...options })
  }

  it('ends when as many as asked for are up', async () => {
    const seen: string[] = []
    const dynos = await wait(
      [web(2)],
      [[dyno('web.1')], [dyno('web.1'), dyno('web.2', 'starting')], [dyno('web.1'), dyno('web.2')]],
      { onProgress: (up, total) => seen.push(`${up}/${total}`) },
    )
    expect(dynos.map(({ name }) => name)).to.deep.equal(['web.1', 'web.2'])
    expect(seen).to.deep.equal(['1/2', '1/2', '2/2', '2/2'])
  })
  it('waits for those that are to go', async () => {
    expect(await wait([web(1)], [[dyno('web.1'), dyno('web.2')], [dyno('web.1')]])).to.have.length(
      1,
    )
    await server.close()
    expect(await wait([web(0)], [[dyno('web.1')], []])).to.deep.equal([])
  })
  it('counts only dynos of the new size and release, and no crash of the old ones', async () => {
    const old = dyno('web.1', 'crashed')
    const fresh = dyno('web.1', 'up', {
      id: 'new',
      size: 'Standard-2X',
      release: { id: 'r-8', version: 8 },
    })
    expect(
      await wait(
        [web(1, 'standard-2x')],
        [[old], [old, { ...fresh, state: 'starting' }], [fresh]],
        { release: 8 },
      ),
    ).to.deep.equal([fresh])
  })
  it('counts only dynos of the new release where the size stays as it was', async () => {
    const old = dyno('web.1', 'up', { release: { id: 'r-7', version: 7 } })
    const fresh = dyno('web.1', 'up', { id: 'new', release: { id: 'r-8', version: 8 } })
    const lists = [[old], [old], [old], [{ ...fresh, state: 'starting' as const }], [fresh]]
    expect(await wait([web(1)], lists, { release: 8 })).to.deep.equal([fresh])
  })
  it('takes an Eco dyno that sleeps for one that is up', async () => {
    const asleep = dyno('web.1', 'idle', { size: 'Eco' })
    expect(await wait([web(1, 'eco')], [[asleep]], { timeout: 60_000 })).to.deep.equal([asleep])
  })
  it("ends at once at a crash, with the dyno's last output", async () => {
    const error = await rejection(wait([web(2)], [[dyno('web.1'), dyno('web.2', 'crashed')]]))
    expect(error).to.include({ code: 'boot', exitCode: 12, message: 'web.2 has crashed.' })
    expect(error.why)
      .to.contain('Error: no DATABASE_URL')
      .and.contain('status 1')
      .and.not.contain('earlier life')
  })
  it('does not take a dyno that is up for a moment for one that stays up', async () => {
    expect(
      await rejection(wait([web(1)], [[dyno('web.1')], [dyno('web.1', 'crashed')]])),
    ).to.include({ code: 'boot' })
  })
  it('is given up in time, and says how far it came', async () => {
    const error = await rejection(wait([web(2)], [[dyno('web.1')]], { timeout: 20 }))
    expect(error).to.include({ code: 'timeout' })
    expect(error.message).to.contain('1 of 2 dynos are up')
  })
})
