import { EventEmitter } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect } from 'chai'
import type { Exchange } from '../../../src/embedded/router/exchange.js'
import { joinSockets, withoutUpgrade } from '../../../src/embedded/router/upgrade.js'
import { useVirtualClock } from '../../support/virtual-clock.js'

/** One side: what came to it, and what it says. */
class Side extends Duplex {
  came = ''
  override _read(): void {
    /* says() pushes */
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.came += chunk.toString('latin1')
    done()
  }
  says(text: string): void {
    this.push(Buffer.from(text))
  }
}

const turns = async () => {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate)
}

describe('two connections that are joined', () => {
  useVirtualClock()
  const pass = (ms: number) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms)
    })
  const joined = (heads: { client?: string; dyno?: string } = {}) => {
    const [client, dyno] = [new Side(), new Side()]
    const logged: unknown[][] = []
    const exchange = { bytes: 0, log: (...line: unknown[]) => logged.push(line) }
    joinSockets(
      { status: 101, reason: 'Over', headers: ['Upgrade', 'x', 'É', '1'], isHttp10: false },
      { socket: client, head: Buffer.from(heads.client ?? '') },
      { socket: dyno, head: Buffer.from(heads.dyno ?? '') },
      1000,
      exchange as unknown as Exchange,
    )
    return { client, dyno, logged, exchange }
  }
  const HEAD = 'HTTP/1.1 101 Over\r\nUpgrade: x\r\n\xC9: 1\r\n\r\n'

  it('begin with the answer, and with what has come of either side', async () => {
    const bare = joined()
    await turns()
    expect([bare.client.came, bare.dyno.came]).to.deep.equal([HEAD, ''])
    bare.client.destroy()
    const { client, dyno } = joined({ client: 'from client', dyno: 'from dyno' })
    await turns()
    expect([client.came, dyno.came]).to.deep.equal([`${HEAD}from dyno`, 'from client'])
    client.destroy()
  })
  it('pass bytes both ways, of which those of the dyno count', async () => {
    const { client, dyno, exchange } = joined()
    client.says('hello')
    dyno.says('hi')
    await turns()
    expect(client.came).to.equal(`${HEAD}hi`)
    expect(dyno.came).to.equal('hello')
    expect(exchange.bytes).to.equal(2)
    client.destroy()
  })
  for (const side of ['client', 'dyno'] as const) {
    it(`end with the ${side}`, async () => {
      const pair = joined()
      pair[side].destroy()
      await turns()
      expect([pair.client.destroyed, pair.dyno.destroyed]).to.deep.equal([true, true])
      expect(pair.logged[0]).to.deep.equal([101, undefined])
    })
    it(`end if the ${side} breaks`, async () => {
      const pair = joined()
      pair[side].emit('error', new Error('reset'))
      await turns()
      expect([pair.client.destroyed, pair.dyno.destroyed]).to.deep.equal([true, true])
    })
    it(`last while the ${side} says something`, async () => {
      const pair = joined()
      await pass(900)
      pair[side].says('x')
      await turns()
      await pass(900)
      expect(pair.logged).to.deep.equal([])
      await pass(1100)
      expect(pair.logged[0]).to.deep.equal([503, 'H15'])
      expect([pair.client.destroyed, pair.dyno.destroyed]).to.deep.equal([true, true])
    })
  }
})

describe('an offer that is ignored', () => {
  it('is taken out of the request, which begins anew', () => {
    const unshifted: Buffer[] = []
    const socket = { unshift: (data: Buffer) => unshifted.push(data) } as unknown as Socket
    const server = new EventEmitter()
    const connections: unknown[] = []
    server.on('connection', (one) => connections.push(one))
    const rawHeaders = [
      ...['Host', 'shop', 'CONNECTION', 'Upgrade', 'Upgrade', 'h2c', 'HTTP2-Settings', 'AA'],
      ...['X-Own', 'é'],
    ]
    withoutUpgrade(
      server as unknown as Server,
      { method: 'PUT', url: '/a', rawHeaders } as unknown as IncomingMessage,
      socket,
      Buffer.from('body'),
    )
    expect(unshifted.map((data) => data.toString('latin1'))).to.deep.equal([
      'PUT /a HTTP/1.1\r\nHost: shop\r\nX-Own: é\r\n\r\nbody',
    ])
    expect(connections).to.deep.equal([socket])
  })
})
