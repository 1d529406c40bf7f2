import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { createDynos } from '../../../src/embedded/dynos/index.js'
import { until } from '../../support/until.js'
import { Home, LIMITS, server } from './fakes.js'

const BUSY = `
require('child_process').spawn(process.execPath, ['-e', 'for (;;);'])
${server('ok')}
process.on('SIGTERM', () => process.exit(0))
`

describe('what is measured of a dyno', () => {
  let home: Home
  let dynos: ReturnType<typeof createDynos>
  const start = (limits: Partial<typeof LIMITS>) => {
    home = new Home()
    dynos = createDynos({
      store: home.store,
      logplex: home.logplex,
      folders: home.folders,
      limits: { ...LIMITS, ...limits },
    })
  }
  const run = (
    code: string,
    features: Record<string, { enabled: boolean; updated_at: string }> = {},
    types: Record<string, string> = { web: 'node server.js' },
  ) => {
    const app = home.app('app')
    app.features = features
    home.release(app, { 'server.js': code }, { types })
    for (const type of Object.keys(types)) home.scale(app, type, 1)
    dynos.reconcile(app.id, 'release')
    return app
  }
  const line = (part: RegExp, dyno = 'web.1') =>
    home.logplex.lines(dyno).find((each) => part.test(each))

  afterEach(async () => {
    await dynos.shutdown()
    expect(readdirSync(home.folders.dynos), 'folders of ended dynos').to.deep.equal([])
    home.remove()
  })

  it('is printed where log-runtime-metrics was enabled before its start, of all its processes', async () => {
    start({ metricsEvery: 100 })
    const app = run(BUSY, { 'log-runtime-metrics': { enabled: true, updated_at: '' } })
    const memory = await until('a line of memory', () =>
      line(/sample#memory_total=(\d+\.\d\d)MB .*sample#memory_quota=512\.00MB$/),
    )
    expect(memory).to.match(
      new RegExp(
        `^heroku\\[web\\.1\\]: source=web\\.1 dyno=heroku\\.\\d+\\.${dynos.list(app.id)[0]!.id} `,
      ),
    )
    // The first may be of the shell that starts it.
    await until('the memory of Node.js', () =>
      home.logplex
        .lines('web.1')
        .some((each) => Number(/memory_total=([\d.]+)MB/.exec(each)?.[1]) > 15),
    )
    // One process spins: the average of a minute only grows.
    await until('its load', () =>
      home.logplex
        .lines('web.1')
        .some((each) => Number(/load_avg_1m=([\d.]+)/.exec(each)?.[1]) >= 0.01),
    )
    app.features['log-runtime-metrics']!.enabled = false
    const printed = () =>
      home.logplex.lines('web.1').filter((each) => each.includes('sample#memory')).length
    const before = printed()
    await until('another, as before a restart the feature is as it was', () => printed() > before)
  })

  it('is not printed where the feature is off, nor of a dyno within its memory', async () => {
    start({ metricsEvery: 50 })
    const app = run(server('ok'))
    await until('up', () => dynos.list(app.id)[0]?.state === 'up')
    app.features['log-runtime-metrics'] = { enabled: true, updated_at: '' }
    dynos.reconcile(app.id, 'restart')
    await until('the lines of the one that was restarted', () => line(/sample#memory_total/))
    const [id] = dynos.list(app.id).map((dyno) => dyno.id)
    expect(
      home.logplex.lines().filter((each) => each.includes('source=') && !each.includes(id!)),
    ).to.deep.equal([])
    expect(line(/R14|mem=/)).to.equal(undefined)
  })

  it('brings R14 while it is above its quota, and no more once it is below', async () => {
    start({ metricsEvery: 60, memoryQuota: 110 })
    const code = `let held = Buffer.alloc(120 << 20, 1); process.on('SIGUSR2', () => { held = undefined; gc() }); console.log('memory ' + process.env.MEMORY_AVAILABLE + ' pid ' + process.pid); setInterval(() => held, 1000)`
    run(code, {}, { worker: 'node --expose-gc server.js' })
    await until('R14', () => line(/Error R14 \(Memory quota exceeded\)/, 'worker.1'))
    expect(line(/mem=/, 'worker.1')).to.match(
      /^heroku\[worker\.1\]: Process running mem=1\d\dM\(1\d\d\.\d%\)$/,
    )
    expect(line(/R15|crashed/, 'worker.1')).to.equal(undefined)
    const said = await until('its word', () => line(/^app.*memory 110 pid/, 'worker.1'))
    process.kill(Number(said.split(' ').at(-1)), 'SIGUSR2')
    const count = () => home.logplex.lines('worker.1').filter((each) => each.includes('R14')).length
    await until('no more of it', async () => {
      const before = count()
      await new Promise((resolve) => setTimeout(resolve, 400))
      return count() === before
    })
  })

  it('brings R15 far above it: it is killed, crashed, and started again', async () => {
    start({ metricsEvery: 60, memoryQuota: 60, crashBackoff: { first: 60_000, max: 60_000 } })
    const app = run(
      `${server('ok')}\nconst held = []; setInterval(() => held.push(Buffer.alloc(8 << 20, 1)), 20)`,
    )
    await until(
      'R15 and the second R15',
      () =>
        home.logplex
          .lines('web.1')
          .filter((each) => each.includes('Error R15 (Memory quota vastly exceeded)')).length === 2,
    )
    await until('crashed for good', () => dynos.list(app.id)[0]?.state === 'crashed')
    const lines = home.logplex.lines('web.1')
    const at = lines.findIndex((each) => each.includes('R15'))
    expect(
      lines
        .slice(at - 1)
        .filter((each) => !/mem=|R14/.test(each))
        .slice(0, 5),
    ).to.deep.equal([
      'heroku[web.1]: Error R15 (Memory quota vastly exceeded)',
      'heroku[web.1]: Stopping process with SIGKILL',
      'heroku[web.1]: Process exited with status 137',
      `heroku[web.1]: State changed from ${lines.some((each, i) => i < at && each.includes('to up')) ? 'up' : 'starting'} to crashed`,
      'heroku[web.1]: State changed from crashed to starting',
    ])
  })
})
