/** What the embedded Heroku has recorded of an app, and the dashboard that monit opens over it. */
import { readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import type {
  DynoDocument,
  Overview,
  SeriesDocument,
  SnapshotDocument,
} from '../../src/dashboard/wire.js'
import { get } from '../../src/demo/load.js'
import type { SHOW_SINCE } from '../../src/json/history.js'
import type { Json } from '../../src/json/schema.js'
import { until } from '../support/until.js'
import { packageRoot } from '../../src/paths.js'
import { DashboardClient } from '../support/dashboard-client.js'
import { PseudoTerminal } from '../support/pseudo-terminal.js'
import { plainApp } from './support/apps.js'
import { World } from './support/world.js'

const APP = ['--local', '--app', 'shop']
/** Figures come every 20 s, and are written within 30 s more. */
const RECORDED_MS = 90_000

describe('what is recorded of a deployed app', function () {
  this.timeout(180_000)
  let world: World
  before(async () => {
    world = await World.create()
    const dir = await world.app('shop', plainApp('shop'))
    const { url } = await world.json<{ url: string }>(['deploy', ...APP], { cwd: dir })
    // Before there are figures: of dynos that start anew, none is known.
    await world.ok(['config', 'set', 'API_TOKEN', ...APP], { input: 'never-to-be-seen' })
    await world.ok(['scale', 'web=2', ...APP])
    await get(url)
    await until(
      'figures of all dynos',
      async () =>
        (await world.json<DynoDocument[]>(['ps', ...APP])).every(
          ({ memory_mb: memory }) => memory !== null,
        ),
      RECORDED_MS,
    )
  })
  after(() => world.close())

  it('is told by show --since and ps --at while it runs', async () => {
    type Since = Json<typeof SHOW_SINCE>
    const told = await until(
      'the record',
      async () => {
        const ran = await world.shipit(['show', '--since', '1h', '--json', ...APP])
        if (ran.status === 6) return undefined
        const found = JSON.parse(ran.stdout) as Since
        return (
          found.dynos.some(({ instances }) => instances.some((one) => one.memory_mb.mean)) && found
        )
      },
      RECORDED_MS,
    )
    expect(told.events.map(({ kind }) => kind)).to.include.members(['release', 'scale'])
    expect(told.dynos.map(({ name }) => name)).to.include('web.1')

    const [now] = await world.json<DynoDocument[]>(['ps', 'web.1', ...APP])
    const within = Date.parse(told.total.memory_mb.worst_at!) + 10_000
    const at = new Date(Math.min(within, Date.now())).toISOString()
    const [then] = await world.json<DynoDocument[]>(['ps', 'web.1', '--at', at, ...APP])
    for (const key of ['id', 'name', 'type', 'size', 'command', 'created_at', 'app'] as const)
      expect(then![key], key).to.deep.equal(now![key])
    expect(then!.release).to.deep.equal(now!.release)
    expect(then!.instances.map(({ id, pid }) => [id, pid])).to.deep.equal(
      now!.instances.map(({ id, pid }) => [id, pid]),
    )
  })

  it('is in the file that dashboard --export writes, for its owner alone and without secrets', async () => {
    const file = path.join(world.folder, 'shop page.html')
    await rm(file, { force: true })
    const args = ['dashboard', '--export', file, '--json', ...APP]
    const ran = await world.shipit(args)
    expect(ran.status, ran.stderr).to.equal(0)
    expect(JSON.parse(ran.stdout)).to.include({ file })
    expect((await stat(file)).mode & 0o777).to.equal(0o600)
    const html = await readFile(file, 'utf8')
    expect(html.length).to.be.below(1_000_000)
    expect(html)
      .to.not.contain('never-to-be-seen')
      .and.not.match(/ by user \S+@/)
    const [, json = ''] = /id="snapshot">(.*?)<\/script>/s.exec(html) ?? []
    const shop = (JSON.parse(json) as SnapshotDocument).apps.shop!
    expect(shop.dynos.map(({ name }) => name)).to.deep.equal(['web.1', 'web.2'])
    expect(shop.releases.length).to.be.above(0)
    expect(shop.log.length).to.be.above(0)
    expect(shop.series['']!.memory_mb.some((value) => value !== null)).to.equal(true)

    expect((await world.shipit(args)).status).to.equal(2)
    expect(await readFile(file, 'utf8')).to.equal(html)
    expect((await world.shipit([...args, '--yes'])).status).to.equal(0)
    const nowhere = ['dashboard', '--export', path.join(world.folder, 'no/page.html'), ...APP]
    expect((await world.shipit(nowhere)).status).to.equal(3)
  })

  it('is on the dashboard that w in monit opens, until monit ends', async () => {
    const terminal = new PseudoTerminal(
      process.execPath,
      [path.join(packageRoot, 'bin/shipit.js'), 'monit', ...APP],
      { columns: 100, rows: 30, env: { ...world.env, NO_COLOR: '1', DISPLAY: '' } },
    )
    try {
      await terminal.shows(/web\.1 +up/)
      terminal.type('w')
      const [url = ''] =
        /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(
          await terminal.shows(/token=[\w-]{43} is for a browser, until/),
        ) ?? []
      expect(terminal.isAlternate).to.equal(true)
      const client = await DashboardClient.open(url)
      await until('the app', async () => {
        const { apps } = await client.get<Overview>('/api/apps')
        return apps[0]?.app === 'shop' && apps[0].state === 'up'
      })
      const series = await client.get<SeriesDocument>('/api/apps/shop/series')
      expect(series.memory_mb.some((value) => value !== null)).to.equal(true)
      await terminal.shows(/╭─ CPU/)
      terminal.type('?')
      await terminal.shows(/w: the dashboard in a browser/)
      terminal.type('?q')
      expect(await terminal.ended).to.equal(0)
      const refused = await get(url).catch((error: NodeJS.ErrnoException) => error.code)
      expect(refused).to.equal('ECONNREFUSED')
    } finally {
      await terminal.close()
    }
  })
})
