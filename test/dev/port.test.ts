import { expect } from 'chai'
import net from 'node:net'
import { freePort } from '../../src/dev/index.js'

describe('the port of shipit dev', () => {
  for (const host of [undefined, '127.0.0.1']) {
    it(`is the next one where something listens on ${host ?? 'every address'}`, async () => {
      const taken = net.createServer().listen(0, host)
      await new Promise((resolve) => taken.once('listening', resolve))
      const { port } = taken.address() as net.AddressInfo
      try {
        expect(await freePort(port)).to.be.greaterThan(port)
      } finally {
        await new Promise((resolve) => taken.close(resolve))
      }
    })
  }
})
