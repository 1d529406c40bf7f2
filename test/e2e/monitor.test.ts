/** What the app's log tells of it: ps, show and logs, over two apps in one ecosystem file. */
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { until } from '../../src/lib/until.js'
import { daemonInfo } from './support/platform.js'
import { faultProxy, type Fault } from './support/fault-proxy.js'
import { World } from './support/world.js'
import { isSoak } from '../support/soak.js'

const APP = ['--local', '--app', 'shop']
const LINES = 4000
/** Printed at a time: fewer than the platform keeps for a reader that is away. */
const BATCH = 500
const CUTS = isSoak ? 50 : 21

const api = `const http = require('node:http')
http.createServer((request, response) => {
  if (request.url.startsWith('/count?')) count(Number(request.url.slice(7)))
  if (request.url === '/fail') { console.error(new Error('no stock \\x1b[2J')); response.statusCode = 500 }
  if (request.url === '/die') setTimeout(() => { throw new TypeError('gone wrong') }, 10)
  response.end('ok')
}).listen(process.env.PORT)
function count(from) {
  for (let n = from; n < from + 20; n += 1) console.log('count ' + n)
  if ((from + 20) % ${BATCH}) setTimeout(count, 40, from + 20)
}
`

interface Dyno {
  name: string
  figures_from: string | null
  instances: {
    id: string
    pid: number
    status: string
    memory_mb: number | null
    restarts: number
    version: string | null
  }[]
}

