import { expect } from 'chai'
import { LogRing } from '../../src/dashboard/log-ring.js'
import { parseLogLine } from '../../src/heroku/logs.js'
import { readLine } from '../../src/monitor/read-line.js'

const START = Date.UTC(2026, 0, 5, 12)

/** A ring with lines `1`, `2` …, a second apart. */
function ringOf(count: number, ...most: number[]): LogRing {
  const ring = new LogRing(...most)
  for (let n = 1; n <= count; n += 1) put(ring, `app[web.1]: ${n}`, START + n * 1000)
  return ring
}
function put(ring: LogRing, text: string, at = START): void {
  const line = parseLogLine(`${new Date(at).toISOString()} ${text}`)
  ring.add(line, readLine(line))
}
const numbers = (lines: readonly { seq: number }[]) => lines.map(({ seq }) => seq)

describe('the last lines of a log', () => {
  it('are none at first, whatever is asked for', () => {
    const ring = new LogRing()
    expect([ring.first, ring.next]).to.deep.equal([1, 1])
    const nothing = { lines: [], has_older: false }
    expect(ring.before(1, 10)).to.deep.equal(nothing)
    expect(ring.around(START, 10)).to.deep.equal(nothing)
    expect(ring.from(0, 10)).to.deep.equal([])
  })

  it('keep their numbers as the oldest go', () => {
    for (const count of [10, 11, 19, 20, 21, 57]) {
      const ring = ringOf(count, 10)
      const first = Math.max(1, count - 9)
      expect([ring.first, ring.next], `${count}`).to.deep.equal([first, count + 1])
      for (const { seq, message } of ring.from(0, 100)) expect(message).to.equal(`${seq}`)
      expect(ring.from(0, 100)).to.have.length(10)
    }
  })

  it('are no more than so many characters', () => {
    const ring = new LogRing(100, 25)
    for (const word of ['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc']) put(ring, `app[web.1]: ${word}`)
    expect(numbers(ring.from(0, 9))).to.deep.equal([2, 3])
    put(ring, `app[web.1]: ${'d'.repeat(40)}`)
    expect(ring.from(0, 9)).to.deep.equal([])
    expect([ring.first, ring.next]).to.deep.equal([5, 5])
    put(ring, 'app[web.1]: e')
    expect(numbers(ring.from(0, 9))).to.deep.equal([5])
  })

  it('are cut at 10,000 characters each', () => {
    const ring = new LogRing()
    put(ring, `app[web.1]: ${'x'.repeat(12_000)}`)
    expect(ring.from(1, 1)[0]!.message).to.have.length(10_000)
  })

  const BEFORE: [number, number, number[], boolean][] = [
    [21, 3, [18, 19, 20], true],
    [14, 3, [11, 12, 13], false],
    [13, 3, [11, 12], false],
    [11, 3, [], false],
    [0, 3, [], false],
    [99, 2, [19, 20], true],
  ]
  for (const [seq, limit, expected, hasOlder] of BEFORE)
    it(`before ${seq} of 11 to 20 are ${expected.join(', ') || 'none'}`, () => {
      const { lines, has_older } = ringOf(20, 10).before(seq, limit)
      expect([numbers(lines), has_older]).to.deep.equal([expected, hasOlder])
    })

  const AROUND: [number, number[], boolean][] = [
    [15, [13, 14, 15, 16], true],
    [14.5, [13, 14, 15, 16], true],
    [1, [11, 12, 13, 14], false],
    [20, [18, 19, 20], true],
    [60, [19, 20], true],
  ]
  for (const [second, expected, hasOlder] of AROUND)
    it(`around second ${second} of 11 to 20 are ${expected.join(', ')}`, () => {
      const { lines, has_older } = ringOf(20, 10).around(START + second * 1000, 4)
      expect([numbers(lines), has_older]).to.deep.equal([expected, hasOlder])
    })

  const ROUTER = 'dyno=web.1 connect=0ms service=5ms bytes=2 protocol=http'
  const LEVELS: [string, string, boolean][] = [
    ['app[web.1]: listening', 'info', false],
    ['app[web.1]: 3 warnings', 'info', false],
    ['app[web.1]: Warning: deprecated', 'warn', false],
    [`heroku[router]: at=info method=GET path="/warning" ${ROUTER} status=200`, 'info', false],
    [`heroku[router]: at=info method=GET path="/" ${ROUTER} status=500`, 'error', false],
    ['app[web.1]: {"level":40,"msg":"slow"}', 'warn', false],
    ['app[web.1]: {"level":50,"msg":"gone"}', 'error', false],
    ['app[web.1]: RangeError: too far', 'error', false],
    [`heroku[router]: at=info method=GET path="/" ${ROUTER} status=200`, 'info', false],
    [
      `heroku[router]: at=error code=H12 desc="x" method=GET path="/" ${ROUTER} status=503`,
      'error',
      false,
    ],
    ['heroku[web.1]: source=web.1 dyno=heroku.1 sample#memory_total=21.22MB', 'info', true],
  ]
  for (const [text, level, isFigures] of LEVELS)
    it(`${text.slice(0, 50)} is ${isFigures ? 'figures' : `of level ${level}`}`, () => {
      const ring = new LogRing()
      put(ring, text)
      expect(ring.from(1, 1)[0]).to.include({ level, is_figures: isFigures })
    })
})
