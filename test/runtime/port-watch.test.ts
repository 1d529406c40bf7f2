import { expect } from 'chai'
import net from 'node:net'
import { isBound, portWarning } from '../../src/runtime/port-watch.js'

describe('a web dyno that does not listen where the router looks', () => {
  it('is told where it listens, or that it does not', () => {
    expect(portWarning('web.1', '5000', [{ app: 'api', port: 3000 }])).to.include(
      'api listens on 3000, and nothing on PORT, which is 5000',
    )
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
})
