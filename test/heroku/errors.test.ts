import { expect } from 'chai'
import { answerError } from '../../src/heroku/errors.js'
import { connectionError } from '../../src/heroku/connection-errors.js'

const endpoint = {
  apiUrl: 'https://api.heroku.com',
  gitUrl: 'https://git.heroku.com',
  token: 't0k3n',
  tokenSource: '~/.netrc',
  label: 'Heroku',
}
const answer = (status: number, body: object = {}, path = '/apps/a1/config-vars', method = 'GET') =>
  answerError({ status, body: JSON.stringify(body), path, method }, endpoint)

describe('what the platform refuses', () => {
  it('401 names where the token came from, and what to do', () => {
    const error = answer(401, { id: 'unauthorized', message: 'Invalid credentials provided.' })
    expect(error).to.include({
      code: 'auth',
      message: 'Heroku does not accept the token from ~/.netrc.',
      why: 'Invalid credentials provided.',
    })
    expect(error.next).to.contain('shipit login')
    expect(JSON.stringify(error)).to.not.contain('t0k3n')
  })
  it('403 that asks for a second factor says so', () => {
    expect(answer(403, { id: 'two_factor' })).to.include({
      code: 'auth',
      message: 'Heroku asks for a second factor.',
    })
  })
  it("402, 403 and 422 are refusals in the platform's own words", () => {
    expect(
      answer(402, {
        id: 'verification_required',
        message: 'Please verify your account',
        url: 'https://heroku.com/verify',
      }),
    ).to.include({
      code: 'refused',
      message: 'Heroku refused: Please verify your account',
      next: 'See https://heroku.com/verify',
    })
    expect(
      answer(403, { message: 'You do not have access' }, '/apps/a1/formation', 'PATCH').code,
    ).to.equal('refused')
    expect(answer(403, { id: 'suspended', message: 'Suspended for abuse' })).to.include({
      code: 'refused',
      message: 'Heroku has suspended this account or app.',
      why: 'Suspended for abuse',
    })
    expect(answer(422, { message: 'Name is already taken' }).message).to.equal(
      'Heroku refused: Name is already taken',
    )
  })
  it('403 to a look at an app is no access to it', () => {
    expect(answer(403, { id: 'forbidden', message: 'You do not have access' })).to.include({
      code: 'not_found',
      message: 'Your account has no access to a1 on Heroku.',
      why: 'You do not have access',
    })
  })
  it('404 names the app', () => {
    expect(answer(404, { id: 'not_found', resource: 'app' })).to.include({
      code: 'not_found',
      message: 'There is no app called a1 on Heroku, or your account has no access to it.',
    })
    expect(answer(404, {}, '/apps/a1').message).to.contain('no app called a1')
    expect(
      answer(
        404,
        { resource: 'release', message: "Couldn't find that release." },
        '/apps/a1/releases/9',
      ),
    ).to.include({ why: "Couldn't find that release." })
  })
  it('5xx for a change says that it is not known whether it was made', () => {
    expect(answer(500, {}, '/apps', 'POST'))
      .to.include({ code: 'network' })
      .and.have.property('next')
      .that.contains('not known')
  })
  it('a body that is no object is no obstacle', () => {
    expect(
      answerError({ status: 422, body: 'null', path: '/apps', method: 'POST' }, endpoint).message,
    ).to.equal('Heroku refused POST /apps with status 422.')
  })
})

describe('what breaks on the way', () => {
  const of = (code: string) =>
    connectionError(Object.assign(new Error('boom'), { code }), endpoint, {
      method: 'GET',
      path: '/apps',
      mayHaveActed: false,
    })
  for (const [code, words] of [
    ['ENOTFOUND', 'DNS'],
    ['ECONNREFUSED', 'nothing accepts'],
    ['ECONNRESET', 'broke'],
    ['ETIMEDOUT', 'in time'],
    ['CERT_HAS_EXPIRED', 'TLS'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'TLS'],
  ] as const) {
    it(`${code} is a network error that names the host`, () => {
      expect(of(code).code).to.equal('network')
      expect(of(code).message).to.contain('api.heroku.com').and.contain(words)
      expect(of(code).next).to.be.a('string')
    })
  }
})
