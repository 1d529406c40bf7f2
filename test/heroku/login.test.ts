import { expect } from 'chai'
import { browserLogin, loginHost, passwordLogin } from '../../src/heroku/login.js'
import { faultServer, type Fault, type FaultServer } from '../support/fault-server.js'
import { rejection } from '../support/platform.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('where the browser logs in', () => {
  const hostOf = (HEROKU_LOGIN_HOST?: string) => loginHost({ HEROKU_LOGIN_HOST })
  it('is where Heroku says, or HEROKU_LOGIN_HOST', () => {
    expect(hostOf()).to.equal('https://cli-auth.heroku.com')
    expect(hostOf('https://login.example.com/path')).to.equal('https://login.example.com')
    expect(hostOf('http://127.0.0.1:5000')).to.equal('http://127.0.0.1:5000')
  })
  it('is nowhere that a token would go to in clear', () => {
    for (const value of ['http://login.example.com', 'login.example.com', 'ftp://x', 'a b'])
      expect(() => hostOf(value), value)
        .to.throw('HEROKU_LOGIN_HOST is not an https URL.')
        .with.property('code', 'usage')
  })
})

describe('a login', () => {
  let server: FaultServer
  afterEach(() => server.close())
  const page: Fault = {
    json: { browser_url: '/login/1', cli_url: '/auth/1', token: 'of-the-page' },
    status: 201,
  }
  /** A host of logins whose page is made, and that then answers so, the last one again and again. */
  const host = async (...answers: Fault[]) => (server = await faultServer([page, ...answers]))
  const login = () => browserLogin(server.url, () => Promise.resolve())
  const polls = () => server.arrived.filter(({ path }) => path === '/auth/1')

  describe('in the browser', () => {
    useVirtualClock()

    it('is asked for again if the host is out of order, three times', async () => {
      const broken: Fault = { json: { message: 'No.' }, status: 503 }
      await host(broken, broken, broken, { json: { access_token: 'good' } })
      expect(await login()).to.equal('good')
      expect(polls().map(({ headers }) => headers.authorization)).to.deep.equal(
        Array(4).fill('Bearer of-the-page'),
      )
      await server.close()
      await host(broken)
      expect(await rejection(login())).to.include({ code: 'auth', why: 'No.' })
      expect(polls()).to.have.length(4)
    })

    it('is not asked for again if it was refused', async () => {
      for (const status of [401, 500]) {
        await host({ json: { error: 'Denied.' }, status })
        expect(await rejection(login())).to.include({ code: 'auth', why: 'Denied.' })
        expect(polls()).to.have.length(1)
        await server.close()
      }
      await host({ json: {}, status: 400 })
      expect((await rejection(login())).why).to.equal(`${server.url} answered 400.`)
    })

    it('is given up after ten minutes', async () => {
      await host('never answers')
      const begun = performance.now()
      expect(await rejection(login())).to.include({
        code: 'timeout',
        message: 'Nobody logged in within ten minutes.',
      })
      expect(Math.round((performance.now() - begun) / 60_000)).to.equal(10)
    })

    it('is not waited for if the connection breaks, or the host makes no page', async () => {
      await host('reset after the request')
      expect(await rejection(login())).to.include({ code: 'network' })
      await server.close()
      for (const json of [{}, { browser_url: '/x' }, { cli_url: '/x' }]) {
        server = await faultServer([{ json }])
        const shown: string[] = []
        const attempt = browserLogin(server.url, async (url) => void shown.push(url))
        expect((await rejection(attempt)).message).to.contain('does not let anybody log in')
        expect(shown).to.deep.equal([])
        await server.close()
      }
      await host({ chunks: ['<html>'], status: 404 })
      expect(await rejection(login())).to.include({ code: 'network', why: 'It answered 404.' })
    })

    it('is no longer waited for than half a minute while the page is made', async () => {
      server = await faultServer(['never answers'])
      const begun = performance.now()
      expect(await rejection(login())).to.include({ code: 'network' })
      expect(Math.round((performance.now() - begun) / 1000)).to.equal(30)
    })
  })

  describe('with a password', () => {
    const given = { email: 'ada@example.com', password: 's3cret' }
    const answered = async (json: object, status: number, code?: string) => {
      server = await faultServer([{ json, status }])
      return passwordLogin(server.url, { ...given, code })
    }

    it('makes a token of thirty days, whose address is the one of the account', async () => {
      const json = { access_token: { token: 'good' }, user: { email: 'ada@new.example' } }
      expect(await answered(json, 201, '123456')).to.deep.equal({
        email: 'ada@new.example',
        token: 'good',
      })
      const [{ body, headers }] = server.arrived as [(typeof server.arrived)[0]]
      expect(JSON.parse(body)).to.include({ expires_in: 2_592_000 })
      expect(headers['heroku-two-factor-code']).to.equal('123456')
      await server.close()
      expect(await answered({ access_token: { token: 'good' } }, 201)).to.deep.equal({
        email: given.email,
        token: 'good',
      })
      expect(server.arrived[0]!.headers).not.to.have.property('heroku-two-factor-code')
    })

    it('asks for a code once, and takes no other answer for a token', async () => {
      expect(await answered({ id: 'two_factor' }, 403)).to.equal('two_factor')
      await server.close()
      for (const [json, status, code] of [
        [{ id: 'two_factor' }, 403, '123456'],
        [{ access_token: {} }, 201, undefined],
        [{ access_token: { token: 'good' } }, 401, undefined],
      ] as const) {
        expect(await rejection(answered(json, status, code))).to.include({
          code: 'auth',
          why: `It answered ${status}.`,
          next: 'Try again, or shipit login in the browser.',
        })
        await server.close()
      }
      const wanted = { id: 'device_trust_required', message: 'Not by s3cret.' }
      expect(await rejection(answered(wanted, 403))).to.include({
        why: 'Not by ….',
        next: 'shipit login, in the browser',
      })
    })
  })
})
