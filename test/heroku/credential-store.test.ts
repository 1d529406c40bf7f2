import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { dropFromStore, saveInStore, tokenInStore } from '../../src/heroku/credential-store.js'
import {
  dropLogin,
  getAccount,
  PlatformApi,
  resolveEndpoint,
  saveLogin,
} from '../../src/heroku/index.js'
import { faultServer } from '../support/fault-server.js'

const TOKEN = 'HRKU-0123-s3cret'
const ACCOUNT = 'ada@example.com'

/** Programs that keep what they are given in a file, and note how they were called. */
const STAND_INS = {
  'secret-tool': `
const [verb, ...rest] = process.argv.slice(2)
const key = rest.filter((word) => !word.startsWith('--')).join(' ')
if (verb === 'store') kept[key] = require('fs').readFileSync(0, 'utf8')
else if (verb === 'clear') process.exitCode = key in kept && delete kept[key] ? 0 : 1
else if (key in kept) process.stdout.write(kept[key])
else process.exitCode = 1`,
  security: `
const words = (line) => [...line.matchAll(/"((?:[^"\\\\]|\\\\.)*)"|(\\S+)/g)].map(([, quoted, bare]) => quoted ?? bare)
const [verb, ...rest] = process.argv[2] === '-i' ? words(require('fs').readFileSync(0, 'utf8')) : process.argv.slice(2)
const of = (flag) => rest[rest.indexOf(flag) + 1]
const key = of('-s') + ' ' + of('-a')
if (verb === 'add-generic-password') kept[key] = of('-w')
else if (verb === 'delete-generic-password') process.exitCode = key in kept && delete kept[key] ? 0 : 44
else if (key in kept) console.log(kept[key])
else process.exitCode = 44`,
}

