import { expect } from 'chai'
import { World } from '../support/embedded/index.js'
import { DashboardClient } from '../support/dashboard-client.js'
import { useVirtualClock } from '../support/virtual-clock.js'
import { dashboardOf, type Opened } from './support.js'

describe('who may speak to the dashboard', () => {
  useVirtualClock()

  let world: World
  let opened: Opened
  beforeEach(async () => {
    world = await World.start()
    opened = await dashboardOf(world)
  })
  afterEach(async () => {
    await opened.close()
    await world.stop()
  })
  const stranger = () => new DashboardClient(opened.server.url)

  it('is the browser with the first URL, which becomes a cookie and leaves the address at once', async () => {
    const { search } = new URL(opened.server.url)
    const { status, headers } = await stranger().ask(`/${search}`)
    expect(status).to.equal(303)
    expect(headers.location).to.equal('/')
    expect(headers['set-cookie']).to.have.length(1)
    expect(headers['set-cookie']![0])
      .to.match(new RegExp(`^shipit_dashboard_${opened.server.port}=[\\w-]{43}; `))
      .and.contain('; HttpOnly; SameSite=Strict; Path=/')
      .and.not.contain(search.slice('?token='.length))
    const page = await opened.client.ask('/')
    expect([page.status, page.text]).to.deep.equal([200, '<p>the page</p>'])
  })

  it('is nobody without the cookie, with another one, or with the token anywhere else', async () => {
    const token = new URL(opened.server.url).searchParams.get('token')!
    const name = opened.client.cookie.split('=')[0]!
    const tries: Record<string, string>[] = [
      {},
      { cookie: `${name}=` },
      { cookie: `${name}=${token}` },
      { cookie: `other=${opened.client.cookie.split('=')[1]}` },
      { referer: opened.server.url },
      { authorization: `Bearer ${token}` },
    ]
    for (const path of ['/', '/page.js', '/api/apps', '/api/stream', '/api/apps/a1/log', '/no'])
      for (const headers of tries) {
        const answer = await stranger().ask(path, { headers })
        expect(answer.status, `${path} ${JSON.stringify(headers)}`).to.equal(401)
        expect(answer.text).to.contain('not invited')
      }
    for (const query of ['?token=', '?token=wrong', `?token=${token}&token=${token}`])
      expect((await stranger().ask(`/${query}`)).status, query).to.equal(401)
    expect((await stranger().ask(`/api/apps?token=${token}`)).status).to.equal(401)
  })

  it('is no page of another name, site or port, even with the cookie', async () => {
    const { port } = opened.server
    const tries: Record<string, string>[] = [
      { host: `evil.example:${port}` },
      { host: `127.0.0.1:${port}.evil.example` },
      { host: '127.0.0.1' },
      { host: `localhost:${port + 1}` },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${port + 1}` },
      { origin: `https://127.0.0.1:${port}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]
    for (const headers of tries) {
      const answer = await opened.client.ask('/api/apps', { headers })
      expect(answer.status, JSON.stringify(headers)).to.equal(403)
      expect(answer.text).to.not.contain('a1')
      const { search } = new URL(opened.server.url)
      const login = await stranger().ask(`/${search}`, { headers })
      expect(login.status, JSON.stringify(headers)).to.equal(403)
      expect(login.headers).to.not.have.property('set-cookie')
    }
    const own = [{ host: `localhost:${port}` }, { 'sec-fetch-site': 'same-origin' }]
    for (const headers of own)
      expect((await opened.client.ask('/api/apps', { headers })).status).to.equal(200)
  })

  it('changes nothing by a form, a script of another site, or without an origin', async () => {
    const body = { kind: 'restart' }
    const tries: [number, Record<string, string | undefined>][] = [
      [403, { origin: undefined }],
      [403, { origin: 'https://evil.example' }],
      [403, { 'sec-fetch-site': 'cross-site' }],
      [415, { 'content-type': 'text/plain' }],
      [415, { 'content-type': 'application/x-www-form-urlencoded' }],
      [415, { 'content-type': undefined }],
      [401, { cookie: undefined }],
    ]
    for (const [status, headers] of tries) {
      const answer = await opened.client.post('/api/apps/a1/actions', body, headers)
      expect(answer.status, JSON.stringify(headers)).to.equal(status)
    }
    expect(world.calls).to.deep.equal([])
  })

  it('is told to keep nothing, to run nothing of elsewhere, and to be in no frame', async () => {
    const answers = [
      await opened.client.ask('/'),
      await opened.client.ask('/api/apps'),
      await opened.client.ask('/nothing'),
      await stranger().ask('/'),
      await stranger().ask('/', { headers: { host: 'evil.example' } }),
    ]
    for (const { headers } of answers) {
      expect(headers['content-security-policy'])
        .to.contain("default-src 'self'")
        .and.contain("frame-ancestors 'none'")
        .and.not.contain('unsafe')
      expect(headers).to.include({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
      expect(headers['cache-control']).to.contain('no-store')
      expect(headers).to.not.have.any.keys('access-control-allow-origin', 'x-powered-by')
    }
  })
})
