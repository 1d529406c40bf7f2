import { expect } from 'chai'
import { PlatformApi } from '../../src/heroku/index.js'
import { ANYTHING } from '../../src/heroku/shapes.js'
import { faultServer, type FaultServer } from '../support/fault-server.js'
import { rejection } from '../support/platform.js'

describe('a token that is refused', () => {
  let server: FaultServer
  afterEach(() => server.close())

  /** A client that has a stale token, and finds these one after the other. */
  async function client(good: readonly string[], others: readonly string[], status = 401) {
    server = await faultServer(({ headers, path }) => {
      const token = String(headers.authorization).slice('Bearer '.length)
      if (!good.includes(token)) return { json: { id: 'unauthorized' }, status }
      return path === '/broken' ? { json: { message: 'No.' }, status: 422 } : { json: { token } }
    })
    const left = [...others]
    const told: string[] = []
    let looks = 0
    const api = new PlatformApi({
      apiUrl: server.url,
      gitUrl: 'https://git.heroku.com',
      token: 'stale',
      tokenSource: 'HEROKU_API_KEY',
      label: 'Heroku',
      otherToken: async () => {
        looks += 1
        const token = left.shift()
        return token === undefined ? undefined : { token, source: `~/${token}` }
      },
      onOtherToken: (refused, taken) => told.push(`${refused} → ${taken}`),
    })
    return { api, told, looks: () => looks }
  }
  const tokens = () => server.arrived.map(({ headers }) => String(headers.authorization).slice(7))

  it('gives way to the next one, for the rest of the run, and that is told once', async () => {
    const { api, told } = await client(['good'], ['bad', 'good'])
    for (let call = 0; call < 2; call++)
      expect(await api.get('/apps', ANYTHING)).to.deep.equal({ token: 'good' })
    expect(tokens()).to.deep.equal(['stale', 'bad', 'good', 'good'])
    expect(api.endpoint).to.include({ token: 'good', tokenSource: '~/good' })
    expect(told[0]).to.match(/ → ~\/good$/)
    expect(told).to.have.length(1)
  })

  it('is the one of the error if all others are refused too, and stays', async () => {
    const { api, told } = await client([], ['bad', 'worse'])
    const error = await rejection(api.get('/apps', ANYTHING))
    expect(error).to.include({
      code: 'auth',
      message: 'Heroku does not accept the token from HEROKU_API_KEY.',
    })
    expect(tokens()).to.deep.equal(['stale', 'bad', 'worse'])
    expect(api.endpoint).to.include({ token: 'stale', tokenSource: 'HEROKU_API_KEY' })
    expect(told).to.deep.equal([])
  })

  it('is not looked past for an error of another kind', async () => {
    const { api, looks } = await client([], ['good'], 403)
    await rejection(api.get('/apps', ANYTHING))
    expect(looks()).to.equal(0)
  })

  it('gives way though the next call fails for another reason, which is the error then', async () => {
    const { api } = await client(['good'], ['good'])
    expect((await rejection(api.get('/broken', ANYTHING))).message).to.contain('No.')
    expect(api.endpoint.token).to.equal('good')
  })

  it('is looked past once for calls that were refused at the same time', async () => {
    const { api, looks, told } = await client(['good'], ['good', 'another'])
    const answers = await Promise.all([1, 2, 3].map((n) => api.post(`/apps/${n}`, ANYTHING, { n })))
    expect(answers).to.deep.equal([1, 2, 3].map(() => ({ token: 'good' })))
    expect(looks()).to.equal(1)
    expect(told).to.deep.equal(['HEROKU_API_KEY → ~/good'])
  })

  it('is the last word where there can be no other', async () => {
    await client([], [])
    const api = new PlatformApi({
      apiUrl: server.url,
      gitUrl: '',
      token: 'stale',
      tokenSource: 'the embedded Heroku',
      label: 'the embedded Heroku',
    })
    expect((await rejection(api.get('/apps', ANYTHING))).code).to.equal('auth')
    expect(server.arrived).to.have.length(1)
  })
})
