import { expect } from 'chai'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'

const REFUSED: [string, string, RegExp][] = [
  ['POST', '/apps/an-app/acm', /no TLS certificates/],
  ['POST', '/apps/an-app/sni-endpoints', /no TLS certificates/],
  ['POST', '/apps/an-app/collaborators', /no other accounts/],
  ['POST', '/account/app-transfers', /no other accounts/],
  ['GET', '/teams/acme/members', /no members of teams/],
  ['PATCH', '/teams/apps/an-app', /no locks on teams' apps/],
  ['POST', '/oauth/clients', /no OAuth clients/],
  ['POST', '/apps/an-app/telemetry-drains', /no telemetry drains/],
]

describe('the Platform API: what the embedded Heroku lacks', () => {
  let test: TestPlatform
  before(async () => {
    test = await startTestPlatform()
    await test.deployedApp('an-app')
  })
  after(() => test.end())

  for (const [method, path, lacks] of REFUSED) {
    it(`says so by name: ${method} ${path}`, async () => {
      const { status, body } = await test.call(method, path, method !== 'GET' ? {} : undefined, {
        isLoose: true,
      })
      expect(status, JSON.stringify(body)).to.equal(501)
      expect(body).to.have.property('id', 'not_implemented')
      expect(body.message)
        .to.match(/^The embedded Heroku has /)
        .and.match(lacks)
    })
  }

  it('looks for the app first, and for a path that Heroku lacks too says what Heroku says', async () => {
    expect(
      (await test.call('POST', '/apps/no-such-app/addons', {}, { isLoose: true })).body.message,
    ).to.equal("Couldn't find that app.")
    expect((await test.call('GET', '/apps/an-app/nonsense')).status).to.equal(404)
  })

  it('lists none of what it lacks', async () => {
    for (const path of [
      '/apps/an-app/addons',
      '/addons',
      '/apps/an-app/sni-endpoints',
      '/account/keys',
    ]) {
      expect((await test.call('GET', path)).body, path).to.deep.equal([])
    }
  })

  it('builds with heroku/nodejs by any of its names, and refuses others by name', async () => {
    const at = '/apps/an-app/buildpack-installations'
    const put = (...buildpacks: string[]) =>
      test.call('PUT', at, { updates: buildpacks.map((buildpack) => ({ buildpack })) })
    const names = async () =>
      (await test.call<{ buildpack: { name: string } }[]>('GET', at)).body.map(
        ({ buildpack }) => buildpack.name,
      )
    expect(await names()).to.deep.equal(['heroku/nodejs'])
    for (const name of [
      'heroku/nodejs',
      'urn:buildpack:heroku/nodejs',
      'https://github.com/heroku/heroku-buildpack-nodejs.git',
    ]) {
      expect((await put(name)).status).to.equal(200)
      expect(await names()).to.deep.equal(['heroku/nodejs'])
    }
    // The registry, which the CLI asks without a token, gives a URN for a name.
    const registry = await fetch(
      `${test.platform.info.apiUrl}/buildpacks/${encodeURIComponent('heroku/python')}`,
    )
    const { blob_url: python } = (await registry.json()) as { blob_url: string }
    const refused = await put('heroku/nodejs', python)
    expect(refused.status).to.equal(501)
    expect(refused.body.message).to.match(/no buildpack heroku\/python yet/)
    expect((await put()).body).to.deep.equal([])
    expect(await names()).to.deep.equal([])
  })
})
