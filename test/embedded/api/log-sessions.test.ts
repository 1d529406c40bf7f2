import http from 'node:http'
import { mkdir, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { expect } from 'chai'
import { readLog } from '../../../src/embedded/api/log-reader.js'
import { createLogplex } from '../../../src/embedded/logplex/index.js'
import { until } from '../../support/until.js'
import { machineClock } from '../../../src/embedded/daemon/clock.js'
import { startTestPlatform, temporaryFolder, type TestPlatform } from '../support/platform.js'

/** The events of a stream as they come; `ended` once the server has closed it. */
function listen(
  url: string,
  headers: Record<string, string> = {},
): { events: EventSourceMessage[]; state: { isEnded: boolean; status?: number }; close(): void } {
  const events: EventSourceMessage[] = []
  const state: { isEnded: boolean; status?: number } = { isEnded: false }
  const parser = createParser({ onEvent: (event) => events.push(event) })
  const request = http.get(
    url,
    { headers: { accept: 'text/event-stream', ...headers } },
    (response) => {
      state.status = response.statusCode
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => parser.feed(chunk))
        .on('close', () => {
          state.isEnded = true
        })
    },
  )
  request.on('error', () => {
    state.isEnded = true
  })
  return { events, state, close: () => request.destroy() }
}

