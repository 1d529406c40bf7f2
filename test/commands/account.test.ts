import { createServer, type Server } from 'node:http'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import { browserLogin, passwordLogin } from '../../src/heroku/login.js'
import { testKeys } from '../../src/config/keys/dashboard.js'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { rejection } from '../support/platform.js'
import { app } from '../support/records.js'
import { run } from '../support/run.js'

const SECRET = 's3cret-token-xyz'
const ACCOUNT = { id: '01234567-89ab-cdef-0123-456789abcdef', email: 'ada@example.com', name: null }
const real = Object.getOwnPropertyDescriptor(process, 'stdin')!

describe('whose account it is', () => {
  expectOnlyKnownRequests()
  let home: string
  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'shipit-login-'))
  })
  after(() => rm(home, { recursive: true }))
  afterEach(() => Object.defineProperty(process, 'stdin', real))
  const account = () => nock(API).get('/account').reply(200, ACCOUNT)
  const netrc = () => readFile(path.join(home, '.netrc'), 'utf8')
  const anonymous = () => ({ HEROKU_API_KEY: undefined, HOME: home, HEROKU_NETRC_WRITE: 'true' })

  it('whoami says the address, and by which token, never the token', async () => {
    account()
    const ran = await run('whoami', [])
    expect(ran.stdout).to.equal('ada@example.com\n')
    account()
    expect((await run('whoami', ['--json'])).json()).to.deep.equal({
      email: 'ada@example.com',
      token_source: 'HEROKU_API_KEY',
      platform: API,
    })
  })

  it('login --token keeps a token that the platform knows, for the owner alone, beside what was there', async () => {
    await writeFile(
      path.join(home, '.netrc'),
      'machine example.com\n  login me\n  password other\n',
      { mode: 0o644 },
    )
    Object.defineProperty(process, 'stdin', {
      value: Readable.from([`${SECRET}\n`]),
      configurable: true,
    })
    account()
    const ran = await run('login', ['--token'], anonymous())
    expect(ran.stdout).to.equal('Logged in as ada@example.com; the token is in ~/.netrc.\n')
    expect(ran.stdout + ran.stderr).to.not.contain(SECRET)
    expect(await netrc())
      .to.contain('machine example.com\n  login me\n  password other')
      .and.match(
        /machine api\.heroku\.com\n {2}login ada@example\.com\n {2}password s3cret-token-xyz/,
      )
      .and.contain('machine git.heroku.com')
    expect((await stat(path.join(home, '.netrc'))).mode & 0o777).to.equal(0o600)
  })
  it('logout removes it and leaves the rest', async () => {
    expect((await run('logout', ['--json'], anonymous())).json()).to.deep.equal({
      logged_out: true,
    })
    expect(await netrc())
      .to.contain('machine example.com')
      .and.not.contain(SECRET)
    expect((await run('logout', ['--json'], anonymous())).json()).to.deep.equal({
      logged_out: false,
    })
  })
  it('login --token refuses one that the platform does not know, and keeps nothing', async () => {
    Object.defineProperty(process, 'stdin', { value: Readable.from([SECRET]), configurable: true })
    nock(API)
      .get('/account')
      .reply(401, { id: 'unauthorized', message: 'Invalid credentials provided.' })
    const ran = await run('login', ['--token'], anonymous())
    expect(ran.exitCode).to.equal(5)
    expect(ran.stdout + ran.stderr + (await netrc())).to.not.contain(SECRET)
  })
  it('login says that HEROKU_API_KEY goes first', async () => {
    expect((await run('login', ['--token'])).exitCode).to.equal(2)
  })

  it('apps lists what the platform has', async () => {
    nock(API)
      .get('/apps')
      .reply(200, [app('b'), app('a', { maintenance: true })])
    expect((await run('apps', [])).stdout).to.match(
      /^NAME +REGION +OWNER +STATE +RELEASED\na +us +ada@example\.com +maintenance +never\nb +us +ada@example\.com +never\n$/,
    )
    nock(API).post('/apps', { name: 'new-one', region: 'eu' }).reply(201, app('new-one'))
    expect((await run('apps create', ['new-one', '--region', 'eu'])).stdout).to.equal(
      'Created new-one\nDeploy to it: shipit deploy --app new-one\n',
    )
    nock(API).get('/apps').reply(200, [])
    expect((await run('apps', ['--json'])).json()).to.deep.equal([])
  })
})

