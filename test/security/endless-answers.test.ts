import http, { type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { logEvents } from '../../src/heroku/logs.js'
import { ANYTHING } from '../../src/heroku/shapes.js'
import type { ShipitError } from '../../src/errors.js'
import { apiFor } from '../support/platform.js'

/** Writes for as long as anybody reads. */
function pour(response: ServerResponse, chunk: Buffer): void {
  const more = () => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more)
  }
  more()
}

describe('an answer without an end', () => {
  let server: http.Server
  let asked = 0
  const answers: Record<string, (response: ServerResponse, asked: number) => void> = {
    '/same-page': (response) =>
      response.writeHead(206, { 'next-range': ']b..; max=1000' }).end('["a"]'),
    '/pages': (response, count) =>
      response.writeHead(206, { 'next-range': `]${count}..; max=1000` }).end('["a"]'),
    '/body': (response) => pour(response.writeHead(200), Buffer.alloc(1024 * 1024, ' ')),
    '/slow': (response) => {
      const timer = setInterval(() => response.write(' '), 20)
      response.once('close', () => clearInterval(timer))
    },
    '/slow-error': (response) => {
      response.writeHead(500)
      const timer = setInterval(() => response.write(' '), 20)
      response.once('close', () => clearInterval(timer))
    },
  }
  before(async () => {
    server = http.createServer((request, response) => answers[request.url!]!(response, ++asked))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const outcome = (path: string): Promise<ShipitError> => {
    const api = apiFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      timeout: path === '/body' ? 15_000 : 800,
      silence: 500,
      retries: 1,
    })
    return (path.includes('page') ? api.list(path, ANYTHING) : api.get(path, ANYTHING)).then(
      () => {
        throw new Error('an answer was taken')
      },
      (error: ShipitError) => error,
    )
  }

  for (const [path, why] of [
    ['/same-page', /its list never ends/],
    ['/pages', /no answer came in time/],
    ['/body', /larger than 64 MB/],
    ['/slow', /no answer came in time/],
    ['/slow-error', /no answer came in time/],
  ] as const) {
    it(`is an error within the call's own time: ${path.slice(1)}`, async () => {
      const error = await outcome(path)
      expect(error.code, String(error)).to.equal('network')
      expect(error.message).to.match(why)
    })
  }

  for (const contentType of ['text/event-stream', 'text/plain']) {
    it(`is an error in a log as ${contentType}, not memory without bounds`, async () => {
      async function* body(): AsyncGenerator<Buffer> {
        for (let i = 0; i < 64; i++) yield Buffer.alloc(1024 * 1024, 'x')
      }
      const read = async () => {
        for await (const events of logEvents({ contentType, body: body() }))
          expect(events).to.be.an('array')
      }
      expect(
        await read().then(
          () => 'read',
          (error: Error) => error.message,
        ),
      ).to.match(/a line of the log has no end/)
    })
  }
})
