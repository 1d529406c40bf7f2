import { expect } from 'chai'
import { exitMarkerReader } from '../../src/heroku/attach.js'

const OUTPUT = Buffer.from('héllo\n\uFFFF not it\nlast\n\uFFFF heroku-command-exit-status: 42\r\n')
const SHOWN = 'héllo\n\uFFFF not it\nlast\n'

describe('the exit status at the end of an attached dyno', () => {
  it('is read, and no byte of the output is lost or added, wherever the chunks are cut', () => {
    for (let size = 1; size <= OUTPUT.length; size += 1) {
      const reader = exitMarkerReader()
      const shown: Buffer[] = []
      for (let at = 0; at < OUTPUT.length; at += size)
        shown.push(reader.take(OUTPUT.subarray(at, at + size)))
      expect(Buffer.concat(shown).toString(), `chunks of ${size}`).to.equal(SHOWN)
      expect(reader.status).to.equal(42)
    }
  })

  it('is output where more of it follows, and the last one counts', () => {
    const marker = (status: number) => `\uFFFF heroku-command-exit-status: ${status}\n`
    const reader = exitMarkerReader()
    expect(reader.take(Buffer.from(`a${marker(1)}`)).toString()).to.equal('a')
    expect(reader.status).to.equal(1)
    expect(reader.take(Buffer.from(`b${marker(2)}`)).toString()).to.equal(`${marker(1)}b`)
    expect(reader.status).to.equal(2)
    expect(reader.rest().toString()).to.equal('')
  })

  it('is unknown where the stream ends before it; what was held back is output', () => {
    const reader = exitMarkerReader()
    expect(reader.take(Buffer.from('ab\uFFFF heroku')).toString()).to.equal('ab')
    expect(reader.rest().toString()).to.equal('\uFFFF heroku')
    expect(reader.status).to.equal(undefined)
  })
})
