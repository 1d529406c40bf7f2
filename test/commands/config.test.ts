import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { release, releaseId } from '../support/records.js'
import { run } from '../support/run.js'

const SECRET = 's3cret-value-xyz'
const real = Object.getOwnPropertyDescriptor(process, 'stdin')!

describe('shipit config', () => {
  expectOnlyKnownRequests()
  let dir: string
  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'shipit-config-'))
  })
  after(() => rm(dir, { recursive: true }))
  afterEach(() => Object.defineProperty(process, 'stdin', real))
  const stdin = (text: string) =>
    Object.defineProperty(process, 'stdin', {
      value: Readable.from(text === '' ? [] : [text]),
      configurable: true,
    })
  const vars = (current: Record<string, string>) =>
    nock(API).get('/apps/a1/config-vars').reply(200, current)
  const patch = (body: object) =>
    nock(API)
      .patch('/apps/a1/config-vars', body as Record<string, string | null>)
      .reply(200, {})
  const latest = (version: number) =>
    nock(API)
      .get('/apps/a1/releases')
      .reply(206, [release(version)])

  it('lists names and values, secrets masked', async () => {
    vars({ LOG: 'debug', API_KEY: SECRET })
    const ran = await run('config', ['--app', 'a1'])
    expect(ran.stdout).to.match(/API_KEY +\*\*\*\*-xyz\nLOG +debug\n/)
    expect(ran.stdout + ran.stderr).to.not.contain(SECRET)
  })
  it('--json says which are masked, and keeps names as they are', async () => {
    vars({ someName: 'debug', API_KEY: SECRET })
    expect((await run('config', ['--app', 'a1', '--json'])).json()).to.deep.equal({
      app: 'a1',
      config: { API_KEY: '****-xyz', someName: 'debug' },
      masked: ['API_KEY'],
    })
    vars({ API_KEY: SECRET })
    expect((await run('config', ['--app', 'a1', '--json', '--reveal'])).json()).to.deep.equal({
      app: 'a1',
      config: { API_KEY: SECRET },
      masked: [],
    })
  })
  it('--shell is a .env file', async () => {
    vars({ B: 'two words', API_KEY: SECRET })
    expect((await run('config', ['--app', 'a1', '--shell'])).stdout).to.equal(
      `API_KEY=${SECRET}\nB='two words'\n`,
    )
  })
  it('--shell names what a shell must not run', async () => {
    vars({ A: `'"; exit 1`, B: "it's" })
    const ran = await run('config', ['--app', 'a1', '--shell'])
    expect(ran).to.include({ exitCode: 0, stdout: 'A=`\'"; exit 1`\nB="it\'s"\n' })
    expect(ran.stderr.replaceAll(/[\s›]+/g, ' ')).to.include(
      'dotenv reads the line of A, a shell would run a part of what stands there',
    )
  })

  it('get prints the value alone', async () => {
    vars({ API_KEY: SECRET })
    expect((await run('config get', ['API_KEY', '--app', 'a1'])).stdout).to.equal(`${SECRET}\n`)
  })
  it('get fails for what is not set, with what was meant', async () => {
    vars({ API_KEY: SECRET })
    const ran = await run('config get', ['API_KYE', '--app', 'a1', '--json'])
    expect(ran.exitCode).to.equal(6)
    expect(ran.json<{ error: object }>().error).to.include({
      code: 'not_found',
      why: 'Did you mean API_KEY?',
    })
  })

  it('set sends only what differs, in one request, and names the release', async () => {
    vars({ A: '1', B: '2' })
    patch({ B: '3', C: '4' })
    latest(9)
    expect((await run('config set', ['A=1', 'B=3', 'C=4', '--app', 'a1'])).stdout).to.equal(
      'Set B, C on a1 and released v9.\n',
    )
  })
  it('set takes a secret from stdin and shows it nowhere', async () => {
    stdin(`${SECRET}\n`)
    vars({})
    patch({ API_KEY: SECRET })
    latest(9)
    const ran = await run('config set', ['API_KEY', '--app', 'a1', '--json'])
    expect(ran.json()).to.deep.equal({
      app: 'a1',
      added: ['API_KEY'],
      changed: [],
      release: { id: releaseId(9), version: 9 },
    })
    expect(ran.stdout + ran.stderr).to.not.contain(SECRET)
  })
  for (const argv of [
    [`API_KEY=${SECRET}`],
    [`--value=${SECRET}`],
    [`DB=postgres://u:${SECRET}@h/d`],
  ]) {
    it(`set refuses a secret as an argument without repeating it (${argv[0]!.replace(SECRET, '…')})`, async () => {
      const ran = await run('config set', [...argv, '--app', 'a1'])
      expect(ran.exitCode).to.equal(2)
      expect(ran.stdout + ran.stderr).to.not.contain(SECRET)
    })
  }
  it('set with nothing new sends nothing', async () => {
    vars({ A: '1' })
    expect(await run('config set', ['A=1', '--app', 'a1'])).to.include({
      stdout: 'Nothing to change: a1 has this value already.\n',
      exitCode: 0,
    })
  })

  it('unset removes what is there and names what is not', async () => {
    vars({ A: '1' })
    patch({ A: null })
    latest(4)
    const ran = await run('config unset', ['A', 'B', '--app', 'a1'])
    expect(ran.stdout).to.equal('Removed A from a1 and released v4.\n')
    expect(ran.stderr).to.contain('a1 has no B.')
  })

  it('knows no config var by a name that every object of JavaScript has', async () => {
    vars({ A: '1' })
    expect(await run('config get', ['constructor', '--app', 'a1'])).to.include({
      exitCode: 6,
      stdout: '',
    })
    vars({ A: '1' })
    expect(
      (await run('config unset', ['toString', '--app', 'a1', '--json'])).json(),
    ).to.deep.include({ removed: [], release: null })
    stdin('A=1\n')
    const set = await run('config set', ['A', 'constructor', '--app', 'a1'])
    expect(set.exitCode).to.equal(2)
    expect(set.stderr).to.include('The input lacks constructor. Nothing was changed.')
  })

  it('pull writes a file for the user alone, keeps what only it has, and asks before it overwrites', async () => {
    const file = path.join(dir, 'pulled.env')
    await writeFile(file, 'MINE=x\nA=old\n', { mode: 0o644 })
    vars({ A: 'new', API_KEY: SECRET })
    const refused = await run('config pull', ['--file', file, '--app', 'a1'])
    expect(refused.exitCode).to.equal(2)
    expect(await readFile(file, 'utf8')).to.equal('MINE=x\nA=old\n')
    vars({ A: 'new', API_KEY: SECRET })
    const ran = await run('config pull', ['--file', file, '--app', 'a1', '--yes', '--json'])
    expect(ran.json()).to.deep.equal({ app: 'a1', file, written: ['A', 'API_KEY'], kept: ['MINE'] })
    expect(await readFile(file, 'utf8')).to.equal(`A=new\nAPI_KEY=${SECRET}\nMINE=x\n`)
    expect((await stat(file)).mode & 0o777).to.equal(0o600)
  })

  it('push shows names, asks, and sends one request; --prune removes the rest', async () => {
    const file = path.join(dir, 'pushed.env')
    await writeFile(file, `A=1\nAPI_KEY=${SECRET}\n`)
    vars({ A: '0', OLD: 'x' })
    const refused = await run('config push', ['--file', file, '--app', 'a1', '--prune'])
    expect(refused.exitCode).to.equal(2)
    expect(refused.stdout).to.equal('add     API_KEY\nchange  A\nremove  OLD\n')
    vars({ A: '0', OLD: 'x' })
    patch({ A: '1', API_KEY: SECRET, OLD: null })
    latest(5)
    const ran = await run('config push', [
      '--file',
      file,
      '--app',
      'a1',
      '--prune',
      '--yes',
      '--json',
    ])
    expect(ran.json()).to.deep.equal({
      app: 'a1',
      file,
      added: ['API_KEY'],
      changed: ['A'],
      removed: ['OLD'],
      release: { id: releaseId(5), version: 5 },
    })
    expect(refused.stderr + ran.stderr).to.not.contain(SECRET)
  })
  it('push of a file that is not there is an error', async () => {
    expect(
      (await run('config push', ['--file', path.join(dir, 'none'), '--app', 'a1', '--yes']))
        .exitCode,
    ).to.equal(2)
  })
})
