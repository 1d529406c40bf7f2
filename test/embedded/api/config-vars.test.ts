import { expect } from 'chai'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'

describe('the Platform API: config vars', () => {
  let test: TestPlatform
  before(async () => {
    test = await startTestPlatform()
    await test.deployedApp('an-app')
  })
  after(() => test.end())

  const newest = async () =>
    await test.call<{ version: number; description: string }[]>(
      'GET',
      '/apps/an-app/releases',
      undefined,
      { headers: { range: 'version ..; order=desc,max=1' } },
    )
  const patch = (body: unknown, options = {}) =>
    test.call('PATCH', '/apps/an-app/config-vars', body, options)

  it('sets and removes in one release each, described by name and never by value', async () => {
    expect((await patch({ FOO: 'secret-value', BAR: 'ä\n"' })).body).to.deep.equal({
      FOO: 'secret-value',
      BAR: 'ä\n"',
    })
    const { status, headers, body } = await newest()
    expect(status).to.equal(206)
    expect(headers.get('next-range')).to.match(/^version \]4\.\.; max=1,order=desc$/)
    expect(body).to.have.length(1)
    expect(body[0]).to.include({ version: 4, description: 'Set FOO, BAR config vars' })
    await patch({ FOO: null })
    expect((await newest()).body[0]).to.include({
      version: 5,
      description: 'Remove FOO config vars',
    })
    await patch({ BAR: null, BAZ: '1' })
    expect((await newest()).body[0]).to.include({
      version: 6,
      description: 'Update BAZ, BAR config vars',
    })
    expect((await test.call('GET', '/apps/an-app/config-vars')).body).to.deep.equal({ BAZ: '1' })
    expect(test.controls.calls.at(-1)).to.equal('reconcile an-app release')
  })

  it('makes no release where nothing changes', async () => {
    const before = (await newest()).body[0]
    await patch({ BAZ: '1', NOT_THERE: null })
    await patch({})
    expect((await newest()).body[0]).to.deep.equal(before)
  })

  it('keeps the config vars of every release', async () => {
    expect((await test.call('GET', '/apps/an-app/releases/4/config-vars')).body).to.deep.equal({
      FOO: 'secret-value',
      BAR: 'ä\n"',
    })
    expect((await test.call('GET', '/apps/an-app/releases/v3/config-vars')).body).to.deep.equal({})
  })

  it('loses neither of many changes at the same time', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `KEY_${index}`)
    await Promise.all(keys.map((key) => patch({ [key]: key })))
    const { body } = await test.call('GET', '/apps/an-app/config-vars')
    expect(body).to.include(Object.fromEntries(keys.map((key) => [key, key])))
    const { body: releases } = await test.call<{ version: number }[]>(
      'GET',
      '/apps/an-app/releases',
    )
    expect(releases.map(({ version }) => version)).to.deep.equal(
      releases.map((_, index) => index + 1),
    )
  })

  it('takes a key such as __proto__ for what it is', async () => {
    const { apiUrl, token } = test.platform.info
    const response = await fetch(`${apiUrl}/apps/an-app/config-vars`, {
      method: 'PATCH',
      body: '{"__proto__":"x"}',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(await response.text()).to.include('"__proto__":"x"')
    await fetch(`${apiUrl}/apps/an-app/config-vars`, {
      method: 'PATCH',
      body: '{"__proto__":null}',
      headers: { authorization: `Bearer ${token}` },
    })
  })

  for (const [what, body] of [
    ['a key with a dash', { 'A-B': 'x' }],
    ['a number', { A: 1 }],
    ['a NUL byte', { A: 'a\0b' }],
    ['more than 64 KB', { A: 'x'.repeat(70_000) }],
  ] as const) {
    it(`refuses ${what} and changes nothing`, async () => {
      const before = (await test.call('GET', '/apps/an-app/config-vars')).body
      expect((await patch({ OTHER: 'y', ...body }, { isLoose: true })).body.id).to.equal(
        'invalid_params',
      )
      expect((await test.call('GET', '/apps/an-app/config-vars')).body).to.deep.equal(before)
    })
  }
})
