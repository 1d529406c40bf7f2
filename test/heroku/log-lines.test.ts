import { expect } from 'chai'
import { logEvents, parseLogLine, SeenLines, type LogLine } from '../../src/heroku/logs.js'
import { rejection } from '../support/platform.js'

const TIME = '2026-11-22T20:00:01.000000+00:00'
const line = (n: number, dyno = 'web.1'): LogLine => ({
  timestamp: `2026-11-22T20:00:${String(n).padStart(2, '0')}.000000+00:00`,
  source: 'app',
  dyno,
  message: `line ${n}`,
})
const KEPT = 1500

describe('a line of the log', () => {
  it('is taken apart into its time, its source, its dyno and what it says', () => {
    const rows: [string, Partial<LogLine>][] = [
      [`${TIME} app[web.1]: hello`, { source: 'app', dyno: 'web.1', message: 'hello' }],
      [`${TIME} heroku[router]: at=info`, { source: 'heroku', dyno: 'router', message: 'at=info' }],
      [`${TIME} my-drain[x]: y`, { source: 'my-drain', dyno: 'x', message: 'y' }],
      [`${TIME} app[api]:no space`, { source: 'app', dyno: 'api', message: 'no space' }],
      [`${TIME} app[api]:  two`, { source: 'app', dyno: 'api', message: ' two' }],
      [`${TIME} app[api]:`, { source: 'app', dyno: 'api', message: '' }],
      [`${TIME} app[a]: [b]: c`, { source: 'app', dyno: 'a', message: '[b]: c' }],
    ]
    for (const [text, parts] of rows)
      expect(parseLogLine(text), text).to.deep.equal({ timestamp: TIME, ...parts })
    expect(parseLogLine(`${TIME} app[web.1]: x`, '7')).to.include({ id: '7', message: 'x' })
  })

  it('is all message if it is in any other format', () => {
    const others = [
      '',
      'just text',
      'a app[web.1]: x',
      `${TIME}`,
      `${TIME} no brackets`,
      `${TIME} app[web.1: not closed`,
      `${TIME} app[web.1] no colon`,
      `${TIME} two words[web.1]: x`,
      `${TIME} -?[web.1]: x`,
      `${TIME} ?-[web.1]: x`,
      `${TIME} [web.1]: x`,
      `x${TIME} app[web.1]: x`,
      '2026-11-22 20:00:01 app[web.1]: x',
      '2026-11-2xT20:00:01 app[web.1]: x',
    ]
    for (const text of others) {
      expect(parseLogLine(text), text).to.deep.equal({
        timestamp: '',
        source: '',
        dyno: '',
        message: text,
      })
      expect(parseLogLine(text, '7')).to.include({ id: '7', message: text })
    }
  })
})

