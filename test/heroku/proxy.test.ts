import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { openStream } from '../../src/heroku/output-stream.js'
import { ANYTHING } from '../../src/heroku/shapes.js'
import { apiFor, rejection } from '../support/platform.js'

/** What a proxy is asked for, by requests that are made while HTTPS_PROXY and HTTP_PROXY name it. */
async function askedOfProxy(use: () => Promise<unknown>): Promise<string[]> {
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
  const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'] as const
  const before = names.map((name) => [name, process.env[name]] as const)
  process.env.HTTPS_PROXY = `http://me:pw@127.0.0.1:${(proxy.address() as AddressInfo).port}`
  process.env.HTTP_PROXY = process.env.HTTPS_PROXY
  delete process.env.NO_PROXY
  try {
    await use()
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
    proxy.close()
  }
  return asked
}

describe('what goes through a proxy', () => {
  const auth = `Basic ${Buffer.from('me:pw').toString('base64')}`

  it('a call: the proxy is asked for a tunnel to the API, and the token is sent to nobody else', async () => {
    const asked = await askedOfProxy(async () => {
      const error = await rejection(
        apiFor('https://api.heroku.com', { retries: 0 }).get('/apps', ANYTHING),
      )
      expect(error.code).to.equal('network')
    })
    expect(asked).to.deep.equal([`api.heroku.com:443 ${auth}`])
  })

  it('a log that is read as it comes', async () => {
    const { signal } = new AbortController()
    const asked = await askedOfProxy(async () => {
      for (const scheme of ['https', 'http'])
        await rejection(openStream(`${scheme}://logs.example.test/stream`, { headers: {}, signal }))
    })
    expect(asked).to.deep.equal([`logs.example.test:443 ${auth}`, `logs.example.test:80 ${auth}`])
  })
})
