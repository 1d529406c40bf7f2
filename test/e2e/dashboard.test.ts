import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { isSoak } from '../support/soak.js'
import { until } from '../support/until.js'
import {
  Dashboard,
  PUBLIC_KEY,
  SECRET_KEY,
  type Mode,
  type SeenProcess,
} from '../support/dashboard.js'
import { selfSigned } from '../support/self-signed.js'
import { followedLog } from './support/followed-log.js'
import { World } from './support/world.js'

const FILES = {
  'package.json': {
    name: 'shop',
    version: '1.0.0',
    private: true,
    scripts: { start: 'node server.js' },
  },
  'server.js': `const http = require('node:http')
http.createServer((request, response) => {
  if (request.url === '/log') console.log('a line for the dashboard')
  if (request.url === '/throw') setImmediate(() => { throw new Error('thrown in the shop') })
  response.end('shop')
}).listen(process.env.PORT, () => console.log('listening'))
`,
  'worker.js': `setInterval(() => {}, 1000)\nconsole.log('working')\n`,
  'ecosystem.config.yml':
    'apps:\n  - { name: web, script: server.js, exec_mode: cluster, instances: 2 }\n  - { name: worker, script: worker.js, exec_mode: fork }\n',
}

/** What a dyno says of the dashboard, and its boots. */
const ABOUT_DASHBOARD = /PM2's dashboard|event=boot/

const online = (all: SeenProcess[], name: string) =>
  all.filter((one) => one.name === name && one.status === 'online')

