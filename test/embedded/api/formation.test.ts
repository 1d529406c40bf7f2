import { expect } from 'chai'
import { formationFor } from '../../../src/embedded/api/formation.js'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'

interface Row {
  type: string
  quantity: number
  size: string
}

describe('the Platform API: formation and dynos', () => {
  let test: TestPlatform
  before(async () => {
    test = await startTestPlatform()
    await test.deployedApp('an-app')
  })
  after(() => test.end())

  const rows = async () =>
    (await test.call<Row[]>('GET', '/apps/an-app/formation')).body
      .map(({ type, quantity, size }) => `${type}=${quantity}:${size}`)
      .sort()
      .join(' ')
  const scale = (updates: unknown) =>
    test.call<Row[]>('PATCH', '/apps/an-app/formation', { updates }, { isLoose: true })

  it('begins with one web dyno and none of other types', async () => {
    expect(await rows()).to.equal('web=1:Standard-1X worker=0:Standard-1X')
    expect(
      (await test.call<{ name: string; state: string }[]>('GET', '/apps/an-app/dynos')).body.map(
        ({ name, state }) => `${name} ${state}`,
      ),
    ).to.deep.equal(['web.1 up'])
  })

  it('takes quantities as numbers, as strings and as changes, and sizes in any spelling', async () => {
    expect(
      (
        await scale([
          { type: 'web', quantity: '3' },
          { type: 'worker', quantity: '+2', size: 'standard-2x' },
        ])
      ).status,
    ).to.equal(200)
    expect(await rows()).to.equal('web=3:Standard-1X worker=2:Standard-2X')
    await scale([
      { type: 'worker', quantity: '-1' },
      { type: 'web', dyno_size: { name: 'performance-m' } },
    ])
    expect(await rows()).to.equal('web=3:Performance-M worker=1:Standard-2X')
    await test.call('PATCH', '/apps/an-app/formation', { updates: [{ type: 'web', quantity: 2 }] })
    const one = await test.call<Row>('PATCH', '/apps/an-app/formation/web', {
      dyno_size: { name: 'Standard-1X' },
    })
    expect(one.body).to.include({ type: 'web', quantity: 2, size: 'Standard-1X' })
    expect((await test.call<Row>('GET', '/apps/an-app/formation/web')).body).to.deep.equal(one.body)
    expect(test.controls.calls.at(-1)).to.equal('reconcile an-app formation')
  })

  for (const [what, update, status, words] of [
    [
      'an unknown type',
      { type: 'clock', quantity: 1 },
      404,
      "Couldn't find that process type (clock).",
    ],
    ['an unknown size', { type: 'web', size: 'huge' }, 422, 'No such size as huge.'],
    [
      'an Eco dyno beside Standard ones',
      { type: 'web', quantity: 1, size: 'eco' },
      422,
      'Cannot use the following dyno types in the same app: Eco and Standard-2X',
    ],
    [
      'two Eco dynos of a type',
      { type: 'web', quantity: 2, size: 'eco' },
      422,
      'Cannot update to more than 1 Eco size dynos per process type.',
    ],
    [
      'eleven Performance dynos of a type',
      { type: 'web', quantity: 11, size: 'Performance-L' },
      422,
      'Cannot update to more than 10 Performance-L size dynos per process type.',
    ],
    [
      'more than 100 dynos in all',
      { type: 'web', quantity: 100 },
      422,
      'Cannot run more than 100 dynos in one app.',
    ],
    [
      'fewer than none',
      { type: 'web', quantity: '-9' },
      422,
      'Quantity of web must be greater than or equal to 0.',
    ],
    ['half a dyno', { type: 'web', quantity: 1.5 }, 422, 'Quantity of web must be a whole number.'],
  ] as const) {
    it(`refuses ${what}, and with it the whole batch`, async () => {
      const before = await rows()
      const answer = await scale([{ type: 'worker', quantity: 7 }, update])
      expect(answer.status).to.equal(status)
      expect((answer.body as unknown as { message: string }).message).to.equal(words)
      expect(await rows()).to.equal(before)
    })
  }

  it('answers with the limit and its id, as clients of autoscaling read them', async () => {
    expect((await scale([{ type: 'web', quantity: 101 }])).body).to.deep.include({
      id: 'cannot_update_above_limit',
      limit: 100,
    })
    expect(
      (
        await scale([
          { type: 'web', quantity: 100 },
          { type: 'worker', quantity: 1 },
        ])
      ).body,
    ).to.deep.include({ id: 'cannot_run_above_limit', limit: 100 })
  })

  it('lets all types of an app change to Eco in one request, and does not count those without dynos', async () => {
    const before = (await test.call<Row[]>('GET', '/apps/an-app/formation')).body.map(
      ({ type, quantity, size }) => ({ type, quantity, size }),
    )
    expect(
      (
        await scale([
          { type: 'web', quantity: 1, size: 'eco' },
          { type: 'worker', quantity: 1, size: 'eco' },
        ])
      ).status,
    ).to.equal(200)
    expect((await scale([{ type: 'web', size: 'basic' }])).status).to.equal(422)
    expect(
      (
        await scale([
          { type: 'worker', quantity: 0 },
          { type: 'web', size: 'basic' },
        ])
      ).status,
    ).to.equal(200)
    expect((await scale(before)).status).to.equal(200)
  })

  it('shows one dyno by name and id', async () => {
    const { body } = await test.call('GET', '/apps/an-app/dynos/web.1')
    expect(body).to.deep.include({ name: 'web.1', attach_url: null, size: 'Standard-1X' })
    expect((await test.call('GET', `/apps/an-app/dynos/${body.id}`)).body).to.deep.equal(body)
    expect((await test.call('GET', '/apps/an-app/dynos/web.99')).status).to.equal(404)
  })

  it('restarts and stops all dynos, a type, or one, by every path the official CLI takes', async () => {
    const calls: [string, string, string][] = [
      ['DELETE', '/dynos', 'restart "all"'],
      ['DELETE', '/dynos/web.1', 'restart {"name":"web.1"}'],
      ['DELETE', '/dynos/web', 'restart {"type":"web"}'],
      ['DELETE', '/formations/web', 'restart {"type":"web"}'],
      ['POST', '/dynos/web.2/actions/stop', 'stop {"name":"web.2"}'],
      ['POST', '/formations/worker/actions/stop', 'stop {"type":"worker"}'],
    ]
    for (const [method, path, expected] of calls) {
      const { status, body } = await test.call(method, `/apps/an-app${path}`)
      expect(status).to.equal(202)
      expect(body).to.deep.equal({})
      expect(test.controls.calls.at(-1)).to.equal(expected)
    }
    for (const path of [
      '/dynos/web.99',
      '/dynos/nothing',
      '/dynos/constructor',
      '/formations/nothing',
    ])
      expect((await test.call('DELETE', `/apps/an-app${path}`)).status, path).to.equal(404)
  })

  it('cycles one dyno, a type or all on request, by a path of its own', async () => {
    for (const [path, call] of [
      ['web.1/', 'restart {"name":"web.1"} cycling'],
      ['web/', 'restart {"type":"web"} cycling'],
      ['', 'restart {} cycling'],
    ]) {
      expect(
        (
          await test.call('POST', `/shipit/apps/an-app/dynos/${path}actions/cycle`, undefined, {
            isOutside: true,
          })
        ).status,
      ).to.equal(202)
      expect(test.controls.calls.at(-1)).to.equal(call)
    }
    expect(
      (await test.call('POST', '/shipit/apps/an-app/dynos/web.77/actions/cycle')).status,
    ).to.equal(404)
  })
})

describe('the formation that follows from a slug', () => {
  it('has a type of any name, those of every object of JavaScript among them', () => {
    const types = JSON.parse('{"constructor":"node a","__proto__":"node b"}') as Record<
      string,
      string
    >
    const first = formationFor(types, {}, 'then', 'common')
    const rows = (formation: typeof first) =>
      Object.entries(formation).map(
        ([name, { id, type, command, quantity, created_at: made }]) => ({
          name,
          type,
          command,
          quantity,
          made,
          hasId: /^[0-9a-f-]{36}$/.test(id),
        }),
      )
    const expected = ['constructor', '__proto__'].map((type, index) => ({
      name: type,
      type,
      command: ['node a', 'node b'][index],
      quantity: 0,
      made: 'then',
      hasId: true,
    }))
    expect(rows(first)).to.deep.equal(expected)
    expect(rows(formationFor(types, first, 'now', 'common'))).to.deep.equal(expected)
  })
})