describe('the app seen through its log', function () {
  this.timeout(240_000)
  let world: World
  let url: string
  before(async () => {
    world = await World.create()
    const dir = await world.write('shop', {
      'package.json': {
        name: 'shop',
        version: '2.3.1',
        private: true,
        scripts: { start: 'node api.js' },
      },
      'api.js': api,
      'mailer.js': "console.log('mailer at work')\nsetInterval(() => console.log('mail'), 500)\n",
      'worker.js': "console.log('worker at work')\nsetInterval(() => {}, 1000)\n",
      Procfile: 'web: npm start\nworker: node worker.js\n',
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: api.js, instances: 2, max_memory_restart: 200M }\n  - { name: mailer, script: mailer.js }\n',
    })
    await world.git(dir, 'init', '--quiet', '--initial-branch', 'main')
    await world.ok(['init', '--yes'], { cwd: dir })
    await world.commit(dir, 'First')
    url = (await world.json<{ url: string }>(['deploy', ...APP], { cwd: dir })).url
    // Figures every second, so that none is waited for long.
    await world.ok(['config', 'set', 'SHIPIT_METRICS=1', ...APP])
    await world.ok(['scale', 'web=2', 'worker=1', ...APP])
  })
  after(() => world.close())

  const ps = (...argv: string[]) => world.json<Dyno[]>(['ps', ...argv, ...APP])
  const withFigures = async (): Promise<Dyno[]> =>
    (await until(
      async () => {
        const dynos = await ps('web')
        return (
          dynos.length === 2 &&
          dynos.every(
            ({ instances }) =>
              instances.length === 3 && instances.every(({ memory_mb }) => memory_mb !== null),
          ) &&
          dynos
        )
      },
      { timeout: 60_000 },
    ))!
  const messages = async (...argv: string[]) =>
    (await world.ok(['logs', ...argv, '--json', ...APP])).stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { source: string; dyno: string; message: string })

  it('ps shows the processes that there are, in each dyno', async () => {
    const dynos = await withFigures()
    expect(
      dynos.map(({ instances }) => instances.map(({ id, status }) => `${id} ${status}`).join()),
    ).to.deep.equal(Array(2).fill('api:0 online,api:1 online,mailer:0 online'))
    expect(dynos[0]!.instances[0]).to.deep.include({
      restarts: 0,
      version: '2.3.1',
      memory_limit_mb: 200,
    })
    const living = new Map((await world.processes()).map(({ pid, command }) => [pid, command]))
    for (const { id, pid } of dynos.flatMap(({ instances }) => instances))
      expect(living.get(pid), id).to.match(/node|api|mailer/)
    const [worker] = await ps('worker')
    expect(worker).to.deep.include({ name: 'worker.1', figures_from: null, instances: [] })
    const table = (await world.ok(['ps', '--sort', 'pid:desc', ...APP])).stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(/ +/)[3]))
    expect(table)
      .to.have.length(6)
      .and.deep.equal(table.toSorted((a, b) => b - a))
  })

  it('ps --watch shows a crash and the restart, until Ctrl-C', async () => {
    let pid = 0
    let seen = ''
    const watch = world.shipit(['ps', 'web', '--watch', '--json', ...APP], {
      onSpawn: (started) => {
        pid = started
      },
      onOutput: (text) => {
        seen += text
      },
    })
    expect(await until(() => seen.includes('"api:0"'), { timeout: 30_000 })).to.equal(true)
    await get(`${url}die`)
    const isSeen = await until(
      () =>
        seen
          .split('\n')
          .slice(0, -1)
          .some((line) =>
            (JSON.parse(line) as Dyno[]).some(({ instances }) =>
              instances.some(({ id, restarts }) => id.startsWith('api') && restarts > 0),
            ),
          ),
      { timeout: 30_000 },
    )
    process.kill(pid, 'SIGINT')
    expect((await watch).status).to.equal(130)
    expect(isSeen).to.equal(true)
  })

  it('logs chooses by app, dyno and error, and refuses what there is not', async () => {
    await get(`${url}fail`)
    expect(
      await until(
        async () =>
          (await messages('api', '--errors')).some(({ message }) =>
            /^\[api:\d\] Error: no stock/.test(message),
          ),
        { timeout: 20_000 },
      ),
    ).to.equal(true)
    const mail = await messages('mailer', '-n', '20')
    expect(mail.length).to.be.greaterThan(3)
    for (const { source, message } of mail)
      expect(`${source} ${message}`).to.match(
        /^app (\[mailer:0\] |shipit source=web\.\d app=mailer )/,
      )
    for (const { dyno } of await messages('worker')) expect(dyno).to.equal('worker.1')
    expect((await world.ok(['logs', '--errors', ...APP])).stdout).to.match(/status=500/)
    const refused = await world.shipit(['logs', '-d', 'nope', ...APP])
    expect(refused.status).to.equal(6)
    expect(refused.stderr).to.contain('There is no app, dyno or process type called nope')
  })

  it(`logs --tail through ${CUTS} cuts of its stream and expired sessions has every line once, in order`, async () => {
    const info = await daemonInfo(world)
    const proxy = await faultProxy(info.apiUrl)
    try {
      const stream = /^GET \/streams\/logs\//
      let seed = 11
      const random = (most: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % most
      proxy.arm(
        Array.from({ length: CUTS }, (_, cut): Fault[] => {
          // A session that is over, now and then: the next begins with the 1,500 lines that the
          // platform keeps, and breaks too.
          if (cut % 20 !== 19)
            return [{ on: stream, times: 1, harm: { cutAnswerAfter: 500 + random(4000) } }]
          return [
            { on: stream, times: 1, harm: { status: 404, id: 'not_found', message: 'expired' } },
            { on: stream, times: 1, harm: { cutAnswerAfter: 150_000 } },
          ]
        }).flat(),
      )
      let pid = 0
      let seen = ''
      const tail = world.shipit(['logs', '--tail', '-n', '1', '--json', '--app', 'shop'], {
        env: { HEROKU_HOST: proxy.url, HEROKU_API_KEY: info.token },
        onSpawn: (started) => {
          pid = started
        },
        onOutput: (text) => {
          seen += text
        },
      })
      expect(await until(() => seen.includes('\n'), { timeout: 30_000 })).to.equal(true)
      for (let from = 0; from < LINES; from += BATCH) {
        await get(`${url}count?${from}`)
        await until(() => seen.includes(`count ${from + BATCH - 1}"`), { timeout: 60_000 })
      }
      await until(() => proxy.met.length >= CUTS, { timeout: 60_000 })
      process.kill(pid, 'SIGINT')
      const { stderr } = await tail
      const counted = seen
        .split('\n')
        .filter((line) => line.includes('count '))
        .map((line) => Number(/count (\d+)/.exec(line)![1]))
      expect(counted, stderr).to.deep.equal(Array.from({ length: LINES }, (_, n) => n))
      expect(proxy.met.length).to.be.at.least(CUTS)
    } finally {
      await proxy.close()
    }
  })

  it('logs ends with its reader', async () => {
    const { stdout, status } = await world.run('bash', [
      '-c',
      `"$0" "$1" logs --tail -n 100 ${APP.join(' ')} | head -n 2; echo "status \${PIPESTATUS[0]}"`,
      process.execPath,
      path.resolve('bin/shipit.js'),
    ])
    expect(stdout.trimEnd().split('\n')).to.have.length(3)
    expect(stdout).to.match(/status 0\n$/)
    expect(status).to.equal(0)
  })
})
