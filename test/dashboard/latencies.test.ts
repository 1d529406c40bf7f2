import { expect } from 'chai'
import { Latencies } from '../../src/dashboard/latencies.js'

const counted = (times: readonly number[]): Latencies => {
  const latencies = new Latencies()
  for (const time of times) latencies.add(time)
  return latencies
}
/** By sorting all of them. */
const exact = (times: readonly number[], share: number): number =>
  times.toSorted((one, other) => one - other)[Math.max(0, Math.ceil(share * times.length) - 1)]!

const upTo = (most: number) => Array.from({ length: most }, (_, at) => at + 1)
const SAMPLES: [string, number[]][] = [
  ['1 to 20 ms', upTo(20)],
  ['1 to 1000 ms', upTo(1000)],
  ['squares up to 90 s', upTo(300).map((one) => one ** 2)],
  [
    'mostly quick, some that time out',
    [...Array<number>(90).fill(3), ...Array<number>(10).fill(3e4)],
  ],
]

describe('times that are counted in buckets', () => {
  for (const [name, times] of SAMPLES)
    it(`tell percentiles of ${name} to within 5% and half a ms`, () => {
      for (const share of [0.01, 0.5, 0.9, 0.95, 0.99, 1]) {
        const right = exact(times, share)
        expect(counted(times).percentile(share), `${share}`).to.be.closeTo(
          right,
          right * 0.05 + 0.5,
        )
      }
    })

  it('tell nothing if there were none, and never more than the longest', () => {
    expect(new Latencies().percentile(0.5)).to.equal(null)
    for (const time of [0, 1, 11, 57, 89_999])
      expect(counted([time]).percentile(0.95)).to.be.at.most(time)
    expect(counted([0]).percentile(0.5)).to.equal(0)
  })

  it('keep a time beyond the last bucket as the longest', () => {
    const latencies = counted([10, 500_000])
    expect(latencies.max).to.equal(500_000)
    expect(latencies.percentile(1)).to.be.within(85_000, 500_000)
  })

  it('of two counts are those of both together', () => {
    const all = counted(upTo(100))
    all.addAll(counted(upTo(400)))
    const together = counted([...upTo(100), ...upTo(400)])
    expect([all.total, all.max]).to.deep.equal([500, 400])
    for (const share of [0.5, 0.95])
      expect(all.percentile(share)).to.equal(together.percentile(share))
  })
})
