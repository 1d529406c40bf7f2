import { expect } from 'chai'
import { watchFormation } from '../../src/monitor/index.js'
import { faultServer, type Fault, type FaultServer } from '../support/fault-server.js'
import { apiFor } from '../support/platform.js'

const event = (n: number) =>
  `id: ${n}\ndata: 2026-11-22T20:00:0${n}.000000+00:00 app[web.1]: line ${n}\n\n`

describe('watching a formation', () => {
  let server: FaultServer
  let retries: string | undefined
  before(() => {
    retries = process.env.SHIPIT_HTTP_RETRIES
    process.env.SHIPIT_HTTP_RETRIES = '0'
  })
  after(() => {
    if (retries === undefined) delete process.env.SHIPIT_HTTP_RETRIES
    else process.env.SHIPIT_HTTP_RETRIES = retries
  })
  afterEach(() => server.close())

  it('takes the log up again however often it was given up, with no line twice, and says meanwhile that it cannot be read', async () => {
    const streams: Fault[] = [
      { chunksThenReset: [event(1)] },
      { chunks: [], status: 500 },
      { chunks: [], status: 500 },
      { chunks: [event(1), event(2)], headers: { 'content-type': 'text/event-stream' } },
    ]
    let next = 0
    server = await faultServer(({ method, path }) => {
      if (method === 'POST')
        return { json: { id: 's', logplex_url: `${server.url}/stream` }, status: 201 }
      return path.startsWith('/apps')
        ? { json: [] }
        : streams[Math.min(next++, streams.length - 1)]!
    })
    const lines: string[] = []
    const problems = new Set<string | undefined>()
    const stop = new AbortController()
    for await (const { problem } of watchFormation(apiFor(server.url), 'a1', {
      every: 5,
      poll: 10,
      onLine: ({ message }) => lines.push(message),
      signal: stop.signal,
    })) {
      problems.add(problem)
      if (lines.length === 2 && problem === undefined) stop.abort()
    }
    expect(lines).to.deep.equal(['line 1', 'line 2'])
    expect(
      [...problems].filter((problem) => problem?.startsWith('The log could not be read')),
    ).to.not.deep.equal([])
  })
})
