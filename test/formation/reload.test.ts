import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { reload, restart, type ReloadEvent } from '../../src/formation/index.js'
import type { Dyno, Formation } from '../../src/heroku/index.js'
import { apiFor, rejection } from '../support/platform.js'
import { dyno, formation } from '../support/records.js'
import { useVirtualClock } from '../support/virtual-clock.js'

/**
 * A formation that really restarts and scales; `breaks` names a dyno that does not come back from a
 * restart.
 */
class FakeFormation {
  readonly changes: string[] = []
  private made = 0
  dynos: Dyno[]
  constructor(
    readonly rows: Formation[],
    readonly breaks?: string,
  ) {
    this.dynos = rows.flatMap((row) =>
      Array.from({ length: row.quantity }, (_, i) => dyno(`${row.type}.${i + 1}`)),
    )
  }

  restart(selects: (one: Dyno) => boolean): void {
    this.dynos = this.dynos.map((one) =>
      selects(one)
        ? { ...one, id: `new-${++this.made}`, state: one.name === this.breaks ? 'crashed' : 'up' }
        : one,
    )
  }

  scale(type: string, quantity: number): void {
    const others = this.dynos.filter((one) => one.type !== type)
    this.dynos = [
      ...others,
      ...Array.from(
        { length: quantity },
        (_, i) =>
          this.dynos.find(({ name }) => name === `${type}.${i + 1}`) ??
          dyno(`${type}.${i + 1}`, 'up', { id: `new-${++this.made}` }),
      ),
    ]
    this.rows.find((row) => row.type === type)!.quantity = quantity
  }
}

describe('reload and restart', () => {
  useVirtualClock()

  let server: http.Server
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  async function platform(fake: FakeFormation): Promise<ReturnType<typeof apiFor>> {
    server = http
      .createServer(async (request, response) => {
        const path = request.url!
        const json = (body: unknown, status = 200) =>
          response
            .writeHead(status, { 'content-type': 'application/json' })
            .end(JSON.stringify(body))
        const [, dynoName] = /\/dynos\/([\w.]+)$/.exec(path) ?? []
        const body = await text(request)
        if (path === '/stream')
          return void response
            .writeHead(200, { 'content-type': 'text/plain' })
            .end('2026-11-22T20:00:00+00:00 app[web.2]: Error: no DATABASE_URL\n')
        if (request.method === 'GET')
          return void json(path.endsWith('/dynos') ? fake.dynos : fake.rows)
        if (request.method === 'POST') return void json({ logplex_url: `${url()}/stream` }, 201)
        if (request.method === 'DELETE') {
          fake.changes.push(`restart ${dynoName ?? 'all'}`)
          fake.restart((one) => dynoName === undefined || one.name === dynoName)
          return void json({}, 202)
        }
        const [update] = (JSON.parse(body) as { updates: { type: string; quantity: number }[] })
          .updates
        fake.changes.push(`scale ${update!.type}=${update!.quantity}`)
        fake.scale(update!.type, update!.quantity)
        return void json(fake.rows)
      })
      .listen(0, '127.0.0.1')
    await once(server, 'listening')
    return apiFor(url())
  }
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const options = { waitTimeout: 10_000, poll: 1 }

  it('reload goes dyno by dyno', async () => {
    const fake = new FakeFormation([formation('web', 2), formation('worker', 2)])
    const events: ReloadEvent[] = []
    const result = await reload(await platform(fake), 'a1', {
      ...options,
      onEvent: (event) => events.push(event),
    })
    expect(fake.changes).to.deep.equal([
      'restart web.1',
      'restart web.2',
      'restart worker.1',
      'restart worker.2',
    ])
    expect(result).to.deep.equal({ reloaded: ['web.1', 'web.2', 'worker.1', 'worker.2'], gaps: [] })
    expect(events.map(({ kind }) => kind)).to.deep.equal([
      'reloading',
      'serving',
      'reloading',
      'serving',
      'reloading',
      'serving',
      'reloading',
      'serving',
    ])
  })
  it('reload adds one dyno beside a lone one, and removes it afterwards', async () => {
    const fake = new FakeFormation([formation('web', 1), formation('jobs', 0)])
    await reload(await platform(fake), 'a1', options)
    expect(fake.changes).to.deep.equal(['scale web=2', 'restart web.1', 'scale web=1'])
  })
  it('reload restarts a lone dyno of a size that allows one only, and says so', async () => {
    const fake = new FakeFormation([formation('web', 1, 'Basic')])
    expect(await reload(await platform(fake), 'a1', options)).to.deep.equal({
      reloaded: ['web.1'],
      gaps: ['web'],
    })
    expect(fake.changes).to.deep.equal(['restart web.1'])
  })
  it('reload stops at the first dyno that does not come back, and leaves the others', async () => {
    const fake = new FakeFormation([formation('web', 3)], 'web.2')
    const error = await rejection(reload(await platform(fake), 'a1', options))
    expect(error).to.include({ code: 'boot', message: 'web.2 crashed when it was restarted.' })
    expect(error.why).to.contain('go on serving').and.contain('no DATABASE_URL')
    expect(fake.changes).to.deep.equal(['restart web.1', 'restart web.2'])
  })
  it('reload takes the added dyno away even where the lone one does not come back', async () => {
    const fake = new FakeFormation([formation('web', 1)], 'web.1')
    await rejection(reload(await platform(fake), 'a1', options))
    expect(fake.changes).to.deep.equal(['scale web=2', 'restart web.1', 'scale web=1'])
  })
  it('restart restarts the selection together and waits for all of it', async () => {
    const fake = new FakeFormation([formation('web', 2), formation('worker', 1)])
    expect(await restart(await platform(fake), 'a1', {}, options)).to.deep.equal([
      'web.1',
      'web.2',
      'worker.1',
    ])
    expect(fake.changes).to.deep.equal(['restart all'])
  })
  it('restart of a dyno that is not there changes nothing', async () => {
    const fake = new FakeFormation([formation('web', 2)])
    expect(
      await rejection(restart(await platform(fake), 'a1', { name: 'web.7' }, options)),
    ).to.include({ code: 'not_found' })
    expect(fake.changes).to.deep.equal([])
  })
})
