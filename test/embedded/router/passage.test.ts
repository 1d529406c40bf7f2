import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import type { Client, ClientEvents } from '../../../src/embedded/router/client.js'
import type { Connected } from '../../../src/embedded/router/connect.js'
import type { Exchange } from '../../../src/embedded/router/exchange.js'
import { pages } from '../../../src/embedded/router/pages.js'
import { Passage, type PassageOptions } from '../../../src/embedded/router/passage.js'
import { BadResponse } from '../../../src/embedded/router/response-parser.js'
import { useVirtualClock } from '../../support/virtual-clock.js'

interface Given extends Partial<PassageOptions> {
  method?: string
  hasBody?: boolean
  /** Requests that the connection has carried, this one included. */
  requests?: number
  hasAnswered?: boolean
  isIdempotent?: boolean
}

/** A request on its way, and all that became of it, in its order. */
function passageOf(given: Given = {}) {
  const told: string[] = []
  const tell = (what: string) => () => void told.push(what)
  let events: ClientEvents | undefined
  const client = {
    method: given.method ?? 'GET',
    hasBody: given.hasBody ?? false,
    body: new PassThrough(),
    trailers: [],
    status: 0,
    hasResponded: false,
    isTaking: true,
    listen: (heard: ClientEvents) => (events = heard),
    inform: (status: number, headers: string[]) => told.push(`inform ${status} ${headers.join()}`),
    respond: ({ status, isStreamed }: { status: number; isStreamed: boolean }) => {
      Object.assign(client, { status, hasResponded: true })
      told.push(`respond ${status}${isStreamed ? ' streamed' : ''}`)
    },
    flush: tell('flush'),
    write: (chunk: Buffer) => {
      told.push(chunk === pages.error.body ? 'page' : `write ${String(chunk)}`)
      return client.isTaking
    },
    end: (trailers: string[]) => told.push(`end ${trailers.join()}`),
    abort: tell('abort'),
  }
  const connection = {
    requests: given.requests ?? 1,
    hasAnswered: given.hasAnswered ?? false,
    cork: tell('cork'),
    uncork: tell('uncork'),
    begin: (method: string, lines: string, _events: unknown, keep: unknown) =>
      told.push(`begin ${method} ${JSON.stringify(lines)}${keep ? ' kept' : ''}`),
    write: (data: string | Buffer) => Boolean(told.push(`send ${String(data)}`)),
    sent: tell('sent'),
    pause: tell('pause'),
    resume: tell('resume'),
    destroy: tell('destroy'),
  }
  const exchange = {
    client,
    head: {
      lines: 'GET / HTTP/1.1\r\n',
      framing: given.hasBody ? 3 : 0,
      isIdempotent: given.isIdempotent ?? true,
    },
    router: { via: '1.1 vegur', server: 'Cowboy' },
    bytes: 0,
    accepted: tell('accepted'),
    log: (status: number, code = '', { detail = '' }: { detail?: string } = {}) =>
      told.push(['log', status, code, detail].filter(Boolean).join(' ')),
  }
  const passage = new Passage(
    exchange as unknown as Exchange & { client: Client },
    { connection } as unknown as Connected,
    {
      firstByte: 30_000,
      idle: 55_000,
      keep: undefined,
      again: tell('again'),
      ...given,
    },
  )
  passage.start()
  const begun = told.splice(0)
  return { passage, told, begun, client, exchange, events: () => events! }
}
const HEAD = { status: 200, reason: 'OK', headers: ['Content-Length', '2'], isHttp10: false }
const FAILED = ['accepted', 'destroy']

