/** The built `shipit dashboard` over a deployed app: who is let in, what it tells, what it does. */
import { readdir, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import type {
  ActionNews,
  ActionRequest,
  DynoDocument,
  Overview,
  Question,
  SeriesDocument,
  StreamEvents,
} from '../../src/dashboard/wire.js'
import { openHistory } from '../../src/history/index.js'
import { DashboardClient, type Events } from '../support/dashboard-client.js'
import { until } from '../support/until.js'
import { plainApp } from './support/apps.js'
import { instanceProcesses } from './support/dyno-processes.js'
import { officialEnvironment } from './support/official-cli.js'
import { World, type Outcome } from './support/world.js'

const APP = ['--local', '--app', 'shop']
/** For dynos to be replaced on a busy machine. */
const TIMEOUT_MS = 60_000
const DAY_MS = 24 * 60 * 60_000

/** What of a dyno does not differ from one moment to the next. */
const lasting = (dynos: readonly DynoDocument[]) =>
  dynos
    .map(({ id, name, type, size, state, release, created_at, instances }) => ({
      ...{ id, name, type, size, state, release, created_at },
      instances: instances.map(({ id, pid, status }) => ({ id, pid, status })),
    }))
    .sort((one, other) => one.name.localeCompare(other.name))

describe('the dashboard of a deployed app in a browser', function () {
  this.timeout(180_000)
  let world: World
  let pid = 0
  let ended: Promise<Outcome>
  let url: string
  let client: DashboardClient
  let events: Events

  before(async () => {
    world = await World.create()
    const dir = await world.app('shop', plainApp('shop'))
    await world.ok(['deploy', ...APP], { cwd: dir })
    let printed = ''
    ended = world.shipit(['dashboard', '--no-open', '--json', ...APP], {
      onSpawn: (started) => (pid = started),
      onOutput: (text) => (printed += text),
    })
    await until('the address', () => printed.endsWith('}\n'), TIMEOUT_MS)
    const said = JSON.parse(printed) as { url: string; apps: string[] }
    expect(said.apps).to.deep.equal(['shop'])
    url = said.url
    client = await DashboardClient.open(url)
    events = await client.events('shop')
  })
  after(async () => {
    events?.close()
    if (pid !== 0) {
      process.kill(pid, 'SIGKILL')
      await ended
    }
    await world.close()
  })

  const ps = () => world.json<DynoDocument[]>(['ps', ...APP])
  const summary = async () => (await client.get<Overview>('/api/apps')).apps[0]!
  /** The dynos that a page has which took every event. */
  const dynos = (): DynoDocument[] => {
    const known = new Map<string, DynoDocument>()
    for (const { changed, gone } of events.of<StreamEvents['dynos']>('dynos')) {
      for (const name of gone) known.delete(name)
      for (const dyno of changed) known.set(dyno.name, dyno)
    }
    return [...known.values()]
  }
  const serving = (count: number) =>
    until(
      `${count} dynos with figures`,
      () => {
        const all = dynos()
        return (
          all.length === count &&
          all.every(
            ({ state, instances }) =>
              state === 'up' &&
              instances.length > 0 &&
              instances.every(({ status, pid }) => status === 'online' && pid !== null),
          ) &&
          all
        )
      },
      TIMEOUT_MS,
    )
  /** The stream is at most a second behind ps; then both are the same. */
  const asPs = async (count: number) => {
    let told = await serving(count)
    let right: DynoDocument[] = []
    await until(
      () => `the same dynos: ${JSON.stringify([told, right])}`,
      async () => {
        right = await ps()
        told = dynos()
        return JSON.stringify(lasting(told)) === JSON.stringify(lasting(right))
      },
      TIMEOUT_MS,
    )
    return right
  }
  const ask = async (request: ActionRequest): Promise<Question> => {
    const { status, text } = await client.post('/api/apps/shop/questions', request)
    expect(status, text).to.equal(200)
    return JSON.parse(text) as Question
  }
  const done = async (request: ActionRequest): Promise<ActionNews> => {
    const { status, text } = await client.post('/api/apps/shop/actions', request)
    expect(status, text).to.equal(202)
    const { id } = JSON.parse(text) as { id: string }
    const isEnd = (news: ActionNews) => news.id === id && news.state !== 'running'
    return until('the end', () => events.of<ActionNews>('action').find(isEnd), TIMEOUT_MS)
  }
  const pids = async () => (await instanceProcesses(world)).map((one) => one.pid)

  it('is for the browser with the address, by its own name', async () => {
    const stranger = new DashboardClient(url)
    for (const path of ['/', '/page.js', '/api/apps', '/api/stream?app=shop'])
      expect((await stranger.ask(path)).status, path).to.equal(401)
    const refused = await stranger.post('/api/apps/shop/actions', { kind: 'restart' })
    expect(refused.status).to.equal(401)
    const elsewhere = { host: `evil.example:${new URL(url).port}` }
    expect((await client.ask('/api/apps', { headers: elsewhere })).status).to.equal(403)
    const page = await client.ask('/')
    expect(page.status).to.equal(200)
    expect(page.text).to.contain('page.js')
    expect((await client.ask('/page.js')).status).to.equal(200)
  })

  it('tells what ps tells', async () => {
    const [right] = await asPs(1)
    const own = await instanceProcesses(world)
    expect(right!.instances.map(({ pid }) => pid)).to.have.members(own.map(({ pid }) => pid))
    const found = await until(
      'the release and the instances',
      async () => {
        const one = await summary()
        return one.release !== null && one.instances.online > 0 && one
      },
      TIMEOUT_MS,
    )
    expect(found).to.deep.include({
      app: 'shop',
      platform: 'local',
      state: 'up',
      dynos: { up: 1, of: 1 },
      instances: { online: own.length, of: own.length },
      problem: null,
    })
    expect((await client.get<Overview>('/api/apps')).is_read_only).to.equal(false)
    expect(found.release!.version).to.equal(right!.release.version)
  })

  it('restarts the processes, and not before it is told to', async () => {
    const before = await pids()
    const [old] = await ps()
    const request = { kind: 'restart', dyno: 'web.1' } as const
    expect((await ask(request)).text).to.contain('Restart web.1')
    expect(await pids()).to.deep.equal(before)
    expect(await done(request)).to.include({ state: 'done', why: null })
    await until(
      'other processes in the stream',
      async () => {
        const now = await pids()
        const told = dynos().flatMap(({ instances }) => instances.map((one) => one.pid))
        return (
          now.length === before.length &&
          now.every((one) => !before.includes(one) && told.includes(one))
        )
      },
      TIMEOUT_MS,
    )
    expect((await asPs(1))[0]!.id).to.not.equal(old!.id)
  })

  it('scales, after its question, as ps and the processes have it', async () => {
    const request = { kind: 'scale', type: 'web', quantity: 2 } as const
    expect((await ask(request)).text).to.match(/from 1 to 2 \S+ dynos/)
    expect(await ps()).to.have.length(1)
    expect(await done(request)).to.include({ state: 'done', why: null })
    expect((await asPs(2)).map(({ name }) => name)).to.deep.equal(['web.1', 'web.2'])
    expect((await instanceProcesses(world)).map(({ dyno }) => dyno)).to.include('web.2')
    await until('both on the overview', async () => (await summary()).dynos.up === 2)
    expect(await done({ ...request, quantity: 1 })).to.include({ state: 'done' })
    expect((await asPs(1)).map(({ name }) => name)).to.deep.equal(['web.1'])
    await until(
      'the end of the processes',
      async () => (await instanceProcesses(world)).every(({ dyno }) => dyno === 'web.1'),
      TIMEOUT_MS,
    )
  })

  it('ends with Ctrl-C, its streams too, and leaves the app as it is', async () => {
    const before = await pids()
    process.kill(pid, 'SIGINT')
    const { status, stderr } = await ended
    pid = 0
    expect([status, stderr]).to.deep.equal([130, ''])
    await until('the end of the stream', () => events.isEnded)
    const refused = await client
      .ask('/api/apps')
      .catch((error: NodeJS.ErrnoException) => error.code)
    expect(refused).to.equal('ECONNREFUSED')
    expect(await pids()).to.deep.equal(before)
  })

  it('records an app that another machine runs, and goes on from there', async () => {
    const home = path.join(world.folder, 'elsewhere')
    const env = { ...(await officialEnvironment(world)), SHIPIT_HOME: home }
    const look = async <T>(flags: string[], act: (other: DashboardClient) => Promise<T>) => {
      let printed = ''
      let started = 0
      const other = world.shipit(['dashboard', '--no-open', '--json', '--app', 'shop', ...flags], {
        env,
        onSpawn: (id) => (started = id),
        onOutput: (text) => (printed += text),
      })
      await until('the address', () => printed.endsWith('}\n'), TIMEOUT_MS)
      const made = await act(
        await DashboardClient.open((JSON.parse(printed) as { url: string }).url),
      )
      process.kill(started, 'SIGINT')
      await other
      return made
    }
    const counts = async (other: DashboardClient) => {
      const path = `/api/apps/shop/series?from=${Date.now() - DAY_MS}&to=${Date.now()}&points=5000`
      return (await other.get<SeriesDocument>(path)).dyno_count.filter((count) => count !== null)
    }
    await look(['--record'], (other) =>
      until('a count of dynos', async () => (await counts(other)).length > 0, TIMEOUT_MS),
    )
    const folder = path.join(home, 'history')
    const [file, ...more] = (await readdir(folder)).filter((name) => name.endsWith('.history'))
    expect(more).to.deep.equal([])
    expect((await stat(path.join(folder, file!))).mode & 0o077).to.equal(0)

    const id = path.basename(file!, '.history')
    const earlier = await openHistory({ app: 'shop', id, folder })
    const to = Date.now()
    expect(earlier.isRecorded).to.equal(true)
    const { dynoCount } = earlier.series({}, { from: to - DAY_MS, to, points: 5000 })
    expect(dynoCount.some((count) => count > 0)).to.equal(true)
    await earlier.close()
    // What no log tells, and no list of dynos: only the record has it.
    const ring = await openHistory({ app: 'shop', id: `${id}-2`, folder })
    ring.addDynoCount(to - 2 * 60 * 60_000, 77)
    ring.addDynoCount(to, 2)
    await ring.close()
    await rename(path.join(folder, `${id}-2.history`), path.join(folder, file!))
    expect(await look([], counts)).to.include(77)
    expect(await look(['--record'], counts)).to.include(77)
  })
})
