import { expect } from 'chai'
import { until } from '../../src/lib/until.js'
import { plainApp } from './support/apps.js'
import { followedLog } from './support/followed-log.js'
import { platformRequest } from './support/platform.js'
import { World } from './support/world.js'
import { inSoak } from '../support/soak.js'

/** Takes 190 MB and waits to be told to take all that it can get. */
const LEAK = `const held = []
const take = () => held.push(Buffer.alloc(10 << 20, 1))
for (let i = 0; i < 19; i += 1) take()
process.on('SIGUSR2', () => setInterval(take, 20))
setInterval(() => held.length, 1000)
console.log('leaking in ' + process.pid)
`

interface Seen {
  name: string
  state: string
  figures_from: string | null
  memory_mb: number | null
  memory_quota_mb: number
  load_average: number | null
  fault: string | null
  instances: { id: string; status: string }[]
}

describe('dynos that are measured, scaled within their limits, and cycled', function () {
  this.timeout(120_000)
  let world: World
  const APP = ['--local', '--app', 'measured']
  const ps = async (name: string) => (await world.json<Seen[]>(['ps', name, ...APP]))[0]!
  const log = async (dyno: string) =>
    (await world.ok(['logs', '--dyno', dyno, '-n', '1500', ...APP])).stdout
  const logged = async (dyno: string, what: RegExp) => {
    expect(await followedLog(world, ['--dyno', dyno, ...APP], (text) => what.test(text))).to.match(
      what,
    )
  }

  before(async () => {
    world = await World.create({
      SHIPIT_LOCAL_LIMITS: JSON.stringify({
        metricsEvery: 400,
        memoryQuota: 160,
        stopGrace: 8000,
        crashBackoff: { first: 600_000, max: 600_000 },
      }),
    })
    const dir = await world.app('measured', {
      ...plainApp('one'),
      'leak.js': LEAK,
      Procfile: 'web: npm start\nleaky: node leak.js\n',
    })
    await world.ok(['deploy', ...APP], { cwd: dir })
  })
  after(() => world.close())

  it('has R14 in the log of a worker above its quota, and tells what Heroku alone knows of it', async () => {
    await platformRequest(world, 'PATCH', '/apps/measured/features/log-runtime-metrics', {
      enabled: true,
    })
    await world.ok(['scale', 'leaky=1', ...APP])
    await logged(
      'leaky.1',
      /Process running mem=\d+M\(1\d\d\.\d%\)\n.*Error R14 \(Memory quota exceeded\)/,
    )
    await logged('leaky.1', /source=leaky\.1 dyno=heroku\.\d+\.\S+ sample#load_avg_1m=\d/)
    const seen = await ps('leaky.1')
    expect(seen).to.include({
      state: 'up',
      figures_from: 'log-runtime-metrics',
      memory_quota_mb: 160,
      fault: 'R14',
    })
    expect(seen.memory_mb).to.be.within(160, 320)
    const { stdout, stderr } = await world.ok(['show', 'leaky.1', ...APP])
    expect(stdout)
      .to.match(/Memory: +[\d.]+ MB, 1\d\d% of its quota, by log-runtime-metrics/)
      .and.match(/Instances: +not known/)
      .and.match(/R14 memory quota exceeded/)
    expect(stderr).to.match(/No instances of leaky\.1/)
  })

  inSoak('kills it with R15 far above, and takes that for a crash', async () => {
    const [, pid] = /leaking in (\d+)/.exec(await log('leaky.1'))!
    process.kill(Number(pid), 'SIGUSR2')
    await logged(
      'leaky.1',
      /Error R15 \(Memory quota vastly exceeded\)\n.*Stopping process with SIGKILL\n(?:.*\n)*.*Process exited with status 137\n.*State changed from up to crashed/,
    )
    expect((await world.ok(['show', 'leaky.1', ...APP])).stdout).to.contain(
      'R15 memory quota vastly exceeded: killed',
    )
    await world.ok(['scale', 'leaky=0', ...APP])
  })

  inSoak(
    'cycles a dyno on request: a new one of the same release, which is the first to be measured',
    async () => {
      expect(await log('web.1')).to.not.contain('sample#memory_total')
      const before = await platformRequest<{ id: string; release: { version: number } }>(
        world,
        'GET',
        '/apps/measured/dynos/web.1',
      )
      const { stdout } = await world.ok(['local', 'cycle', 'web.1', '--app', 'measured'])
      expect(stdout).to.equal('Cycled web.1 of measured\n')
      const after = await platformRequest<{ id: string; release: { version: number } }>(
        world,
        'GET',
        '/apps/measured/dynos/web.1',
      )
      expect(after.id).to.not.equal(before.id)
      expect(after.release).to.deep.equal(before.release)
      await logged('web.1', /: Cycling\n/)
      await logged(
        'web.1',
        /source=web\.1 .*sample#memory_total=[\d.]+MB .*sample#memory_pgpgin=\d+pages .*sample#memory_quota=160\.00MB/,
      )
      const wrong = await world.shipit(['local', 'cycle', 'web.7', '--app', 'measured'])
      expect(wrong.status).to.equal(6)
      expect(wrong.stderr).to.contain('shipit ps --app measured --local')
    },
  )

  it('explains what a size cannot, tells what a change costs, and waits for the instances that it asked for', async () => {
    const refused = await world.shipit(['scale', 'web=2:eco', ...APP])
    expect(refused.status).to.equal(2)
    expect(refused.stderr).to.contain(
      'Eco allows one dyno of a process type, and web would have 2.',
    )
    expect((await world.ok(['scale', 'web=1:standard-2x', ...APP])).stdout).to.match(
      /web +1:Standard-1X +→ +1:Standard-2X +standard dynos, costs more/,
    )
    // Its figures are what the memory of two is reckoned by.
    expect(
      await until(async () => (await ps('web.1')).instances.some(({ id }) => id === 'sample:0'), {
        timeout: 30_000,
      }),
    ).to.equal(true)
    const { stdout } = await world.ok(['scale', '--instances', 'sample=2', ...APP])
    expect(stdout).to.match(/Instances: sample=2 in each dyno of web\n$/)
    expect((await ps('web.1')).instances.map(({ id, status }) => `${id} ${status}`)).to.deep.equal([
      'sample:0 online',
      'sample:1 online',
    ])
  })
})