describe('a request on its way to a dyno', () => {
  useVirtualClock()
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  it('leaves in one piece, on a connection that is closed after it, kept, or upgraded', () => {
    const lines = (given: Given) => passageOf(given).begun.find((each) => each.startsWith('begin'))
    expect(passageOf().begun).to.deep.equal([
      'cork',
      'begin GET "GET / HTTP/1.1\\r\\nConnection: close\\r\\n\\r\\n"',
      'sent',
      'uncork',
    ])
    expect(lines({ keep: () => undefined })).to.equal('begin GET "GET / HTTP/1.1\\r\\n\\r\\n" kept')
    const upgrade = { protocol: 'websocket' } as PassageOptions['upgrade']
    expect(lines({ upgrade })).to.include('Connection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n')
  })

  it('is H12 if nothing of an answer comes in 30 s after it was sent', async () => {
    const { told } = passageOf()
    await pass(29_999)
    expect(told).to.deep.equal([])
    await pass(1)
    expect(told).to.deep.equal([...FAILED, 'log 503 H12', 'respond 503', 'page', 'end '])
  })

  it('is H15 if the client sends nothing more of it for 55 s, however long all takes', async () => {
    const { told, client } = passageOf({ hasBody: true, method: 'POST' })
    for (let i = 0; i < 2; i += 1) {
      await pass(54_000)
      client.body.write('a')
    }
    await pass(54_000)
    expect(told).to.deep.equal(['send a', 'send a'])
    await pass(1000)
    expect(told.slice(2)).to.deep.equal([...FAILED, 'log 503 H15', 'respond 503', 'page', 'end '])
  })

  it('has its answer, however slowly it comes, and is H15 once nothing has moved for 55 s', async () => {
    const { told, passage, exchange } = passageOf()
    await pass(29_000)
    passage.onHead(HEAD)
    for (let i = 0; i < 3; i += 1) {
      await pass(54_999)
      passage.onData(Buffer.from('ab'))
    }
    expect(told).to.deep.equal(['accepted', 'respond 200', 'write ab', 'write ab', 'write ab'])
    expect(exchange.bytes).to.equal(6)
    await pass(55_000)
    expect(told.slice(5)).to.deep.equal([...FAILED, 'log 503 H15', 'abort'])
    const silent = passageOf()
    silent.passage.onHead(HEAD)
    await pass(55_000)
    expect(silent.told.slice(2)).to.deep.equal([...FAILED, 'log 503 H15', 'abort'])
  })

  it('is over with its one line once the client has all of the answer', async () => {
    const { told, passage, events } = passageOf()
    passage.onHead(HEAD)
    passage.onData(Buffer.from('ab'))
    passage.onEnd(['X-Sum', '1', 'Content-Length', '9'])
    expect(told.at(-1)).to.equal('end X-Sum,1')
    events().onClose(true)
    expect(told.at(-1)).to.equal('log 200')
    const seen = told.length
    events().onClose(false)
    passage.onFailure('closed')
    await pass(200_000)
    expect(told).to.have.lengthOf(seen)
  })

  it('is H27 where the client leaves before', () => {
    const { told, events, passage } = passageOf()
    events().onClose(false)
    expect(told).to.deep.equal([...FAILED, 'log 499 H27', 'abort'])
    passage.onFailure('closed')
    expect(told).to.have.lengthOf(4)
  })

  it('has the head with the first of its body, or as soon as the dyno was read without one', () => {
    const held = passageOf()
    held.passage.onRead()
    held.passage.onHead({ ...HEAD, headers: [] })
    held.passage.onRead()
    held.passage.onRead()
    expect(held.told).to.deep.equal(['accepted', 'respond 200 streamed', 'flush'])
    const whole = passageOf()
    whole.passage.onHead(HEAD)
    whole.passage.onData(Buffer.from('a'))
    whole.passage.onRead()
    expect(whole.told).to.not.include('flush')
    const empty = passageOf()
    empty.passage.onHead(HEAD)
    empty.passage.onEnd([])
    empty.passage.onRead()
    expect(empty.told).to.not.include('flush')
  })

  it('holds the dyno back while the client takes nothing', () => {
    const { told, passage, client, events } = passageOf()
    passage.onHead(HEAD)
    client.isTaking = false
    passage.onData(Buffer.from('a'))
    expect(told.at(-1)).to.equal('pause')
    events().onDrain()
    expect(told.at(-1)).to.equal('resume')
  })

  it('has no headers of 100 Continue, and those of other words in between', () => {
    const { told, passage } = passageOf()
    const informed = { reason: '', headers: ['Link', 'a'], isHttp10: false }
    passage.onInformation({ ...informed, status: 100 })
    passage.onInformation({ ...informed, status: 103 })
    expect(told).to.deep.equal(['inform 100 ', 'inform 103 Link,a'])
  })

  describe('fails', () => {
    const answered = (given: Given) => {
      const one = passageOf(given)
      one.passage.onHead(HEAD)
      one.told.length = 0
      return one
    }
    const PAGE = ['respond 503', 'page', 'end ']

    it('as H13 if the dyno closes without an answer, as H18 in the middle of one', () => {
      const before = passageOf()
      before.passage.onFailure('closed')
      expect(before.told).to.deep.equal([...FAILED, 'log 503 H13', ...PAGE])
      const after = answered({})
      after.passage.onFailure('closed')
      expect(after.told).to.deep.equal([...FAILED, 'log 200 H18', 'abort'])
    })

    it('not, but is sent anew, where a kept connection was closed as it left and it changes nothing', async () => {
      const { told, passage, events } = passageOf({ requests: 2 })
      passage.onFailure('closed')
      expect(told).to.deep.equal(['accepted', 'again'])
      events().onClose(false)
      await pass(200_000)
      expect(told).to.have.lengthOf(2)
      for (const given of [
        { requests: 2, isIdempotent: false },
        { requests: 2, hasBody: true },
      ]) {
        const lost = passageOf(given)
        lost.passage.onFailure('closed')
        expect(lost.told).to.deep.equal([...FAILED, 'log 503 H18', ...PAGE])
      }
      const busy = passageOf({ requests: 2, hasAnswered: true })
      busy.passage.onFailure('closed')
      expect(busy.told).to.include('log 503 H13')
    })

    it('by an answer that is none, with the reason where a limit is met', () => {
      for (const [code, line] of [
        ['H17', 'log 503 H17'],
        ['H25', 'log 502 H25 too long'],
      ] as const) {
        const { told, passage } = passageOf()
        passage.onFailure(new BadResponse(code, 'too long'))
        expect(told).to.include(line)
      }
    })

    it('as H17 if the dyno changes the protocol unasked', () => {
      const { told, passage } = passageOf()
      let isDestroyed = false
      const socket = { destroy: () => (isDestroyed = true) } as never
      passage.onUpgrade({ ...HEAD, status: 101 }, Buffer.alloc(0), socket)
      expect(isDestroyed).to.equal(true)
      expect(told).to.include('log 503 H17')
    })
  })
})
