import { PassThrough } from 'node:stream'
import { once } from 'node:events'
import { expect } from 'chai'
import type { Client } from '../../../src/embedded/router/client.js'
import type { DynoConnection } from '../../../src/embedded/router/dyno-connection.js'
import { RequestBody } from '../../../src/embedded/router/request-body.js'
import type { Silence } from '../../../src/embedded/router/silence.js'

/** A body on its way, and all that became of it. */
function bodyOf(
  framing: number | 'chunked',
  { hasBody = true, isTaken = true, trailers = [] as string[] } = {},
) {
  const body = new PassThrough()
  const told: string[] = []
  const counts = { touches: 0, corked: 0 }
  const connection = {
    cork: () => (counts.corked += 1),
    uncork: () => (counts.corked -= 1),
    write: (data: Buffer | string) => (told.push(String(data)), isTaken),
    sent: () => told.push('(sent)'),
  }
  const client = { body, hasBody, trailers } as unknown as Client
  const silence = { touch: () => (counts.touches += 1) } as unknown as Silence
  const passing = new RequestBody(
    client,
    connection as unknown as DynoConnection,
    framing,
    silence,
    () => told.push('(broken)'),
  )
  const send = (isUpgrade = false) => passing.send(isUpgrade, () => told.push('(done)'))
  const write = async (...chunks: string[]) => {
    for (const chunk of chunks) {
      body.write(chunk)
      await new Promise(setImmediate)
    }
  }
  const end = async () => {
    const ended = once(body, 'end')
    body.end()
    await ended
    await new Promise(setImmediate)
  }
  return { body, told, counts, passing, send, write, end }
}

describe('the body of a request', () => {
  it('is passed on as it comes, by its length', async () => {
    const { told, counts, send, write, end } = bodyOf(5)
    send()
    await write('abc', 'de')
    await end()
    expect(told).to.deep.equal(['abc', 'de', '(sent)', '(done)'])
    expect(counts).to.deep.equal({ touches: 2, corked: 0 })
  })
  it('is passed on in chunks, with the trailers that may follow', async () => {
    const { told, counts, send, write, end } = bodyOf('chunked', {
      trailers: ['X-Sum', '7', 'Host', 'x'],
    })
    send()
    await write('abc', 'x'.repeat(17))
    await end()
    expect(told).to.deep.equal([
      ...['3\r\n', 'abc', '\r\n', '11\r\n', 'x'.repeat(17), '\r\n'],
      ...['0\r\nX-Sum: 7\r\n\r\n', '(sent)', '(done)'],
    ])
    expect(counts.corked).to.equal(0)
  })
  it('may be none, or of another protocol', () => {
    for (const [framing, options, isUpgrade, expected] of [
      [0, { hasBody: false }, false, []],
      ['chunked', { hasBody: false }, false, ['0\r\n\r\n']],
      [5, {}, true, []],
    ] as const) {
      const { told, body, send } = bodyOf(framing, options)
      send(isUpgrade)
      expect(told).to.deep.equal([...expected, '(sent)', '(done)'])
      expect(body.listenerCount('data')).to.equal(0)
    }
  })
  it('is broken if it is longer or shorter than it said', async () => {
    const long = bodyOf(2)
    long.send()
    await long.write('abc')
    expect(long.told).to.deep.equal(['(broken)'])
    const short = bodyOf(2)
    short.send()
    await short.write('a')
    await short.end()
    expect(short.told).to.deep.equal(['a', '(broken)'])
  })
  it('waits for a dyno that takes no more', async () => {
    for (const framing of ['chunked', 6] as const) {
      const { body, passing, told, send, write } = bodyOf(framing, { isTaken: false })
      send()
      await write('abc', 'def')
      expect(body.isPaused()).to.equal(true)
      expect(told.join('')).to.not.contain('def')
      passing.resume()
      expect(body.isPaused()).to.equal(false)
      await new Promise(setImmediate)
      expect(told.join('')).to.contain('def')
    }
  })
  it('is read to its end and dropped once it is stopped', async () => {
    const { body, passing, told, counts, send, write, end } = bodyOf(9, { isTaken: false })
    send()
    await write('abc')
    passing.stop()
    passing.stop()
    expect(body.isPaused()).to.equal(false)
    body.pause()
    passing.resume()
    expect(body.isPaused(), 'by the dyno').to.equal(true)
    body.resume()
    await write('def')
    await end()
    expect(told).to.deep.equal(['abc'])
    expect(counts.touches).to.equal(1)
  })
  it('that is none is not read as it stops', () => {
    const { body, passing } = bodyOf(0, { hasBody: false })
    passing.stop()
    expect(body.readableFlowing).to.equal(null)
  })
})
