import { expect } from 'chai'
import { BuildFailure } from '../../../src/embedded/build/failure.js'
import {
  chooseNode,
  nearestNode,
  nodeRange,
  nodeWarnings,
  noSuchNode,
  npmBeside,
} from '../../../src/embedded/build/node-versions.js'

/** Rules of heroku-buildpack-nodejs, resolve-version/src/main.rs, over a list of our own. */
describe('the Node.js that engines.node asks for', () => {
  const VERSIONS = [
    '0.10.48',
    '14.21.3',
    '18.20.8',
    '20.20.2',
    '22.5.0',
    '22.23.3',
    '24.0.0',
    '24.21.0',
    '25.9.0',
    '26.10.0',
    '27.0.0-rc.1',
  ]
  const cases: [
    asked: string | undefined,
    version: string | undefined,
    marks?: ('wide' | 'held' | 'eol')[],
    mayBeWide?: boolean,
  ][] = [
    [undefined, '24.21.0'],
    ['', '24.21.0'],
    ['22.x', '22.23.3'],
    ['22', '22.23.3'],
    ['^22.5', '22.23.3'],
    ['~22.5.0', '22.5.0'],
    ['22.5.0', '22.5.0'],
    ['v22.5.0', '22.5.0'],
    ['=v22.5.0', '22.5.0'],
    ['~=22.5', '22.5.0'],
    ['>= v20.0.0 <21', '20.20.2', ['eol']],
    ['= 14.x', '14.21.3', ['eol']],
    ['0.10.x', '0.10.48', ['eol']],
    ['>=20', '24.21.0', ['wide', 'held']],
    ['>=20', '26.10.0', ['wide'], true],
    ['*', '24.21.0', ['wide', 'held']],
    ['x', '24.21.0', ['wide', 'held']],
    ['latest', '24.21.0', ['wide', 'held']],
    ['latest', '26.10.0', ['wide'], true],
    ['20.x || 22.x || 24.x', '24.21.0'],
    ['18 || 20', '20.20.2', ['eol']],
    ['24 || 25', '24.21.0', ['wide', 'held']],
    ['22 || 24 || 26', '24.21.0', ['held']],
    ['>=25', '26.10.0', ['wide']],
    ['25.x', '25.9.0', ['eol']],
    ['26', '26.10.0'],
    ['23.x', undefined],
    ['0.11.333', undefined],
    ['>=27', undefined],
    ['>24 <24', undefined],
  ]
  for (const [asked, version, marks = [], mayBeWide = false] of cases) {
    it(`is ${version ?? 'none'} for ${asked === undefined ? 'no engines.node' : JSON.stringify(asked)}${mayBeWide ? ' with NODEJS_ALLOW_WIDE_RANGE' : ''}`, () => {
      const chosen = chooseNode(asked, VERSIONS, mayBeWide)
      expect(chosen?.version).to.equal(version)
      if (chosen)
        expect({
          wide: chosen.isWide,
          held: chosen.isHeldToLts,
          eol: chosen.isEndOfLife,
        }).to.deep.equal({
          wide: marks.includes('wide'),
          held: marks.includes('held'),
          eol: marks.includes('eol'),
        })
    })
  }

  for (const asked of ['stable', 'lts/*', '14.x.badversion', '12.%', 'latest please', 'node']) {
    it(`is an error for ${JSON.stringify(asked)}, in Heroku's words`, () =>
      expect(() => nodeRange(asked)).to.throw(
        BuildFailure,
        'Error: Invalid Node.js version requirement.',
      ))
  }

  it('is the nearest of its line if the registry lacks it, and none beyond its line', () => {
    const known = ['0.11.16', '14.15.0', '14.15.2', '14.21.3', '24.21.0']
    const nearest = [
      '14.15.3',
      '~14.15.3',
      '14.17.x',
      '14.15.3 || 24.99.0',
      '14.21.4',
      '24.22.0',
      '0.11.333',
      '0.9.1',
      '23.x',
      '>24 <24',
    ].map((asked) => nearestNode(asked, known))
    expect(nearest).to.deep.equal([
      '14.15.2',
      '14.15.2',
      '14.21.3',
      '14.15.2',
      ...Array<undefined>(6).fill(undefined),
    ])
  })

  it("says in Heroku's words that there is none", () => {
    expect(noSuchNode('0.11.333').message).to.equal(
      'Error: No published Node.js version matches the requested range.',
    )
    expect(noSuchNode('0.11.333').details.join('\n')).to.include('package.json (0.11.333)')
  })

  it('is warned of where Heroku warns', () => {
    const words = (asked: string) =>
      nodeWarnings(asked, chooseNode(asked, VERSIONS, false)!).join('\n')
    expect(words('24.x')).to.equal('')
    expect(words('>=22'))
      .to.include('The requested Node.js version is using a wide range')
      .and.to.include('has been limited to the Active LTS (24.21.0)')
    expect(words('>=25')).to.include('is using a wide range').and.not.to.include('has been limited')
    expect(words('20.x')).to.include('Node.js 20.20.2 is now End-of-Life')
    expect(words('22.5.0')).to.include('Issues with Node.js v22.5.0')
  })
})

describe('the npm beside a Node.js', () => {
  const PUBLISHED = {
    '1.4.28': '2014-09-12',
    '2.15.11': '2016-09-09',
    '6.14.9': '2020-11-20',
    '6.14.10': '2020-12-18',
    '10.8.2': '2024-07-09',
    '10.9.7': '2026-03-01',
    '10.9.8': '2026-08-01',
    '11.6.0': '2025-09-03',
    created: '2010-01-01',
  }
  const cases: [node: string, published: string | undefined, npm: string][] = [
    ['0.10.33', '2014-10-20', '1.4.28'],
    ['14.15.3', '2020-12-17', '6.14.9'],
    ['20.20.2', '2026-03-24', '10.8.2'],
    ['22.22.2', '2026-03-24', '10.9.7'],
    ['22.22.2', undefined, '10.9.8'],
    ['24.9.0', '2025-09-25', '11.6.0'],
    // Dates of old packages are those of a move to another registry: then the oldest of the line.
    ['14.15.3', '2000-01-01', '6.14.9'],
  ]
  for (const [node, published, npm] of cases)
    it(`is ${npm} for ${node} of ${published ?? 'an unknown day'}`, () =>
      expect(npmBeside(node, published, PUBLISHED)).to.equal(npm))
})
