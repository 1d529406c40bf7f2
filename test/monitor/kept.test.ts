/** What is kept of a log: the last entries, points of charts, and counts. */
import { expect } from 'chai'
import { History } from '../../src/monitor/history.js'
import { LIMITS, ownText, Ring } from '../../src/monitor/index.js'
import { eachField } from '../../src/monitor/logfmt.js'
import { Traffic } from '../../src/monitor/traffic.js'

describe('the last entries', () => {
  const ring = (count: number) => {
    const made = new Ring<number>(3)
    for (let at = 1; at <= count; at += 1) made.push(at)
    return made
  }
  it('come oldest first, however many there were', () => {
    expect([0, 1, 3, 4, 5, 6, 7].map((count) => [...ring(count)])).to.deep.equal([
      [],
      [1],
      [1, 2, 3],
      [2, 3, 4],
      [3, 4, 5],
      [4, 5, 6],
      [5, 6, 7],
    ])
  })
  it('or some of them', () => {
    expect([0, 1, 2, 3, 9].map((count) => ring(5).latest(count))).to.deep.equal([
      [],
      [5],
      [4, 5],
      [3, 4, 5],
      [3, 4, 5],
    ])
    expect(ring(2).latest(1)).to.deep.equal([2])
    expect(ring(2).latest(9)).to.deep.equal([1, 2])
    expect(ring(0).latest(1)).to.deep.equal([])
  })
  it('can be dropped', () => {
    const made = ring(4)
    made.clear()
    expect([...made]).to.deep.equal([])
    made.push(9)
    expect([...made]).to.deep.equal([9])
    expect(made.latest(2)).to.deep.equal([9])
  })
  it('hold texts of a length at most', () => {
    expect(ownText('x'.repeat(20), 15)).to.equal('x'.repeat(15))
    expect(ownText('x'.repeat(15), 15)).to.equal('x'.repeat(15))
    expect(ownText('äöü'.repeat(9))).to.equal('äöü'.repeat(9))
    expect(ownText('short')).to.equal('short')
  })
})

describe('points of a chart', () => {
  const filled = (count: number, most: number) => {
    const history = new History(['a', 'b'] as const, most)
    for (let at = 1; at <= count; at += 1)
      history.push(at * 10, { a: at, b: at % 2 ? undefined : -at })
    return history
  }
  const from = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, at) => first + at)

  for (const [count, most] of [
    [0, 40],
    [1, 40],
    [16, 40],
    [17, 40],
    [33, 40],
    [40, 40],
    [41, 40],
    [95, 40],
    [7, 16],
    [20, 16],
  ] as const)
    it(`are the last ${most} of ${count}, oldest first`, () => {
      const history = filled(count, most)
      const kept = from(Math.max(1, count - most + 1), count)
      expect(history.length).to.equal(kept.length)
      expect([...history.at]).to.deep.equal(kept.map((at) => at * 10))
      expect([...history.of('a')]).to.deep.equal(kept)
      expect([...history.of('b')]).to.deep.equal(kept.map((at) => (at % 2 ? NaN : -at)))
      expect(history.latest('a')).to.equal(kept.at(-1))
      for (const since of [0, 10 * (count - 2), 10 * count, 10 * count + 1]) {
        const seen: [number, number][] = []
        history.each('a', since, (time, value) => seen.push([time, value]))
        expect(seen, `since ${since}`).to.deep.equal(
          kept.filter((at) => at * 10 >= since).map((at) => [at * 10, at]),
        )
      }
    })
})

