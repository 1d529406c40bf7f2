import { expect } from 'chai'
import { parsePastTime } from '../../src/lib/past-time.js'

describe('a time of before', () => {
  const now = new Date(2026, 10, 27, 14, 30, 0).getTime()
  const cases: [string, number | undefined][] = [
    ['20m', now - 1_200_000],
    ['20m ago', now - 1_200_000],
    ['1.5h', now - 5_400_000],
    ['90', now - 90_000],
    ['14:05', new Date(2026, 10, 27, 14, 5).getTime()],
    ['9:05:30', new Date(2026, 10, 27, 9, 5, 30).getTime()],
    ['14:31', new Date(2026, 10, 26, 14, 31).getTime()],
    ['2026-11-27T14:05:00Z', Date.parse('2026-11-27T14:05:00Z')],
    ['2026-11-27 14:05+02:00', Date.parse('2026-11-27T12:05:00Z')],
    ['2026-11-27T14:05', new Date(2026, 10, 27, 14, 5).getTime()],
    ['2026-11-27', new Date(2026, 10, 27).getTime()],
    ['24:00', undefined],
    ['14:60', undefined],
    ['2026-13-01', undefined],
    ['yesterday', undefined],
    ['', undefined],
  ]
  for (const [text, time] of cases)
    it(`${text || 'nothing'} is ${time === undefined ? 'none' : 'one'}`, () => {
      expect(parsePastTime(text, now)).to.equal(time)
    })
})
