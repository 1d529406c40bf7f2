import { expect } from 'chai'
import {
  parseLogLine,
  SeenLines,
  streamLogs,
  streamOutput,
  type LogStreamOptions,
} from '../../src/heroku/index.js'
import { faultServer, type Fault, type FaultServer } from '../support/fault-server.js'
import { apiFor, rejection } from '../support/platform.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const at = (n: number, text = `line ${n}`) =>
  `2026-11-22T20:00:0${n}.000000+00:00 app[web.1]: ${text}`
const event = (n: number, text?: string) => `id: ${n}\ndata: ${at(n, text)}\n\n`
const SSE = { 'content-type': 'text/event-stream' }

describe('log lines', () => {
  it("are read in Heroku's format", () => {
    expect(parseLogLine(at(1, 'hello: [x]'), '7')).to.deep.equal({
      id: '7',
      timestamp: '2026-11-22T20:00:01.000000+00:00',
      source: 'app',
      dyno: 'web.1',
      message: 'hello: [x]',
    })
    expect(parseLogLine('just text')).to.deep.equal({
      timestamp: '',
      source: '',
      dyno: '',
      message: 'just text',
    })
  })
})

describe('the log stream', () => {
  let server: FaultServer
  const sessions = () =>
    server.arrived
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => JSON.parse(body) as unknown)
  afterEach(() => server.close())

  /**
   * POST log-sessions answers /stream/1, /stream/2 …; each GET of a stream takes the next fault.
   */
  async function start(...streams: Fault[]): Promise<void> {
    let next = 0
    server = await faultServer((arrived) => {
      if (arrived.method === 'POST') {
        return {
          json: {
            id: 's',
            logplex_url: `${server.url}/stream/${server.arrived.filter(({ method }) => method === 'POST').length}`,
          },
          status: 201,
        }
      }
      return streams[Math.min(next++, streams.length - 1)]!
    })
  }
  const streamsAsked = () =>
    server.arrived
      .filter(({ method }) => method === 'GET')
      .map(({ path, headers }) => [path, headers['last-event-id']])

  async function read(options: LogStreamOptions = {}, until = Infinity): Promise<string[]> {
    const lines: string[] = []
    for await (const line of streamLogs(apiFor(server.url), 'a1', {
      reconnectDelay: 1,
      ...options,
    })) {
      lines.push(line.message)
      if (lines.length >= until) break
    }
    return lines
  }

  it('gives the recent lines and ends', async () => {
    await start({ chunks: [event(1), event(2)], headers: SSE })
    expect(await read({ lines: 2, dyno: 'web.1', source: 'app' })).to.deep.equal([
      'line 1',
      'line 2',
    ])
    expect(sessions()[0]).to.deep.equal({ lines: 2, dyno_name: 'web.1', source: 'app' })
  })

  it('takes events split anywhere, several lines an event, and characters split across packets', async () => {
    const bytes = Buffer.from(`id: 1\ndata: ${at(1, 'Grüße 🚀')}\ndata: ${at(2)}\n\n`)
    await start({ chunks: [...bytes].map((byte) => Uint8Array.of(byte)), headers: SSE })
    expect(await read()).to.deep.equal(['Grüße 🚀', 'line 2'])
  })

  it('takes plain text too', async () => {
    await start({
      chunks: [`${at(1)}\r\n${at(2).slice(0, 20)}`, at(2).slice(20)],
      headers: { 'content-type': 'text/plain' },
    })
    expect(await read()).to.deep.equal(['line 1', 'line 2'])
  })

  it('goes on by Last-Event-Id where it broke, and passes nothing on twice', async () => {
    await start(
      { chunksThenReset: [event(1), event(2)] },
      { chunks: [event(2), event(3)], headers: SSE },
    )
    expect(await read()).to.deep.equal(['line 1', 'line 2', 'line 3'])
    expect(streamsAsked()).to.deep.equal([
      ['/stream/1', undefined],
      ['/stream/1', '2'],
    ])
  })

  it('with --tail goes on after the server closed, and in a new session once the old has expired', async () => {
    await start(
      { chunks: [event(3), event(4)], headers: SSE },
      { chunks: [], status: 404 },
      // The new session begins with what the platform keeps: older lines, those already shown, new
      // ones.
      { chunks: [event(1), event(2), event(3), event(4), event(5), event(6)], headers: SSE },
    )
    expect(await read({ tail: true, lines: 2 }, 4)).to.deep.equal([
      'line 3',
      'line 4',
      'line 5',
      'line 6',
    ])
    expect(streamsAsked()).to.deep.equal([
      ['/stream/1', undefined],
      ['/stream/1', '4'],
      ['/stream/2', undefined],
    ])
    expect(sessions()).to.deep.equal([
      { lines: 2, tail: true },
      { lines: 1500, tail: true },
    ])
  })

  it('shows equal lines as often as they were written', async () => {
    const twice = `data: ${at(1, 'same')}\n\n`.repeat(2)
    await start(
      { chunksThenReset: [twice] },
      { chunks: [twice + `data: ${at(2, 'other')}\n\n`], headers: SSE },
    )
    expect(await read()).to.deep.equal(['same', 'same', 'other'])
  })

  it('ends quietly when its signal is aborted', async () => {
    await start({ chunks: [event(1), ': waiting\n\n'], headers: SSE, pause: 50 }, 'never answers')
    const stop = new AbortController()
    const lines: string[] = []
    for await (const { message } of streamLogs(apiFor(server.url), 'a1', {
      tail: true,
      signal: stop.signal,
    })) {
      lines.push(message)
      stop.abort()
    }
    expect(lines).to.deep.equal(['line 1'])
  })

  it('is opened anew when the machine has slept, and a silent connection with it', async () => {
    await start({ chunks: [event(1)], headers: SSE }, 'never answers', {
      chunks: [event(2)],
      headers: SSE,
    })
    let time = 0
    // The clock jumps while the second connection waits for an answer that never comes.
    const clock = {
      every: 5,
      late: 1000,
      now: () => (time += streamsAsked().length === 2 ? 1_000_000 : 5),
    }
    expect(await read({ tail: true, clock }, 2)).to.deep.equal(['line 1', 'line 2'])
  })

  it('is not opened anew for a clock that only runs', async () => {
    await start({ chunks: [event(1), event(2), event(3)], headers: SSE, pause: 20 })
    let time = 0
    expect(
      await read({ tail: true, clock: { every: 2, late: 1000, now: () => (time += 100) } }, 3),
    ).to.deep.equal(['line 1', 'line 2', 'line 3'])
    expect(streamsAsked()).to.have.length(1)
  })

  it('gives what another reading of the same log has not seen', async () => {
    await start(
      { chunks: [event(1), event(2)], headers: SSE },
      { chunks: [event(1), event(2), event(3)], headers: SSE },
    )
    const seen = new SeenLines()
    expect(await read({ seen })).to.deep.equal(['line 1', 'line 2'])
    expect(await read({ seen, tail: true }, 1)).to.deep.equal(['line 3'])
  })

  it('takes a line of another dyno with an earlier time as new where it comes after those that were seen', async () => {
    await start(
      { chunks: [event(5)], headers: SSE },
      { chunks: [], status: 404 },
      { chunks: [event(1), event(5), event(4)], headers: SSE },
    )
    expect(await read({ tail: true, lines: 1 }, 2)).to.deep.equal(['line 5', 'line 4'])
  })

  it('is given up after its retries', async () => {
    await start({ chunks: [], status: 500 })
    const error = await rejection(read({ retries: 2 }))
    expect(error.code).to.equal('network')
    expect(error.message).to.contain('The log stream')
    expect(streamsAsked()).to.have.length(3)
  })

  it('says that the app is not there', async () => {
    server = await faultServer([{ json: { id: 'not_found', resource: 'app' }, status: 404 }])
    expect(await rejection(read())).to.include({ code: 'not_found' })
  })
})

