import { expect } from 'chai'
import { isSchemaThere, validateAnswer, validateRequest } from './schema.js'

const describeWhereThere = isSchemaThere ? describe : describe.skip

describeWhereThere("the validation by the Platform API's schema", () => {
  it('fails on a field that is missing, of the wrong kind, or unknown', () => {
    expect(() => validateAnswer('GET', '/account/rate-limits', { remaining: 5 })).not.to.throw()
    expect(() => validateAnswer('GET', '/account/rate-limits', {})).to.throw(
      /required property 'remaining'/,
    )
    expect(() => validateAnswer('GET', '/account/rate-limits', { remaining: '5' })).to.throw(
      /must be integer/,
    )
    expect(() => validateAnswer('GET', '/account/rate-limits', { remaining: 5, more: 1 })).to.throw(
      /additional properties/,
    )
  })

  it('fails on a wrong item of a list, and on a format', () => {
    expect(() => validateAnswer('GET', '/apps', [{}])).to.throw(/required property/)
    expect(() =>
      validateRequest('POST', '/apps/an-app/releases', { release: 'not-a-uuid' }),
    ).to.throw(/uuid/)
  })

  it('fails on a call that the API does not have', () => {
    expect(() => validateAnswer('GET', '/no/such', {})).to.throw(/has no GET/)
  })
})
