import { expect } from 'chai'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'

interface Dyno {
  name: string
  type: string
  size: string
  command: string
  attach_url: string | null
}

describe('POST /apps/{app}/dynos', () => {
  let test: TestPlatform
  before(async () => {
    test = await startTestPlatform()
    await test.deployedApp('one-off')
  })
  after(() => test.end())

  const ask = (body: object, options = {}) =>
    test.call<Dyno & { message: string }>('POST', '/apps/one-off/dynos', body, options)

  it('starts a detached dyno named run.NNNN, or by its type, and says so in the log', async () => {
    const { status, body } = await ask({ command: 'echo hi' })
    expect(status).to.equal(201)
    expect(body).to.include({ type: 'run', command: 'echo hi', attach_url: null })
    expect(body.name).to.match(/^run\.\d{4}$/)
    expect(
      (await ask({ command: 'echo hi', type: 'scheduler', time_to_live: 60 })).body.name,
    ).to.match(/^scheduler\.\d{4}$/)
    const session = await test.call<{ logplex_url: string }>(
      'POST',
      '/apps/one-off/log-sessions',
      {},
    )
    expect(await (await fetch(session.body.logplex_url)).text()).to.include(
      'app[api]: Starting process with command `echo hi` by user you@shipit.localhost',
    )
  })

  it('tells where an attached one is met, once', async () => {
    const { body } = await ask({ command: 'bash', attach: true, size: 'standard-2x' })
    expect(body.attach_url).to.match(/^rendezvous:\/\/127\.0\.0\.1:\d+\/[\w-]{32}$/)
    expect(body.size).to.equal('Standard-2X')
  })

  it('runs the command of a process type that it begins with', async () => {
    expect((await ask({ command: 'web --once' })).body.command).to.equal(
      `${test.controls.processTypes.web} --once`,
    )
  })

  it("takes the numbers that Heroku's own CLI sends for the size of a terminal", async () => {
    expect(
      (
        await ask(
          { command: 'ls', attach: true, force_no_tty: null, env: { COLUMNS: 80, LINES: 24 } },
          { isLoose: true },
        )
      ).status,
    ).to.equal(201)
  })

  it('shows its certificate to who has the token', async () => {
    expect(
      (
        await test.call<{ certificate: string }>('GET', '/shipit/certificate', undefined, {
          isOutside: true,
        })
      ).body.certificate,
    )
      .to.match(/^-----BEGIN CERTIFICATE-----[^]*$/)
      .and.not.include('PRIVATE')
  })

  it('refuses what it cannot do', async () => {
    expect((await ask({ command: ' ' })).body.message).to.equal("Command can't be blank")
    expect((await ask({ command: 'ls', size: 'huge' })).body.message).to.equal(
      'No such size as huge.',
    )
    expect((await ask({ command: 'ls', time_to_live: 86_401 })).body.message).to.equal(
      'time_to_live must be 1 to 86400 seconds',
    )
    expect((await ask({ command: 'ls', type: 'a b' })).body.message).to.match(
      /^type must be made of letters/,
    )
    expect((await ask({ command: 'ls', attach: 'yes' }, { isLoose: true })).body.message).to.equal(
      'attach must be a boolean',
    )
    expect((await ask({ command: 'ls', lifetime: 5 }, { isLoose: true })).body.message).to.equal(
      'Unknown parameter: lifetime',
    )
    expect((await ask({ command: 'ls', env: { 'A B': 'c' } }, { isLoose: true })).status).to.equal(
      422,
    )
    await test.call('POST', '/apps', { name: 'bare' })
    expect(
      (await test.call<{ message: string }>('POST', '/apps/bare/dynos', { command: 'ls' })).body
        .message,
    ).to.match(/has no code: deploy it first/)
  })
})
