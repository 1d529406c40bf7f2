import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { platformUrls, resolveEndpoint } from '../../src/heroku/index.js'
import { proxyAgent, proxyFor } from '../../src/heroku/proxy.js'
import { checkCertificates } from '../../src/heroku/trust.js'
import { rejection } from '../support/platform.js'

describe('where the platform is', () => {
  const urls = (env: NodeJS.ProcessEnv) => {
    const { apiUrl, gitUrl } = platformUrls(env)
    return [apiUrl, gitUrl]
  }
  it('is Heroku unless told otherwise', () =>
    expect(urls({})).to.deep.equal(['https://api.heroku.com', 'https://git.heroku.com']))
  it('follows HEROKU_HOST as a host name', () =>
    expect(urls({ HEROKU_HOST: 'staging.herokudev.com' })).to.deep.equal([
      'https://api.staging.herokudev.com',
      'https://git.staging.herokudev.com',
    ]))
  it('uses HEROKU_HOST whole when it is a URL, for git too', () =>
    expect(urls({ HEROKU_HOST: 'http://127.0.0.1:5000/' })).to.deep.equal([
      'http://127.0.0.1:5000',
      'http://127.0.0.1:5000',
    ]))
  it('follows HEROKU_GIT_HOST', () => {
    expect(urls({ HEROKU_GIT_HOST: 'http://127.0.0.1:5000/git' })[1]).to.equal(
      'http://127.0.0.1:5000/git',
    )
    expect(urls({ HEROKU_GIT_HOST: 'localhost:5000' })[1]).to.equal('https://localhost:5000')
    expect(
      urls({ HEROKU_HOST: 'http://127.0.0.1:5000', HEROKU_GIT_HOST: '127.0.0.1:5000/git' })[1],
      'beside an API of this machine',
    ).to.equal('http://127.0.0.1:5000/git')
    expect(
      urls({ HEROKU_HOST: 'http://127.0.0.1:5000', HEROKU_GIT_HOST: 'git.heroku.com' })[1],
    ).to.equal('https://git.heroku.com')
  })
  it('sends no token to a stranger, nor in the clear', () => {
    for (const HEROKU_HOST of [
      'evil.example',
      'http://evil.example',
      'heroku.com.evil.example',
      'http://api.heroku.com',
      'https://127.0.0.1.evil.example',
      'a b',
    ]) {
      expect(() => platformUrls({ HEROKU_HOST }), HEROKU_HOST)
        .to.throw()
        .with.property('code', 'usage')
    }
  })
})

describe('who we are', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(path.join(os.tmpdir(), 'shipit-endpoint-'))
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))
  const resolve = (env: NodeJS.ProcessEnv = {}) =>
    resolveEndpoint({ local: false, env: { HOME: home, PATH: home, ...env } })
  const fakeCli = (script: string) => {
    const file = path.join(home, 'heroku')
    writeFileSync(file, `#!${process.execPath}\n${script}\n`)
    chmodSync(file, 0o755)
  }

  it('HEROKU_API_KEY comes first', async () => {
    writeFileSync(
      path.join(home, '.netrc'),
      'machine api.heroku.com\n  login me\n  password from-netrc\n',
    )
    expect(await resolve({ HEROKU_API_KEY: ' from-env\n' })).to.deep.include({
      apiUrl: 'https://api.heroku.com',
      gitUrl: 'https://git.heroku.com',
      token: 'from-env',
      tokenSource: 'HEROKU_API_KEY',
      label: 'Heroku',
    })
  })
  it("then netrc's entry for the API host", async () => {
    writeFileSync(
      path.join(home, '.netrc'),
      'machine git.heroku.com login me password other\nmachine api.heroku.com login me password from-netrc\n',
    )
    expect(await resolve()).to.include({ token: 'from-netrc', tokenSource: '~/.netrc' })
  })
  it('tries no token twice, wherever else it is', async () => {
    writeFileSync(
      path.join(home, '.netrc'),
      'machine api.heroku.com\n  login me\n  password same\n',
    )
    fakeCli(`console.log('other')`)
    const { token, otherToken } = await resolve({ HEROKU_API_KEY: 'same' })
    expect([token, await otherToken!(), await otherToken!()]).to.deep.equal([
      'same',
      { token: 'other', source: 'heroku auth:token' },
      undefined,
    ])
  })
  it('then the official CLI, whose own words are not shown', async () => {
    fakeCli(
      `if (process.argv[2] !== 'auth:token') process.exit(1); console.error('warning: expires'); console.log('from-cli')`,
    )
    expect(await resolve()).to.include({ token: 'from-cli', tokenSource: 'heroku auth:token' })
  })
  it('a CLI that is not logged in is no login', async () => {
    for (const script of [
      `console.error('not logged in'); process.exit(100)`,
      `console.log('word'); process.exit(1)`,
      `console.log('two words')`,
    ]) {
      fakeCli(script)
      expect(await rejection(resolve()), script).to.include({
        code: 'auth',
        message: 'You are not logged in to api.heroku.com.',
      })
    }
  })
  it('without any, it says what to do', async () => {
    const error = await rejection(resolve())
    expect(error.code).to.equal('auth')
    expect(error.next).to.contain('shipit login').and.contain('--local')
  })
})

