import { expect } from 'chai'
import fc from 'fast-check'
import { ByteReader, ByteWriter } from '../../src/history/bytes.js'
import {
  addClasses,
  addTime,
  CLASSES,
  percentile,
  writeClasses,
  type Classes,
} from '../../src/history/service-times.js'

const exact = (times: readonly number[], share: number): number =>
  [...times].sort((one, other) => one - other)[Math.ceil(share * times.length - 1e-9) - 1]!

const times = fc.array(fc.oneof(fc.nat(40), fc.nat(2000), fc.nat(1_000_000)), {
  minLength: 1,
  maxLength: 400,
})

function counted(parts: readonly (readonly number[])[], isFine: boolean): Float64Array {
  const all = new Float64Array(CLASSES)
  for (const part of parts) {
    const classes: Classes = new Map()
    for (const time of part) addTime(classes, time)
    const to = new ByteWriter()
    writeClasses(to, classes, isFine)
    const from = new ByteReader(Buffer.from(to.written))
    addClasses(from, all)
    expect(from.at).to.equal(to.length)
  }
  return all
}

describe('history: service times', () => {
  for (const [isFine, error] of [
    [true, 1 / 32],
    [false, 0.065],
  ] as const)
    it(`gives percentiles of joined spans to ${(100 * error).toFixed(1)}%`, () => {
      fc.assert(
        fc.property(fc.array(times, { minLength: 1, maxLength: 5 }), (parts) => {
          const all = counted(parts, isFine)
          for (const share of [0.5, 0.95, 0.99]) {
            const wanted = exact(parts.flat(), share)
            expect(percentile(all, share)).to.be.closeTo(wanted, error * wanted + 0.5)
          }
        }),
      )
    })

  it('has none of no requests', () => {
    expect(percentile(new Float64Array(CLASSES), 0.5)).to.deep.equal(NaN)
  })

  it('takes a time that is longer than all classes as the longest', () => {
    expect(percentile(counted([[10 ** 9]], true), 1)).to.be.greaterThan(1_000_000)
  })
})
