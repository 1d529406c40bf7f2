import { createRequire } from 'node:module'
import { expect } from 'chai'
import fc from 'fast-check'
import { wrapPlain } from '../../src/build/start-up/plain-wrap.js'

/** What oclif wraps help with. */
const wrapAnsi = createRequire(createRequire(import.meta.url).resolve('@oclif/core'))(
  'wrap-ansi',
) as (text: string, width: number, options: { hard: boolean }) => string

describe('the wrapping of plain help', () => {
  it("is wrap-ansi's, or none", () => {
    const word = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...'aB0-<%=.`[') })
    const text = fc
      .array(fc.array(word, { maxLength: 20 }), { maxLength: 5 })
      .map((lines) => lines.map((words) => words.join(' ')).join('\n'))
    fc.assert(
      fc.property(text, fc.integer({ min: 12, max: 90 }), (plain, width) => {
        expect(wrapPlain(plain, width)).to.equal(wrapAnsi(plain, width, { hard: true }))
      }),
    )
  })

  it('is left to wrap-ansi where more than single spaces part words in ASCII that fit', () => {
    for (const text of [
      'two  spaces',
      ' one before',
      'one after ',
      'é',
      '\u001B[1mbold',
      'tab\tstop',
    ])
      expect(wrapPlain(text, 40), text).to.equal(undefined)
    expect(wrapPlain('a wordthatisfartoolong', 10)).to.equal(undefined)
  })
})
