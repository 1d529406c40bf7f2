import { expect } from 'chai'
import { foldPath } from '../../src/dashboard/fold-path.js'

const FOLDED: [string, string][] = [
  ['', '/'],
  ['/', '/'],
  ['/users', '/users'],
  ['/users/', '/users/'],
  ['/users/42', '/users/:id'],
  ['/users/42/orders/7', '/users/:id/orders/:id'],
  ['/o/6F9619FF-8b86-d011-b42d-00c04fc964ff/x', '/o/:id/x'],
  ['/commits/9fceb02d', '/commits/:id'],
  ['/docs/507f1f77bcf86cd799439011', '/docs/:id'],
  ['/t/V1StGXR8_Z5jdHi6B-myT', '/t/:id'],
  ['/app.3f9d0c2b.js', '/app.:hash.js'],
  ['/assets/chunk-B7xQz1aP.css', '/assets/chunk.:hash.css'],
  ['/app.3f9d0c2b.js.map', '/app.:hash.js.map'],
]
const KEPT = [
  '/v2/status',
  '/feedface/decade',
  '/internationalization',
  '/favicon.ico',
  '/jquery-3.7.1.min.js',
  '/my-bootstrap.css',
  '/%F0%9F%98%80',
]

describe('a path with its ids folded', () => {
  for (const [path, folded] of FOLDED)
    it(`${path || 'an empty one'} is ${folded}`, () => {
      expect(foldPath(path)).to.equal(folded)
    })

  it('keeps words, versions and names of files', () => {
    for (const path of KEPT) expect(foldPath(path)).to.equal(path)
  })

  it('has eight segments at most, and 120 characters', () => {
    expect(foldPath('/a/b/c/d/e/f/g/h')).to.equal('/a/b/c/d/e/f/g/h')
    expect(foldPath('/a/b/c/d/e/f/g/h/i/j')).to.equal('/a/b/c/d/e/f/g/h/…')
    expect(foldPath(`/${'é'.repeat(119)}`))
      .to.have.length(120)
      .and.not.contain('…')
    expect(foldPath(`/${'é'.repeat(120)}`))
      .to.have.length(120)
      .and.match(/é…$/)
  })
})
