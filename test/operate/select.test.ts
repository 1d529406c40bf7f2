import { expect } from 'chai'
import { byTypeAndNumber } from '../../src/heroku/index.js'
import { exactSelection, parseSelection, parseType, selectDynos } from '../../src/operate/select.js'
import { dyno, formation } from '../support/records.js'

describe('what a user means by web and web.1', () => {
  it('is a type, a dyno, or everything', () => {
    expect(parseSelection('web')).to.deep.equal({ type: 'web' })
    expect(parseSelection('web.12')).to.deep.equal({ name: 'web.12' })
    // Heroku's own pattern of a process type is [-\\w]{1,128}.
    expect(parseSelection('2nd-web')).to.deep.equal({ type: '2nd-web' })
    expect(parseSelection('_x.1')).to.deep.equal({ name: '_x.1' })
    expect(parseSelection(undefined)).to.deep.equal({})
    expect(parseSelection('all')).to.deep.equal({})
  })
  for (const text of ['web.', '.1', '1', '12', '-web', 'web 1', 'web/1', '']) {
    it(`is not "${text}"`, () =>
      expect(() => parseSelection(text))
        .to.throw('neither a process type')
        .with.property('code', 'usage'))
  }

  const rows = [formation('web', 2), formation('worker', 1), formation('jobs', 0)]
  const dynos = [dyno('web.10'), dyno('web.2'), dyno('worker.1'), dyno('run.77')]
  it('selects dynos of the formation, in the order of their numbers', () => {
    expect(selectDynos(dynos, rows, {}, 'a1').map(({ name }) => name)).to.deep.equal([
      'web.2',
      'web.10',
      'worker.1',
    ])
    expect(
      selectDynos(dynos, rows, { type: 'worker' }, 'a1').map(({ name }) => name),
    ).to.deep.equal(['worker.1'])
    expect(selectDynos(dynos, rows, { name: 'web.2' }, 'a1').map(({ name }) => name)).to.deep.equal(
      ['web.2'],
    )
  })
  it('says what there is where nothing is meant', () => {
    expect(() => selectDynos(dynos, rows, { name: 'web.3' }, 'a1'))
      .to.throw('a1 has no dyno web.3.')
      .with.property('why', 'Its dynos are web.2, web.10, worker.1.')
    expect(() => selectDynos(dynos, rows, { type: 'jobs' }, 'a1')).to.throw(
      'a1 has no running dyno of type jobs.',
    )
    expect(() => selectDynos([], [formation('web', 0)], {}, 'a1'))
      .to.throw('a1 has no running dyno.')
      .with.property('next', 'Start some: shipit scale web=1 --app a1')
    expect(() => selectDynos([], rows, {}, 'a1'))
      .to.throw('a1 has no running dyno.')
      .with.property('next')
      .that.includes('shipit ps --watch --app a1')
  })
  it('sorts by type, then by number', () => {
    expect(
      [dyno('web.10'), dyno('api.1'), dyno('web.9')].sort(byTypeAndNumber).map(({ name }) => name),
    ).to.deep.equal(['api.1', 'web.9', 'web.10'])
  })
})

describe('a word that may be a type or a dyno', () => {
  it('is a type, unless it is all', () => {
    expect([undefined, 'all', 'web'].map(parseType)).to.deep.equal([undefined, undefined, 'web'])
  })

  it('is the dyno of that name where no type has it, as on Fir', () => {
    const dynos = [dyno('web-1a2b3-4c5d6'), dyno('jobs-1a2b3-4c5d6')]
    const rows = [formation('web', 1), formation('jobs', 1)]
    const exact = (asked: Parameters<typeof exactSelection>[0]) =>
      exactSelection(asked, dynos, rows)
    expect(exact({ type: 'jobs-1a2b3-4c5d6' })).to.deep.equal({ name: 'jobs-1a2b3-4c5d6' })
    expect(exact({ type: 'web' })).to.deep.equal({ type: 'web' })
    expect(exact({ type: 'gone-1a2b3-4c5d6' })).to.deep.equal({ type: 'gone-1a2b3-4c5d6' })
    expect(exact({})).to.deep.equal({})
    expect(exact({ name: 'web.1' })).to.deep.equal({ name: 'web.1' })
    // A type may be called as a dyno is.
    const own = exactSelection({ type: 'jobs' }, [dyno('jobs')], rows)
    expect(own).to.deep.equal({ type: 'jobs' })
  })
})