describe('the pauses of the log stream', () => {
  useVirtualClock()
  let server: FaultServer
  afterEach(() => server.close())

  /** The times at which the stream was opened, and how its reading ended. */
  async function opened(streams: Fault[], options: LogStreamOptions, most = Infinity) {
    const begun = performance.now()
    const times: number[] = []
    server = await faultServer(({ method }) => {
      if (method === 'POST')
        return { json: { id: 's', logplex_url: `${server.url}/stream` }, status: 201 }
      times.push(Math.round(performance.now() - begun))
      return streams[Math.min(times.length, streams.length) - 1]!
    })
    const lines: string[] = []
    const reading = async () => {
      for await (const { message } of streamLogs(apiFor(server.url), 'a1', options))
        if (lines.push(message) >= most) return
    }
    const error = await reading().then(
      () => undefined,
      (thrown: { code?: string }) => thrown.code,
    )
    return { times: times.map((ms) => Math.round(ms / 50) * 50), lines, error }
  }
  const broken: Fault = { chunks: [], status: 500 }

  it('grow from a second to five while nothing comes', async () => {
    const { times, error } = await opened([broken], { retries: 5 })
    expect(times).to.deep.equal([0, 1000, 3000, 7000, 12_000, 17_000])
    expect(error).to.equal('network')
  })

  it('are short once lines have come', async () => {
    const { times, lines } = await opened(
      [{ chunksThenReset: [event(1)] }, { chunks: [event(2)], headers: SSE }],
      {},
    )
    expect(times).to.deep.equal([0, 50])
    expect(lines).to.deep.equal(['line 1', 'line 2'])
  })

  it('end in no failure while the stream can be opened in between', async () => {
    const empty: Fault = { chunks: [], headers: SSE }
    const { lines, error } = await opened(
      [broken, empty, broken, empty, broken, { chunks: [event(1)], headers: SSE }],
      { tail: true, retries: 1 },
      1,
    )
    expect([lines, error]).to.deep.equal([['line 1'], undefined])
  })

  it('are watched for a sleep of the machine no longer than the stream is read', async () => {
    let looks = 0
    const clock = { every: 10, late: 1000, now: () => ((looks += 1), looks * 10) }
    await opened([{ chunks: [event(1)], headers: SSE }], { tail: true, clock }, 1)
    const before = looks
    await new Promise((resolve) => {
      setTimeout(resolve, 1000)
    })
    expect(looks).to.equal(before)
  })
})

