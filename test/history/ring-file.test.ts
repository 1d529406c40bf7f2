import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'chai'
import fc from 'fast-check'
import { openHistory, type AppHistory } from '../../src/history/index.js'
import { Frames } from '../../src/history/frames.js'
import { recordOf } from '../../src/history/open.js'
import { readRing } from '../../src/history/ring-file.js'
import { RingWriter } from '../../src/history/ring-writer.js'
import { SlotWriter } from '../../src/history/slots.js'
import { DynoSpan, Span } from '../../src/history/span.js'
import { dyno } from '../support/records.js'
import { changeAt, feed, requestAt, sampleAt } from '../support/history-log.js'

const START = Date.parse('2026-11-26T10:00:00Z')
const SPAN = 20_000
const at = (span: number, ms = 5_000) => START + span * SPAN + ms
const range = (spans: number, points = spans) => ({ from: START, to: START + spans * SPAN, points })
const AROUND = {
  isAppRouted: false,
  isDynoRouted: () => false,
  facts: (name: string) => ({ name }),
}

/** Some spans of one dyno: figures, a request each, a crash. */
const linesOf = (span: number): string[] => [
  sampleAt(at(span), 'web.1', 0, { memoryMb: 50 + span }),
  requestAt(at(span, 6_000), 'web.1'),
  ...(span === 2 ? [changeAt(at(span, 7_000), 'web.1', 0, 'crash', { code: 1 })] : []),
]
const memoryIn = (history: AppHistory, spans: number) =>
  history.series({}, range(spans)).memoryMb.map((value) => Math.round(value))

