import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { createDynos } from '../../../src/embedded/dynos/index.js'
import { until } from '../../support/until.js'
import { Home, LIMITS, server } from './fakes.js'

const OK = { 'server.js': server('one') }
const SLOW = { 'server.js': `setTimeout(() => { ${server('slow')} }, 600)` }
const FAILS = { 'server.js': 'process.exit(3)' }
const NEVER = { 'server.js': 'setInterval(() => {}, 1000)' }

describe('the dynos of an app', () => {
  let home: Home
  let dynos: ReturnType<typeof createDynos>

  const start = (limits: Partial<typeof LIMITS> = {}) => {
    home = new Home()
    dynos = createDynos({
      store: home.store,
      logplex: home.logplex,
      folders: home.folders,
      limits: { ...LIMITS, ...limits },
    })
  }
  const names = (appId: string) =>
    dynos
      .list(appId)
      .map(({ name }) => name)
      .sort()
  const versions = (appId: string) =>
    dynos
      .list(appId)
      .map(({ name, release_version }) => `${name} v${release_version}`)
      .sort()
  const allUp = (appId: string, count: number) =>
    until(
      `${count} up`,
      () =>
        dynos.list(appId).length === count &&
        dynos.list(appId).every(({ state }) => state === 'up'),
    )
  const served = (appId: string) =>
    dynos
      .webTargets(appId)
      .map(
        ({ id }) => dynos.list(appId).find((each) => each.id === id)?.release_version ?? 'unlisted',
      )

  afterEach(async () => {
    await dynos.shutdown()
    expect(readdirSync(home.folders.dynos)).to.deep.equal([])
    home.remove()
  })

  it('follow the formation however often reconcile is called: the highest numbers go first', async () => {
    start()
    const app = home.app('app')
    home.release(app, OK, { types: { web: 'node server.js', worker: 'exec sleep 100' } })
    home.scale(app, 'web', 3)
    home.scale(app, 'worker', 1)
    for (let i = 0; i < 5; i++) dynos.reconcile(app.id, 'formation')
    await allUp(app.id, 4)
    expect(names(app.id)).to.deep.equal(['web.1', 'web.2', 'web.3', 'worker.1'])
    const first = dynos.list(app.id).find(({ name }) => name === 'web.1')!.id
    home.scale(app, 'web', 1)
    dynos.reconcile(app.id, 'formation')
    dynos.reconcile(app.id, 'formation')
    expect(names(app.id)).to.deep.equal(['web.1', 'worker.1'])
    expect(dynos.webTargets(app.id).map(({ id }) => id)).to.deep.equal([first])
    home.scale(app, 'worker', 0)
    dynos.reconcile(app.id, 'formation')
    expect(names(app.id)).to.deep.equal(['web.1'])
  })

  it('restart a type when its size changes, and all when a release comes', async () => {
    start()
    const app = home.app('app')
    home.release(app, OK, { types: { web: 'node server.js', worker: 'exec sleep 100' } })
    home.scale(app, 'web', 1)
    home.scale(app, 'worker', 1)
    dynos.reconcile(app.id, 'release')
    await allUp(app.id, 2)
    const before = new Map(dynos.list(app.id).map(({ name, id }) => [name, id]))
    home.scale(app, 'web', 1, 'Standard-2X')
    dynos.reconcile(app.id, 'formation')
    await allUp(app.id, 2)
    const after = new Map(dynos.list(app.id).map(({ name, id }) => [name, id]))
    expect(after.get('web.1')).not.to.equal(before.get('web.1'))
    expect(after.get('worker.1')).to.equal(before.get('worker.1'))
    home.release(app, OK, { types: { web: 'node server.js' } })
    dynos.reconcile(app.id, 'release')
    expect(versions(app.id)).to.deep.equal(['web.1 v2'])
    await allUp(app.id, 1)
    expect(home.logplex.lines('web.1')).to.include('heroku[web.1]: Restarting')
  })

  it('are none without a slug, and keep running in maintenance', async () => {
    start()
    const app = home.app('app')
    home.scale(app, 'web', 1)
    dynos.reconcile(app.id, 'formation')
    expect(dynos.list(app.id)).to.deep.equal([])
    expect(dynos.webStatus(app.id)).to.equal('none')
    home.release(app, OK)
    app.maintenance = true
    dynos.reconcile(app.id, 'release')
    await allUp(app.id, 1)
  })

  it('are restarted and stopped by name or type; what is stopped stays so until the formation changes', async () => {
    start()
    const app = home.app('app')
    home.release(app, OK)
    home.scale(app, 'web', 2)
    dynos.reconcile(app.id, 'release')
    await allUp(app.id, 2)
    const ids = () => new Map(dynos.list(app.id).map(({ name, id }) => [name, id]))
    const before = ids()
    await dynos.restart(app.id, { name: 'web.2' })
    expect(ids().get('web.1')).to.equal(before.get('web.1'))
    expect(ids().get('web.2')).not.to.equal(before.get('web.2'))
    await allUp(app.id, 2)
    await dynos.stop(app.id, { name: 'web.1' })
    expect(names(app.id)).to.deep.equal(['web.2'])
    dynos.reconcile(app.id, 'restart')
    expect(names(app.id)).to.deep.equal(['web.2'])
    dynos.reconcile(app.id, 'formation')
    expect(names(app.id)).to.deep.equal(['web.1', 'web.2'])
    await dynos.restart(app.id)
    for (const call of [
      dynos.restart(app.id, { name: 'web.9' }),
      dynos.stop(app.id, { type: 'clock' }),
    ]) {
      const error = await call.then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect(error).to.include({ status: 404, id: 'not_found' })
    }
  })

  it('preboot: the old ones serve, unlisted, until requests switch to the new ones all at once', async () => {
    start()
    const app = home.app('app', { preboot: true })
    home.release(app, OK)
    home.scale(app, 'web', 2)
    dynos.reconcile(app.id, 'release')
    await allUp(app.id, 2)
    home.release(app, SLOW)
    dynos.reconcile(app.id, 'release')
    expect(versions(app.id)).to.deep.equal(['web.1 v2', 'web.2 v2'])
    expect(served(app.id)).to.deep.equal(['unlisted', 'unlisted'])
    dynos.reconcile(app.id, 'formation')
    const seen = new Set<string>()
    dynos.on('change', () => seen.add(served(app.id).join()))
    await until('the switch', () => served(app.id).join() === '2,2')
    expect([...seen]).to.deep.equal(['unlisted,unlisted', '2,2'])
    expect(home.logplex.lines('api')).to.deep.equal([
      'heroku[api]: Preboot: requests switch to the web dynos of v2 in 0.1 seconds (on Heroku in about 3 minutes)',
    ])
    await until(
      'the end of the old ones',
      () =>
        home.logplex
          .lines('web.2')
          .filter((line) => line.includes('Stopping all processes with SIGTERM')).length === 1,
    )
  })

  it('preboot: a further release replaces those that wait, not those that serve', async () => {
    start()
    const app = home.app('app', { preboot: true })
    home.release(app, OK)
    home.scale(app, 'web', 1)
    dynos.reconcile(app.id, 'release')
    await allUp(app.id, 1)
    home.release(app, NEVER)
    dynos.reconcile(app.id, 'release')
    home.release(app, SLOW)
    dynos.reconcile(app.id, 'release')
    expect(versions(app.id)).to.deep.equal(['web.1 v3'])
    expect(served(app.id)).to.deep.equal(['unlisted'])
    await until('the switch', () => served(app.id).join() === '3')
  })

  const failAfterGood = async (limits: Partial<typeof LIMITS>): Promise<string> => {
    start(limits)
    const app = home.app('app', { preboot: true })
    home.release(app, OK)
    home.scale(app, 'web', 1)
    dynos.reconcile(app.id, 'release')
    await allUp(app.id, 1)
    home.release(app, FAILS)
    dynos.reconcile(app.id, 'release')
    expect(served(app.id)).to.deep.equal(['unlisted'])
    return app.id
  }

  it('preboot: does not switch to dynos that have failed before Heroku would', async () => {
    const app = await failAfterGood({ prebootSwitchFailed: 60_000 })
    await until(
      'its second crash',
      () => home.logplex.lines('web.1').filter((line) => line.includes('to crashed')).length === 2,
    )
    expect(served(app)).to.deep.equal(['unlisted'])
  })

  it('preboot: switches to dynos that have failed when Heroku would', async () => {
    const app = await failAfterGood({})
    await until('the switch', () => served(app).length === 0)
    expect(versions(app)).to.deep.equal(['web.1 v2'])
  })

  it('preboot: a restart is of the dynos that are listed', async () => {
    start({ prebootSwitch: 60_000 })
    const app = home.app('app', { preboot: true })
    home.release(app, OK)
    home.scale(app, 'web', 1)
    dynos.reconcile(app.id, 'release')
    await allUp(app.id, 1)
    const serving = dynos.webTargets(app.id).map(({ id }) => id)
    home.release(app, OK)
    dynos.reconcile(app.id, 'release')
    const before = dynos.list(app.id)[0]!.id
    await dynos.restart(app.id)
    expect(dynos.list(app.id)[0]!.id).to.not.equal(before)
    expect(dynos.webTargets(app.id).map(({ id }) => id)).to.deep.equal(serving)
  })

  it('preboot: is not for sizes that have none, and ends when web is scaled to 0', async () => {
    start()
    const app = home.app('app', { preboot: true })
    home.release(app, OK)
    home.scale(app, 'web', 1, 'Basic')
    dynos.reconcile(app.id, 'release')
    await allUp(app.id, 1)
    home.release(app, OK)
    dynos.reconcile(app.id, 'release')
    expect(versions(app.id)).to.deep.equal(['web.1 v2'])
    home.scale(app, 'web', 1, 'Standard-1X')
    dynos.reconcile(app.id, 'formation')
    await allUp(app.id, 1)
    home.release(app, NEVER)
    dynos.reconcile(app.id, 'release')
    expect(versions(app.id)).to.deep.equal(['web.1 v3'])
    home.scale(app, 'web', 0)
    dynos.reconcile(app.id, 'formation')
    expect(dynos.list(app.id)).to.deep.equal([])
    expect(dynos.webStatus(app.id)).to.equal('none')
  })

  it('a dyno that a request is on its way to gets SIGTERM only after it', async () => {
    start()
    const app = home.app('app')
    home.release(app, OK)
    home.scale(app, 'web', 1)
    dynos.reconcile(app.id, 'release')
    await allUp(app.id, 1)
    const done = dynos.webTargets(app.id)[0]!.claim()
    home.scale(app, 'web', 0)
    dynos.reconcile(app.id, 'formation')
    expect(dynos.webTargets(app.id)).to.deep.equal([])
    await new Promise((resolve) => setImmediate(resolve))
    expect(home.logplex.lines()).not.to.include(
      'heroku[web.1]: Stopping all processes with SIGTERM',
    )
    done()
    await until('SIGTERM', () =>
      home.logplex.lines().includes('heroku[web.1]: Stopping all processes with SIGTERM'),
    )
  })

  it('a one-off process runs beside them, with its output and its status', async () => {
    start()
    const app = home.app('app')
    const { release, slug } = home.release(app, {}, { config: { WHO: 'release' } })
    const chunks: Buffer[] = []
    const options = {
      release,
      slug,
      size: 'Standard-1X',
      onOutput: (chunk: Buffer) => chunks.push(chunk),
    }
    const run = await dynos.runOneOff(app.id, {
      ...options,
      name: 'release.4',
      command: 'echo "hi $WHO $DYNO"; exit 7',
    })
    expect(await run.exit).to.equal(7)
    expect(Buffer.concat(chunks).toString()).to.equal('hi release release.4\n')
    expect(home.logplex.lines('release.4')).to.deep.equal([
      'heroku[release.4]: Starting process with command `echo "hi $WHO $DYNO"; exit 7`',
      'heroku[release.4]: State changed from starting to up',
      'app[release.4]: hi release release.4',
      'heroku[release.4]: Process exited with status 7',
      'heroku[release.4]: State changed from up to complete',
    ])
    const long = await dynos.runOneOff(app.id, {
      ...options,
      name: 'release.5',
      command: 'exec sleep 100',
    })
    long.stop()
    expect(await long.exit).to.equal(143)
  })
})
