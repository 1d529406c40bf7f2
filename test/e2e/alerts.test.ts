/** A crash loop of a deployed app, as the built `shipit dashboard` tells of it, and its end. */
import path from 'node:path'
import { writeFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { Alert } from '../../src/dashboard/wire.js'
import { DashboardClient, type Events } from '../support/dashboard-client.js'
import { faultServer, type FaultServer } from '../support/fault-server.js'
import { procFile } from '../support/process-table.js'
import { until } from '../support/until.js'
import { plainApp, plainServer } from './support/apps.js'
import { World, type Outcome } from './support/world.js'

const APP = ['--local', '--app', 'shop']
const SECRET = 'services/T0/B0/never-to-be-seen'
/** For what is told after 25 s, or a minute after the fix, on a busy machine. */
const TIMEOUT_MS = 180_000

/** Serves until it is told by a config var to die of something a second after it listens. */
const dying = `${plainServer('dying')}
if (process.env.LEASE) server.on('listening', () => setTimeout(() => process.exit(7), 1000))
`

describe('alerts of a deployed app', function () {
  this.timeout(2 * TIMEOUT_MS)
  let world: World
  let dir: string
  let receiver: FaultServer
  let pid = 0
  let ended: Promise<Outcome>
  let events: Events

  before(async () => {
    world = await World.create()
    dir = await world.app('shop', { ...plainApp('dying'), 'server.js': dying })
    await world.ok(['deploy', ...APP], { cwd: dir })
    receiver = await faultServer([{ chunks: ['ok'] }])
    let printed = ''
    ended = world.shipit(['dashboard', '--no-open', '--json', ...APP, '--notify', '-'], {
      input: `${receiver.url}/${SECRET}\n`,
      onSpawn: (started) => (pid = started),
      onOutput: (text) => (printed += text),
    })
    await until('the address', () => printed.endsWith('}\n'), TIMEOUT_MS)
    const client = await DashboardClient.open((JSON.parse(printed) as { url: string }).url)
    events = await client.events('shop')
  })
  after(async () => {
    events?.close()
    if (pid !== 0) {
      process.kill(pid, 'SIGKILL')
      await ended
    }
    await receiver?.close()
    await world.close()
  })

  const words = ({ id, app, rule, state }: Alert) => `${id} ${app} ${rule} ${state}`
  const told = () => events.of<Alert[]>('alerts').flat()
  const posted = () =>
    receiver.arrived.filter(({ body }) => body !== '').map(({ body }) => JSON.parse(body) as Alert)
  const state = (rule: Alert['rule'], state: Alert['state']) =>
    until(
      () => `${rule} ${state}, not ${told().map(words).join(', ')}`,
      () => told().find((one) => one.rule === rule && one.state === state),
      TIMEOUT_MS,
    )

  it('are none of an app that serves', () => {
    expect(told()).to.deep.equal([])
  })

  it('are raised by a crash loop, on the page and at the receiver, once', async () => {
    await world.ok(['config', 'set', 'LEASE=short', ...APP])
    const raised = await state('crash-loop', 'raised')
    expect(raised).to.include({ app: 'shop', place: 'web.1', title: 'crash loop' })
    expect(raised.text).to.match(
      / in web\.1 crashed \d+ times in .*, and last exited with code 7\.$/,
    )
    await until('the call', () => posted().length > 0, TIMEOUT_MS)
    const [call] = receiver.arrived
    expect(call).to.include({ method: 'POST', path: `/${SECRET}` })
    const body = JSON.parse(call!.body) as Record<string, unknown>
    expect(body).to.deep.include({
      id: raised.id,
      app: 'shop',
      rule: 'crash-loop',
      place: 'web.1',
      state: 'raised',
      at: raised.at,
      detail: raised.text,
      content: body.text,
      allowed_mentions: { parse: [] },
    })
  })

  it('are cleared by a deploy that fixes it, with one call for each change', async () => {
    await writeFile(path.join(dir, 'server.js'), plainServer('healed'))
    await world.commit(dir, 'Heal')
    await world.ok(['deploy', ...APP], { cwd: dir })
    const resolved = await state('crash-loop', 'resolved')
    await until(
      () => `as many calls as changes: ${posted().map(words).join(', ')}`,
      () => posted().length === told().length,
      TIMEOUT_MS,
    )
    expect(posted().map(words)).to.deep.equal(told().map(words))
    const own = posted().filter(({ rule }) => rule === 'crash-loop')
    expect(own.map(({ id, state }) => [id, state])).to.deep.equal([
      [resolved.id, 'raised'],
      [resolved.id, 'resolved'],
    ])
  })

  it('keep the address of the webhook to themselves', async () => {
    for (const of of await world.processes())
      for (const file of ['cmdline', 'environ'] as const)
        expect(procFile(String(of.pid), file), of.command).to.not.contain('never-to-be-seen')
    process.kill(pid, 'SIGINT')
    const { status, stdout, stderr } = await ended
    pid = 0
    expect([status, stderr]).to.deep.equal([130, ''])
    expect(stdout).to.not.contain('never-to-be-seen')
  })
})