describe("PM2's dashboard over a deployed app", function () {
  this.timeout(180_000)
  let world: World
  let dashboard: Dashboard
  let dir: string
  let url: string
  const answers: number[] = []
  let isOver = false
  let asking: Promise<void>

  before(async () => {
    world = await World.create()
    dashboard = await Dashboard.start()
    dir = await world.app('shop', FILES)
    const local = ['--local', '--app', 'shop']
    url = (await world.json<{ url: string }>(['deploy', ...local], { cwd: dir })).url
    await world.ok(['scale', 'web=2:standard-1x', ...local], { cwd: dir })
    asking = (async () => {
      while (!isOver) {
        answers.push((await get(url).catch(() => ({ status: 0 }))).status)
        // An app that is asked without a pause takes the machine from all that is tested beside it.
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })()
    // One release: the address, then the keys.
    await world.ok(
      ['config', 'set', `KEYMETRICS_NODE=${dashboard.url}`, 'PM2_MACHINE_NAME=shop', ...local],
      { cwd: dir },
    )
    const set = await world.ok(['keys', 'set', ...local], {
      cwd: dir,
      input: `PM2_PUBLIC_KEY=${PUBLIC_KEY}\nPM2_SECRET_KEY=${SECRET_KEY}\n`,
    })
    expect(set.output).to.include('Set PM2_PUBLIC_KEY, PM2_SECRET_KEY on shop')
  })
  after(async () => {
    isOver = true
    await asking
    await dashboard.close()
    await world.close()
  })

  /** pids of a machine's two instances of web, once both are online. */
  const webs = async (machine: string) =>
    online(
      await dashboard.shows(machine, (all) => online(all, 'web').length === 2, 60_000),
      'web',
    ).map((one) => one.pid)
  const workers = (machine: string) =>
    dashboard
      .machine(machine)
      .named('worker')
      .map((one) => one.pid)

  it('shows both dynos as two machines, each with its two apps', async () => {
    for (const machine of ['shop.web.1', 'shop.web.2'])
      await dashboard.shows(
        machine,
        (all) => online(all, 'web').length === 2 && online(all, 'worker').length === 1,
        60_000,
      )
  })

  it('is what keys test asks, which says that it accepts the keys', async () => {
    const asked = dashboard.asked.length
    const { output } = await world.ok(['keys', 'test', '--local', '--app', 'shop'], { cwd: dir })
    expect(output).to.include(
      `PM2's dashboard at 127.0.0.1:${dashboard.port} accepts the keys of shop.`,
    )
    expect(dashboard.asked.length).to.be.greaterThan(asked)
    expect(dashboard.asked.at(-1)?.data.MACHINE_NAME).to.equal('shop.keys-test')
  })

  it('streams the lines of the app, and its errors', async () => {
    await dashboard.act('shop.web.1', 'startLogging', {})
    await dashboard.act('shop.web.2', 'startLogging', {})
    await get(`${url}log`)
    await until('the line on one of the machines', () =>
      [...dashboard.machines.values()].some((machine) =>
        machine.on('logs').some(({ payload }) => payload.data === 'a line for the dashboard\n'),
      ),
    )
    await get(`${url}throw`).catch(() => undefined)
    await until('the error on one of the machines', () =>
      [...dashboard.machines.values()].some((machine) =>
        machine
          .on('process:exception')
          .some(
            ({ payload }) =>
              (payload.data as { message?: string }).message === 'thrown in the shop',
          ),
      ),
    )
  })

  it('restarts and reloads the processes of one dyno, and nothing else', async () => {
    const before = await webs('shop.web.2')
    const other = workers('shop.web.1')
    for (const method of ['reload', 'restart']) {
      const old = await webs('shop.web.2')
      await dashboard.act('shop.web.2', method, { name: 'web' })
      await dashboard.shows(
        'shop.web.2',
        (all) =>
          online(all, 'web').length === 2 &&
          online(all, 'web').every((one) => !old.includes(one.pid)),
        90_000,
      )
    }
    await until(
      'the processes of before to end',
      async () => {
        const here = (await world.processes()).map(({ pid }) => pid)
        return before.every((pid) => !here.includes(pid))
      },
      60_000,
    )
    expect(workers('shop.web.1')).to.deep.equal(other)
  })

  it('scales the processes of one dyno, and nothing else', async () => {
    const others = [await webs('shop.web.1'), workers('shop.web.1')]
    await dashboard.act('shop.web.2', 'scale', { name: 'web', number: 3 })
    await dashboard.shows('shop.web.2', (all) => online(all, 'web').length === 3, 90_000)
    await dashboard.act('shop.web.2', 'scale', { name: 'worker', number: 0 })
    const seen = await dashboard.shows(
      'shop.web.2',
      (all) => all.every((one) => one.name === 'web') && online(all, 'web').length === 3,
      60_000,
    )
    const here = (await world.processes()).map(({ pid }) => pid)
    for (const one of seen) expect(here).to.include(one.pid)
    expect([await webs('shop.web.1'), workers('shop.web.1')]).to.deep.equal(others)
  })

  /** Restarts one of the two dynos in a trouble, and waits for its one line and for another try. */
  async function endure(said: RegExp, tries: () => number): Promise<void> {
    const begun = new Date().toISOString()
    await world.ok(['restart', 'web.1', '--local', '--app', 'shop'], { cwd: dir })
    // From the new boot on: the old one may meet the trouble before it goes, which is news of its
    // own.
    const news = (text: string) => {
      const lines = text.split('\n').filter((line) => line > begun && ABOUT_DASHBOARD.test(line))
      const boot = lines.findLastIndex((line) => line.includes('event=boot'))
      return boot === -1 ? [] : lines.slice(boot).filter((line) => said.test(line))
    }
    let tried: number | undefined
    const text = await followedLog(
      world,
      ['--dyno', 'web.1', '--local', '--app', 'shop'],
      (seen) => {
        if (news(seen).length > 0) tried ??= tries()
        return tried !== undefined && tries() > tried
      },
      80_000,
    )
    expect(tried, `a line like ${said} in:\n${text}`).to.be.a('number')
    expect(tries(), 'tries').to.be.greaterThan(tried!)
    expect(news(text), text).to.have.length(1)
    expect(text).not.to.include(SECRET_KEY).and.not.include('event=crash')
    expect((await get(url)).status).to.equal(200)
  }

  // A runtime in each of them, without a platform, is in test/runtime/dashboard-troubles.
  const TROUBLES: [Mode, RegExp][] = isSoak
    ? [
        ['unknown keys', /does not accept the app's keys: it answered 404/],
        ['502', /cannot be reached: it answered 502/],
        ['closes each second', /closes the connection again and again/],
        ['disabled', /does not let this dyno connect/],
        ['hangs', /no answer within 15 s/],
      ]
    : []
  for (const [mode, said] of TROUBLES) {
    it(`in trouble (${mode}) is one line in the log; the app answers`, async () => {
      dashboard.mode = mode
      await endure(said, () => dashboard.asked.length + dashboard.machine('shop.web.1').opens)
    })
  }

  it('with a certificate that nobody signed is one line in the log; the app answers', async () => {
    const secure = await Dashboard.start({ tls: selfSigned() })
    try {
      await world.ok(
        ['config', 'set', `KEYMETRICS_NODE=${secure.url}`, '--local', '--app', 'shop'],
        { cwd: dir },
      )
      await endure(/its certificate is not trusted/, () => secure.connections)
    } finally {
      await secure.close()
    }
  })

  it('costs the app no request but those of a restart of all its dynos', async () => {
    isOver = true
    await asking
    expect(answers.length).to.be.greaterThan(50)
    // While both dynos restart for a config var the router has none that listens: Heroku's own
    // H-errors, before the keys and after.
    expect(answers.filter((status) => status === 200).length / answers.length).to.be.greaterThan(
      0.9,
    )
    expect((await get(url)).status).to.equal(200)
  })
})
