import { expect } from 'chai'
import {
  costInWords,
  describeFit,
  describeMisfit,
  howReloaded,
  reloadInWords,
  scaleInWords,
} from '../../src/operate/in-words.js'

const dyno = (type: string, size: string) => ({ type, size })

describe('a change of a running app in words', () => {
  it('of a scale', () => {
    const words = (...[before, after]: [[number, string], [number, string]]) =>
      scaleInWords({
        before: { quantity: before[0], size: before[1] },
        after: { quantity: after[0], size: after[1] },
      })
    expect(words([1, 'Basic'], [2, 'basic'])).to.equal('from 1 to 2 basic dynos')
    expect(words([2, 'Basic'], [1, 'Basic'])).to.equal('from 2 to 1 Basic dyno')
    expect(words([2, 'Basic'], [0, 'Basic'])).to.equal('from 2 to 0 Basic dynos')
    expect(words([1, 'Basic'], [1, 'Standard-1X'])).to.equal('from 1 Basic to 1 Standard-1X dyno')
  })

  it('of a reload that is to come: whether it has a gap', () => {
    const TWO = [dyno('web', 'Standard-1X'), dyno('web', 'Standard-1X')]
    expect(howReloaded(TWO)).to.equal('Dyno by dyno; no request is lost.')
    expect(howReloaded([])).to.equal('Dyno by dyno; no request is lost.')
    expect(howReloaded([...TWO, dyno('jobs', 'Standard-2X')])).to.equal(
      'jobs gets a second dyno meanwhile; no request is lost.',
    )
    for (const size of ['Eco', 'Basic', 'of-tomorrow'])
      expect(howReloaded([...TWO, dyno('jobs', size)])).to.equal(
        `jobs is one ${size} dyno, so it has a short gap.`,
      )
    expect(howReloaded([dyno('jobs', 'Standard-1X'), dyno('web', 'Eco')])).to.equal(
      'web is one Eco dyno, so it has a short gap.',
    )
  })

  it('of a reload that goes on', () => {
    expect([
      reloadInWords({ kind: 'reloading', dyno: 'web.1' }),
      reloadInWords({ kind: 'serving', dyno: 'web.1', ms: 1234 }),
      reloadInWords({ kind: 'added', dyno: 'web.2' }),
      reloadInWords({ kind: 'removed', dyno: 'web.2' }),
      reloadInWords({ kind: 'gap', type: 'web', size: 'Eco' }),
    ]).to.deep.equal([
      'Reloading web.1...',
      'web.1 serves again (1.2 s)',
      'web.2 was added to serve meanwhile',
      undefined,
      undefined,
    ])
  })

  it('of what it costs', () =>
    expect([
      costInWords({ costClass: 'standard', costs: 'more' }),
      costInWords({ costClass: 'eco', costs: 'same' }),
      costInWords({ costClass: null, costs: 'less' }),
      costInWords({ costClass: 'fir', costs: null }),
      costInWords({ costClass: null, costs: null }),
    ]).to.deep.equal([
      'standard dynos, costs more',
      'eco dynos, costs the same',
      'costs less',
      'fir dynos',
      '',
    ]))

  it('of the memory that it takes', () => {
    const fit = {
      type: 'web',
      size: 'Standard-1X',
      quotaMb: 512,
      neededMb: 392,
      fits: true,
      apps: [
        { app: 'api', instances: 4, eachMb: 61 },
        { app: 'jobs', instances: 1, eachMb: 100 },
      ],
    }
    expect(describeFit(fit)).to.equal(
      'Memory of a web dyno (Standard-1X): 4 × api at 61 MB, 1 × jobs at 100 MB and 48 MB of ' +
        'shipit-runtime: 392 of 512 MB.',
    )
    expect(describeFit({ ...fit, quotaMb: null })).to.match(/: 392 MB\.$/)
    expect(describeMisfit({ ...fit, neededMb: 600 })).to.match(
      /^A web dyno \(Standard-1X\) does not hold that: 600 MB .* it has 512 MB\.[^]*--instances api=max,jobs=max\. .*: web:standard-2x$/,
    )
    expect(describeMisfit({ ...fit, size: 'Standard-2X' })).to.match(/: web:performance-m$/)
  })
})
