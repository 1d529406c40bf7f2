/** monit on a real pseudo-terminal and in a pipe, over an app with two process types. */
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { packageRoot } from '../../src/paths.js'
import { until } from '../../src/lib/until.js'
import { PseudoTerminal } from '../support/pseudo-terminal.js'
import { World } from './support/world.js'
import { inSoak } from '../support/soak.js'

const APP = ['--local', '--app', 'shop']
const api = `require('node:http').createServer((request, response) => {
  if (request.url === '/fail') { console.error(new Error('no stock \\x1b[2J')); response.statusCode = 500 }
  if (request.url === '/die') setTimeout(() => { throw new TypeError('gone wrong') }, 10)
  if (request.url === '/wide') console.log('\u6ce8\u6587 ' + '\u6f22'.repeat(200))
  response.end('ok')
}).listen(process.env.PORT)
`

describe('monit', function () {
  this.timeout(120_000)
  let world: World
  let url: string
  const open: PseudoTerminal[] = []
  before(async () => {
    world = await World.create()
    const dir = await world.app('shop', {
      'package.json': {
        name: 'shop',
        version: '2.3.1',
        private: true,
        scripts: { start: 'node api.js' },
      },
      'api.js': api,
      'worker.js': "console.log('worker at work')\nsetInterval(() => {}, 1000)\n",
      Procfile: 'web: npm start\nworker: node worker.js\n',
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: api.js, instances: 2, max_memory_restart: 200M }\n',
    })
    url = (await world.json<{ url: string }>(['deploy', ...APP], { cwd: dir })).url
    await world.ok(['config', 'set', 'SHIPIT_METRICS=1', ...APP])
    await world.ok(['scale', 'worker=1', ...APP])
  })
  afterEach(async () => {
    for (const terminal of open.splice(0)) await terminal.close()
  })
  after(() => world.close())

  const monit = (columns: number, rows: number, env: NodeJS.ProcessEnv = {}, ...argv: string[]) => {
    const terminal = new PseudoTerminal(
      process.execPath,
      [path.join(packageRoot, 'bin/shipit.js'), 'monit', ...argv, ...APP],
      { columns, rows, env: { ...world.env, NO_COLOR: '1', ...env } },
    )
    open.push(terminal)
    return terminal
  }
  const web = async () =>
    (await world.json<{ name: string; id: string }[]>(['ps', 'web', ...APP])).map(
      ({ name, id }) => `${name} ${id}`,
    )

  it('shows dynos, instances, charts, events and the log at 80×24, follows a resize to 200×60, and gives the terminal back', async () => {
    const terminal = monit(80, 24)
    await terminal.shows(/web\.1 +up[^\n]*\d+\/512M[^\n]*\n[^\n]*api:0 +online +\d+% +\d+\/200M/)
    await get(`${url}wide`)
    await get(`${url}fail`)
    await terminal.shows(/Error: no stock/)
    await terminal.shows(/router 500 x1/)
    expect(terminal.text)
      .to.match(/^ shop {2}2\/2 dynos up/)
      .and.match(/╭─ CPU \d+% ─+╮╭─ Memory \d+M ─*╮/)
      .and.match(/q quit/)
    expect(terminal.isAlternate).to.equal(true)
    for (const line of terminal.lines.slice(1, -1))
      expect(line, terminal.text).to.match(/^[╭│╰].{78}[╮│╯]$|漢/)
    await get(`${url}die`)
    await terminal.shows(/web\.1 api:\d exited with code/)

    terminal.resize(200, 60)
    await terminal.shows(/NAME +STATUS +CPU +MEMORY +LOOP +REQ\/M +RST +UP/)
    const wide = await terminal.shows(/max \d+%/)
    expect(wide.split('\n')).to.have.length(60)
    expect(wide).to.match(/500 GET \/fail \d+ms web\.1/)
    terminal.type('q')
    expect(await terminal.ended).to.equal(0)
    expect(terminal.isAlternate).to.equal(false)
    expect(terminal.raw.slice(-30)).to.contain('\x1b[?25h')
  })

  it('acts on what is chosen, after a yes alone', async () => {
    const terminal = monit(120, 30)
    await terminal.shows(/worker\.1 +up/)
    const before = await web()
    terminal.type('jr')
    await terminal.shows(/Restart web\.1 at once\?.*\[y\/N\]/)
    terminal.type('n')
    await terminal.shows(/Nothing was changed/)
    expect(await web()).to.deep.equal(before)
    terminal.type('+')
    await terminal.shows(/Scale web of shop: from 1 to 2 Standard-1X dynos\? \[y\/N\]/)
    terminal.type('y')
    await terminal.shows(/Scaled web from 1 to 2 Standard-1X dynos/, 30_000)
    expect(await web()).to.have.length(2)
    terminal.type('R')
    await terminal.shows(/Reload web of shop\? Dyno by dyno/)
    terminal.type('y')
    await terminal.shows(/Reloaded web\.1, web\.2/, 60_000)
    expect(await web()).to.not.include(before[0]!)
    // The worker does not use the runtime, and that is said.
    terminal.type('G')
    await terminal.shows(
      /No figures of worker\.1 yet|No instances of worker\.1: the app's recent log has no lines of shipit-runtime/,
    )
    terminal.type('/at work\r')
    await terminal.shows(/Log of worker\.1 [^\n]*\/at work/)
    await terminal.shows(/worker\.1 worker at work/)
    terminal.type('\x1b')
    // An escape and a key in one breath are another key.
    expect(await until(() => !terminal.text.includes('/at work'), { timeout: 10_000 })).to.equal(
      true,
    )
    terminal.type('?')
    await terminal.shows(/reload the process type without a gap/)
    terminal.type('\x03')
    expect(await terminal.ended).to.equal(130)
    expect(terminal.isAlternate).to.equal(false)
  })

  it('sleeps and wakes as a job, and gives the terminal back to SIGTERM', async () => {
    const terminal = monit(80, 24)
    await terminal.shows(/web\.1 +up/)
    const pid = await terminal.pid
    terminal.type('\x1a')
    expect(await until(() => !terminal.isAlternate, { timeout: 10_000 })).to.equal(true)
    process.kill(pid, 'SIGCONT')
    expect(await until(() => terminal.isAlternate, { timeout: 10_000 })).to.equal(true)
    await terminal.shows(/web\.1 +up/)
    process.kill(pid, 'SIGTERM')
    expect(await terminal.ended).to.equal(143)
    expect(terminal.isAlternate).to.equal(false)
  })

  inSoak(
    'draws with ASCII where the locale has no more, and prints lines on a dumb terminal',
    async () => {
      const ascii = monit(80, 24, { LANG: 'C', LC_ALL: 'C' })
      await ascii.shows(/^\+- Dynos -+\+\+- Log/m)
      const dumb = monit(80, 24, { TERM: 'dumb' }, '--interval', '1s')
      await dumb.shows(/shop: dynos=\d\/\d instances=\d/)
      expect(dumb.raw).to.not.contain('\x1b')
      dumb.type('\x03')
      expect(await dumb.ended).to.equal(130)
    },
  )

  it('prints figures and events in a pipe, and objects with --json', async () => {
    const piped = async (...argv: string[]) => {
      let pid = 0
      let seen = ''
      const running = world.shipit(['monit', '--interval', '1s', ...argv, ...APP], {
        onSpawn: (started) => {
          pid = started
        },
        onOutput: (text) => {
          seen += text
        },
      })
      expect(
        await until(() => /memory(?:=|_mb":)\d/.test(seen), { timeout: 20_000 }),
        seen,
      ).to.equal(true)
      // What happened before is not told.
      expect(seen).to.not.match(/state up|listening on port|exited/)
      await get(`${url}die`)
      expect(
        await until(() => /exited with code 1, restarting in \d+ ms/.test(seen), {
          timeout: 20_000,
        }),
        seen,
      ).to.equal(true)
      process.kill(pid, 'SIGINT')
      expect((await running).status).to.equal(130)
      return seen
    }
    expect(await piped())
      .to.match(/T[\d:.]+Z web\.\d api:\d: exited with code 1, restarting in \d+ ms\n/)
      .and.match(/Z shop: dynos=(\d)\/\1 instances=[24] cpu=\d+\S* memory=\d+\S*MB/)
      .and.not.contain('\x1b')
    const objects = (await piped('--json'))
      .trim()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { app: string; dynos: { name: string }[]; events: unknown[] },
      )
    expect(objects[0]).to.deep.include({ app: 'shop' })
    expect(objects[0]!.dynos.map(({ name }) => name)).to.include.members(['web.1', 'worker.1'])
    expect(objects[0]!.events).to.have.length(0)
    expect(objects.at(-1)!.events).to.not.have.length(0)
  })
})
