import { expect } from 'chai'
import { duration, elapsed, parseDuration, shortDuration } from '../../src/lib/duration.js'

describe('durations', () => {
  const parsed: [string, number | undefined][] = [
    ['90', 90_000],
    ['90s', 90_000],
    [' 10m ', 600_000],
    ['1.5h', 5_400_000],
    ['0', 0],
    ['0.25s', 250],
    ['', undefined],
    ['m', undefined],
    ['-1s', undefined],
    ['1.', undefined],
    ['.5s', undefined],
    ['1d', undefined],
    ['1h30m', undefined],
    ['1 m', undefined],
    ['x1m', undefined],
  ]
  for (const [text, ms] of parsed)
    it(`${JSON.stringify(text)} is ${ms === undefined ? 'none' : `${ms} ms`}`, () =>
      expect(parseDuration(text)).to.equal(ms))

  const said: [number, string, string][] = [
    [0, '0 ms', '0 ms'],
    [800.4, '800 ms', '800 ms'],
    [999.4, '999 ms', '999 ms'],
    [999.6, '1 s', '1.0 s'],
    [1000, '1 s', '1.0 s'],
    [3249, '3 s', '3.2 s'],
    [59_400, '59 s', '59.4 s'],
    [59_960, '1 min', '1 m 00 s'],
    [60_000, '1 min', '1 m 00 s'],
    [65_200, '1 min 5 s', '1 m 05 s'],
    [119_960, '2 min', '2 m 00 s'],
    [200_000, '3 min 20 s', '3 m 20 s'],
    [3_599_999, '1 h', '60 m 00 s'],
    [7_500_000, '2 h 5 min', '125 m 00 s'],
  ]
  for (const [ms, words, time] of said)
    it(`${ms} ms are ${words}, and ${time} that have passed`, () =>
      expect([duration(ms), elapsed(ms)]).to.deep.equal([words, time]))

  it('are short in whole units', () =>
    expect(
      [0, 0.5, 59.9, 60, 3599, 3600, 86_399, 86_400, 200_000].map(shortDuration),
    ).to.deep.equal(['0s', '0s', '59s', '1m', '59m', '1h', '23h', '1d', '2d']))
})
