import { EventEmitter } from 'node:events'
import type net from 'node:net'
import { expect } from 'chai'
import { DynoConnection, type DynoEvents } from '../../../src/embedded/router/dyno-connection.js'
import { BadResponse } from '../../../src/embedded/router/response-parser.js'

/** A socket as far as a connection uses one, and what it was told. */
class Socket extends EventEmitter {
  destroyed = false
  readable = true
  writable = true
  idle: [number, (() => void)?] = [0]
  readonly told: string[] = []
  setTimeout = (...idle: [number, (() => void)?]) => (this.idle = idle)
  write = (data: Buffer | string, encoding: string) => {
    this.told.push(`${String(data)} ${encoding}`)
    return false
  }
  cork = () => this.told.push('cork')
  uncork = () => this.told.push('uncork')
  pause = () => this.told.push('pause')
  resume = () => this.told.push('resume')
  destroy = () => (this.destroyed = true)
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe('a connection to a dyno', () => {
  let socket: Socket
  let connection: DynoConnection
  let told: string[]
  let idle: DynoConnection[]
  beforeEach(() => {
    socket = new Socket()
    connection = new DynoConnection({ id: 'd' } as never, socket as unknown as net.Socket, 7000)
    told = []
    idle = []
  })

  const events = (more: Partial<DynoEvents> = {}): DynoEvents => ({
    onInformation: ({ status }) => told.push(`information ${status}`),
    onHead: ({ status }) => told.push(`head ${status}`),
    onData: (chunk) => told.push(`data ${String(chunk)}`),
    onEnd: (trailers, mayReuse) => told.push(`end ${trailers.join()} ${mayReuse}`),
    onUpgrade: (_head, rest, given) =>
      told.push(`upgrade ${String(rest)} ${(given as unknown) === socket}`),
    onFailure: (failure) =>
      told.push(failure === 'closed' ? 'closed' : `${failure.code} ${failure.message}`),
    onDrain: () => told.push('drain'),
    onRead: () => told.push('read'),
    ...more,
  })
  const begin = (more: Partial<DynoEvents> = {}, isKept = true) =>
    connection.begin('GET', 'head', events(more), isKept ? (one) => idle.push(one) : undefined)
  const answer = (text: string) => socket.emit('data', Buffer.from(text, 'latin1'))

  it('carries one request after another', () => {
    for (const requests of [1, 2]) {
      told = []
      begin()
      connection.sent()
      expect(connection.requests).to.equal(requests)
      expect(connection.hasAnswered).to.equal(false)
      answer('HTTP/1.1 103 Early\r\n\r\n')
      expect(connection.hasAnswered).to.equal(true)
      answer(OK)
      expect(told).to.deep.equal([
        ...['information 103', 'read', 'head 200', 'data ok', 'end  true'],
      ])
      expect(idle).to.have.length(requests)
    }
    expect(idle[0]).to.equal(connection)
    expect(socket.told).to.deep.equal(['head latin1', 'resume', 'head latin1', 'resume'])
    expect([connection.isOpen, socket.destroyed]).to.deep.equal([true, false])
  })
  it('is closed after one that was not whole, is not kept, may not be, or has no way', () => {
    const closes = (act: () => void, text = OK, isKept = true) => {
      socket = new Socket()
      connection = new DynoConnection({ id: 'd' } as never, socket as unknown as net.Socket, 1)
      idle = []
      begin({}, isKept)
      act()
      answer(text)
      return socket.destroyed && idle.length === 0
    }
    const sent = () => connection.sent()
    expect(closes(sent)).to.equal(false)
    expect(closes(() => undefined)).to.equal(true)
    expect(closes(sent, OK, false)).to.equal(true)
    expect(closes(sent, OK.replace('OK\r\n', 'OK\r\nConnection: close\r\n'))).to.equal(true)
    for (const state of [{ readable: false }, { writable: false }, { destroyed: true }])
      expect(
        closes(() => {
          connection.sent()
          Object.assign(socket, state)
        }),
        JSON.stringify(state),
      ).to.equal(true)
  })
  it('is closed once it was idle for its time, and not as long as it is at work', () => {
    const [ms, then] = socket.idle
    expect(ms).to.equal(7000)
    begin()
    then!()
    expect(socket.destroyed).to.equal(false)
    connection.sent()
    answer(OK)
    then!()
    expect(socket.destroyed).to.equal(true)
  })
  it('passes on how fast each side is', () => {
    begin()
    expect(connection.write('é')).to.equal(false)
    connection.cork()
    connection.uncork()
    connection.pause()
    connection.resume()
    socket.emit('drain')
    expect(socket.told).to.deep.equal([
      ...['head latin1', 'é latin1', 'cork', 'uncork', 'pause', 'resume'],
    ])
    expect(told).to.deep.equal(['drain'])
  })
  it('may be of another protocol from then on', () => {
    begin()
    answer('HTTP/1.1 101 Over\r\n\r\nrest')
    expect(told).to.deep.equal(['upgrade rest true'])
    expect(socket.idle).to.deep.equal([0])
    for (const name of ['data', 'drain', 'end', 'close'])
      expect(socket.listenerCount(name), name).to.equal(0)
    expect(socket.destroyed).to.equal(false)
    socket.emit('error', new Error('reset'))
    expect(socket.destroyed).to.equal(true)
  })
  for (const name of ['end', 'close'])
    it(`fails with its ${name}, unless the answer ends so`, () => {
      begin()
      answer('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
      socket.emit('error', new Error('Its close follows.'))
      socket.emit(name)
      expect(told.at(-1)).to.equal('closed')
      expect(socket.destroyed).to.equal(true)
      socket.emit('close')
      expect(told.filter((word) => word === 'closed')).to.have.length(1)
      socket = new Socket()
      connection = new DynoConnection({ id: 'd' } as never, socket as unknown as net.Socket, 1)
      begin()
      connection.sent()
      answer('HTTP/1.1 200 OK\r\n\r\nall')
      socket.emit(name)
      expect(told.slice(-2)).to.deep.equal(['read', 'end  false'])
    })
  it('fails of an answer that is none, or that the client cannot take', () => {
    begin()
    answer('no HTTP\r\n\r\n')
    expect(told).to.deep.equal(['H17 a status line that is none'])
    expect(socket.destroyed).to.equal(true)
    const failing = (error: Error) => {
      told = []
      socket = new Socket()
      connection = new DynoConnection({ id: 'd' } as never, socket as unknown as net.Socket, 1)
      begin({
        onHead: () => {
          throw error
        },
      })
      answer(OK)
      return told
    }
    expect(failing(new Error('Invalid character'))).to.deep.equal(['H17 Invalid character'])
    expect(failing(new BadResponse('H25', 'cookie'))).to.deep.equal(['H25 cookie'])
  })
  it('says no more once it is let go', () => {
    begin()
    connection.destroy()
    expect([socket.destroyed, connection.isOpen]).to.deep.equal([true, false])
    socket.emit('drain')
    socket.emit('close')
    expect(told).to.deep.equal([])
  })
})
