import { expect } from 'chai'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../../src/lib/until.js'
import { monotonic } from '../../src/lib/monotonic.js'
import { useVirtualClock } from './virtual-clock.js'

describe('the virtual clock', () => {
  useVirtualClock()

  it('lets an hour pass for all who ask for the time', async () => {
    const before = { date: Date.now(), clock: performance.now(), uptime: monotonic() }
    await delay(3_600_000)
    expect(Date.now() - before.date).to.equal(3_600_000)
    expect(performance.now() - before.clock).to.equal(3_600_000)
    expect(Math.round(monotonic() - before.uptime)).to.equal(3_600_000)
  })

  it('lets a wait without an answer time out', async () => {
    let looks = 0
    expect(
      await until(
        () => {
          looks++
        },
        { timeout: 60_000, every: 5000 },
      ),
    ).to.equal(undefined)
    expect(looks).to.equal(13)
  })

  it('ends a signal of AbortSignal.timeout', async () => {
    const signal = AbortSignal.timeout(30_000)
    const begun = Date.now()
    await once(signal, 'abort')
    expect(Date.now() - begun).to.equal(30_000)
    expect((signal.reason as Error).name).to.equal('TimeoutError')
  })

  it('stands still while a server of this process answers', async () => {
    const server = http
      .createServer((_request, response) => response.end('done'))
      .listen(0, '127.0.0.1')
    await once(server, 'listening')
    const late = delay(1).then(() => 'the clock')
    const answer = new Promise((resolve) =>
      http.get(
        { port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false },
        (response) => response.resume().on('end', () => resolve('the server')),
      ),
    )
    expect(await Promise.race([answer, late])).to.equal('the server')
    await late
    server.close()
  })
})