/** A server of one test: answers by path, and keeps what it was sent. */
async function serve(
  answers: (path: string, body: string, headers: Record<string, unknown>) => [number, unknown],
): Promise<{ url: string; server: Server; seen: string[] }> {
  const seen: string[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push(`${request.method} ${request.url} ${body}`)
      const [status, answer] = answers(request.url!, body, request.headers)
      response
        .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
        .end(typeof answer === 'string' ? answer : JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, server, seen }
}

describe('ways to a token', () => {
  let server: Server | undefined
  afterEach(() => server?.close())
  const served = async (...[answers]: Parameters<typeof serve>) => {
    const made = await serve(answers)
    server = made.server
    return made
  }

  it('the browser: its page is shown, and the token comes when somebody has logged in', async () => {
    let asked = 0
    const { url } = await served((path, _body, headers) => {
      if (path === '/auth')
        return [201, { browser_url: '/auth/browser/1', cli_url: '/auth/cli/1', token: 'wait' }]
      expect(headers.authorization).to.equal('Bearer wait')
      asked += 1
      return asked === 1 ? [503, { error: 'later' }] : [200, { access_token: SECRET }]
    })
    const shown: string[] = []
    expect(
      await browserLogin(url, async (page) => {
        shown.push(page)
      }),
    ).to.equal(SECRET)
    expect(shown).to.deep.equal([`${url}/auth/browser/1`])
  })
  it('the browser, refused', async () => {
    const { url } = await served((path) =>
      path === '/auth'
        ? [201, { browser_url: '/b', cli_url: '/c', token: 't' }]
        : [200, { error: 'access denied' }],
    )
    expect(await rejection(browserLogin(url, async () => undefined))).to.include({
      code: 'auth',
      why: 'access denied',
    })
  })

  it('a password, with a second factor where one is asked for; it is in no error', async () => {
    const { url } = await served((_path, _body, headers) => {
      const [email, password] = Buffer.from(String(headers.authorization).slice(6), 'base64')
        .toString()
        .split(':')
      if (password !== 'pass word')
        return [401, { id: 'unauthorized', message: `Wrong: ${password}` }]
      if (headers['heroku-two-factor-code'] === undefined)
        return [403, { id: 'two_factor', message: 'A second factor is required.' }]
      return headers['heroku-two-factor-code'] === '123456'
        ? [201, { user: { email }, access_token: { token: SECRET } }]
        : [403, { id: 'two_factor', message: 'Wrong code.' }]
    })
    const given = { email: 'ada@example.com', password: 'pass word' }
    expect(await passwordLogin(url, given)).to.equal('two_factor')
    expect(await passwordLogin(url, { ...given, code: '123456' })).to.deep.equal({
      email: 'ada@example.com',
      token: SECRET,
    })
    expect(await rejection(passwordLogin(url, { ...given, code: '000000' }))).to.include({
      code: 'auth',
      why: 'Wrong code.',
    })
    expect(await rejection(passwordLogin(url, { ...given, password: 'wr0ng' }))).to.include({
      code: 'auth',
      why: 'Wrong: …',
    })
  })

  const keysAt = (url: string) => ({
    PM2_PUBLIC_KEY: 'pub',
    PM2_SECRET_KEY: SECRET,
    PM2_APM_ADDRESS: url,
  })
  const verdicts: [string, number, unknown, object][] = [
    ['known keys', 200, { active: true, endpoints: { ws: 'wss://x' } }, { standing: 'accepted' }],
    ['unknown keys', 401, { msg: 'no' }, { standing: 'refused' }],
    ['a bucket that is full', 200, { pending: true }, { standing: 'refused' }],
    [
      'a bucket that is not active',
      200,
      { active: false, msg: 'expired' },
      { standing: 'refused', why: 'Expired.' },
    ],
  ]
  for (const [name, status, answer, expected] of verdicts) {
    it(`the dashboard about ${name}`, async () => {
      const { url, seen } = await served(() => [status, answer])
      expect(await testKeys(keysAt(url), 'a1.test')).to.include(expected)
      expect(seen[0])
        .to.match(/^POST \/api\/node\/verifyPM2 /)
        .and.contain(`"private_id":"${SECRET}"`)
    })
  }
  for (const [name, status, answer] of [
    ['a fault', 500, {}],
    ['no JSON', 200, '<html>'],
    ['no endpoint', 200, {}],
  ] as const) {
    it(`the dashboard with ${name} is no answer`, async () => {
      const { url } = await served(() => [status, answer])
      expect(await rejection(testKeys(keysAt(url), 'a1.test')))
        .to.include({ code: 'network' })
        .and.satisfy((error: Error) => !JSON.stringify(error).includes(SECRET))
    })
  }
  it('keys are not sent in clear over the network', async () => {
    expect(await rejection(testKeys(keysAt('http://example.com'), 'a1.test'))).to.have.property(
      'code',
      'usage',
    )
  })
})
