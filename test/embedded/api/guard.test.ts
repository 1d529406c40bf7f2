import http from 'node:http'
import { expect } from 'chai'
import { isLoopbackHost, tokenOf } from '../../../src/embedded/api/guard.js'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'

describe('the Platform API: who may call it', () => {
  let test: TestPlatform
  before(async () => {
    test = await startTestPlatform()
  })
  after(() => test.end())

  const get = (authorization: string | undefined) =>
    fetch(`${test.platform.info.apiUrl}/account`, {
      headers: authorization === undefined ? {} : { authorization },
    })
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  it('takes the token as Bearer, or as the password of any Basic user', async () => {
    const { token } = test.platform.info
    for (const authorization of [
      `Bearer ${token}`,
      basic(`:${token}`),
      basic(`anyone@example.com:${token}`),
    ])
      expect((await get(authorization)).status).to.equal(200)
  })

  it('refuses everything else with 401 unauthorized', async () => {
    const { token } = test.platform.info
    for (const authorization of [
      undefined,
      'Bearer wrong',
      `Bearer ${token}x`,
      basic(`${token}:`),
      basic(token),
      `Digest ${token}`,
      'Bearer',
    ]) {
      const response = await get(authorization)
      expect(response.status, String(authorization)).to.equal(401)
      expect(await response.json()).to.include({ id: 'unauthorized' })
    }
  })

  it('refuses a request that came by a name which is not loopback', async () => {
    const { apiUrl, token } = test.platform.info
    const statusFor = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        http
          .get(
            `${apiUrl}/account`,
            { headers: { host, authorization: `Bearer ${token}` } },
            (response) => resolve(response.resume().statusCode),
          )
          .on('error', reject)
      })
    expect(await statusFor('evil.example.com')).to.equal(403)
    expect(await statusFor('127.0.0.1.example.com:80')).to.equal(403)
    expect(await statusFor('localhost:1234')).to.equal(200)
  })

  it('listens on 127.0.0.1 alone', () => {
    expect(new URL(test.platform.info.apiUrl).hostname).to.equal('127.0.0.1')
  })

  it('knows loopback names', () => {
    for (const host of ['127.0.0.1', '127.0.0.1:80', 'localhost:1', 'api.localhost', '[::1]:80'])
      expect(isLoopbackHost(host), host).to.equal(true)
    for (const host of [
      undefined,
      '',
      'localhost.example.com',
      '10.0.0.1',
      'example.com',
      '127.0.0.1.nip.io',
    ])
      expect(isLoopbackHost(host), String(host)).to.equal(false)
  })

  it('reads a password that holds colons', () => {
    expect(tokenOf(basic('a:b:c'))).to.equal('b:c')
  })

  it('hands what is under /git to git, without the mount and without asking for the token', async () => {
    const response = await fetch(
      `${test.platform.info.gitUrl}/an-app.git/info/refs?service=git-receive-pack`,
    )
    expect(await response.text()).to.equal('git /an-app.git/info/refs?service=git-receive-pack')
  })
})