describe('the Platform API: log sessions', () => {
  let test: TestPlatform
  let later = 0
  before(async () => {
    test = await startTestPlatform({ ...machineClock, now: () => Date.now() + later })
    await test.call('POST', '/apps', { name: 'an-app' })
    await test.call('POST', '/apps/an-app/log-sessions', {})
  })
  after(() => test.end())

  const session = async (body: object, options = {}) =>
    (await test.call<{ logplex_url: string }>('POST', '/apps/an-app/log-sessions', body, options))
      .body.logplex_url
  const read = async (body: object, headers = {}) => {
    const stream = listen(await session(body), headers)
    await until('the end of the stream', () => stream.state.isEnded)
    return stream.events.map(({ data }) => data)
  }

  it('gives the last lines and ends, without asking for the token', async () => {
    const lines = await read({ lines: 2, tail: false })
    expect(lines).to.have.length(2)
    expect(lines[1]).to.match(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00 app\[api\]: Release v2 created by user you@shipit\.localhost$/,
    )
  })

  it('filters by source and by dyno or process type, before it counts', async () => {
    expect(await read({ lines: 10, source: 'heroku' })).to.deep.equal([])
    expect(await read({ lines: 1, source: 'app', dyno_name: 'api' })).to.have.length(1)
    expect(await read({ lines: 10, dyno_name: 'web' })).to.deep.equal([])
  })

  it('follows with tail, and resumes after Last-Event-Id without a line lost or repeated', async () => {
    const url = await session({ lines: 1, tail: true })
    const first = listen(url)
    await until('the backlog', () => first.events.length === 1)
    await test.call('PATCH', '/apps/an-app/config-vars', { A: '1' })
    await until('two live lines', () => first.events.length === 3)
    expect(first.events[1]?.data).to.match(/Set A config vars by user/)
    first.close()
    await test.call('PATCH', '/apps/an-app/config-vars', { A: '2' })
    const second = listen(url, { 'last-event-id': first.events[2]?.id as string })
    await until('what was missed', () => second.events.length === 2)
    await test.call('PATCH', '/apps/an-app/config-vars', { A: null })
    await until('what is new', () => second.events.length === 4)
    expect(second.events.map(({ data }) => data.split(': ')[1])).to.deep.equal([
      'Set A config vars by user you@shipit.localhost',
      'Release v4 created by user you@shipit.localhost',
      'Remove A config vars by user you@shipit.localhost',
      'Release v5 created by user you@shipit.localhost',
    ])
    const ids = [...first.events, ...second.events].map(({ id }) => Number(id))
    expect(ids).to.deep.equal([...new Set(ids)].sort((one, other) => one - other))
    second.close()
  })

  it('answers plain text to who does not ask for events', async () => {
    const response = await fetch(await session({ lines: 1 }))
    expect(response.headers.get('content-type')).to.match(/^text\/plain/)
    expect(await response.text()).to.match(/^\S+ app\[api\]: .*\n$/)
  })

  it('answers 404 to a session that is not there, and 422 to one that makes no sense', async () => {
    const stream = listen(`${test.platform.info.apiUrl}/streams/logs/guessed`)
    await until('an answer', () => stream.state.isEnded)
    expect(stream.state.status).to.equal(404)
    for (const body of [{ lines: 'many' }, { lines: -1 }, { tail: 'yes' }, { source: 5 }]) {
      expect(
        (await test.call('POST', '/apps/an-app/log-sessions', body, { isLoose: true })).status,
      ).to.equal(422)
    }
  })

  it('expires five minutes after it was made where nobody has read it, and after an hour where somebody has', async () => {
    const statusOf = async (url: string): Promise<number> => (await fetch(url)).status
    const MINUTE = 60_000
    const [read, unread] = [await session({ lines: 1 }), await session({ lines: 1 })]
    try {
      expect(await statusOf(read)).to.equal(200)
      later = 6 * MINUTE
      expect(await statusOf(unread)).to.equal(404)
      expect(await statusOf(read)).to.equal(200)
      const fresh = await session({ lines: 1 })
      later = 59 * MINUTE
      expect(await statusOf(read), 'still there after the others were cleared').to.equal(200)
      expect(await statusOf(fresh)).to.equal(404)
      later = 61 * MINUTE
      expect(await statusOf(read)).to.equal(404)
    } finally {
      later = 0
    }
  })

  it('tells a reader that is too slow how many lines it missed, and holds no more than the log itself', async function () {
    this.timeout(60_000)
    const home = await temporaryFolder()
    await mkdir(path.join(home, 'logs'))
    const logplex = createLogplex({ logs: path.join(home, 'logs') })
    let waiting = 0
    const server = http.createServer((_request, response) => {
      readLog(logplex, response, {
        appId: 'slow',
        lines: 0,
        tail: true,
        after: undefined,
        isEventStream: true,
      })
      response.on('drain', () => {
        waiting = 0
      })
      const measure = setInterval(() => {
        waiting = Math.max(waiting, response.writableLength)
      }, 1)
      response.on('close', () => clearInterval(measure))
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const lines: string[] = []
    const parser = createParser({ onEvent: ({ data }) => lines.push(data) })
    const request = http.get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const response = await new Promise<http.IncomingMessage>((resolve) => {
      request.on('response', resolve)
    })
    response.setEncoding('utf8').pause()
    try {
      const total = 60_000
      for (let index = 0; index < total; index += 1) {
        logplex.append('slow', {
          time: Date.now(),
          source: 'app',
          dyno: 'web.1',
          message: `${index} ${'x'.repeat(1_000)}`,
        })
        if (index % 500 === 0)
          await new Promise((resolve) => {
            setImmediate(resolve)
          })
      }
      expect(waiting).to.be.below(2 * 1024 * 1024)
      response.on('data', (chunk: string) => parser.feed(chunk)).resume()
      await until('the last line', () => lines.at(-1)?.includes(`: ${total - 1} `) ?? false, 30_000)
      const missed = lines
        .flatMap(
          (line) =>
            /heroku\[logplex\]: Error L10 \(output buffer overflow\): (\d+) messages dropped since/.exec(
              line,
            )?.[1] ?? [],
        )
        .map(Number)
      const received = lines.filter((line) => line.includes('app[web.1]')).length
      expect(missed).to.have.length.above(0)
      expect(received + missed.reduce((sum, count) => sum + count, 0)).to.equal(total)
    } finally {
      request.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
      await logplex.flush()
      await rm(home, { recursive: true, force: true })
    }
  })
})
