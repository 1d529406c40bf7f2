import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type {
  AppSummary,
  ExceptionDocument,
  FormationDocument,
  LogDocument,
  LogEntry,
  Overview,
  ReleaseDocument,
  SeriesDocument,
  StreamEvents,
} from '../../src/dashboard/wire.js'
import { eventLine, sampleLine, type Sample } from '../../src/runtime/event-line.js'
import { NEW, OLD, World } from '../support/embedded/index.js'
import { until } from '../support/until.js'
import { useVirtualClock } from '../support/virtual-clock.js'
import { dashboardOf, type Opened } from './support.js'

const figures = (source: string, instance: number, rest: Partial<Sample> = {}) =>
  sampleLine(
    { source, app: 'api', instance },
    {
      pid: 20 + instance,
      status: 'online',
      restarts: 0,
      uptime: 80,
      memoryMb: 60,
      cpuPercent: 2,
      eventLoopP95Ms: 3,
      ...rest,
    },
  ).trimEnd()

describe('what the dashboard tells', () => {
  useVirtualClock()

  let world: World
  let opened: Opened
  beforeEach(async () => {
    world = await World.start({ commits: [OLD, NEW] })
    await world.scale('web', 2)
    await world.settled()
  })
  afterEach(async () => {
    await opened.close()
    await world.stop()
  })
  const overview = () => opened.client.get<Overview>('/api/apps')
  const summary = async (): Promise<AppSummary> => (await overview()).apps[0]!
  const seen = (message: string) =>
    until(`the line ${message}`, async () => {
      const { lines } = await opened.client.get<LogDocument>('/api/apps/a1/log?limit=2000')
      return lines.find((line) => line.message === message)
    })

  it('is the app as its dynos, its log and its releases have it', async () => {
    opened = await dashboardOf(world)
    await until('the dynos', async () => (await summary()).dynos.up === 2)
    for (const dyno of ['web.1', 'web.2']) world.running(dyno).print(`${figures(dyno, 0)} of=1`)
    await until('figures', async () => (await summary()).instances.online === 2)
    const found = await until('the release', async () => {
      const one = await summary()
      return one.release !== null && one
    })
    expect(found).to.deep.include({
      app: 'a1',
      platform: 'local',
      state: 'up',
      state_why: null,
      dynos: { up: 2, of: 2 },
      instances: { online: 2, of: 2 },
      memory_mb: 120,
      cpu_percent: 4,
      faults: [],
      problem: null,
    })
    expect(found.release).to.include({ version: world.version, commit: NEW.slice(0, 8) })
    expect(found.sparkline).to.have.length(60)
  })

  it('is a log whose lines have numbers, levels, and stay text', async () => {
    opened = await dashboardOf(world)
    const html = '</script><img src=x onload=alert(1)> \u2028 data: x'
    world.running('web.1').print(html)
    world.running('web.1').print('warning: the disk is nearly full')
    world.running('web.1').print('TypeError: no stock')
    world.running('web.1').print('    at cart (cart.js:3:1)')
    world.running('web.1').print(figures('web.1', 0))
    const events = await opened.client.events('a1')
    world.running('web.1').print('the last')
    await seen('the last')
    const { lines } = await opened.client.get<LogDocument>('/api/apps/a1/log?limit=2000')
    const own = lines.filter(({ dyno, source }) => dyno === 'web.1' && source === 'app')
    expect(own.map(({ message, level, is_figures }) => [message, level, is_figures])).to.deep.equal(
      [
        [html, 'info', false],
        ['warning: the disk is nearly full', 'warn', false],
        ['TypeError: no stock', 'error', false],
        ['    at cart (cart.js:3:1)', 'error', false],
        [figures('web.1', 0), 'info', true],
        ['the last', 'info', false],
      ],
    )
    expect(lines.map(({ seq }) => seq)).to.deep.equal(lines.map((_, at) => lines[0]!.seq + at))
    const raw = await opened.client.ask('/api/apps/a1/log')
    expect(raw.headers['content-type']).to.equal('application/json; charset=utf-8')
    const middle = lines.at(-2)!.seq
    const before = await opened.client.get<LogDocument>(`/api/apps/a1/log?before=${middle}&limit=1`)
    expect(before).to.deep.equal({ lines: [lines.at(-3)], has_older: true })
    await until('the stream', () =>
      events
        .of<{ lines: LogEntry[] }>('lines')
        .flatMap((one) => one.lines)
        .some(({ message }) => message === 'the last'),
    )
    events.close()
  })

  it('is what the router tells of requests, by path, with ids folded', async () => {
    opened = await dashboardOf(world)
    world.visit()
    await until('a request', async () => (await summary()).requests_per_minute)
    const [route] = await opened.client.get<object[]>('/api/apps/a1/routes')
    expect(route).to.deep.include({ method: 'GET', path: '/', requests: 1, server_errors: 0 })
    const series = await until(
      'the chart',
      async () => {
        // A span that was seen for less than 10 s tells no rate: the next one does.
        await delay(1000)
        world.visit()
        const one = await opened.client.get<SeriesDocument>('/api/apps/a1/series?points=60')
        return one.requests_per_minute.some((value) => value !== null && value > 0) && one
      },
      60_000,
    )
    expect(series.memory_quota_mb).to.equal(1024)
    for (const values of Object.values(series))
      if (Array.isArray(values)) expect(values).to.have.length(series.at.length)
  })

  it('is one entry of an exception, wherever it came from', async () => {
    opened = await dashboardOf(world)
    for (const dyno of ['web.1', 'web.2'])
      for (const instance of [0, 1])
        world.running(dyno).print(
          eventLine({ source: dyno, app: 'api', instance }, 'exception', {
            type: 'TypeError',
            message: '<b>no stock</b>',
            at: 'src/cart.js:3:1',
          }).trimEnd(),
        )
    const [group] = await until('the exceptions', async () => {
      const groups = await opened.client.get<ExceptionDocument[]>('/api/apps/a1/exceptions')
      return groups[0]?.count === 4 && groups
    })
    expect(group).to.deep.include({
      type: 'TypeError',
      message: '<b>no stock</b>',
      place: 'src/cart.js:3:1',
      is_uncaught: false,
      instances: ['web.1 api:0', 'web.1 api:1', 'web.2 api:0', 'web.2 api:1'],
    })
  })

  it('is releases with their commits, the formation, and names of config vars alone', async () => {
    await world.setConfig({ SECRET_KEY: 'never-to-be-seen', PLAIN: 'nor-this' })
    await world.settled()
    opened = await dashboardOf(world)
    const releases = await opened.client.get<ReleaseDocument[]>('/api/apps/a1/releases')
    expect(releases[0]).to.include({
      is_current: true,
      is_rollback_possible: false,
      commit: NEW.slice(0, 8),
    })
    const old = releases.find(({ commit }) => commit !== null && OLD.startsWith(commit))
    expect(old).to.include({ is_current: false, is_rollback_possible: true })
    const formation = await opened.client.get<FormationDocument>('/api/apps/a1/formation')
    expect(formation.process_types[0]).to.include({ type: 'web', quantity: 2, most: 100 })
    expect(formation.sizes.map(({ name }) => name)).to.include.members(['Basic', 'Standard-2X'])
    const config = await opened.client.ask('/api/apps/a1/config')
    expect(JSON.parse(config.text)).to.include.members(['PLAIN', 'SECRET_KEY'])
    expect(config.text).to.not.contain('never').and.not.contain('nor-this')
  })

  it('refuses what there is not', async () => {
    opened = await dashboardOf(world)
    await until('the dynos', async () => (await summary()).dynos.up === 2)
    const tries: [string, number][] = [
      ['/api/apps/other/log', 404],
      ['/api/stream?app=other', 404],
      ['/api/apps/a1/details?dyno=web.9', 404],
      ['/api/apps/a1/series?points=x', 400],
      ['/api/apps/a1/series?from=5&to=4', 400],
      ['/api/apps/a1/log?limit=1&limit=2', 400],
      ['/api/apps/%', 400],
    ]
    for (const [path, status] of tries)
      expect((await opened.client.ask(path)).status, path).to.equal(status)
  })

  it('is in the stream: dynos first, then only those that change, and their end', async () => {
    opened = await dashboardOf(world)
    await until('the dynos', async () => (await summary()).dynos.up === 2)
    const events = await opened.client.events('a1')
    const dynos = () => events.of<StreamEvents['dynos']>('dynos')
    const names = (at: number) => dynos()[at]?.changed.map(({ name }) => name)
    await until('all dynos', () => dynos().length > 0)
    expect(names(0)).to.deep.equal(['web.1', 'web.2'])
    world.running('web.2').print(figures('web.2', 0))
    await until('the change', () => dynos().length > 1)
    expect(names(1)).to.deep.equal(['web.2'])
    await world.scale('web', 1)
    await until('the end', () => dynos().some(({ gone }) => gone.includes('web.2')))
    expect(events.of('overview').length).to.be.above(0)
    events.close()
  })

  it('goes on without the platform, says so, and is right again', async () => {
    let isRenewed = false
    opened = await dashboardOf(world, {
      again: 100,
      renewLogin: async () => void (isRenewed = true),
    })
    await until('the dynos', async () => (await summary()).dynos.up === 2)
    const events = await opened.client.events('a1')
    const json = { id: 'unauthorized', message: 'Invalid credentials provided.' }
    world.proxy.reply('GET', /./, { status: 401, json }, 3)
    const problems = () => events.of<StreamEvents['problem']>('problem')
    await until('the problem', () => problems().some((one) => one?.kind === 'login'), 60_000)
    await until('its end', () => problems().at(-1) === null)
    expect(isRenewed).to.equal(true)
    expect((await summary()).state).to.equal('up')
    events.close()
  })

  it('never has the token of the platform, in any answer', async () => {
    opened = await dashboardOf(world)
    const paths = ['', '/series', '/marks', '/routes', '/exceptions', '/log', '/releases']
    for (const path of [...paths.map((one) => `/a1${one}`), ''])
      expect((await opened.client.ask(`/api/apps${path}`)).text).to.not.contain(
        world.api.endpoint.token,
      )
  })
})
