import { expect } from 'chai'
import { until } from '../../support/until.js'
import { server } from '../dynos/fakes.js'
import { load, Platform } from './platform.js'

const NO_HANDLER = `require('http').createServer((req, res) => setTimeout(() => res.end('x'), req.url === '/slow' ? 2000 : 0)).listen(process.env.PORT)`

describe('traffic while dynos come and go', function () {
  this.timeout(90_000)
  let platform: Platform

  beforeEach(async () => {
    platform = await new Platform().listen()
  })
  afterEach(() => platform.close())

  const both = () => [
    load(platform, { keepAlive: true, connections: 4 }),
    load(platform, { keepAlive: false, connections: 4 }),
  ]
  const ended = async (loads: ReturnType<typeof both>) => {
    // Requests that were held while dynos started are few; what comes after must be answered as
    // well.
    await until('every client has sent more than one request', () =>
      loads.every(({ sent }) => sent > 8),
    )
    const results = await Promise.all(loads.map((each) => each.stop()))
    return results.flatMap(({ bad }) => bad)
  }
  const gone = (name: string, times = 1) =>
    until(
      `${name} gone`,
      () =>
        platform.home.logplex.lines(name).filter((line) => line.includes('Process exited'))
          .length >= times,
    )

  it('a preboot release loses no request, on keep-alive and on new connections', async () => {
    const app = platform.app(server('one'), 2, { preboot: true })
    await platform.up(app, 2)
    const loads = both()
    for (const version of [2, 3]) {
      platform.upgrade(app, server(`version ${version}`))
      await platform.up(app, 2, version)
      await gone('web.1', version - 1)
      await gone('web.2', version - 1)
    }
    expect((await platform.request('/')).body).to.equal('version 3')
    expect(await ended(loads)).to.deep.equal([])
  })

  it('scaling 1 → 3 → 1 loses no request', async () => {
    const app = platform.app(server('one'), 1)
    await platform.up(app, 1)
    const loads = both()
    for (let round = 1; round <= 2; round++) {
      platform.scale(app, 3)
      await platform.up(app, 3)
      platform.scale(app, 1)
      await gone('web.2', round)
      await gone('web.3', round)
    }
    expect(await ended(loads)).to.deep.equal([])
  })

  it('a release without preboot holds the requests until the new dynos are up', async () => {
    const app = platform.app(server('one'), 2)
    await platform.up(app, 2)
    const loads = both()
    platform.upgrade(app, server('two'))
    await platform.up(app, 2, 2)
    await gone('web.1')
    await gone('web.2')
    expect((await platform.request('/')).body).to.equal('two')
    expect(await ended(loads)).to.deep.equal([])
  })

  for (const dynos of [2, 1]) {
    it(`cycling ${dynos === 1 ? 'the only dyno' : 'one of two dynos, and then both'} loses no request of an app that drains`, async () => {
      const app = platform.app(server('one'), dynos)
      await platform.up(app, dynos)
      const before = platform.dynos.list(app.id).map(({ id }) => id)
      const loads = both()
      await platform.dynos.restart(app.id, { name: 'web.1' }, 'cycling')
      await gone('web.1')
      await platform.up(app, dynos)
      await platform.dynos.restart(app.id, {}, 'cycling')
      await gone('web.1', 2)
      await platform.up(app, dynos)
      expect(await ended(loads)).to.deep.equal([])
      expect(platform.dynos.list(app.id).map(({ id }) => id)).to.not.include.members(before)
      expect(platform.home.logplex.lines('web.1').slice(2, 4)).to.deep.equal([
        'heroku[web.1]: Cycling',
        'heroku[web.1]: State changed from up to starting',
      ])
    })
  }

  it('an app that does not drain loses what it was working on, and the log says that it was the dyno (H13)', async () => {
    const app = platform.app(NO_HANDLER, 2)
    await platform.up(app, 2)
    const slow = Array.from({ length: 12 }, () => platform.request('/slow'))
    await until(
      'all of them on their way',
      () => platform.dynos.webTargets(app.id).length === 2 && platform.server.listening,
    )
    const quick = load(platform, { keepAlive: true, connections: 4 })
    await until(
      'quick ones pass by',
      () => platform.home.logplex.entries.filter(({ dyno }) => dyno === 'router').length > 100,
    )
    platform.scale(app, 1)
    await gone('web.2')
    const statuses = (await Promise.all(slow)).map(({ status }) => status)
    const { bad } = await quick.stop()
    const lost = statuses.filter((status) => status === 503).length
    expect(statuses.filter((status) => status === 200).length + lost).to.equal(12)
    const lines = await platform.routerLines()
    const h13 = lines.filter((line) => line.includes('code=H13') && line.includes('dyno=web.2'))
    expect(h13).to.have.length(lost + bad.length)
    expect(lines.filter((line) => line.includes('at=error'))).to.have.length(h13.length)
    // Which dyno each went to is chance: all 12 on web.1 once in 4096 runs.
    expect(lost).to.be.greaterThan(0)
  })
})
