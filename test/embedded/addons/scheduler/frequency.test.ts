import { expect } from 'chai'
import {
  codeOf,
  FREQUENCIES,
  frequencyInWords,
  frequencyOf,
  isDue,
  nextRun,
  slotOf,
  type Frequency,
} from '../../../../src/embedded/addons/scheduler/frequency.js'
import { nextStart, type Job } from '../../../../src/embedded/addons/scheduler/job.js'

const TEN_MINUTES: Frequency = { every: 10, at: 0 }
const hourly = (at: number): Frequency => ({ every: 60, at })
const daily = (hour: number, minute = 0): Frequency => ({ every: 1440, at: hour * 60 + minute })
const at = (text: string) => Date.parse(`${text}Z`)
const next = (frequency: Frequency, time: string) =>
  new Date(nextRun(frequency, at(time))).toISOString().replace(/:00\.000Z$/, '')

describe('frequencies of the scheduler', () => {
  it('are those of Heroku: every 10 minutes, six of an hour, 48 of a day', () => {
    const words = FREQUENCIES.map(frequencyInWords)
    expect(words).to.have.length(55)
    expect(new Set(words).size).to.equal(55)
    expect([0, 1, 6, 7, 8, 54].map((index) => words[index])).to.deep.equal([
      'Every 10 minutes',
      'Every hour at :00',
      'Every hour at :50',
      'Every day at 00:00 UTC',
      'Every day at 00:30 UTC',
      'Every day at 23:30 UTC',
    ])
  })

  it('come back from a form as they went there, and others do not', () => {
    for (const one of FREQUENCIES) expect(frequencyOf(codeOf(one))).to.deep.equal(one)
    for (const code of ['', '10', '60@5', '1440@15', '1440@1440', '5@0', '10@10', '60@-10'])
      expect(frequencyOf(code), code).to.equal(undefined)
  })

  const times: [Frequency, from: string, to: string][] = [
    [TEN_MINUTES, '2026-11-27T14:00', '2026-11-27T14:10'],
    [TEN_MINUTES, '2026-11-27T14:09:59.999', '2026-11-27T14:10'],
    [TEN_MINUTES, '2026-12-31T23:50', '2027-01-01T00:00'],
    [hourly(0), '2026-11-27T14:00', '2026-11-27T15:00'],
    [hourly(50), '2026-11-27T14:00', '2026-11-27T14:50'],
    [hourly(20), '2026-11-30T23:20', '2026-12-01T00:20'],
    [daily(0), '2026-11-27T23:59:59.999', '2026-11-28T00:00'],
    [daily(0), '2026-11-28T00:00', '2026-11-29T00:00'],
    [daily(23, 30), '2026-11-30T23:29', '2026-11-30T23:30'],
    [daily(23, 30), '2026-11-30T23:30', '2026-12-01T23:30'],
    [daily(1, 30), '2028-02-28T01:30', '2028-02-29T01:30'],
    [daily(1, 30), '2026-02-28T01:30', '2026-03-01T01:30'],
    // When Europe's clocks go forward, and back: UTC knows nothing of it.
    [daily(1, 30), '2026-03-29T00:00', '2026-03-29T01:30'],
    [daily(1), '2026-10-25T00:59', '2026-10-25T01:00'],
    [daily(1), '2026-10-25T01:00', '2026-10-26T01:00'],
  ]
  for (const [frequency, from, to] of times)
    it(`${frequencyInWords(frequency)}: after ${from} comes ${to}`, () => {
      expect(next(frequency, from)).to.equal(to)
      expect(isDue(frequency, at(to))).to.equal(true)
    })

  it('are due as often in a month as they should be', () => {
    const slots = Array.from({ length: 30 * 144 }, (_, index) => at('2026-11-01') + index * 600_000)
    const due = (frequency: Frequency) => slots.filter((slot) => isDue(frequency, slot)).length
    for (const frequency of FREQUENCIES)
      expect(due(frequency), frequencyInWords(frequency)).to.equal(
        { 10: 4320, 60: 720, 1440: 30 }[frequency.every],
      )
  })

  it('are counted in slots of ten minutes', () => {
    expect(slotOf(at('2026-11-27T14:09:59.999'))).to.equal(at('2026-11-27T14:00'))
    expect(slotOf(at('2026-11-27T14:10'))).to.equal(at('2026-11-27T14:10'))
  })

  it('have no second run at the same time after the clock was set back', () => {
    const slot = at('2026-11-27T14:10')
    const last = { slot, at: slot, dyno: 'scheduler.1234', problem: null }
    const job: Job = { ...TEN_MINUTES, id: 'a', command: 'a', size: 'Eco', last }
    expect(nextStart(job, at('2026-11-27T14:05'))).to.equal(at('2026-11-27T14:20'))
    expect(nextStart({ ...job, last: null }, at('2026-11-27T14:05'))).to.equal(slot)
  })
})
