import { expect } from 'chai'
import { ShipitError } from '../../src/errors.js'
import { patience } from '../../src/heroku/limits.js'

describe('how long a platform is waited for', () => {
  it('is the defaults where nothing is said', () => {
    expect(patience({})).to.deep.equal({})
  })
  it('is what SHIPIT_HTTP_TIMEOUT and SHIPIT_HTTP_RETRIES say', () => {
    expect(patience({ SHIPIT_HTTP_TIMEOUT: '90s', SHIPIT_HTTP_RETRIES: '0' })).to.deep.equal({
      timeout: 90_000,
      silence: 30_000,
      retries: 0,
    })
  })
  for (const env of [
    { SHIPIT_HTTP_TIMEOUT: 'soon' },
    { SHIPIT_HTTP_TIMEOUT: '0' },
    { SHIPIT_HTTP_RETRIES: '-1' },
  ]) {
    it(`refuses ${JSON.stringify(env)}`, () => {
      expect(() => patience(env))
        .to.throw(ShipitError)
        .with.property('code', 'usage')
    })
  }
})
