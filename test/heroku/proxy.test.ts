import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { ANYTHING } from '../../src/heroku/shapes.js'
import { apiFor, rejection } from '../support/platform.js'

describe('a call through a proxy', () => {
  it('asks the proxy for a tunnel to the API, and sends the token to nobody else', async () => {
    const asked: string[] = []
    const proxy = http.createServer()
    proxy.on('connect', (request, socket) => {
      asked.push(
        `${request.url} ${request.headers['proxy-authorization'] ?? ''}${request.headers.authorization ?? ''}`,
      )
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const before = { HTTPS_PROXY: process.env.HTTPS_PROXY, NO_PROXY: process.env.NO_PROXY }
    process.env.HTTPS_PROXY = `http://me:pw@127.0.0.1:${(proxy.address() as AddressInfo).port}`
    delete process.env.NO_PROXY
    try {
      const error = await rejection(
        apiFor('https://api.heroku.com', { retries: 0 }).get('/apps', ANYTHING),
      )
      expect(error.code).to.equal('network')
      expect(asked).to.deep.equal([
        `api.heroku.com:443 Basic ${Buffer.from('me:pw').toString('base64')}`,
      ])
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
      proxy.close()
    }
  })
})
