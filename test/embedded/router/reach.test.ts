import { expect } from 'chai'
import { EventEmitter, getEventListeners, once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { connectToDyno, openConnection } from '../../../src/embedded/router/connect.js'
import type { DynoConnection } from '../../../src/embedded/router/dyno-connection.js'
import { Pool } from '../../../src/embedded/router/pool.js'
import { Waiting } from '../../../src/embedded/router/waiting.js'
import type { Dynos, WebTarget } from '../../../src/embedded/store/types.js'
import { until } from '../../support/until.js'

type Status = ReturnType<Dynos['webStatus']>

/** Dynos that are ports of this process, and what the router asks of them. */
class Ports {
  readonly events = new EventEmitter()
  targets: WebTarget[] = []
  statuses: Status[] = ['up']
  claims = 0
  released = 0
  looks = 0
  readonly dynos = {
    webTargets: () => {
      this.looks += 1
      return this.targets
    },
    webStatus: () => (this.statuses.length > 1 ? this.statuses.shift()! : this.statuses[0]!),
    on: (event: string, listener: () => void) => void this.events.on(event, listener),
    off: (event: string, listener: () => void) => void this.events.off(event, listener),
  } as unknown as Dynos

  target(id: string, port: number): WebTarget {
    return {
      dyno: `web.${id}`,
      id,
      host: '127.0.0.1',
      port,
      claim: () => {
        this.claims += 1
        return () => (this.released += 1)
      },
    }
  }
}

describe('the way to a dyno', () => {
  const servers: net.Server[] = []
  const sockets: net.Socket[] = []
  let ports: Ports
  let waiting: Waiting
  beforeEach(() => {
    ports = new Ports()
    waiting = new Waiting(ports.dynos)
  })
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy()
    for (const server of servers.splice(0)) server.close()
  })

  async function open(): Promise<number> {
    const server = net.createServer((socket) => sockets.push(socket))
    servers.push(server.listen(0, '127.0.0.1'))
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  /** A port that refuses. */
  async function closed(): Promise<number> {
    const port = await open()
    const server = servers.pop()!
    server.close()
    await once(server, 'close')
    return port
  }
  const TIMES = { hold: 5000, connect: 5000, idle: 5000, keepAlive: 5000 }
  const reach = (times: Partial<typeof TIMES> = {}, signal = new AbortController().signal) =>
    connectToDyno('app', { dynos: ports.dynos, waiting, times: { ...TIMES, ...times } }, signal)

  it('is a connection to one that accepts, which is claimed until it is let go', async () => {
    ports.targets = [ports.target('1', await open())]
    const outcome = await reach()
    if (!outcome || 'code' in outcome) throw new Error('not connected')
    expect(outcome.target.dyno).to.equal('web.1')
    expect(outcome.connectMs).to.be.at.least(0)
    expect([ports.claims, ports.released]).to.deep.equal([1, 0])
    outcome.release()
    expect(ports.released).to.equal(1)
    outcome.connection.destroy()
  })

  it('leads past those that refuse, of which each is tried once', async () => {
    const refusing = await Promise.all([1, 2, 3].map(closed))
    ports.targets = [
      ...refusing.map((port, i) => ports.target(`no-${i}`, port)),
      ports.target('yes', await open()),
    ]
    for (let round = 0; round < 5; round++) {
      ports.claims = ports.released = 0
      const outcome = await reach()
      if (!outcome || 'code' in outcome) throw new Error('not connected')
      expect(outcome.target.id).to.equal('yes')
      expect(ports.claims).to.be.at.most(4)
      expect(ports.released).to.equal(ports.claims - 1)
      outcome.connection.destroy()
    }
  })

  it('ends after ten dynos that refuse: H21, and none is claimed', async () => {
    const port = await closed()
    ports.targets = Array.from({ length: 12 }, (_, i) => ports.target(String(i), port))
    expect(await reach()).to.deep.include({ code: 'H21' })
    expect([ports.claims, ports.released]).to.deep.equal([10, 10])
  })

  it('begins anew with a dyno that has refused, ten tries in all', async () => {
    ports.targets = [ports.target('1', await closed())]
    expect(await reach()).to.include({ code: 'H21' })
    // Each second try is a pause, after which it may accept.
    expect(ports.claims).to.equal(5)
  })

  it('is found once one that has refused accepts', async () => {
    ports.targets = [ports.target('1', await closed())]
    const outcome = reach()
    await until('it was refused', () => ports.released > 0)
    ports.targets = [ports.target('1', await open())]
    expect(await outcome).to.have.property('connection')
  })

  it('is not there: H14 without dynos, H10 if they crashed, H20 if they only start', async () => {
    ports.statuses = ['none']
    expect(await reach()).to.deep.equal({ code: 'H14' })
    ports.statuses = ['crashed']
    expect(await reach()).to.deep.equal({ code: 'H10' })
    ports.statuses = ['starting']
    expect(await reach({ hold: 20 })).to.deep.equal({ code: 'H20' })
  })

  it('is waited for while a dyno starts, until it is up', async () => {
    ports.statuses = ['starting']
    const outcome = reach()
    ports.targets = [ports.target('1', await open())]
    ports.events.emit('change', 'app')
    expect(await outcome).to.have.property('connection')
  })

  it('ends without a word when the client goes', async () => {
    ports.statuses = ['starting']
    const gone = new AbortController()
    const outcome = reach({}, gone.signal)
    gone.abort()
    expect(await outcome).to.equal(undefined)
    expect(await reach({}, gone.signal)).to.equal(undefined)
  })

  describe('over a connection that is open already', () => {
    const connection = (id: string, isOpen = true) => {
      const made = { target: { id }, isOpen, isGone: false, destroy: () => (made.isGone = true) }
      return made as unknown as DynoConnection & { isGone: boolean; isOpen: boolean }
    }
    let pool: Pool
    beforeEach(() => {
      pool = new Pool(ports.dynos)
      ports.targets = [ports.target('1', 1)]
    })

    it('is the one used last that is still open', () => {
      const [first, last, broken] = [connection('1'), connection('1'), connection('1', false)]
      for (const one of [first, last, broken]) pool.put('app', one)
      expect(pool.take('app', '2')).to.equal(undefined)
      expect(pool.take('other', '1')).to.equal(undefined)
      expect(openConnection('app', { dynos: ports.dynos, pool })).to.include({
        connection: last,
        connectMs: 0,
      })
      expect(ports.claims).to.equal(1)
      expect(pool.take('app', '1')).to.equal(first)
      expect(pool.take('app', '1')).to.equal(undefined)
      expect(openConnection('app', { dynos: ports.dynos, pool })).to.equal(undefined)
      expect(ports.claims).to.equal(1)
    })

    it('is none of a dyno that gets no more requests', () => {
      const late = connection('2')
      pool.put('app', late)
      expect(late.isGone).to.equal(true)
      const [one, other] = [connection('1'), connection('1')]
      pool.put('app', one)
      ports.events.emit('change', 'other')
      ports.events.emit('change', 'app')
      expect(one.isGone).to.equal(false)
      ports.targets = []
      ports.events.emit('change', 'app')
      expect(one.isGone).to.equal(true)
      expect(pool.take('app', '1')).to.equal(undefined)
      pool.put('app', other)
      expect(other.isGone).to.equal(true)
    })

    it('is none once the router ends', () => {
      const one = connection('1')
      pool.put('app', one)
      pool.close()
      expect(one.isGone).to.equal(true)
      expect(pool.take('app', '1')).to.equal(undefined)
      // The other is of the requests that wait.
      expect(ports.events.listenerCount('change')).to.equal(1)
    })
  })

  describe('waits', () => {
    const never = new AbortController().signal

    it('for the next change of its app, and not of another', async () => {
      let woken = 0
      const both = [1, 2].map(() => waiting.forChange('app', 60_000, never).then(() => woken++))
      ports.events.emit('change', 'other')
      await new Promise(setImmediate)
      expect(woken).to.equal(0)
      ports.events.emit('change', 'app')
      await Promise.all(both)
      expect(getEventListeners(never, 'abort')).to.have.length(0)
    })

    it('for its time at most, and not at all for a client that has gone', async () => {
      await waiting.forChange('app', 5, never)
      const gone = new AbortController()
      const wait = waiting.forChange('app', 60_000, gone.signal)
      gone.abort()
      await wait
      await waiting.forChange('app', 60_000, gone.signal)
    })
  })
})