describe('requests of a dyno', () => {
  const SPAN = 20_000
  const request = (more: object = {}) =>
    ({
      kind: 'request',
      dyno: 'web.1',
      code: undefined,
      status: 200,
      service: 10,
      isError: false,
      ...more,
    }) as const

  it('have their rate, of the span before and of what has passed of this one', () => {
    const traffic = new Traffic()
    expect(traffic.perMinute(0)).to.equal(undefined)
    for (let at = 0; at < 4; at += 1) traffic.add(request({ isError: at === 0 }), at)
    // A part of a span counts for a whole one: four requests at once are no thousands a minute.
    expect(traffic.perMinute(5)).to.deep.equal({ requests: 12, errors: 3 })
    expect(traffic.perMinute(SPAN - 1)).to.deep.equal({ requests: 12, errors: 3 })
    expect(traffic.perMinute(SPAN)).to.deep.equal({ requests: 12, errors: 3 })
    traffic.add(request(), SPAN + 10_000)
    traffic.add(request(), SPAN + 10_000)
    // 6 in 30 s.
    expect(traffic.perMinute(SPAN + 10_000)).to.deep.equal({ requests: 12, errors: 2 })
    expect(traffic.perMinute(4 * SPAN)).to.deep.equal({ requests: 0, errors: 0 })
  })

  it('have a point a span, with the mean of the times that are known', () => {
    const traffic = new Traffic()
    traffic.add(request({ service: 10 }), 1000)
    traffic.add(request({ service: 30 }), 1001)
    traffic.add(request({ service: undefined, isError: true }), 1002)
    traffic.add(request(), 1000 + 3 * SPAN)
    expect([...traffic.history.at]).to.deep.equal([1000, 1000 + SPAN, 1000 + 2 * SPAN])
    expect([...traffic.history.of('requests')]).to.deep.equal([9, 0, 0])
    expect([...traffic.history.of('errors')]).to.deep.equal([3, 0, 0])
    expect([...traffic.history.of('service')]).to.deep.equal([20, NaN, NaN])
    expect(traffic).to.include({ requests: 4, errors: 1 })
  })

  it('have no more points of a long silence than a chart shows', () => {
    const traffic = new Traffic()
    traffic.add(request(), 0)
    traffic.add(request(), 100_000 * SPAN)
    expect(traffic.history.length).to.equal(LIMITS.points)
    expect(traffic.history.at.at(-1)).to.equal(99_999 * SPAN)
    expect(traffic.history.at[0]).to.equal((100_000 - LIMITS.points) * SPAN)
  })

  it('are counted by the code of the router, else by a status that tells of a fault', () => {
    const traffic = new Traffic()
    traffic.add(request({ code: 'H12', status: 503, isError: true }), 1)
    traffic.add(request({ code: 'H12', status: 503, isError: true }), 2)
    traffic.add(request({ status: 500, isError: true }), 3)
    traffic.add(request({ status: 500, isError: true }), 4)
    traffic.add(request({ status: 599, isError: true }), 5)
    traffic.add(request({ status: 600, isError: true }), 6)
    traffic.add(request({ status: 404 }), 7)
    expect([...traffic.codes]).to.deep.equal([['H12', { count: 2, lastAt: 2 }]])
    expect([...traffic.statuses]).to.deep.equal([
      [500, { count: 2, lastAt: 4 }],
      [599, { count: 1, lastAt: 5 }],
    ])
  })
})

describe('key=value of a line', () => {
  const fields = (line: string, at = 0) => {
    const seen: [string, string][] = []
    eachField(line, at, (key, value) => seen.push([key, value]))
    return seen
  }
  for (const [line, expected] of [
    ['', []],
    ['a', []],
    ['a=1', [['a', '1']]],
    [
      'x a=1 y b=2 z',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'a= b=2',
      [
        ['a', ''],
        ['b', '2'],
      ],
    ],
    [
      'a="x y=1" b=2',
      [
        ['a', 'x y=1'],
        ['b', '2'],
      ],
    ],
    [
      'a="x \\"y\\" z" b=2',
      [
        ['a', 'x "y" z'],
        ['b', '2'],
      ],
    ],
    [
      'a="x\\\\" b=2',
      [
        ['a', 'x\\'],
        ['b', '2'],
      ],
    ],
    ['a="x\\\\\\" b=2"', [['a', 'x\\" b=2']]],
    ['a="\\n\\u00e9"', [['a', '\né']]],
    ['a="open b=2', [['a', 'open b=2']]],
    [
      'a="bad \\x" b=2',
      [
        ['a', 'bad \\x'],
        ['b', '2'],
      ],
    ],
    ['a=""', [['a', '']]],
    ['=1', [['', '1']]],
  ] as const)
    it(JSON.stringify(line), () => expect(fields(line)).to.deep.equal(expected))
  it('from a place on', () => expect(fields('a=1 b=2', 4)).to.deep.equal([['b', '2']]))
})
