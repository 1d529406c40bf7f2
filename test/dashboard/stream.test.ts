import { Writable } from 'node:stream'
import { expect } from 'chai'
import type { Response } from 'express'
import { AppWatch } from '../../src/dashboard/app-watch.js'
import { Journal } from '../../src/dashboard/journal.js'
import type { Shared } from '../../src/dashboard/shared.js'
import { EventStream } from '../../src/dashboard/stream.js'
import type { Overview, StreamEvents } from '../../src/dashboard/wire.js'
import type { PlatformApi } from '../../src/heroku/index.js'
import { openHistory } from '../../src/history/index.js'

/** A browser that reads what is written to it, or for a while nothing. */
class Reader extends Writable {
  text = ''
  private pending: (() => void) | undefined
  private isReading = true

  writeHead(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    if (this.isReading) done()
    else this.pending = done
  }

  pauseReading(): void {
    this.isReading = false
  }

  resumeReading(): void {
    this.isReading = true
    this.pending?.()
  }

  of<Name extends keyof StreamEvents>(name: Name): StreamEvents[Name][] {
    return [...this.text.matchAll(new RegExp(`^event: ${name}\ndata: (.*)$`, 'gm'))].map(
      ([, data]) => JSON.parse(data!) as StreamEvents[Name],
    )
  }
}

const nothing: Shared = {
  overview: { apps: [] } as unknown as Overview,
  overviewVersion: 0,
  problem: null,
  alerts: [],
  alertNews: new Journal(1),
  underWay: [],
  actionNews: new Journal(1),
}

describe('the stream of a browser', () => {
  let watch: AppWatch
  let reader: Reader
  beforeEach(async () => {
    watch = new AppWatch({} as PlatformApi, 'a1', await openHistory({ app: 'a1' }))
    reader = new Reader()
  })
  const open = (lastLine?: number) =>
    new EventStream(reader as unknown as Response, nothing, watch, lastLine)
  const print = (count: number, message = 'x') => {
    for (let n = 0; n < count; n += 1)
      watch.log.add(
        { timestamp: '2026-01-05T12:00:00Z', source: 'app', dyno: 'web.1', message },
        { kind: 'foreign' },
      )
  }
  const drained = () =>
    reader.writableLength === 0
      ? Promise.resolve()
      : new Promise<void>((resolve) => void reader.once('drain', resolve))

  it('gets nothing while it does not read, then the newest lines, and the count of the others', async () => {
    const stream = open()
    print(10)
    stream.pump()
    expect(reader.of('lines').map(({ lines }) => lines.length)).to.deep.equal([10])
    reader.pauseReading()
    print(40, 'y'.repeat(10_000))
    stream.pump()
    const behind = reader.writableLength
    expect(behind).to.be.above(256 * 1024)
    for (let n = 0; n < 20; n += 1) {
      print(50)
      stream.pump()
    }
    expect(reader.writableLength).to.equal(behind)
    reader.resumeReading()
    await drained()
    stream.pump()
    const told = reader.of('lines')
    expect(told).to.have.length(3)
    const { lines, skipped } = told[2]!
    expect(lines.length).to.be.within(1, 200)
    expect(lines.length + skipped).to.equal(1000)
    expect(lines.at(-1)!.seq).to.equal(1050)
    expect(lines[0]!.seq).to.equal(1050 - lines.length + 1)
  })

  it('counts lines too that are no longer kept', async () => {
    const stream = open()
    print(21_000, 'x')
    expect(watch.log.first).to.equal(1001)
    stream.pump()
    const [told] = reader.of('lines')
    expect(told!.lines.length + told!.skipped).to.equal(21_000)
  })

  const RESUMED: [string, number | undefined, number[]][] = [
    ['that is new has lines from now on', undefined, []],
    ['that was away has those it has missed', 7, [8, 9, 10]],
    ['that was away and has missed none has none', 10, []],
    ['that knows a number of another run has lines from now on', 500, []],
  ]
  for (const [name, last, expected] of RESUMED)
    it(`${name}`, () => {
      print(10)
      const stream = open(last)
      const seen = () => reader.of('lines').flatMap(({ lines }) => lines.map(({ seq }) => seq))
      expect(seen()).to.deep.equal(expected)
      print(1)
      stream.pump()
      expect(seen()).to.deep.equal([...expected, 11])
      expect(reader.of('lines').every(({ skipped }) => skipped === 0)).to.equal(true)
    })
})
