import { expect } from 'chai'
import { PassThrough, Writable } from 'node:stream'
import { Outlet } from '../../src/runtime/outlet.js'

/** A reader that takes a piece each time it is told to. */
class Reader extends Writable {
  taken = ''
  #go: (() => void) | undefined

  constructor() {
    super({ decodeStrings: true })
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#go = () => {
      this.taken += chunk.toString()
      done()
    }
  }

  /** Takes all that waits. */
  async read(): Promise<void> {
    while (this.writableLength > 0) {
      this.#go?.()
      await new Promise(setImmediate)
    }
  }
}

const BLOCK = Buffer.from('x'.repeat(65_537))

describe('the outlet of a dyno', () => {
  let reader: Reader
  let outlet: Outlet
  beforeEach(() => {
    reader = new Reader()
    outlet = new Outlet(reader)
  })

  it('stops an instance where the reader is behind, and lets it go on when it has caught up', async () => {
    const instance = new PassThrough().resume()
    outlet.pour(Buffer.from('a\n'), instance)
    expect([outlet.isFull, instance.isPaused()]).to.deep.equal([false, false])
    outlet.pour(BLOCK, instance)
    expect([outlet.isFull, outlet.isHolding(instance), instance.isPaused()]).to.deep.equal([
      true,
      true,
      true,
    ])
    outlet.resume(instance)
    expect(instance.isPaused(), 'a pause of its own that ends meanwhile').to.equal(true)
    await reader.read()
    expect([outlet.isFull, outlet.isHolding(instance), instance.isPaused()]).to.deep.equal([
      false,
      false,
      false,
    ])
    expect(reader.taken).to.have.length(2 + BLOCK.length)
  })

  it('takes our own lines beyond that, up to a megabyte, and says how many it left out', async () => {
    const line = `${'y'.repeat(999)}\n`
    for (let i = 0; i < 1200; i += 1) outlet.write(line)
    expect(reader.writableLength).to.be.within(1_048_576, 1_060_000)
    await reader.read()
    const lines = reader.taken.split('\n')
    expect(lines.filter((one) => one.startsWith('y'))).to.have.length(1049)
    expect(reader.taken).to.include(
      "nobody read the log for a while; 151 lines of shipit's own were left out\n",
    )
  })

  it('is emptied when all is taken', async () => {
    await outlet.emptied()
    outlet.write('one\n')
    let isOver = false
    const emptied = outlet.emptied().then(() => (isOver = true))
    await new Promise(setImmediate)
    expect(isOver).to.equal(false)
    await reader.read()
    await emptied
    expect(reader.taken).to.equal('one\n')
  })

  it('gives up, in a hurry, a reader that takes nothing, and lets the instances go', async function () {
    this.timeout(20_000)
    const instance = new PassThrough().resume()
    outlet.pour(BLOCK, instance)
    outlet.hurry()
    await outlet.emptied()
    expect(instance.isPaused()).to.equal(false)
    const before = reader.writableLength
    outlet.pour(BLOCK, instance)
    outlet.write('unheard\n')
    expect(reader.writableLength).to.equal(before)
  })

  it('keeps what the last 16 ended instances left, and closes the rest', () => {
    const left = Array.from({ length: 18 }, () => new PassThrough())
    for (const one of left) {
      outlet.pour(BLOCK, one)
      outlet.abandon(one)
      outlet.abandon(one)
    }
    expect(left.map((one) => one.destroyed)).to.deep.equal([
      true,
      true,
      ...Array.from({ length: 16 }, () => false),
    ])
  })

  it('says once that its reader has gone, and holds nothing from then on', async () => {
    let times = 0
    outlet.onBroken = () => (times += 1)
    const instance = new PassThrough().resume()
    outlet.pour(BLOCK, instance)
    reader.destroy(new Error('EPIPE'))
    await outlet.emptied()
    reader.emit('error', new Error('EPIPE'))
    expect([times, instance.isPaused(), outlet.isFull]).to.deep.equal([1, false, false])
  })
})
