import { Readable } from 'node:stream'
import { expect } from 'chai'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { release, releaseId } from '../support/records.js'
import { run } from '../support/run.js'

const PUBLIC = 'pub1ickey23456a'
const SECRET = 's3cretkey78901z'
const real = Object.getOwnPropertyDescriptor(process, 'stdin')!

describe('shipit keys', () => {
  expectOnlyKnownRequests()
  afterEach(() => Object.defineProperty(process, 'stdin', real))
  const stdin = (text: string) =>
    Object.defineProperty(process, 'stdin', {
      value: Readable.from(text === '' ? [] : [text]),
      configurable: true,
    })
  const vars = (current: Record<string, string>) =>
    nock(API).get('/apps/a1/config-vars').reply(200, current)
  const patch = (body: object, answer: object = {}) =>
    nock(API)
      .patch('/apps/a1/config-vars', body as Record<string, string | null>)
      .reply(200, answer)
  const latest = (version: number) =>
    nock(API)
      .get('/apps/a1/releases')
      .reply(206, [release(version)])

  it('set: takes stdin, sends only what differs, and names the release', async () => {
    stdin(`# bucket\nexport PM2_PUBLIC_KEY="${PUBLIC}"\r\nPM2_SECRET_KEY=${SECRET}\r\n`)
    vars({ PM2_PUBLIC_KEY: PUBLIC, OTHER: 'x' })
    patch({ PM2_SECRET_KEY: SECRET }, { PM2_PUBLIC_KEY: PUBLIC, PM2_SECRET_KEY: SECRET })
    latest(8)
    const ran = await run('keys set', ['--app', 'a1'])
    expect(ran.stdout).to.equal('Set PM2_SECRET_KEY on a1 and released v8.\n')
    expect(ran.stdout + ran.stderr).to.not.contain(SECRET)
  })

  it('set: takes the environment where stdin is empty', async () => {
    stdin('')
    vars({})
    patch({ PM2_PUBLIC_KEY: PUBLIC }, { PM2_PUBLIC_KEY: PUBLIC })
    latest(3)
    const ran = await run('keys set', ['--app', 'a1', '--json'], { PM2_PUBLIC_KEY: PUBLIC })
    expect(ran.json()).to.deep.equal({
      app: 'a1',
      changed: ['PM2_PUBLIC_KEY'],
      release: { id: releaseId(3), version: 3 },
    })
  })

  it('set: nothing to change is said and sends nothing', async () => {
    stdin(`PM2_SECRET_KEY=${SECRET}`)
    vars({ PM2_SECRET_KEY: SECRET })
    const ran = await run('keys set', ['--app', 'a1'])
    expect(ran).to.include({
      stdout: 'Nothing to change: a1 has these keys already.\n',
      exitCode: 0,
    })
  })

  for (const argv of [[`PM2_SECRET_KEY=${SECRET}`], [`--secret=${SECRET}`], [SECRET]]) {
    it(`set: refuses a key on the command line without repeating it (${argv[0]!.replace(SECRET, '…')})`, async () => {
      const ran = await run('keys set', [...argv, '--app', 'a1'])
      expect(ran.exitCode).to.equal(2)
      expect(ran.stdout + ran.stderr)
        .to.match(/Nothing was changed/)
        .and.not.contain(SECRET)
    })
  }

  it('set: refuses swapped keys before it sends any', async () => {
    stdin(`PM2_PUBLIC_KEY=${SECRET}\nPM2_SECRET_KEY=${PUBLIC}`)
    vars({ PM2_PUBLIC_KEY: PUBLIC, PM2_SECRET_KEY: SECRET })
    const ran = await run('keys set', ['--app', 'a1', '--json'])
    expect(ran.exitCode).to.equal(2)
    expect(ran.json<{ error: object }>().error).to.include({
      code: 'usage',
      message: 'PM2_PUBLIC_KEY and PM2_SECRET_KEY are swapped. Nothing was changed.',
    })
    expect(ran.stdout + ran.stderr)
      .to.not.contain(SECRET)
      .and.not.contain(PUBLIC)
  })

  it('set: no keys at all is an error', async () => {
    stdin('')
    expect((await run('keys set', ['--app', 'a1'])).exitCode).to.equal(2)
  })

  it('list: shows four characters of a long secret and none of a short one', async () => {
    vars({ PM2_PUBLIC_KEY: PUBLIC, PM2_SECRET_KEY: 'short', PM2_MACHINE_NAME: 'api.web.1' })
    const ran = await run('keys list', ['--app', 'a1'])
    expect(ran.stdout)
      .to.match(/PM2_PUBLIC_KEY +\*\*\*\*456a\n/)
      .and.match(/PM2_SECRET_KEY +\*{8}\n/)
      .and.match(/PM2_MACHINE_NAME +api\.web\.1/)
  })

  it('list --json: unset keys are null', async () => {
    vars({ PM2_SECRET_KEY: SECRET })
    expect((await run('keys list', ['--app', 'a1', '--json'])).json()).to.deep.equal({
      app: 'a1',
      keys: { PM2_PUBLIC_KEY: null, PM2_SECRET_KEY: '****901z', PM2_MACHINE_NAME: null },
    })
  })

  it('unset: removes what is there in one request', async () => {
    vars({ PM2_PUBLIC_KEY: PUBLIC, PM2_SECRET_KEY: SECRET })
    patch({ PM2_PUBLIC_KEY: null, PM2_SECRET_KEY: null })
    latest(9)
    expect((await run('keys unset', ['--app', 'a1'])).stdout).to.equal(
      'Removed PM2_PUBLIC_KEY, PM2_SECRET_KEY from a1 and released v9.\n',
    )
  })

  it('unset: nothing to remove sends nothing', async () => {
    vars({})
    expect(await run('keys unset', ['PM2_MACHINE_NAME', '--app', 'a1'])).to.include({
      exitCode: 0,
      stdout: 'Nothing to remove: a1 has none of these keys.\n',
    })
  })
})
