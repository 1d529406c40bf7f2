import { expect } from 'chai'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'
import { SteeredClock } from '../support/steered-clock.js'

interface Authorization {
  id: string
  description: string
  scope: string[]
  access_token: { token: string; expires_in: number | null }
}

describe('the Platform API: authorizations', () => {
  let test: TestPlatform
  const clock = new SteeredClock(Date.parse('2026-01-01'))
  before(async () => {
    test = await startTestPlatform(clock)
  })
  after(() => test.end())

  const create = async (body: object): Promise<Authorization> => {
    const { status, body: made } = await test.call<Authorization>(
      'POST',
      '/oauth/authorizations',
      body,
    )
    expect(status).to.equal(201)
    return made
  }
  /** The status that a token gets. */
  const statusWith = async (token: string) =>
    (
      await test.call('GET', '/account', undefined, {
        headers: { authorization: `Bearer ${token}` },
      })
    ).status

  it('creates tokens that work until they are revoked, also after a restart', async () => {
    const made = await create({ description: 'a script', scope: ['read'] })
    expect(made).to.deep.include({ description: 'a script', scope: ['read'] })
    const { token } = made.access_token
    expect(await statusWith(token)).to.equal(200)
    await test.restart()
    expect(await statusWith(token)).to.equal(200)
    expect(
      (await test.call<Authorization[]>('GET', '/oauth/authorizations')).body.map(({ id }) => id),
    ).to.deep.equal([made.id])
    expect((await test.call('DELETE', `/oauth/authorizations/${made.id}`)).status).to.equal(200)
    expect(await statusWith(token)).to.equal(401)
    expect((await test.call('GET', `/oauth/authorizations/${made.id}`)).status).to.equal(404)
  })

  it('replaces a token, and renames an authorization', async () => {
    const made = await create({ description: 'before', scope: ['global'] })
    const at = `/oauth/authorizations/${made.id}`
    expect(
      (await test.call<Authorization>('PATCH', at, { description: 'after' }, { isLoose: true }))
        .body.description,
    ).to.equal('after')
    const { token } = (await test.call<Authorization>('POST', `${at}/actions/regenerate-tokens`))
      .body.access_token
    expect(await statusWith(made.access_token.token)).to.equal(401)
    expect(await statusWith(token)).to.equal(200)
  })

  it('ends a token when its time is over', async () => {
    const made = await create({ description: 'short', scope: ['global'], expires_in: 60 })
    expect(made.access_token.expires_in).to.equal(60)
    clock.advance(59_000)
    expect(await statusWith(made.access_token.token)).to.equal(200)
    clock.advance(2000)
    expect(await statusWith(made.access_token.token)).to.equal(401)
    expect(
      (await test.call<Authorization[]>('GET', '/oauth/authorizations')).body.map(({ id }) => id),
    ).to.not.include(made.id)
  })

  it('rejects scopes and times that are none, and a token that nobody made', async () => {
    expect(
      (await test.call('POST', '/oauth/authorizations', { scope: 'global' }, { isLoose: true }))
        .status,
    ).to.equal(422)
    expect(
      (
        await test.call(
          'POST',
          '/oauth/authorizations',
          { scope: ['global'], expires_in: -1 },
          { isLoose: true },
        )
      ).status,
    ).to.equal(422)
    expect(await statusWith('HRKU-made-up')).to.equal(401)
  })
})