describe('proxies', () => {
  const via = (env: NodeJS.ProcessEnv, url = 'https://api.heroku.com') => proxyFor(url, env)?.href
  it("are those of HTTPS_PROXY and of Heroku's own variables", () => {
    expect(via({})).to.equal(undefined)
    expect(via({ https_proxy: 'proxy:3128' })).to.equal('http://proxy:3128/')
    expect(via({ HEROKU_HTTP_PROXY_HOST: 'corp', HEROKU_HTTP_PROXY_AUTH: 'me:pw' })).to.equal(
      'http://me:pw@corp:8080/',
    )
  })
  it('are not used for what NO_PROXY names, nor on the loopback', () => {
    for (const NO_PROXY of [
      '*',
      'heroku.com',
      '.heroku.com',
      '*.heroku.com',
      'x, api.heroku.com:443',
      'API.Heroku.com',
    ])
      expect(via({ HTTPS_PROXY: 'http://p', NO_PROXY }), NO_PROXY).to.equal(undefined)
    for (const NO_PROXY of ['', 'roku.com', 'api.heroku.com:80', 'api.heroku.com:x', ':443'])
      expect(via({ HTTPS_PROXY: 'http://p', NO_PROXY }), NO_PROXY).to.equal('http://p/')
    expect(via({ HTTP_PROXY: 'http://p' }, 'http://127.0.0.1:5000')).to.equal(undefined)
  })
  it('are those of the scheme, by whatever case and with or without one of their own', () => {
    const HTTP = 'http://api.example.test'
    expect(via({ HTTPS_PROXY: 'http://s', HTTP_PROXY: 'http://p' }, HTTP)).to.equal('http://p/')
    expect(via({ HTTPS_PROXY: 'http://s' }, HTTP)).to.equal(undefined)
    expect(via({ ALL_PROXY: 'http://all' }, HTTP)).to.equal('http://all/')
    expect(via({ http_proxy: 'http://low', HTTP_PROXY: 'http://up' }, HTTP)).to.equal('http://low/')
    expect(via({ HEROKU_HTTP_PROXY_HOST: 'h', HEROKU_HTTP_PROXY_PORT: '1' }, HTTP)).to.equal(
      'http://h:1/',
    )
    for (const [NO_PROXY, url] of [
      ['api.example.test:80', HTTP],
      ['api.example.test:81', `${HTTP}:81`],
    ] as const)
      expect(via({ HTTP_PROXY: 'http://p', NO_PROXY }, url), url).to.equal(undefined)
    for (const host of ['localhost', 'app.localhost', '[::1]', '127.1.2.3'])
      expect(via({ HTTP_PROXY: 'http://p' }, `http://${host}`), host).to.equal(undefined)
  })
  it('are asked at the port of their scheme, as the user that their address names', () => {
    const optionsOf = (proxy: string, isTargetSecure = true) =>
      (proxyAgent(new URL(proxy), isTargetSecure) as unknown as { proxyOptions: object })
        .proxyOptions
    expect(optionsOf('https://proxy')).to.deep.equal({ host: 'proxy', port: 443 })
    expect(optionsOf('http://proxy', false)).to.deep.equal({ host: 'proxy', port: 80 })
    expect(optionsOf('http://m%40e:p%3Aw@proxy:3128')).to.deep.equal({
      host: 'proxy',
      port: 3128,
      proxyAuth: 'm@e:p:w',
    })
  })
})

describe('certificates of a proxy', () => {
  it('must be there if they are named', () => {
    checkCertificates({})
    checkCertificates({ SSL_CERT_FILE: import.meta.filename, SSL_CERT_DIR: import.meta.dirname })
    for (const name of ['SSL_CERT_FILE', 'SSL_CERT_DIR']) {
      expect(() => checkCertificates({ [name]: '/nowhere/certificates' }))
        .to.throw(`${name} names what cannot be read: /nowhere/certificates`)
        .with.property('why', 'It is not there.')
    }
    expect(() => checkCertificates({ SSL_CERT_FILE: `${import.meta.filename}/x` }))
      .to.throw()
      .with.property('why')
      .that.contains('ENOTDIR')
  })
})
