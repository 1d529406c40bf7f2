import { expect } from 'chai'
import { liveScreen } from '../../src/ui/following.js'

/** A stream that keeps what was written, of a terminal if it has a size. */
function written(size?: { rows: number; columns: number }) {
  const text: string[] = []
  const stream = {
    isTTY: size !== undefined,
    ...size,
    write: (piece: string) => text.push(piece) > 0,
  } as unknown as NodeJS.WriteStream
  return { stream, text }
}

describe('a live screen', () => {
  it('replaces its text in place, cut to the terminal, and gives the cursor back', () => {
    const { stream, text } = written({ rows: 4, columns: 10 })
    const screen = liveScreen(stream)
    screen.show('one\ntwo')
    screen.show('\x1b[31ma line that is long\x1b[39m\nb\nc\nd')
    screen.end()
    expect(text).to.deep.equal([
      '\x1b[?25l',
      '\rone\x1b[K\ntwo\x1b[K\n\x1b[J',
      '\x1b[2A\r\x1b[31ma line tha\x1b[39m\x1b[K\nb\x1b[K\n… 2 more l\x1b[K\n\x1b[J',
      '\x1b[?25h',
    ])
  })

  for (const [what, line, kept] of [
    ['Chinese', '\u6ce8\u6587\u304c\u5b8c\u4e86\u3057', '\u6ce8\u6587\u304c\u5b8c\u4e86'],
    ['a wide character without room for its second half', '123456789\u6f22x', '123456789'],
    [
      'coloured Chinese',
      '\x1b[31m\u6ce8\u6587\u304c\u5b8c\u4e86\u3057\x1b[39m tail',
      '\x1b[31m\u6ce8\u6587\u304c\u5b8c\u4e86\x1b[39m',
    ],
    ['emoji', '\u{1f6d2}'.repeat(6), '\u{1f6d2}'.repeat(5)],
    [
      'emoji that terminals draw as one or as several',
      '\u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u2764\ufe0f family of three',
      '\u{1f468} \u2764 famil',
    ],
    ['accents', 'e\u0301'.repeat(12), 'e\u0301'.repeat(10)],
  ] as const) {
    it(`cuts ${what} by columns`, () => {
      const { stream, text } = written({ rows: 4, columns: 10 })
      liveScreen(stream).show(line)
      expect(text[1]).to.equal(`\r${kept}\x1b[K\n\x1b[J`)
    })
  }

  it('prints one text below the other where there is no terminal', () => {
    const { stream, text } = written()
    const screen = liveScreen(stream)
    screen.show('one')
    screen.show('two')
    screen.end()
    expect(text.join('')).to.equal('one\n\ntwo\n\n')
  })
})
