import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { daemonLogFile } from '../../../../src/embedded/daemon/daemon-log.js'
import { foldersOf } from '../../../../src/embedded/daemon/folders.js'
import { startTestPlatform, type TestPlatform } from '../../support/platform.js'
import { jobsIn, readPage, sendForm } from '../../support/scheduler-page.js'
import { SteeredClock } from '../../support/steered-clock.js'
import { until } from '../../../support/until.js'

interface Addon {
  id: string
  name: string
  state: string
  config_vars: string[]
  web_url: string
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const ADD = { action: 'add', command: 'node clean.js', frequency: '10@0', size: 'Basic' } as const

describe('the add-on scheduler', () => {
  let test: TestPlatform
  let clock: SteeredClock
  let url: string
  beforeEach(async () => {
    clock = new SteeredClock(Date.parse('2026-11-30T23:43:10Z'))
    test = await startTestPlatform(clock)
    await test.deployedApp('an-app')
    url = (await made()).web_url
  })
  afterEach(() => test.end())

  const addonOf = async (name: string) => (await test.call<Addon>('GET', `/addons/${name}`)).body
  const made = async (app = 'an-app'): Promise<Addon> => {
    const { body } = await test.call<Addon>('POST', `/apps/${app}/addons`, {
      plan: 'scheduler:standard',
    })
    await until('the add-on', async () => (await addonOf(body.name)).state === 'provisioned')
    return addonOf(body.name)
  }
  const current = async (app = 'an-app') => {
    const { body } = await test.call<Addon[]>('GET', `/apps/${app}/addons`)
    return body[0]!
  }
  /** Commands of the jobs that were started, in their order. */
  const started = () =>
    test.controls.calls.flatMap((call) => /^run scheduler\.\d{4} (.*)/.exec(call)?.[1] ?? [])
  const startedAre = async (...commands: string[]) => {
    await until('the jobs to start', () => started().length >= commands.length)
    expect(started()).to.deep.equal(commands)
  }
  const log = async (app = 'an-app'): Promise<string> => {
    const { body } = await test.call<{ logplex_url: string }>('POST', `/apps/${app}/log-sessions`, {
      lines: 100,
      tail: false,
    })
    return (await fetch(body.logplex_url)).text()
  }

  it('is free, has no config vars, and makes no release that sets none', async () => {
    const addon = await current()
    expect(addon.config_vars).to.deep.equal([])
    const { body } = await test.call<{ description: string }[]>('GET', '/apps/an-app/releases')
    expect(body.at(-1)!.description).to.equal(`Attach SCHEDULER (@ref:${addon.name})`)
    const plan = await test.call('GET', '/plans/scheduler:standard')
    expect(plan.body).to.nested.include({ 'price.cents': 0 })
  })

  it('runs a job when it is due: in a one-off dyno of its own type and size', async () => {
    expect((await sendForm(url, ADD)).status).to.equal(200)
    clock.advance(6 * MINUTE)
    expect(await readPage(url))
      .to.include('<dd>2026-11-30 23:50</dd>')
      .and.include('never')
    expect(started()).to.deep.equal([])
    let release = () => {}
    test.controls.releasePhase.hold = new Promise((resolve) => (release = resolve))
    clock.advance(MINUTE)
    await startedAre('node clean.js')
    const { body: dynos } = await test.call<{ name: string; type: string; size: string }[]>(
      'GET',
      '/apps/an-app/dynos',
    )
    const dyno = dynos.find(({ type }) => type === 'scheduler')!
    expect(dyno.size).to.equal('Basic')
    expect(await readPage(url))
      .to.include(`<dd>2026-11-30 23:50, in ${dyno.name}</dd>`)
      .and.include('<dd>2026-12-01 00:00</dd>')
    expect(await log()).to.include(
      'app[api]: Starting process with command `node clean.js` by user scheduler@addons.heroku.com',
    )
    release()
  })

  it('runs each job at its own time, over midnight and the end of the month', async () => {
    await sendForm(url, { ...ADD, command: 'daily', frequency: '1440@30' })
    await sendForm(url, { ...ADD, command: 'hourly', frequency: '60@50' })
    await sendForm(url, { ...ADD, command: 'worker', frequency: '1440@0' })
    clock.advance(10 * MINUTE)
    await startedAre('hourly')
    clock.advance(10 * MINUTE)
    // What begins with the name of a process type is its command.
    await startedAre('hourly', 'node worker.js')
    clock.advance(HOUR)
    await startedAre('hourly', 'node worker.js', 'daily', 'hourly')
  })

  it('changes and removes a job', async () => {
    await sendForm(url, ADD)
    const [job] = jobsIn(await readPage(url))
    const { html } = await sendForm(url, {
      action: 'save',
      job: job!,
      command: 'node other.js',
      frequency: '60@50',
      size: 'Eco',
    })
    expect(html).to.include('<code>node other.js</code>').and.include('Every hour at :50')
    clock.advance(30 * MINUTE)
    await startedAre('node other.js')
    expect(jobsIn((await sendForm(url, { action: 'remove', job: job! })).html)).to.deep.equal([])
    clock.advance(2 * HOUR)
    await startedAre('node other.js')
  })

  it('keeps its jobs over a restart, and starts none again or afterwards', async () => {
    await sendForm(url, ADD)
    await sendForm(url, { ...ADD, command: 'node last.js', frequency: '60@20' })
    clock.advance(7 * MINUTE)
    await startedAre('node clean.js')
    await test.restart()
    clock.advance(5 * MINUTE)
    await startedAre('node clean.js')
    await test.platform.close()
    expect(clock.waiting).to.equal(0)
    clock.advance(20 * MINUTE)
    await test.restart()
    url = (await current()).web_url
    await startedAre('node clean.js')
    expect(await readPage(url)).to.include('<dd>2026-12-01 00:20</dd>')
    clock.advance(5 * MINUTE)
    await startedAre('node clean.js', 'node clean.js', 'node last.js')
  })

  it('starts a job once in its time, also if the clock is set back', async () => {
    await sendForm(url, ADD)
    clock.advance(7 * MINUTE)
    await startedAre('node clean.js')
    clock.skip(-5 * MINUTE)
    // Jobs start in the order in which they were added.
    await sendForm(url, { ...ADD, command: 'node last.js', frequency: '60@50' })
    clock.advance(6 * MINUTE)
    await startedAre('node clean.js', 'node last.js')
    clock.advance(9 * MINUTE)
    await startedAre('node clean.js', 'node last.js', 'node clean.js')
  })

  it('says in the log and on the page why a job could not be started', async () => {
    await test.call('POST', '/apps', { name: 'empty' })
    const { web_url: page } = await made('empty')
    await sendForm(page, ADD)
    clock.advance(7 * MINUTE)
    const why = 'Cannot run a dyno of an app that has no code: deploy it first.'
    await until('the log', async () => (await log('empty')).includes(why))
    expect(await log('empty')).to.include(`Scheduler could not start \`node clean.js\`: ${why}`)
    expect(await readPage(page)).to.include(`could not be started at 2026-11-30 23:50: ${why}`)
    expect(started()).to.deep.equal([])
  })

  it('says of an unexpected error that the daemon.log has it', async () => {
    await sendForm(url, ADD)
    test.controls.runFails = new TypeError('dyno.spare is not a function')
    clock.advance(7 * MINUTE)
    const why = 'The platform met an internal error; its daemon.log says which.'
    await until('the log', async () => (await log()).includes(why))
    expect(await log()).to.include(`Scheduler could not start \`node clean.js\`: ${why}`)
    expect(await log()).to.not.include('dyno.spare')
    const told = `could not be started at 2026-11-30 23:50: ${why}`
    await until('the page', async () => (await readPage(url)).includes(told))
    const { root } = foldersOf(test.home)
    expect(await readFile(daemonLogFile({ root }), 'utf8')).to.match(
      /internal error, a job of the scheduler of an-app: TypeError: dyno\.spare is not a function\n +at /,
    )
  })

  it('runs nothing more once it, or its app, is destroyed', async () => {
    await sendForm(url, ADD)
    await test.call('DELETE', `/apps/an-app/addons/${(await current()).name}`)
    expect((await fetch(url)).status).to.equal(404)
    expect(clock.waiting).to.equal(0)
    await sendForm((await made()).web_url, ADD)
    await test.call('DELETE', '/apps/an-app')
    expect(clock.waiting).to.equal(0)
    clock.advance(HOUR)
    expect(started()).to.deep.equal([])
  })

  it('takes no form of another site, and none without its token', async () => {
    const strange: Parameters<typeof sendForm>[2][] = [
      { headers: { origin: 'http://evil.example' } },
      { headers: { origin: 'null' } },
      { headers: { origin: new URL(url).origin.replace('127.0.0.1', 'an-app.localhost') } },
      { token: '' },
      { token: url.slice(-64) },
      { headers: { 'content-type': 'text/plain' } },
    ]
    for (const how of strange) {
      const { status, html } = await sendForm(url, ADD, how)
      expect(status, JSON.stringify(how)).to.equal(403)
      expect(html).to.include('Nothing was changed')
    }
    expect(jobsIn(await readPage(url))).to.deep.equal([])
    expect(
      (await sendForm(url, ADD, { headers: { origin: new URL(url).origin } })).status,
    ).to.equal(200)
    const wrong = await fetch(url.replace(/.$/, 'x'), { method: 'POST', body: 'token=' })
    expect(wrong.status).to.equal(404)
    expect(jobsIn(await readPage(url))).to.have.length(1)
  })

  it('says what is wrong with a form, and keeps what was filled in', async () => {
    const { status, html } = await sendForm(url, { ...ADD, frequency: '7@0' })
    expect(status).to.equal(422)
    expect(html).to.include('frequencies of the list').and.include('value="node clean.js"')
  })

  it('is a page without scripts, which nothing may frame and nothing is told of', async () => {
    const { headers } = await fetch(url)
    expect(headers.get('content-type')).to.equal('text/html; charset=utf-8')
    const policy = headers.get('content-security-policy')
    expect(policy?.replace(/sha256-[\w+/]+=*/, 'sha256-…')).to.equal(
      "default-src 'none'; style-src 'sha256-…'; form-action 'self'; base-uri 'none'; " +
        "frame-ancestors 'none'",
    )
    expect(headers.get('referrer-policy')).to.equal('same-origin')
    expect(headers.get('cache-control')).to.equal('no-store')
  })
})
