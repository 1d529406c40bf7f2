import { expect } from 'chai'
import * as v from 'valibot'
import { ANYTHING } from '../../src/heroku/shapes.js'
import { faultServer, type Fault, type FaultServer } from '../support/fault-server.js'
import { apiFor, rejection, TOKEN } from '../support/platform.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('the client against a faulty platform', () => {
  let server: FaultServer
  const start = async (...script: Fault[]) => (server = await faultServer(script))
  afterEach(() => server.close())

  it('sends a GET again after broken connections and a cut-off body', async () => {
    await start(
      'reset after the request',
      'reset before the request',
      { cutOff: '{"name":' },
      { json: { name: 'a1' } },
    )
    expect(await apiFor(server.url).get('/apps/a1', ANYTHING)).to.deep.equal({ name: 'a1' })
    expect(server.arrived).to.have.length(4)
  })

  it('gives up a GET after its retries, naming the host', async () => {
    await start('reset after the request')
    const error = await rejection(apiFor(server.url, { retries: 2 }).get('/apps', ANYTHING))
    expect(error).to.include({ code: 'network' })
    expect(error.message).to.contain(new URL(server.url).host)
    expect(server.arrived).to.have.length(3)
  })

  for (const method of ['post', 'patch', 'delete'] as const) {
    for (const fault of [
      'reset after the request',
      'reset before the request',
      { cutOff: '{"a":' },
    ] as Fault[]) {
      it(`never sends a ${method.toUpperCase()} twice: ${typeof fault === 'string' ? fault : 'cut-off body'}`, async () => {
        await start(fault, { json: {} })
        const error = await rejection(
          method === 'delete'
            ? apiFor(server.url).delete('/apps/a1', ANYTHING)
            : apiFor(server.url)[method]('/apps/a1', ANYTHING, { name: 'a2' }),
        )
        expect(error.code).to.equal('network')
        expect(error.why).to.match(/may or may not have been made/)
        // What a resend would need to show itself: the next GET is the second request that arrives.
        await apiFor(server.url).get('/account', ANYTHING)
        expect(server.arrived.map((one) => one.method)).to.deep.equal([method.toUpperCase(), 'GET'])
      })
    }
  }

  it('does send a POST once more where no connection stood', async () => {
    await start({ json: {} })
    const { url } = server
    await server.close()
    const outcome = apiFor(url, { retryDelay: 200, retries: 6 }).post('/apps', ANYTHING, {
      name: 'a1',
    })
    const { createServer } = await import('node:http')
    const bodies: string[] = []
    const late = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()))
      request.on('end', () => response.end('{"name":"a1"}'))
    })
    late.listen(Number(new URL(url).port), '127.0.0.1')
    server = {
      ...server,
      close: () =>
        new Promise((done) => {
          late.closeAllConnections()
          late.close(() => done())
        }),
    }
    expect(await outcome).to.deep.equal({ name: 'a1' })
    expect(bodies).to.deep.equal(['{"name":"a1"}'])
  })

  it('is quiet after its own timeout', async () => {
    await start('never answers')
    const error = await rejection(
      apiFor(server.url, { timeout: 150, silence: 40, retries: 100 }).get('/apps', ANYTHING),
    )
    expect(error).to.include({ code: 'network' })
    await rejection(apiFor(server.url, { timeout: 200, silence: 1000 }).get('/account', ANYTHING))
    const paths = server.arrived.map(({ path }) => path)
    // What was sent by then may be on its way still; nothing comes behind the next call.
    expect(paths.slice(paths.indexOf('/account'))).to.deep.equal(['/account'])
  })

  it('tries a silent GET anew', async () => {
    await start('never answers', { json: [1] })
    expect(await apiFor(server.url, { silence: 400 }).get('/apps', ANYTHING)).to.deep.equal([1])
  })

  it('gives up a POST that is never answered, and says that it may have been made', async () => {
    await start('never answers')
    const error = await rejection(apiFor(server.url, { timeout: 100 }).post('/apps', ANYTHING, {}))
    expect(error).to.include({ code: 'network' })
    expect(error.why).to.match(/may or may not/)
    expect(server.arrived).to.have.length(1)
  })

  it('waits as Retry-After says on 429, for a POST too', async () => {
    await start(
      { json: { id: 'rate_limit' }, status: 429, headers: { 'retry-after': '0' } },
      { json: { name: 'a1' }, status: 201 },
    )
    expect(await apiFor(server.url).post('/apps', ANYTHING, {})).to.deep.equal({ name: 'a1' })
    expect(server.arrived).to.have.length(2)
  })

  it('waits no longer than its own time, and says when to try again', async () => {
    await start({
      json: { id: 'rate_limit', message: 'Your account reached the API rate limit' },
      status: 429,
      headers: { 'retry-after': '90' },
    })
    const error = await rejection(apiFor(server.url).get('/apps', ANYTHING))
    expect(error.code).to.equal('network')
    expect(error.next).to.equal('Try again in 90 s.')
    expect(error.details).to.include({ retry_after_seconds: 90, request_id: 'req-1' })
    expect(server.arrived).to.have.length(1)
  })

  it('waits on 503 for a GET, and never resends a POST on it', async () => {
    await start(
      { json: {}, status: 503, headers: { 'ratelimit-reset': '0' } },
      { json: [] },
      { json: { message: 'down' }, status: 503, headers: { 'retry-after': '0' } },
    )
    expect(await apiFor(server.url).get('/apps', ANYTHING)).to.deep.equal([])
    const error = await rejection(apiFor(server.url).post('/apps', ANYTHING, {}))
    expect(error).to.include({ code: 'network', why: 'down' })
    expect(server.arrived).to.have.length(3)
  })

  it('keeps characters whole that are split across packets', async () => {
    const bytes = Buffer.from('{"name":"Grüße 🚀"}')
    await start({ chunks: [...bytes].map((byte) => Uint8Array.of(byte)) })
    expect(await apiFor(server.url).get('/account', ANYTHING)).to.deep.equal({ name: 'Grüße 🚀' })
  })

  it('answers that are not JSON are errors, without their text', async () => {
    await start({ chunks: ['{"name": <oops'] })
    const garbage = await rejection(apiFor(server.url).get('/account', ANYTHING))
    expect(garbage.code).to.equal('network')
    expect(garbage.message)
      .to.match(/not JSON/)
      .and.not.match(/oops/)
  })

  it('an HTML page of a proxy is its status alone', async () => {
    await start({
      chunks: ['<html><b>Bad Gateway</b></html>'],
      status: 502,
      headers: { 'content-type': 'text/html' },
    })
    const error = await rejection(apiFor(server.url, { retries: 1 }).get('/apps', ANYTHING))
    expect(error.code).to.equal('network')
    expect(error.message).to.contain('status 502')
    expect(`${error.message} ${JSON.stringify(error)}`).to.not.contain('<html>')
    expect(server.arrived).to.have.length(2)
  })

  it('stops at once when its signal is aborted', async () => {
    await start('never answers')
    const stop = new AbortController()
    const outcome = rejection<Error>(
      apiFor(server.url).get('/apps', ANYTHING, { signal: stop.signal }),
    )
    const reason = new Error('Ctrl-C')
    stop.abort(reason)
    expect(await outcome).to.equal(reason)
  })

  it('follows the pages of a list', async () => {
    server = await faultServer(({ headers }) =>
      headers.range?.startsWith(']b')
        ? { json: ['c'] }
        : { json: ['a', 'b'], status: 206, headers: { 'next-range': ']b..; max=1000' } },
    )
    expect(await apiFor(server.url).list('/apps', ANYTHING)).to.deep.equal(['a', 'b', 'c'])
    expect(server.arrived[0]!.headers.range).to.equal('id ..; max=1000')
  })

  it('asks for no more rows than wanted', async () => {
    server = await faultServer([
      { json: ['v3', 'v2'], status: 206, headers: { 'next-range': 'more' } },
    ])
    expect(
      await apiFor(server.url).list('/apps/a1/releases', ANYTHING, {
        max: 2,
        order: 'desc',
        by: 'version',
      }),
    ).to.deep.equal(['v3', 'v2'])
    expect(server.arrived.map(({ headers }) => headers.range)).to.deep.equal([
      'version ..; order=desc,max=2',
    ])
  })

  it('takes no more rows than wanted of a platform that gives more', async () => {
    await start({ json: ['v3', 'v2', 'v1'] })
    expect(await apiFor(server.url).list('/apps', ANYTHING, { max: 2 })).to.deep.equal(['v3', 'v2'])
  })

  it('refuses an answer that is none of what was asked for', async () => {
    await start({ json: { name: 7 } })
    const shape = v.looseObject({ name: v.string() })
    expect(await rejection(apiFor(server.url).get('/apps/a1', shape)))
      .to.include({ code: 'network' })
      .and.have.property('message')
      .that.matches(/answered GET \/apps\/a1 with something else than .* documents: .*name/)
  })

  it('waits out a limit however often it is told when to come again, and no other fault', async () => {
    for (const [status, count] of [
      [429, 5],
      [503, 5],
      [500, 2],
    ] as const) {
      let left = 4
      server = await faultServer(() =>
        left-- > 0
          ? { json: {}, status, headers: { 'retry-after': '0' } }
          : { json: { name: 'a1' } },
      )
      const outcome = apiFor(server.url, { retries: 1 }).get('/apps/a1', ANYTHING)
      if (count === 5) expect(await outcome).to.deep.equal({ name: 'a1' })
      else expect((await rejection(outcome)).details).to.include({ status })
      expect(server.arrived, `${status}`).to.have.length(count)
      await server.close()
    }
    await start({ json: [] })
  })

  it('shows no header and no body under DEBUG=*', async () => {
    await start({ json: { PM2_SECRET_KEY: 's3cr3tvalue' } })
    const { execFile } = await import('node:child_process')
    const script = `const { apiFor } = await import('./test/support/platform.ts'); const { ANYTHING } = await import('./src/heroku/shapes.ts'); await apiFor('${server.url}').patch('/apps/a1/config-vars', ANYTHING, { PM2_SECRET_KEY: 's3cr3tvalue' })`
    const output = await new Promise<string>((done, failed) => {
      execFile(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', script],
        { env: { ...process.env, DEBUG: '*' } },
        (error, stdout, stderr) => (error ? failed(error) : done(stdout + stderr)),
      )
    })
    expect(output).to.match(/PATCH \/apps\/a1\/config-vars 200 req-1 \d+ms/)
    expect(output).to.not.contain('s3cr3tvalue').and.not.contain(TOKEN)
    expect(server.arrived[0]!.headers.authorization).to.equal(`Bearer ${TOKEN}`)
  })
})

describe('the pauses of a client', () => {
  useVirtualClock()

  it('are twice as long each time, for as long as the platform does not say when', async () => {
    const times: number[] = []
    const begun = performance.now()
    const server = await faultServer(() => {
      times.push(Math.round((performance.now() - begun) / 100) * 100)
      return { json: {}, status: 502 }
    })
    const options = { retries: 3, retryDelay: 1000 }
    await rejection(apiFor(server.url, options).get('/apps', ANYTHING))
    await server.close()
    expect(times).to.deep.equal([0, 1000, 3000, 7000])
  })
})