describe('what of a log was seen', () => {
  const passed = (seen: SeenLines, lines: LogLine[]) =>
    lines.filter((one) => !seen.isRepeatedLine(one)).map(({ message }) => message)
  const messages = (...numbers: number[]) => numbers.map((n) => `line ${n}`)

  it('does not come again when the log is read anew, and what is older neither', () => {
    const seen = new SeenLines()
    expect(seen.isEmpty).to.equal(true)
    expect(passed(seen, [line(5), line(6)])).to.deep.equal(messages(5, 6))
    expect(seen.isEmpty).to.equal(false)
    seen.expectReplay()
    expect(passed(seen, [line(3), line(4), line(5), line(6), line(7)])).to.deep.equal(messages(7))
  })

  it('comes as often as it was written beyond what was seen', () => {
    const seen = new SeenLines()
    passed(seen, [line(5), line(5)])
    seen.expectReplay()
    expect(passed(seen, [line(5), line(5), line(5)])).to.deep.equal(messages(5))
  })

  it('decides by the earliest of the lines, in whatever order they came', () => {
    const seen = new SeenLines()
    passed(seen, [line(7), line(5), line(6)])
    seen.expectReplay()
    // Of another dyno, between those that were seen: not known whether it came before them.
    expect(passed(seen, [line(4), line(6, 'web.2')])).to.deep.equal(messages(6))
  })

  it('takes an earlier line as new once one has come that was seen', () => {
    const seen = new SeenLines()
    passed(seen, [line(5)])
    seen.expectReplay()
    expect(passed(seen, [line(5), line(2, 'web.2')])).to.deep.equal(messages(2))
  })

  it('never takes a line without a time for an older one', () => {
    const seen = new SeenLines()
    passed(seen, [line(5)])
    seen.expectReplay()
    expect(passed(seen, [{ ...line(9), timestamp: '' }])).to.deep.equal(messages(9))
  })

  it('repeats nothing if nothing was seen', () => {
    const seen = new SeenLines()
    seen.expectReplay()
    expect(passed(seen, [line(1), line(1)])).to.deep.equal(messages(1, 1))
  })

  it('is over after twice as many lines as a platform keeps', () => {
    const seen = new SeenLines()
    passed(seen, [line(5)])
    seen.expectReplay()
    const older = Array.from({ length: 2 * KEPT }, () => line(1))
    expect(passed(seen, older)).to.deep.equal([])
    expect(passed(seen, [line(2), line(5)])).to.deep.equal(messages(5))
    expect(passed(seen, [line(1), line(5)])).to.deep.equal(messages(1, 5))
  })

  it('is the last lines of a long log', () => {
    const seen = new SeenLines()
    const all = Array.from({ length: 2 * KEPT + 1 }, (_, n) => ({
      ...line(1),
      message: `line ${n}`,
    }))
    expect(passed(seen, all)).to.have.length(all.length)
    seen.expectReplay()
    expect(passed(seen, all.slice(KEPT + 1))).to.deep.equal([])
    expect(passed(seen, [all[KEPT]!])).to.deep.equal(messages(KEPT))
  })

  it('has the place to resume from, until a session begins anew', () => {
    const seen = new SeenLines()
    expect(seen.isRepeatedEvent(undefined)).to.equal(false)
    expect(seen.lastEventId).to.equal(undefined)
    expect([seen.isRepeatedEvent('1'), seen.isRepeatedEvent('2')]).to.deep.equal([false, false])
    expect([seen.isRepeatedEvent('1'), seen.lastEventId]).to.deep.equal([true, '2'])
    seen.expectReplay()
    expect(seen.lastEventId).to.equal(undefined)
    expect(seen.isRepeatedEvent('1')).to.equal(false)
  })

  it('forgets the oldest ids of a long stream', () => {
    const seen = new SeenLines()
    for (let id = 0; id <= 4 * KEPT; id++) seen.isRepeatedEvent(String(id))
    expect(seen.isRepeatedEvent('1')).to.equal(true)
    expect(seen.isRepeatedEvent('0')).to.equal(false)
  })
})

describe('the events of a log session', () => {
  async function read(contentType: string, chunks: (string | Buffer)[]) {
    async function* body() {
      for (const chunk of chunks) yield Buffer.from(chunk)
    }
    const events = []
    for await (const some of logEvents({ contentType, body: body() }))
      events.push(some.map(({ id, lines }) => [id, lines.map(({ message }) => message)]))
    return events
  }
  const SSE = 'text/event-stream; charset=utf-8'

  it('come together as they arrived, however they are cut', async () => {
    const bytes = Buffer.from('id: 1\ndata: ä\n\n')
    expect(
      await read(SSE, [
        'id: 0\ndata: a\n\nid: 00\ndata: b\n\n',
        bytes.subarray(0, 13),
        bytes.subarray(13),
        ': a sign of life\n\n',
      ]),
    ).to.deep.equal([
      [
        ['0', ['a']],
        ['00', ['b']],
      ],
      [['1', ['ä']]],
    ])
  })

  it('may have several lines, and none of them is empty', async () => {
    expect(await read(SSE, ['data: a\ndata:\ndata: b\n\ndata:\n\n'])).to.deep.equal([
      [
        [undefined, ['a', 'b']],
        [undefined, []],
      ],
    ])
  })

  it('are one a line in plain text, the last one without its end too', async () => {
    expect(await read('text/plain', ['a\r\nb', 'c\n', 'd'])).to.deep.equal([
      [[undefined, ['a']]],
      [[undefined, ['bc']]],
      [],
      [[undefined, ['d']]],
    ])
  })

  it('are an error if a line has no end', async () => {
    const most = 'x'.repeat(4 * 1024 * 1024 - 6)
    for (const [type, begin] of [
      ['text/plain', '123456'],
      [SSE, 'data: '],
    ] as const) {
      expect(await read(type, [begin, most])).to.be.an('array')
      const error = await rejection<Error>(read(type, [begin, most, 'x']))
      expect(error.message).to.equal('a line of the log has no end')
    }
    expect(await read(SSE, ['data: x\n\n', `data: ${most}`])).to.have.length(1)
  })
})
