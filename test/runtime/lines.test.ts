import { expect } from 'chai'
import { cutBlocks, cutLines, LONGEST_LINE } from '../../src/runtime/lines.js'

const blocks = (text: string, longest?: number) => {
  const { complete, rest } = cutBlocks(Buffer.from(text), longest)
  return { complete: Buffer.concat(complete).toString(), rest: rest.toString() }
}
const lines = (text: string, longest: number) => {
  const { complete, rest } = cutLines(Buffer.from(text), longest)
  return { complete: complete.map(String), rest: rest.toString() }
}

describe('output in lines', () => {
  it('passes on what is complete and keeps the rest', () => {
    expect(blocks('a\n\nb\nc')).to.deep.equal({ complete: 'a\n\nb\n', rest: 'c' })
    expect(blocks('abc')).to.deep.equal({ complete: '', rest: 'abc' })
    expect(lines('a\n\nb\nc', 10)).to.deep.equal({ complete: ['a', '', 'b'], rest: 'c' })
  })

  it('leaves a line of the longest length whole and cuts one that is longer', () => {
    const longest = 'x'.repeat(LONGEST_LINE)
    expect(blocks(`${longest}\nb\n`).complete).to.equal(`${longest}\nb\n`)
    expect(blocks(`a\n${longest}yz\nb\n`).complete).to.equal(`a\n${longest}\nyz\nb\n`)
    expect(lines(`${'x'.repeat(5)}\n${'y'.repeat(6)}\n`, 5).complete).to.deep.equal([
      'xxxxx',
      'yyyyy',
      'y',
    ])
  })

  it('does not keep more than a longest line', () => {
    const { complete, rest } = blocks('x'.repeat(25), 10)
    expect([complete, rest]).to.deep.equal([`${'x'.repeat(10)}\n${'x'.repeat(10)}\n`, 'xxxxx'])
  })

  it('never cuts inside a character', () => {
    expect(blocks(`${'é'.repeat(6)}\n`, 5).complete).to.equal('éé\néé\néé\n')
    expect(lines('a😀b😀\n', 6).complete).to.deep.equal(['a😀b', '😀'])
  })

  it('gives back every byte, whatever the size of the chunks', () => {
    const text = Array.from({ length: 50 }, (_, i) => 'é'.repeat(i)).join('\n') + '\n'
    for (const size of [1, 3, 7, 64]) {
      let rest: Buffer = Buffer.alloc(0)
      let out = ''
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; at += size) {
        const cut = cutBlocks(Buffer.concat([rest, bytes.subarray(at, at + size)]))
        out += Buffer.concat(cut.complete).toString()
        rest = cut.rest
      }
      expect(out).to.equal(text)
    }
  })
})
