import { expect } from 'chai'
import { hideValues } from '../../src/heroku/hide-values.js'

describe('the values of config vars in an error', () => {
  it('are hidden wherever they stand, the longest first', () => {
    expect(hideValues('x-secret-1y secret', ['secret', 'secret-1'])).to.equal('x-…y …')
    expect(hideValues('secret', ['', 'secret'])).to.equal('…')
  })

  it('are hidden where they stand alone if they are short: no word loses a letter', () => {
    expect(hideValues('The embedded Heroku: b is no "b", b.', ['b'])).to.equal(
      'The embedded Heroku: … is no "…", ….',
    )
    expect(hideValues('b', ['b'])).to.equal('…')
    expect(hideValues('a-b b_c 1', ['b', '1', 'a$&'])).to.equal('a-b b_c …')
  })
})
