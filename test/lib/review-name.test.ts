import { expect } from 'chai'
import { reviewAppName } from '../../src/lib/review-name.js'

describe('the name of a review app', () => {
  it('is that of the pipeline and of the review, where they fit as they are', () => {
    expect(reviewAppName('shop', 'pr-42')).to.equal('shop-pr-42')
    expect(reviewAppName('a'.repeat(24), 'pr-42')).to.equal(`${'a'.repeat(24)}-pr-42`)
  })

  it('is one that Heroku takes, the same each time, and of one review alone', () => {
    const given: [string, string][] = [
      ['a'.repeat(25), 'pr-42'],
      ['a'.repeat(25), 'pr-43'],
      [`${'a'.repeat(25)}b`, 'pr-42'],
      ['shop', 'feature/Basket'],
      ['shop', 'feature-basket'],
      ['shop', 'feature-basket-with-a-name-that-is-long'],
      ['shop', 'feature-basket-with-a-name-that-is-longer'],
      ['My Shop', 'pr-1'],
      ['my-shop', 'pr-1'],
      ['42', 'pr-1'],
      ['商店', '一'],
      ['商店', '二'],
      ['shop', '--'],
    ]
    const names = given.map(([pipeline, name]) => reviewAppName(pipeline, name))
    for (const name of names)
      expect(name)
        .to.match(/^[a-z](?:-?[a-z0-9])+$/)
        .and.to.match(/^.{3,30}$/)
    expect(new Set(names).size).to.equal(names.length)
    expect(given.map(([pipeline, name]) => reviewAppName(pipeline, name))).to.deep.equal(names)
  })
})
