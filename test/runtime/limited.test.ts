import { expect } from 'chai'
import { createRequire } from 'node:module'
import { eachLimit, timesLimit } from '../../src/runtime/limited.js'

const pm2 = createRequire(createRequire(import.meta.url).resolve('pm2/package.json'))

/** What `async`, as PM2 brings it, does beside ours. */
const BOTH = [
  [
    'async',
    pm2('async/timesLimit') as typeof timesLimit,
    pm2('async/eachLimit') as typeof eachLimit,
  ],
  ['ours', timesLimit, eachLimit],
] as const

for (const [name, times, each] of BOTH) {
  describe(`work on many things at once: ${name}`, () => {
    for (const isLater of [false, true]) {
      const soon = (call: () => void) => (isLater ? void setImmediate(call) : call())

      it(`gives all results in order, with no more at work than allowed (${isLater ? 'later' : 'at once'})`, async () => {
        let [running, most] = [0, 0]
        const results = await new Promise((resolve, reject) => {
          times<number>(
            7,
            2,
            (index, next) => {
              most = Math.max(most, (running += 1))
              soon(() => {
                running -= 1
                next(null, index * 2)
              })
            },
            (error, all) => (error ? reject(error as Error) : resolve(all)),
          )
        })
        expect(results).to.deep.equal([0, 2, 4, 6, 8, 10, 12])
        expect(most).to.be.at.most(2)
      })

      it(`begins nothing after an error, which it tells once (${isLater ? 'later' : 'at once'})`, async () => {
        const seen: string[] = []
        const errors: unknown[] = []
        await new Promise<void>((resolve) => {
          each(
            ['a', 'b', 'c'],
            1,
            (item, next) => {
              seen.push(item)
              soon(() => next(item === 'b' ? 'no' : null))
            },
            (error) => {
              errors.push(error)
              setImmediate(resolve)
            },
          )
        })
        expect(seen).to.deep.equal(['a', 'b'])
        expect(errors).to.deep.equal(['no'])
      })
    }

    it('is done at once with nothing to do', () => {
      let error: unknown = 'not called'
      each(
        [],
        3,
        () => undefined,
        (one) => (error = one),
      )
      expect(error).to.equal(null)
    })
  })
}

describe('work on many things at once: ours', () => {
  it('takes one answer of each piece of work, and none once all is over', () => {
    const answers: ((error?: unknown, result?: number) => void)[] = []
    const ends: unknown[] = []
    timesLimit<number>(
      3,
      2,
      (_index, next) => answers.push(next),
      (error, all) => ends.push([error, all]),
    )
    expect(answers).to.have.lengthOf(2)
    answers[0]!(null, 10)
    answers[0]!(null, 11)
    answers[0]!('too late')
    expect(answers).to.have.lengthOf(3)
    answers[2]!(null, 12)
    expect(ends).to.deep.equal([])
    answers[1]!(null, 13)
    expect(ends).to.deep.equal([[null, [10, 13, 12]]])
    answers[1]!('after the end')
    expect(ends).to.have.lengthOf(1)
  })

  it('tells no second error, and no end after one', () => {
    const answers: ((error?: unknown, result?: number) => void)[] = []
    const ends: unknown[] = []
    timesLimit<number>(
      2,
      2,
      (_index, next) => answers.push(next),
      (error) => ends.push(error),
    )
    answers[0]!('first')
    answers[1]!('second')
    expect(ends).to.deep.equal(['first'])
    timesLimit(1, 1, (_index, next) => next('unheard'))
  })
})