describe('history: the ring file', () => {
  let folder: string
  const opened: AppHistory[] = []
  const openIt = async (more: Partial<Parameters<typeof openHistory>[0]> = {}) => {
    const history = await openHistory({ app: 'a1', folder, ...more })
    opened.push(history)
    return history
  }
  const file = () => recordOf(folder, 'a1')
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'shipit-history-'))
  })
  afterEach(async () => {
    for (const history of opened.splice(0)) await history.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('is read back as it was, and goes on without counting a line twice', async () => {
    const first = await openIt()
    const lines = [0, 1, 2, 3].flatMap(linesOf)
    feed(first, lines)
    first.addDynos(at(3, 8_000), [dyno('web.1')])
    const [series, marks] = [first.series({}, range(4)), first.marks(range(4))]
    await first.close()

    const second = await openIt()
    expect(second.isRecorded).to.equal(true)
    expect(second.series({}, range(4))).to.deep.equal(series)
    expect(second.marks(range(4))).to.deep.equal(marks)
    feed(second, lines)
    expect(second.series({}, range(4))).to.deep.equal(series)
    expect(second.marks(range(4))).to.deep.equal(marks)
    feed(second, [requestAt(at(3, 9_000), 'web.1'), ...linesOf(4), ...linesOf(5)])
    await second.close()

    const third = await openIt()
    expect(memoryIn(third, 6)).to.deep.equal([50, 51, 52, 53, 54, 55])
    // The two of the fourth span that were counted by two processes.
    expect(third.series({}, range(4)).requestsPerMinute[3]).to.equal(6)
  })

  it('knows after it is opened again which dynos the router tells of', async () => {
    const first = await openIt()
    feed(first, [requestAt(at(0, 0), 'web.1'), requestAt(at(0, 15_000), 'web.1')])
    await first.close()
    const second = await openIt()
    const of = { dyno: 'web.1' }
    expect(second.series(of, range(1)).requestsPerMinute).to.deep.equal([8])
    feed(second, [sampleAt(at(0, 18_000), 'web.1', 0), sampleAt(at(5), 'web.1', 0)])
    expect(second.series(of, range(1)).requestsPerMinute).to.deep.equal([6])
  })

  it('knows the dynos of a span that was open when it was written', async () => {
    const first = await openIt()
    const web = dyno('web.1', 'up', { created_at: new Date(START).toISOString() })
    first.addDynos(at(0, 1_000), [web])
    feed(first, linesOf(0))
    const [told] = first.dynosAt(at(0))!
    expect(told).to.include({ id: 'd-web.1', state: 'up', size: 'Standard-1X', memoryMb: 50 })
    await first.close()
    const second = await openIt()
    expect(second.dynosAt(at(0))).to.deep.equal([told])
    feed(second, linesOf(5))
    expect(second.dynosAt(at(0))![0]).to.deep.include({ id: 'd-web.1', release: told!.release })
    expect(second.dynosAt(at(3))).to.equal(undefined)
    expect(second.dynosAt(at(5))![0]).to.include({ name: 'web.1', id: null })
  })

  it('keeps figures to half a unit, whatever they are', async () => {
    const figure = (most: number) => fc.double({ min: 0, max: most, noNaN: true })
    const row = fc.record({
      memoryMb: figure(200_000),
      cpuPercent: fc.option(figure(10_000), { nil: undefined }),
      eventLoopP95Ms: fc.option(figure(100_000), { nil: undefined }),
      requestsPerMinute: fc.option(figure(1e7), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        const name = path.join(folder, 'figures')
        const ring = await RingWriter.open(name, [], failed, () => {})
        const writer = new SlotWriter(() => ring.turn())
        const span = new Span(89_000_000, 0)
        const web = new DynoSpan('web.1')
        span.dynos.set('web.1', web)
        for (const [index, figures] of rows.entries())
          web.rows.set(`api:${index}`, { ...emptyRow(index), ...figures })
        ring.append(writer.draw(span, AROUND, { isPartial: false, isAnew: false }))
        await ring.close()
        const history = await openHistory({ app: 'figures', folder, others: [] })
        await history.close()
        const [slot] = await readRing(name)
        const { readDynos } = await import('../../src/history/read-record.js')
        const read: Record<string, number>[] = []
        readDynos(slot!.frames[0]!, 'web.1', { row: (one) => read.push({ ...one } as never) })
        await rm(name)
        expect(read).to.have.length(rows.length)
        for (const [index, figures] of rows.entries())
          for (const [key, unit] of Object.entries({
            memoryMb: 0.1,
            cpuPercent: 0.1,
            eventLoopP95Ms: 0.1,
            requestsPerMinute: 1,
          })) {
            const wanted = figures[key as keyof typeof figures]
            if (wanted === undefined) expect(read[index]![key]).to.deep.equal(NaN)
            else expect(read[index]![key]).to.be.closeTo(wanted, unit / 2 + 1e-6)
          }
      }),
      { numRuns: 30 },
    )
  })

  it('loses no more than what is cut off, at whatever byte that is', async () => {
    const history = await openIt()
    for (let span = 0; span < 8; span += 1) feed(history, linesOf(span))
    await history.close()
    const whole = await readRing(file())
    const bytes = await readFile(file())
    let before = whole[0]!.frames.length
    expect(before).to.be.greaterThan(0)
    for (let length = bytes.length; length >= 0; length -= 1) {
      await truncate(file(), length)
      const frames = (await readRing(file())).flatMap((slot) => slot.frames)
      expect(frames.length).to.be.within(before - 1, before)
      for (const [at, frame] of frames.entries())
        expect(frame.bytes.equals(whole[0]!.frames[at]!.bytes)).to.equal(true)
      before = frames.length
    }
    expect(before).to.equal(0)
  })

  it('takes bytes that were changed for the end, and goes on behind what is sound', async () => {
    const history = await openIt()
    for (let span = 0; span < 6; span += 1) feed(history, linesOf(span))
    await history.close()
    const sound = await readFile(file())
    await fc.assert(
      fc.asyncProperty(
        fc.nat(sound.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (where, by) => {
          const bytes = Buffer.from(sound)
          bytes[where]! ^= by
          await writeFile(file(), bytes)
          const again = await openIt()
          const before = memoryIn(again, 6).filter((value) => !Number.isNaN(value))
          expect(before).to.deep.equal([50, 51, 52, 53, 54, 55].slice(0, before.length))
          feed(again, linesOf(7))
          await again.close()
          const last = await openIt()
          expect(memoryIn(last, 8)[7]).to.equal(57)
          await last.close()
        },
      ),
      { numRuns: 40 },
    )
  })

  it('overwrites the oldest, and is never larger than 64 MB', async () => {
    const ring = await RingWriter.open(file(), [], failed, () => {})
    const writer = new SlotWriter(() => ring.turn())
    const first = Math.floor(START / SPAN)
    for (let span = 0; span < 800; span += 1) {
      const one = new Span(first + span, 0)
      one.marks.push({
        at: at(span),
        kind: 'crash',
        place: 'web.1',
        text: 'x'.repeat(100_000),
        isBad: true,
      })
      ring.append(writer.draw(one, AROUND, { isPartial: false, isAnew: false }))
      if (span % 50 === 49) await settled(ring)
    }
    await ring.close()
    expect((await stat(file())).size).to.be.within(50_000_000, 64_000_000)
    const slots = await readRing(file())
    const frames = new Frames()
    for (const slot of slots) for (const frame of slot.frames) frames.add(frame)
    const spans = frames.all.map(({ span }) => span - first)
    expect(spans.at(-1)).to.equal(799)
    expect(spans).to.deep.equal(
      Array.from({ length: spans.length }, (_, index) => 800 - spans.length + index),
    )
    expect(spans.length).to.be.within(500, 650)
  })

  it('keeps a day and little more of a small app, in one slot or two', async () => {
    const ring = await RingWriter.open(file(), [], failed, () => {})
    const writer = new SlotWriter(() => ring.turn())
    const web = new DynoSpan('web.1')
    for (let index = 0; index < 24; index += 1)
      web.rows.set(`api:${index}`, { ...emptyRow(index), memoryMb: 60, cpuPercent: 33 })
    for (let span = 0; span < 11_000; span += 1) {
      const one = new Span(span, 0)
      one.dynos.set('web.1', web)
      ring.append(writer.draw(one, AROUND, { isPartial: false, isAnew: false }))
      if (span % 50 === 49) await settled(ring)
    }
    await ring.close()
    expect((await stat(file())).size).to.be.within(1024 * 1024, 2 * 1024 * 1024)
  })

  it('voids what a clock that was ahead wrote', async () => {
    let clock = 0
    const history = await openIt({ monotonic: () => clock })
    for (let span = 100; span < 105; span += 1) feed(history, linesOf(span))
    for (let span = 0; span < 8; span += 1) {
      feed(history, linesOf(span))
      clock += SPAN
    }
    await history.close()
    const again = await openIt()
    expect(again.span?.to).to.equal(at(7, 6_000))
    expect(memoryIn(again, 8).slice(-4)).to.deep.equal([54, 55, 56, 57])
  })

  it('has one writer; another reads what is there, and counts on its own', async () => {
    const [one, other] = await Promise.all([openIt(), openIt()])
    expect([one.isRecorded, other.isRecorded].sort()).to.deep.equal([false, true])
    const [writer, reader] = one.isRecorded ? [one, other] : [other, one]
    for (let span = 0; span < 3; span += 1) feed(writer, linesOf(span))
    feed(reader, linesOf(9))
    await reader.close()
    await writer.close()
    const third = await openIt()
    expect(third.isRecorded).to.equal(true)
    expect(memoryIn(third, 10).filter((value) => !Number.isNaN(value))).to.deep.equal([50, 51, 52])
  })

  it('reads what others record there, and does not record it a second time', async () => {
    const others = path.join(folder, 'others')
    const embedded = await openHistory({ app: 'a1', folder: others })
    feed(embedded, linesOf(0))
    await embedded.close()
    const history = await openIt({ others: [others] })
    expect(history.isRecorded).to.equal(false)
    expect(memoryIn(history, 1)).to.deep.equal([50])
  })

  it('survives kill -9 at any moment', async () => {
    for (const after of [3, 60]) {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', path.join(import.meta.dirname, 'write-until-killed.ts'), folder],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      let told = -1
      for await (const line of createInterface({ input: child.stdout })) {
        told = Number(line)
        if (told >= after) {
          child.kill('SIGKILL')
          break
        }
      }
      await once(child, 'exit').catch(() => undefined)
      const history = await openIt()
      expect(history.isRecorded).to.equal(true)
      const spans = memoryIn(history, told + 1).filter((value) => !Number.isNaN(value))
      expect(spans).to.deep.equal(Array.from({ length: spans.length }, (_, span) => 50 + span))
      // The open spans are lost at most.
      expect(spans.length).to.be.at.least(told - 1)
      await history.close()
      await rm(file())
    }
  })

  it('says that a disk is full, goes on in memory, and writes again when there is room', async () => {
    const told: string[] = []
    const real = await RingWriter.open(
      file(),
      [],
      (problem) => told.push(problem),
      () => writer.turn(),
    )
    const writer = new SlotWriter(() => real.turn())
    const { handle } = real as unknown as { handle: { write: unknown } }
    const { write } = handle
    handle.write = () =>
      Promise.reject(
        Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }),
      )
    const put = async (span: number) => {
      const one = new Span(span, 0)
      one.dynos.set('web.1', webSpan(span))
      real.append(writer.draw(one, AROUND, { isPartial: false, isAnew: false }))
      await settled(real)
    }
    for (let span = 0; span < 100; span += 1) await put(span)
    expect(told).to.deep.equal([`cannot write ${file()}: ENOSPC: no space left on device`])
    handle.write = write
    await put(100)
    expect(told[1]).to.equal(`${file()} is written again`)
    await put(101)
    await real.close()
    const frames = (await readRing(file())).flatMap((slot) => slot.frames)
    expect(frames.at(-1)!.span).to.equal(101)
    // What waited is there too, and names are known though records that had them were given up.
    const spans = frames.map(({ span }) => span)
    expect(spans).to.deep.equal(
      Array.from({ length: spans.length }, (_, index) => 102 - spans.length + index),
    )
    for (const { names } of frames) expect(names.dynos[0]).to.deep.equal({ name: 'web.1' })
  })

  it('is for its owner alone', async () => {
    const inner = path.join(folder, 'made')
    await (await openHistory({ app: 'a1', folder: inner })).close()
    expect((await stat(inner)).mode & 0o777).to.equal(0o700)
    expect((await stat(recordOf(inner, 'a1'))).mode & 0o777).to.equal(0o600)
    await chmod(recordOf(inner, 'a1'), 0o644)
    await (await openHistory({ app: 'a1', folder: inner })).close()
    expect((await stat(recordOf(inner, 'a1'))).mode & 0o777).to.equal(0o600)
  })

  it('refuses an id that would be a path', async () => {
    const error = await openHistory({ app: 'a1', id: '../../x', folder }).catch((e: unknown) => e)
    expect(String(error)).to.include("no app's id")
  })

  it('takes a file of another program or version for empty', async () => {
    const handle = await open(file(), 'w')
    await handle.writeFile('shipit-h of another version\n'.repeat(100))
    await handle.close()
    const history = await openIt()
    expect(history.span).to.equal(undefined)
    feed(history, linesOf(0))
    await history.close()
    expect(memoryIn(await openIt(), 1)).to.deep.equal([50])
  })
})

const failed = (problem: string) => {
  throw new Error(problem)
}

const settled = (ring: RingWriter) => (ring as unknown as { writing?: Promise<void> }).writing

const emptyRow = (index: number) => ({
  process: {
    id: `api:${index}`,
    pid: undefined,
    restarts: undefined,
    startedAt: undefined,
    version: undefined,
    memoryLimitMb: undefined,
  },
  status: 'online',
  memoryMb: undefined,
  cpuPercent: undefined,
  eventLoopP95Ms: undefined,
  requestsPerMinute: undefined,
  isCarried: false,
})

function webSpan(index: number): DynoSpan {
  const web = new DynoSpan('web.1')
  web.rows.set('api:0', { ...emptyRow(index), memoryMb: 60 })
  return web
}
