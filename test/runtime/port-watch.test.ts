import { expect } from 'chai'
import { once } from 'node:events'
import net from 'node:net'
import { answers, isBound, portWarning } from '../../src/runtime/port-watch.js'

describe('a web dyno that does not listen where the router looks', () => {
  it('is told where it listens, or that it does not', () => {
    expect(portWarning('web.1', '5000', [{ app: 'api', port: 3000 }])).to.include(
      'api listens on 3000, and nothing on PORT, which is 5000',
    )
    expect(
      portWarning('web.1', '5000', [
        { app: 'api', port: 3000 },
        { app: 'api', port: 3000 },
        { app: 'jobs', port: '/tmp/jobs.sock' },
      ]),
    ).to.match(/^api listens on 3000, jobs listens on \/tmp\/jobs\.sock, and nothing on PORT/)
    expect(portWarning('web.1', '5000', []))
      .to.include('nothing listens on PORT, which is 5000, yet')
      .and.include('R10')
  })

  it('is left in peace where all is well, and where it is no web dyno', () => {
    expect(
      portWarning('web.1', '5000', [
        { app: 'api', port: 9090 },
        { app: 'api', port: 5000 },
      ]),
    ).to.equal(undefined)
    expect(portWarning('jobs.1', '5000', [])).to.equal(undefined)
    expect(portWarning('laptop', '5000', [])).to.equal(undefined)
    expect(portWarning('web.1', undefined, [])).to.equal(undefined)
  })

  it('is no such dyno if a process that reports nothing has bound it', async () => {
    const server = net.createServer().listen(0)
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as net.AddressInfo
    expect(await isBound(port)).to.equal(true)
    await new Promise((resolve) => server.close(resolve))
    expect(await isBound(port)).to.equal(false)
  })

  it('is one still if its port is only the far or the near end of a connection', async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const client = net.connect(port, '127.0.0.1')
    const [socket] = await accepted
    server.close()
    expect(await isBound(client.localPort!)).to.equal(false)
    expect(await isBound(port)).to.equal(false)
    client.destroy()
    socket.destroy()
    await once(server, 'close')
  })

  describe('as the kernel lists it', function () {
    before(function () {
      if (process.platform !== 'linux') this.skip()
    })
    const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n'
    const row = (local: string, state: string) =>
      `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 0 0 1\n`
    const lists = (rows: string) => (file: string) =>
      file === '/proc/net/tcp6' ? HEADER + rows : HEADER

    it('in four upper-case digits of base 16, of both families of addresses', async () => {
      expect(await isBound(43981, lists(row('00000000:ABCD', '0A')))).to.equal(true)
      expect(await isBound(80, lists(row('00000000:0050', '0A')))).to.equal(true)
      expect(await isBound(80, lists(row('00000000:1050', '0A')))).to.equal(false)
      expect(await isBound(80, lists(row('00000050:0051', '0A')))).to.equal(false)
      expect(await isBound(80, lists(row('00000000:0050', '01')))).to.equal(false)
    })
  })

  it('is asked by a connection where there is no /proc', async () => {
    const server = net.createServer().listen(0, 'localhost')
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    expect(await answers(port)).to.equal(true)
    const [socket] = await accepted
    // The far end has closed: nothing of the question is left.
    await once(socket.resume(), 'close')
    await new Promise((resolve) => server.close(resolve))
    expect(await answers(port)).to.equal(false)
  })
})
