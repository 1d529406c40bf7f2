/** Alerts of an app on the embedded Heroku, as its log and its list of dynos tell them. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type { Alert, AppSummary, Overview } from '../../../src/dashboard/wire.js'
import type { Events } from '../../support/dashboard-client.js'
import { until as look } from '../../../src/lib/until.js'
import { eventLine, sampleLine } from '../../../src/runtime/event-line.js'
import { NEW, OLD, World } from '../../support/embedded/index.js'
import { faultServer, type FaultServer } from '../../support/fault-server.js'
import { until } from '../../support/until.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { dashboardOf, type Opened } from '../support.js'

const SECOND = 1000
const MINUTE = 60 * SECOND

describe('alerts of an app', () => {
  useVirtualClock()

  let world: World
  let opened: Opened
  let events: Events
  let receiver: FaultServer
  let printing: NodeJS.Timeout
  beforeEach(async () => {
    world = await World.start({ commits: [OLD, NEW] })
    receiver = await faultServer([{ chunks: ['ok'] }])
    opened = await dashboardOf(world, { notify: new URL(`${receiver.url}/hook`) })
    await until('the dynos', async () => (await summary()).dynos.up === 1)
    events = await opened.client.events()
    printing = setInterval(print, 20 * SECOND)
    print()
  })
  afterEach(async () => {
    clearInterval(printing)
    events.close()
    await opened.close()
    await receiver.close()
    await world.stop()
  })

  const API = { source: 'web.1', app: 'api', instance: 0 }
  const print = () =>
    world.running('web.1').print(
      `${sampleLine(API, {
        pid: 23,
        status: 'online',
        restarts: 0,
        uptime: 80,
        memoryMb: 60,
        cpuPercent: 2,
      }).trimEnd()} of=1`,
    )
  const exit = () =>
    world.running('web.1').print(eventLine(API, 'exit', { code: 7, backoff: '100ms' }).trimEnd())
  const summary = async (): Promise<AppSummary> =>
    (await opened.client.get<Overview>('/api/apps')).apps[0]!
  /** As a page has them that took every event. */
  const told = () => events.of<Alert[]>('alerts').flat()
  const words = () => told().map(({ rule, place, state }) => `${rule} ${place} ${state}`)
  const posted = () =>
    receiver.arrived.map(({ body }) => {
      const { rule, place, state } = JSON.parse(body) as Alert
      return `${rule} ${place} ${state}`
    })
  /** Looks once a second: minutes have too many moments. */
  const one = async (word: string) => {
    const isThere = async () => words().includes(word) || undefined
    if (await look(isThere, { timeout: 15 * MINUTE, every: SECOND })) return
    throw new Error(`${word} did not come, but ${words().join()}`)
  }
  const both = async (...expected: string[]) => {
    await until(
      () => `${posted().join()}`,
      () => posted().length >= expected.length,
    )
    expect(words()).to.deep.equal(expected)
    expect(posted()).to.deep.equal(expected)
  }

  it('are none as long as it is well', async () => {
    await delay(5 * MINUTE)
    await both()
  })

  it('tell of a crash loop once, and that it is over', async () => {
    for (let times = 0; times < 6; times += 1) {
      exit()
      await delay(2 * SECOND)
    }
    await one('crash-loop web.1 raised')
    await one('crash-loop web.1 resolved')
    await both('crash-loop web.1 raised', 'crash-loop web.1 resolved')
    const [raised, resolved] = told()
    expect(raised!.text).to.equal(
      'api:0 in web.1 crashed 6 times in 10 s, and last exited with code 7.',
    )
    expect(raised!.id).to.equal(resolved!.id)
    expect(raised!.at).to.equal(resolved!.raised_at)
    const passed = Date.parse(resolved!.at) - Date.parse(raised!.at)
    expect(passed).to.be.within(5 * MINUTE, 7 * MINUTE)
  })

  it('are over a minute after the release that has the fix, and told to who comes later', async () => {
    for (let times = 0; times < 3; times += 1) exit()
    await one('crash-loop web.1 raised')
    const at = Date.now()
    await world.deploy(OLD)
    await one('crash-loop web.1 resolved')
    expect(Date.now() - at).to.be.within(MINUTE, 2.5 * MINUTE)
    await both('crash-loop web.1 raised', 'crash-loop web.1 resolved')
    const later = await opened.client.events('a1')
    const [known] = await until('what was', () => later.of<Alert[]>('alerts')[0])
    expect(known).to.include({ rule: 'crash-loop', state: 'resolved' })
    later.close()
  })

  it('tell that no figures come, and not of a dyno that starts', async () => {
    await delay(MINUTE)
    clearInterval(printing)
    await one('silent web.1 raised')
    expect(told()[0]!.text).to.match(/^web\.1 is up, and has told no figures for 1 min/)
    print()
    await one('silent web.1 resolved')
    await world.directly('DELETE', '/apps/a1/dynos/web.1')
    await delay(5 * MINUTE)
    // The new one never told any.
    await both('silent web.1 raised', 'silent web.1 resolved')
  })

  it('tell that the platform cannot be reached, and judge by nothing else meanwhile', async () => {
    await delay(MINUTE)
    world.proxy.reply('GET', /./, { status: 401, json: { id: 'unauthorized', message: 'No.' } }, 5)
    clearInterval(printing)
    await one('unreachable null raised')
    await one('unreachable null resolved')
    print()
    printing = setInterval(print, 20 * SECOND)
    await delay(3 * MINUTE)
    await both('unreachable null raised', 'unreachable null resolved')
  })

  it('do not wait for a receiver that never answers, nor does the end for long', async () => {
    await receiver.close()
    receiver = await faultServer(['never answers'])
    const { url } = receiver
    await opened.close()
    events.close()
    const problems: string[] = []
    opened = await dashboardOf(world, {
      notify: new URL(`${url}/never-to-be-seen`),
      report: (problem) => problems.push(problem),
    })
    events = await opened.client.events()
    await until('the dynos', async () => (await summary()).dynos.up === 1)
    for (let times = 0; times < 3; times += 1) exit()
    await one('crash-loop web.1 raised')
    await until('the call', () => receiver.arrived.length > 0)
    const at = Date.now()
    await opened.close()
    expect(Date.now() - at).to.be.below(6 * SECOND)
    expect(problems.join()).to.contain(new URL(url).host).and.not.contain('never-to-be-seen')
    opened = await dashboardOf(world)
  })
})
