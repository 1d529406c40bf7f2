import { expect } from 'chai'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'

describe('the Platform API: account and apps', () => {
  let test: TestPlatform
  before(async () => {
    test = await startTestPlatform()
  })
  after(() => test.end())

  it('says who the user is', async () => {
    const { body } = await test.call('GET', '/account')
    expect(body.email).to.equal('you@shipit.localhost')
    expect((await test.call('GET', '/users/~')).body).to.deep.equal(body)
  })

  it('creates an app under the name given, with the URLs at which it answers', async () => {
    const { status, body } = await test.call('POST', '/apps', {
      name: 'first-app',
      region: 'us',
      stack: 'heroku-24',
    })
    expect(status).to.equal(201)
    expect(body.name).to.equal('first-app')
    expect(body.web_url).to.equal(`http://first-app.localhost:${test.platform.info.routerPort}/`)
    expect(body.git_url).to.equal(`${test.platform.info.gitUrl}/first-app.git`)
    expect((await test.call('GET', '/apps/first-app')).body).to.deep.equal(body)
    expect((await test.call('GET', `/apps/${body.id}`)).body).to.deep.equal(body)
  })

  it('makes a name where none is given', async () => {
    const { body } = await test.call('POST', '/apps', {})
    expect(body.name).to.match(/^[a-z]+-[a-z]+-\d{5}$/)
  })

  for (const [name, words] of [
    ['first-app', /Name first-app is already taken/],
    ['1app', /must start with a letter/],
    ['Upper', /must start with a letter/],
    ['ends-', /must start with a letter/],
    ['a', /too short/],
    ['a'.repeat(31), /too long/],
    ['', /can't be blank/],
  ] as const) {
    it(`refuses the name "${name}" as Heroku does`, async () => {
      const { status, body } = await test.call('POST', '/apps', { name }, { isLoose: true })
      expect(status).to.equal(422)
      expect(body.id).to.equal('invalid_params')
      expect(body.message).to.match(words)
    })
  }

  it('lets one of two creations of a name at the same time pass', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map(() => test.call('POST', '/apps', { name: 'contested' })),
    )
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 422, 422])
  })

  it('renames an app and turns maintenance on, and says so in the log', async () => {
    await test.call('POST', '/apps', { name: 'old-name' })
    const renamed = await test.call('PATCH', '/apps/old-name', {
      name: 'new-name',
      maintenance: true,
    })
    expect(renamed.body).to.include({ name: 'new-name', maintenance: true })
    expect((await test.call('GET', '/apps/old-name')).status).to.equal(404)
    expect((await test.call('GET', '/apps/new-name')).body.maintenance).to.equal(true)
    expect((await test.call('PATCH', '/apps/new-name', { name: 'first-app' })).status).to.equal(422)
    expect((await test.call('GET', '/apps/new-name')).status).to.equal(200)
  })

  it('destroys an app: its dynos, then its record; its name is free again', async () => {
    await test.call('POST', '/apps', { name: 'doomed' })
    expect((await test.call('DELETE', '/apps/doomed')).body.name).to.equal('doomed')
    expect(test.controls.calls).to.include('shutdown one')
    expect((await test.call('GET', '/apps/doomed')).body).to.include({
      id: 'not_found',
      message: "Couldn't find that app.",
    })
    expect((await test.call('POST', '/apps', { name: 'doomed' })).status).to.equal(201)
  })

  it('lists apps in pages by Range', async () => {
    const all = await test.call<{ name: string }[]>('GET', '/users/~/apps')
    expect(all.status).to.equal(200)
    const names: string[] = []
    let range: string | null = 'name ..; max=2'
    while (range !== null) {
      const page: { status: number; headers: Headers; body: { name: string }[] } = await test.call(
        'GET',
        '/apps',
        undefined,
        { headers: { range } },
      )
      expect(page.body.length).to.be.at.most(2)
      names.push(...page.body.map(({ name }) => name))
      range = page.headers.get('next-range')
      expect(page.status).to.equal(range === null ? 200 : 206)
    }
    expect(names).to.deep.equal(all.body.map(({ name }) => name).sort())
    expect(
      (await test.call('GET', '/apps', undefined, { headers: { range: 'colour ..' } })).status,
    ).to.equal(416)
  })

  it('answers an unknown path with not_found, and a body that is not JSON with bad_request', async () => {
    expect((await test.call('GET', '/nothing/here')).body.id).to.equal('not_found')
    const { apiUrl, token } = test.platform.info
    const broken = await fetch(`${apiUrl}/apps`, {
      method: 'POST',
      body: '{"name":',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(broken.status).to.equal(400)
    expect(await broken.json()).to.include({ id: 'bad_request' })
    expect((await test.call('POST', '/apps', ['a'], { isLoose: true })).status).to.equal(400)
    expect((await test.call('GET', '/apps')).status).to.equal(200)
  })

  it('counts calls down in RateLimit-Remaining', async () => {
    const [one, other] = [
      await test.call('GET', '/account'),
      await test.call('GET', '/account'),
    ].map(({ headers }) => Number(headers.get('ratelimit-remaining')))
    expect(one).to.be.below(4500)
    expect(other).to.be.at.most(one as number)
    expect((await test.call('GET', '/account/rate-limits')).body.remaining).to.be.a('number')
  })

  it('has what the official CLI asks for beside an app', async () => {
    expect((await test.call('GET', '/apps/first-app/addons')).body).to.deep.equal([])
    expect((await test.call('GET', '/apps/first-app/sni-endpoints')).body).to.deep.equal([])
    expect(
      (await test.call('GET', '/apps/first-app/ssl-endpoints', undefined, { isOutside: true }))
        .body,
    ).to.deep.equal([])
    expect((await test.call('GET', '/apps/first-app/buildpack-installations')).body).to.deep.equal(
      [],
    )
    expect((await test.call('GET', '/account/features')).body).to.deep.equal([])
    expect(
      (await test.call<{ role: string }[]>('GET', '/apps/first-app/collaborators')).body[0]?.role,
    ).to.equal('owner')
    expect((await test.call('GET', '/apps/first-app/pipeline-couplings')).status).to.equal(404)
  })
})
