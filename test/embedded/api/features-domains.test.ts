import { expect } from 'chai'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'

describe('the Platform API: features and domains', () => {
  let test: TestPlatform
  before(async () => {
    test = await startTestPlatform()
    await test.deployedApp('an-app')
  })
  after(() => test.end())

  it('turns preboot on and off, and tells the dynos', async () => {
    expect(
      (await test.call<{ name: string }[]>('GET', '/apps/an-app/features')).body
        .map(({ name }) => name)
        .sort(),
    ).to.include.members(['log-runtime-metrics', 'preboot'])
    const on = await test.call('PATCH', '/apps/an-app/features/preboot', { enabled: true })
    expect(on.body).to.include({ name: 'preboot', enabled: true })
    expect(test.controls.calls.at(-1)).to.equal('reconcile an-app formation')
    expect((await test.call('GET', `/apps/an-app/features/${on.body.id}`)).body.enabled).to.equal(
      true,
    )
    expect(
      (await test.call('PATCH', '/apps/an-app/features/preboot', { enabled: false })).body.enabled,
    ).to.equal(false)
  })

  it('routes by Router 2.0 unless told otherwise, which Eco and Basic dynos cannot be', async () => {
    const at = '/apps/an-app/features/http-routing-2-dot-0'
    expect((await test.call('GET', at)).body).to.include({ enabled: true, state: 'general' })
    expect((await test.call('PATCH', at, { enabled: false })).body).to.include({ enabled: false })
    expect(
      (
        await test.call('PATCH', '/apps/an-app/features/http-disable-keepalive-to-dyno', {
          enabled: true,
        })
      ).body,
    ).to.include({ enabled: true, state: 'beta' })
    await test.call(
      'PATCH',
      '/apps/an-app/formation',
      { updates: [{ type: 'web', quantity: 1, size: 'basic' }] },
      { isLoose: true },
    )
    expect((await test.call('PATCH', at, { enabled: false })).status).to.equal(422)
  })

  it('refuses preboot on Eco dynos, a feature it does not have, and what is not a boolean', async () => {
    await test.call(
      'PATCH',
      '/apps/an-app/formation',
      { updates: [{ type: 'web', quantity: 1, size: 'eco' }] },
      { isLoose: true },
    )
    expect(
      (await test.call('PATCH', '/apps/an-app/features/preboot', { enabled: true })).status,
    ).to.equal(422)
    expect(
      (await test.call('PATCH', '/apps/an-app/features/http-end-to-end-logging', { enabled: true }))
        .status,
    ).to.equal(404)
    expect(
      (
        await test.call(
          'PATCH',
          '/apps/an-app/features/preboot',
          { enabled: 'yes' },
          { isLoose: true },
        )
      ).status,
    ).to.equal(422)
  })

  it("lists the app's own hostname and those that were added", async () => {
    const add = await test.call('POST', '/apps/an-app/domains', {
      hostname: 'WWW.Example.com',
      sni_endpoint: null,
    })
    expect(add.status).to.equal(201)
    expect(add.body).to.include({
      hostname: 'www.example.com',
      kind: 'custom',
      cname: 'an-app.localhost',
    })
    const list = (
      await test.call<{ hostname: string; kind: string }[]>(
        'GET',
        '/apps/an-app/domains',
        undefined,
        { headers: { range: 'id ..; max=1000; ' } },
      )
    ).body
    expect(list.map(({ hostname, kind }) => `${hostname} ${kind}`).sort()).to.deep.equal([
      'an-app.localhost heroku',
      'www.example.com custom',
    ])
    expect((await test.call('GET', '/apps/an-app/domains/www.example.com')).body).to.deep.equal(
      add.body,
    )
    expect((await test.call('POST', '/apps', { name: 'another' })).status).to.equal(201)
    expect(
      (
        await test.call('POST', '/apps/another/domains', {
          hostname: 'www.example.com',
          sni_endpoint: null,
        })
      ).status,
    ).to.equal(422)
    expect((await test.call('DELETE', '/apps/an-app/domains/www.example.com')).body).to.deep.equal(
      add.body,
    )
    expect((await test.call('DELETE', '/apps/an-app/domains/an-app.localhost')).status).to.equal(
      422,
    )
    expect(
      (
        await test.call('POST', '/apps/an-app/domains', {
          hostname: 'not a name',
          sni_endpoint: null,
        })
      ).status,
    ).to.equal(422)
  })
})
