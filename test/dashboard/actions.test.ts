import { expect } from 'chai'
import type { ActionNews, ActionRequest, Question } from '../../src/dashboard/wire.js'
import type { Events } from '../support/dashboard-client.js'
import { NEW, OLD, World } from '../support/embedded/index.js'
import { until } from '../support/until.js'
import { useVirtualClock } from '../support/virtual-clock.js'
import { dashboardOf, type Opened } from './support.js'

describe('what is done from the dashboard', () => {
  useVirtualClock()

  let world: World
  let opened: Opened
  let events: Events
  async function open(options: { web?: number; isReadOnly?: boolean } = {}): Promise<void> {
    const behaviour = { listensAfter: 1000, build: { types: ['web', 'worker'] } }
    world = await World.start({
      commits: [OLD, NEW],
      behaviours: { [OLD]: behaviour, [NEW]: behaviour },
    })
    await world.scale('web', options.web ?? 2)
    await world.settled()
    world.calls.length = 0
    opened = await dashboardOf(world, { isReadOnly: options.isReadOnly ?? false })
    events = await opened.client.events('a1')
    await until('the dynos', () => events.of('dynos').length > 0)
  }
  afterEach(async () => {
    events.close()
    await opened.close()
    await world.stop()
  })
  const ask = async (request: ActionRequest) => {
    const { status, text } = await opened.client.post('/api/apps/a1/questions', request)
    return { status, question: JSON.parse(text) as Question }
  }
  const begin = (request: unknown) => opened.client.post('/api/apps/a1/actions', request)
  /** The last word of an action. */
  const done = async (request: ActionRequest): Promise<ActionNews> => {
    const { status, text } = await begin(request)
    expect(status, text).to.equal(202)
    return end((JSON.parse(text) as { id: string }).id)
  }
  const end = (id: string): Promise<ActionNews> =>
    until(
      'the end',
      () =>
        events.of<ActionNews>('action').find((news) => news.id === id && news.state !== 'running'),
      120_000,
    )

  it('is a restart of one dyno, after its question', async () => {
    await open()
    const { question } = await ask({ kind: 'restart', dyno: 'web.2' })
    expect(question).to.include({ title: 'Restart', confirm: 'Restart', is_dangerous: true })
    expect(question.text).to.contain('web.2')
    expect(world.calls).to.deep.equal([])
    expect(await done({ kind: 'restart', dyno: 'web.2' })).to.include({
      state: 'done',
      text: 'Restarted web.2.',
    })
    expect(world.calls).to.deep.equal(['restart web.2'])
  })

  it('is a reload, dyno by dyno, with its progress', async () => {
    await open()
    expect((await ask({ kind: 'reload' })).question.text).to.contain('no request is lost')
    expect((await done({ kind: 'reload' })).text).to.equal('Reloaded web.1, web.2.')
    expect(world.calls).to.deep.equal(['restart web.1', 'restart web.2'])
    const said = events.of<ActionNews>('action').map(({ text }) => text)
    expect(said).to.include.members(['Reloading web.1...', 'Reloading web.2...'])
  })

  it('is a scale of count and size, with what it costs', async () => {
    await open()
    const request = { kind: 'scale', type: 'web', quantity: 3, size: 'standard-2x' } as const
    expect((await ask(request)).question.text).to.match(
      /from 2 Standard-1X to 3 Standard-2X dynos\? Afterwards: standard dynos, costs more\./,
    )
    expect((await done(request)).state).to.equal('done')
    expect(world.calls).to.deep.equal(['scale web=3:Standard-2X'])
    expect(world.states()).to.deep.equal(['web up', 'web up', 'web up'])
    const same = await ask(request)
    expect(same.status).to.equal(400)
  })

  it('is a stop that a start takes back', async () => {
    await open()
    expect((await ask({ kind: 'stop' })).question.text).to.contain('web=2:Standard-1X')
    expect((await done({ kind: 'stop' })).text).to.equal('Stopped web=2:Standard-1X.')
    expect(world.states()).to.deep.equal([])
    expect((await done({ kind: 'start' })).text).to.equal('Started web=2:Standard-1X.')
    expect(world.states()).to.deep.equal(['web up', 'web up'])
  })

  it('is a rollback to the release before, or to one that is named', async () => {
    await open()
    const { question } = await ask({ kind: 'rollback' })
    expect(question.text).to.contain(`from v${world.version}`).and.contain('config vars come back')
    expect((await done({ kind: 'rollback' })).state).to.equal('done')
    expect(world.currentCommit).to.equal(OLD)
    expect((await done({ kind: 'rollback', version: world.version! - 1 })).state).to.equal('done')
    expect(world.currentCommit).to.equal(NEW)
  })

  it('is another number of instances, by the config var of scale', async () => {
    await open()
    const { question } = await ask({ kind: 'instances', app: 'api', count: 3 })
    expect(question.text).to.contain('SHIPIT_INSTANCES').and.contain('3 instances of api')
    const news = await done({ kind: 'instances', app: 'api', count: 3 })
    expect(news).to.include({ state: 'done', text: 'Set api to 3 instances in each dyno.' })
    expect(world.running('web.1').env).to.include({ SHIPIT_INSTANCES: 'api=3' })
  })

  it('is the end of a build', async () => {
    await open()
    world.behaviours[OLD] = { build: { takes: Infinity } }
    const { build, done: over } = await world.build(OLD)
    expect((await ask({ kind: 'cancel-build', build: build.id })).question.confirm).to.equal(
      'Cancel build',
    )
    expect((await done({ kind: 'cancel-build', build: build.id })).state).to.equal('done')
    expect((await over).status).to.equal('failed')
    expect((await ask({ kind: 'cancel-build', build: build.id })).status).to.equal(400)
  })

  it('is one thing at a time for an app, and ends in order when it is stopped', async () => {
    await open({ web: 3 })
    const { id } = JSON.parse((await begin({ kind: 'reload' })).text) as { id: string }
    expect((await begin({ kind: 'restart' })).status).to.equal(409)
    await until('the first dyno', () => world.calls.includes('restart web.1'))
    expect((await opened.client.post(`/api/apps/a1/actions/${id}/stop`, {})).status).to.equal(202)
    expect((await end(id)).state).to.equal('stopped')
    expect(world.calls).to.deep.equal(['restart web.1'])
    expect(world.states()).to.deep.equal(['web up', 'web up', 'web up'])
    expect((await opened.client.post(`/api/apps/a1/actions/${id}/stop`, {})).status).to.equal(404)
  })

  it('tells why it failed, and what to do next', async () => {
    await open()
    const news = await done({ kind: 'restart', dyno: 'web.9' })
    expect(news).to.include({ state: 'failed', text: 'a1 has no dyno web.9.' })
    expect(news.next).to.contain('shipit ps')
    expect((await ask({ kind: 'scale', type: 'nothing', quantity: 1 })).status).to.equal(400)
  })

  it('is nothing of what it does not know, and of names that are none', async () => {
    await open()
    const bodies: unknown[] = [
      null,
      [],
      { kind: 'destroy' },
      { kind: 'restart', dyno: '../../account' },
      { kind: 'scale', type: 'web', quantity: -1 },
      { kind: 'scale', type: 'web', quantity: 1.5 },
      { kind: 'restart', and: 'more' },
      { kind: 'cancel-build', build: 'a/b' },
      '{',
      { kind: 'restart', dyno: `web.${'1'.repeat(5000)}` },
    ]
    for (const body of bodies)
      expect((await begin(body)).status, JSON.stringify(body)).to.be.oneOf([400, 413])
    expect(world.calls).to.deep.equal([])
  })

  it('is nothing at all if it is read-only', async () => {
    await open({ isReadOnly: true })
    expect((await begin({ kind: 'restart' })).status).to.equal(403)
    expect((await ask({ kind: 'restart' })).status).to.equal(403)
    expect(world.calls).to.deep.equal([])
  })
})