describe("the system's credential store", () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(path.join(os.tmpdir(), 'shipit-store-'))
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))
  const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    HOME: home,
    PATH: path.join(home, 'bin'),
    ...more,
  })
  const install = (name: keyof typeof STAND_INS) => {
    mkdirSync(path.join(home, 'bin'), { recursive: true })
    const file = path.join(home, 'bin', name)
    writeFileSync(
      file,
      `#!${process.execPath}
const file = ${JSON.stringify(path.join(home, 'kept.json'))}
const kept = require('fs').existsSync(file) ? JSON.parse(require('fs').readFileSync(file, 'utf8')) : {}
require('fs').appendFileSync(${JSON.stringify(path.join(home, 'calls'))}, process.argv.slice(2).join(' ') + '\\n')
${STAND_INS[name]}
require('fs').writeFileSync(file, JSON.stringify(kept))
`,
    )
    chmodSync(file, 0o755)
  }
  /** As Heroku's CLI leaves a login: the store's entry, and whose it is. */
  const loggedIn = (key: string) => {
    writeFileSync(path.join(home, 'kept.json'), JSON.stringify({ [key]: TOKEN }))
    mkdirSync(path.join(home, '.local/share/heroku'), { recursive: true })
    writeFileSync(path.join(home, '.local/share/heroku/login.json'), `{"account":"${ACCOUNT}"}\n`)
  }

  for (const [platform, program, key] of [
    ['linux', 'secret-tool', `service heroku-cli account ${ACCOUNT}`],
    ['darwin', 'security', `heroku-cli ${ACCOUNT}`],
  ] as const) {
    it(`has the token that Heroku's CLI keeps by ${program} on ${platform}`, async () => {
      install(program)
      loggedIn(key)
      expect((await tokenInStore(env(), platform))?.token).to.equal(TOKEN)
    })
    it(`takes a token by ${program}, where Heroku's CLI finds it, and never on a command line`, async () => {
      install(program)
      expect(await saveInStore(ACCOUNT, TOKEN, env(), platform)).to.be.a('string')
      expect(JSON.parse(readFileSync(path.join(home, 'kept.json'), 'utf8'))).to.deep.equal({
        [key]: TOKEN,
      })
      const state = path.join(home, '.local/share/heroku/login.json')
      expect(JSON.parse(readFileSync(state, 'utf8'))).to.deep.equal({ account: ACCOUNT })
      expect(statSync(state).mode & 0o777).to.equal(0o600)
      expect(readFileSync(path.join(home, 'calls'), 'utf8')).to.not.contain(TOKEN)
      expect(await dropFromStore(env(), platform)).to.equal(true)
      expect(await tokenInStore(env(), platform)).to.equal(undefined)
      expect(readFileSync(path.join(home, 'kept.json'), 'utf8')).to.equal('{}')
    })
  }

  for (const [platform, program, key, failure] of [
    [
      'linux',
      'secret-tool',
      `service heroku-cli account ${ACCOUNT}`,
      'console.error("secret-tool: Cannot autolaunch D-Bus"); process.exit(1)',
    ],
    ['darwin', 'security', `heroku-cli ${ACCOUNT}`, 'process.exit(36)'],
    [
      'win32',
      'powershell',
      '',
      'console.error("Exception calling \\"Remove\\": access is denied"); process.exit(1)',
    ],
  ] as const) {
    const state = () => path.join(home, '.local/share/heroku/login.json')
    const fail = () => {
      mkdirSync(path.join(home, 'bin'), { recursive: true })
      writeFileSync(path.join(home, 'bin', program), `#!${process.execPath}\n${failure}\n`, {
        mode: 0o755,
      })
    }

    it(`says that a login stays in it if ${program} fails to remove it, and forgets nothing`, async () => {
      loggedIn(key)
      fail()
      const error = await dropFromStore(env(), platform).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect(error)
        .to.have.property('message')
        .that.matches(
          /ada@example\.com could not be removed from (the keychain|the Credential Manager|the system's keyring)/,
        )
      expect(existsSync(state())).to.equal(true)
    })
    if (platform === 'win32') continue
    it(`has forgotten a login that ${program} does not have`, async () => {
      install(program)
      loggedIn('of somebody else')
      expect(await dropFromStore(env(), platform)).to.equal(true)
      expect(existsSync(state())).to.equal(false)
    })
  }
  it('lets nothing but a missing entry pass where the Credential Manager removes one', async () => {
    mkdirSync(path.join(home, 'bin'), { recursive: true })
    writeFileSync(
      path.join(home, 'bin/powershell'),
      `#!${process.execPath}\nrequire('fs').writeFileSync(${JSON.stringify(path.join(home, 'script'))}, process.argv.slice(2).join(' '))\n`,
      { mode: 0o755 },
    )
    loggedIn('')
    expect(await dropFromStore(env(), 'win32')).to.equal(true)
    // 0x80070490, ERROR_NOT_FOUND.
    expect(readFileSync(path.join(home, 'script'), 'utf8')).to.match(
      /^-NoProfile -NonInteractive -Command [^]*catch \{ if \(.*HResult -ne -2147023728\) \{ throw \} \}/,
    )
  })
  it('is passed by where HEROKU_NETRC_WRITE says so, where nobody is logged in, and where there is none', async () => {
    expect(await tokenInStore(env(), 'linux')).to.equal(undefined)
    expect(await saveInStore(ACCOUNT, TOKEN, env(), 'linux')).to.equal(undefined)
    install('secret-tool')
    expect(await tokenInStore(env(), 'linux')).to.equal(undefined)
    loggedIn(`service heroku-cli account ${ACCOUNT}`)
    expect(await tokenInStore(env({ HEROKU_NETRC_WRITE: 'true' }), 'linux')).to.equal(undefined)
  })

  it('is not asked for an account that nobody has named', async () => {
    install('secret-tool')
    for (const written of ['{"account":""}', '{"account":7}', '{}', '{"account":'] as const) {
      loggedIn('service heroku-cli account ')
      writeFileSync(path.join(home, '.local/share/heroku/login.json'), written)
      expect(await tokenInStore(env(), 'linux'), written).to.equal(undefined)
      expect(await dropFromStore(env(), 'linux'), written).to.equal(false)
    }
    expect(existsSync(path.join(home, 'calls'))).to.equal(false)
  })
  it('forgets whose login it had where its program is gone', async () => {
    loggedIn('')
    expect(await dropFromStore(env(), 'linux')).to.equal(true)
    expect(await dropFromStore(env(), 'linux')).to.equal(false)
  })
  it('has no token if its program says more than one word, or fails', async () => {
    mkdirSync(path.join(home, 'bin'), { recursive: true })
    loggedIn('')
    for (const script of [
      'console.log("two words")',
      'console.log("x"); process.exitCode = 1',
      '',
    ]) {
      writeFileSync(path.join(home, 'bin/secret-tool'), `#!${process.execPath}\n${script}\n`, {
        mode: 0o755,
      })
      expect(await tokenInStore(env(), 'linux'), script).to.equal(undefined)
    }
  })

  if (process.platform === 'linux') {
    it('goes before netrc, and netrc is asked where its token is refused', async () => {
      install('secret-tool')
      loggedIn(`service heroku-cli account ${ACCOUNT}`)
      const server = await faultServer(({ headers }) =>
        headers.authorization === 'Bearer good'
          ? { json: { id: 'u', email: 'grace@example.com', name: null } }
          : { json: { id: 'unauthorized', message: 'Invalid credentials provided.' }, status: 401 },
      )
      try {
        writeFileSync(
          path.join(home, '.netrc'),
          `machine ${new URL(server.url).host}\n  login grace@example.com\n  password good\n`,
          { mode: 0o600 },
        )
        const endpoint = await resolveEndpoint({
          local: false,
          env: env({ HEROKU_HOST: server.url, HEROKU_API_KEY: 'stale' }),
        })
        expect(endpoint).to.include({ token: 'stale', tokenSource: 'HEROKU_API_KEY' })
        const told: string[] = []
        const api = new PlatformApi({
          ...endpoint,
          onOtherToken: (refused, taken) => told.push(`${refused} → ${taken}`),
        })
        expect((await getAccount(api)).email).to.equal('grace@example.com')
        expect(api.endpoint).to.include({ token: 'good', tokenSource: '~/.netrc' })
        expect(server.arrived.map(({ headers }) => headers.authorization)).to.deep.equal([
          'Bearer stale',
          `Bearer ${TOKEN}`,
          'Bearer good',
        ])
        expect(told.at(-1)).to.contain('~/.netrc')
      } finally {
        await server.close()
      }
    })
    it('keeps the error of the first source where every token is refused', async () => {
      const server = await faultServer(() => ({
        json: { id: 'unauthorized', message: 'Invalid credentials provided.' },
        status: 401,
      }))
      try {
        writeFileSync(
          path.join(home, '.netrc'),
          `machine ${new URL(server.url).host}\n  login me\n  password old\n`,
          { mode: 0o600 },
        )
        const api = new PlatformApi(
          await resolveEndpoint({
            local: false,
            env: env({ HEROKU_HOST: server.url, HEROKU_API_KEY: 'stale' }),
          }),
        )
        const error = await getAccount(api).then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        expect(error).to.have.property('message').that.contains('HEROKU_API_KEY')
      } finally {
        await server.close()
      }
    })
    it('has what is saved by a login, and ~/.netrc where there is no store', async () => {
      expect(await saveLogin(['api.heroku.com'], ACCOUNT, TOKEN, env())).to.equal('~/.netrc')
      install('secret-tool')
      expect(await saveLogin(['api.heroku.com'], ACCOUNT, `${TOKEN}-2`, env())).to.contain(
        'keyring',
      )
      expect(await resolveEndpoint({ local: false, env: env() })).to.include({
        token: `${TOKEN}-2`,
      })
      expect(await dropLogin(['api.heroku.com'], env())).to.equal(true)
      expect(readFileSync(path.join(home, '.netrc'), 'utf8')).to.not.contain(TOKEN)
    })
    it('is the real keyring, where libsecret is there', async function () {
      const needed = [
        '/usr/bin/secret-tool',
        '/usr/bin/gnome-keyring-daemon',
        '/usr/bin/dbus-run-session',
      ]
      if (!needed.every((file) => existsSync(file))) return this.skip()
      const module = path.join(import.meta.dirname, '../../src/heroku/credential-store.ts')
      const script = `
import { dropFromStore, saveInStore, tokenInStore } from ${JSON.stringify(module)}
await saveInStore(${JSON.stringify(ACCOUNT)}, ${JSON.stringify(TOKEN)}, process.env)
await tokenInStore(process.env)
const begun = performance.now()
const found = await tokenInStore(process.env)
console.log(JSON.stringify({ found: found?.token, ms: Math.round(performance.now() - begun), dropped: await dropFromStore(process.env), after: await tokenInStore(process.env) ?? null }))
process.exit()`
      writeFileSync(path.join(home, 'use.mts'), script)
      const run = promisify(execFile)(
        'dbus-run-session',
        [
          '--',
          'sh',
          '-c',
          'echo secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$0" --import tsx "$1"',
          process.execPath,
          path.join(home, 'use.mts'),
        ],
        {
          cwd: path.join(import.meta.dirname, '../..'),
          env: { ...env(), PATH: process.env.PATH, XDG_RUNTIME_DIR: home, XDG_CACHE_HOME: home },
          timeout: 30_000,
        },
      )
      const { stdout } = await run
      expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).to.include({
        found: TOKEN,
        dropped: true,
        after: null,
      })
    })
  }
})
