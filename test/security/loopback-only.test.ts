/** What of a dyno the network reaches: nothing, if the machine lets its sockets be kept from it. */
import net from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect } from 'chai'
import { createDynos } from '../../src/embedded/dynos/index.js'
import { Home, LIMITS } from '../embedded/dynos/fakes.js'
import { until } from '../support/until.js'

/** Listens on all addresses: on $PORT at once, and on another port once it is asked to. */
const SERVER = `
const http = require('http')
http.createServer((request, response) => {
  if (request.url !== '/more') return response.end('one')
  const more = http.createServer((_request, answer) => answer.end('two')).listen(0, () => response.end(String(more.address().port)))
}).listen(process.env.PORT)
`

/** As another machine would come: by an address that is no loopback. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((one) => one && !one.internal && one.family === 'IPv4')?.address

/** Whether a connection comes about, within a second. */
function reaches(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 1_000 })
    const answer = (isOpen: boolean) => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => answer(true))
    socket.once('timeout', () => answer(false))
    socket.once('error', () => answer(false))
  })
}

describe('an app that listens on all addresses', function () {
  this.timeout(60_000)
  let home: Home
  let dynos: ReturnType<typeof createDynos>
  before(function () {
    if (outside === undefined) this.skip()
  })
  beforeEach(() => {
    home = new Home()
  })
  afterEach(async () => {
    await dynos.shutdown()
    home.remove()
  })

  const booted = async () => {
    dynos = createDynos({
      store: home.store,
      logplex: home.logplex,
      folders: home.folders,
      limits: LIMITS,
    })
    const app = home.app('open')
    home.release(app, { 'server.js': SERVER })
    home.scale(app, 'web', 1)
    dynos.reconcile(app.id, 'release')
    return await until('the dyno is up', () => dynos.webTargets(app.id)[0])
  }
  const told = () =>
    home.logplex.lines('web.1').filter((line) => line.includes('for other machines too'))

  it('is reached from this machine alone, on ports that it opens later too', async function () {
    const { port } = await booted()
    const why = await dynos.exposure
    if (why !== undefined) {
      this.test!.title += ` (skipped: ${why})`
      this.skip()
    }
    expect(await reaches('127.0.0.1', port)).to.equal(true)
    expect(await reaches(outside!, port)).to.equal(false)
    const later = Number(await (await fetch(`http://127.0.0.1:${port}/more`)).text())
    await until(
      'the other port is closed to the network',
      async () => !(await reaches(outside!, later)),
    )
    expect(await (await fetch(`http://127.0.0.1:${later}/`)).text()).to.equal('two')
    expect(told()).to.deep.equal([])
  })

  it('is warned of in the log if nothing can keep the network from it', async () => {
    process.env.SHIPIT_LOCAL_ISOLATION = 'false'
    try {
      const { port } = await booted()
      expect(await dynos.exposure).to.equal('SHIPIT_LOCAL_ISOLATION turns it off')
      expect(await reaches(outside!, port)).to.equal(true)
      expect(told()).to.have.length(1)
      expect(told()[0]).to.include(`Listens on port ${port} for other machines too`)
    } finally {
      delete process.env.SHIPIT_LOCAL_ISOLATION
    }
  })
})
