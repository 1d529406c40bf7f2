import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { faultServer } from '../../support/fault-server.js'
import { until } from '../../support/until.js'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'

describe('the Platform API: log drains and webhooks', () => {
  let test: TestPlatform
  let server: Server
  let url: string
  let received = ''
  before(async () => {
    server = createServer((request, response) => {
      request
        .setEncoding('utf8')
        .on('data', (text: string) => {
          received += text
        })
        .on('end', () => response.end())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lines`
    test = await startTestPlatform()
    await test.call('POST', '/apps', { name: 'an-app' })
  })
  after(async () => {
    await test.end()
    await new Promise((resolve) => server.close(resolve))
  })

  it("sends an app's lines to its drains until they are removed", async () => {
    const added = await test.call<{ id: string; token: string }>(
      'POST',
      '/apps/an-app/log-drains',
      { url },
    )
    expect(added.status).to.equal(201)
    expect((await test.call('POST', '/apps/an-app/log-drains', { url })).status).to.equal(422)
    expect(
      (await test.call<{ url: string }[]>('GET', '/apps/an-app/log-drains')).body.map(
        (drain) => drain.url,
      ),
    ).to.deep.equal([url])
    for (const identity of [added.body.id, encodeURIComponent(url), added.body.token]) {
      expect((await test.call('GET', `/apps/an-app/log-drains/${identity}`)).body).to.deep.equal(
        added.body,
      )
    }
    await test.call('PATCH', '/apps/an-app', { maintenance: true })
    await until('the drain to get the line', () => /Enable maintenance mode/.test(received))
    expect(
      (await test.call('DELETE', `/apps/an-app/log-drains/${encodeURIComponent(url)}`)).body,
    ).to.deep.equal(added.body)
    expect((await test.call('GET', `/apps/an-app/log-drains/${added.body.id}`)).status).to.equal(
      404,
    )
    expect(
      (await test.call('POST', '/apps/an-app/log-drains', { url: 'syslog://127.0.0.1:9' })).body
        .message,
    ).to.match(/http or https/)
  })

  it("follows no redirect with an app's lines, and tells of them as dropped", async () => {
    const elsewhere = await faultServer([{ json: {} }])
    const headers = { location: `${elsewhere.url}/lines` }
    const drain = await faultServer([{ json: {}, status: 307, headers }])
    const { id } = (
      await test.call<{ id: string }>('POST', '/apps/an-app/log-drains', { url: drain.url })
    ).body
    for (const maintenance of [true, false])
      await test.call('PATCH', '/apps/an-app', { maintenance })
    await until('the drain to be told of as full', async () => {
      const session = await test.call('POST', '/apps/an-app/log-sessions', { lines: 100 })
      return /Error L10/.test(await (await fetch(String(session.body.logplex_url))).text())
    })
    expect(drain.arrived).to.not.deep.equal([])
    expect(elsewhere.arrived).to.deep.equal([])
    await test.call('DELETE', `/apps/an-app/log-drains/${id}`)
    await Promise.all([drain.close(), elsewhere.close()])
  })

  it('keeps webhooks, also over a restart, and changes and removes them', async () => {
    const made = await test.call('POST', '/apps/an-app/webhooks', {
      url,
      level: 'notify',
      include: ['api:dyno'],
    })
    expect(made.status).to.equal(201)
    const at = `/apps/an-app/webhooks/${String(made.body.id)}`
    await test.restart()
    expect((await test.call('GET', '/apps/an-app/webhooks')).body).to.deep.equal([made.body])
    expect((await test.call('PATCH', at, { level: 'sync' })).body).to.deep.include({
      level: 'sync',
      include: ['api:dyno'],
      url,
    })
    expect((await test.call('PATCH', at, { level: 'loud' }, { isLoose: true })).status).to.equal(
      422,
    )
    expect((await test.call('GET', '/apps/an-app/webhook-deliveries')).body).to.deep.equal([])
    expect((await test.call('DELETE', at)).status).to.equal(200)
    expect((await test.call('GET', at)).status).to.equal(404)
  })
})
