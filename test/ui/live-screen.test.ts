import { expect } from 'chai'
import { liveScreen } from '../../src/ui/live-screen.js'

/** A stream that keeps what was written, of a terminal where it has a size. */
function written(size?: { rows: number; columns: number }) {
  const text: string[] = []
  const stream = { isTTY: size !== undefined, ...size, write: (piece: string) => text.push(piece) > 0 } as unknown as NodeJS.WriteStream
  return { stream, text }
}

describe('a live screen', () => {
  it('replaces its text in place, cut to the terminal, and gives the cursor back', () => {
    const { stream, text } = written({ rows: 4, columns: 10 })
    const screen = liveScreen(stream)
    screen.show('one\ntwo')
    screen.show('\x1b[31ma line that is long\x1b[39m\nb\nc\nd')
    screen.end()
    expect(text).to.deep.equal(['\x1b[?25l', '\rone\x1b[K\ntwo\x1b[K\n\x1b[J', '\x1b[2A\r\x1b[31ma line tha\x1b[39m\x1b[K\nb\x1b[K\n… 2 more l\x1b[K\n\x1b[J', '\x1b[?25h'])
  })

  it('prints one text below the other where there is no terminal', () => {
    const { stream, text } = written()
    const screen = liveScreen(stream)
    screen.show('one')
    screen.show('two')
    screen.end()
    expect(text.join('')).to.equal('one\n\ntwo\n\n')
  })
})