describe('the pauses of the output stream of a build', () => {
  useVirtualClock()

  it('are of a second, five at most', async () => {
    const times: number[] = []
    const begun = performance.now()
    const server = await faultServer(() => {
      times.push(Math.round((performance.now() - begun) / 100) / 10)
      return { chunks: [], status: 404 }
    })
    const reading = streamOutput(server.url).next()
    expect(await rejection(reading)).to.include({ code: 'network' })
    await server.close()
    expect(times).to.deep.equal([0, 1, 2, 3, 4, 5])
  })
})

describe('the output stream of a build', () => {
  let server: FaultServer
  afterEach(() => server.close())
  const read = async () => {
    let text = ''
    for await (const piece of streamOutput(server.url + '/output', { retryDelay: 1, retries: 2 }))
      text += piece
    return text
  }
  it('goes on where it broke and leaves out the signs of life', async () => {
    server = await faultServer([
      { chunks: ['not yet'], status: 404 },
      { chunksThenReset: ['-----> Grü', Buffer.from('ß').subarray(0, 1)] },
      { chunks: ['-----> Grüße\n', '\0\0', 'done\n'] },
    ])
    expect(await read()).to.equal('-----> Grüße\ndone\n')
  })
  it('goes on where it broke, however its bytes come the second time', async () => {
    server = await faultServer([
      { chunksThenReset: ['abcd'] },
      { chunks: ['ab', 'cdef', 'ghijklmnopqrstuvwxyz', '.'.repeat(1000)], pause: 2 },
    ])
    expect(await read()).to.equal(`abcdefghijklmnopqrstuvwxyz${'.'.repeat(1000)}`)
  })
  it('counts its failures from the last piece that came', async () => {
    server = await faultServer([
      { chunks: [], status: 404 },
      { chunks: [], status: 404 },
      { chunksThenReset: ['a'] },
      { chunks: [], status: 404 },
      { chunks: ['ab'] },
    ])
    expect(await read()).to.equal('ab')
  })
  it('ends without a word when its signal is aborted', async () => {
    server = await faultServer(['never answers'])
    const stop = new AbortController()
    const output = streamOutput(server.url, { signal: stop.signal })
    const first = output.next()
    stop.abort()
    expect(await first).to.deep.equal({ done: true, value: undefined })
  })
  it('is given up after its retries', async () => {
    server = await faultServer([{ chunks: [], status: 404 }])
    expect(await rejection(read())).to.include({ code: 'network' })
    expect(server.arrived).to.have.length(3)
  })
})
