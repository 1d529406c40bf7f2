import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import net, { type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import tls from 'node:tls'
import { expect } from 'chai'
import { attach, type Attachment } from '../../src/heroku/attach.js'
import { certificateOf } from '../../src/embedded/rendezvous/certificate.js'
import { rejection } from '../support/platform.js'
import { until } from '../support/until.js'

const MARKER = '\uFFFF heroku-command-exit-status: '

describe('attaching to a one-off dyno', () => {
  const servers: Server[] = []
  const sockets = new Set<Socket>()
  afterEach(() => {
    for (const socket of sockets) socket.destroy()
    for (const server of servers.splice(0)) server.close()
  })

  /** A rendezvous that does with its client what a test says, once it has the secret. */
  const rendezvous = async (
    act: (client: Socket) => void,
    server: Server = net.createServer(),
  ): Promise<{ attachUrl: string; secret: Promise<string> }> => {
    servers.push(server)
    let tell = (_text: string) => {}
    const secret = new Promise<string>((resolve) => {
      tell = resolve
    })
    server
      .on(server instanceof tls.Server ? 'secureConnection' : 'connection', (client: Socket) => {
        sockets.add(client)
        client
          .on('error', () => {})
          .once('data', (first: Buffer) => {
            tell(first.toString())
            act(client)
          })
      })
      .listen(0, '127.0.0.1')
    await once(server, 'listening')
    return {
      attachUrl: `rendezvous://127.0.0.1:${(server.address() as AddressInfo).port}/s3cret?x=1`,
      secret,
    }
  }
  const join = (attachUrl: string, more: Partial<Attachment> = {}) => {
    const input = new PassThrough()
    const output = new PassThrough()
    let text = ''
    output.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk
    })
    const ended = attach({
      attachUrl,
      isSecure: false,
      input,
      output,
      isTerminal: false,
      signal: new AbortController().signal,
      ...more,
    })
    return { input, ended, text: () => text }
  }

  it('sends the secret, waits for the greeting, and passes bytes on as they are, with the status that the marker tells', async () => {
    const { attachUrl, secret } = await rendezvous((client) => {
      client.write('rendez')
      setImmediate(() =>
        client.write(Buffer.concat([Buffer.from('vous\r\n'), Buffer.from([0, 255, 13, 10, 4])])),
      )
      setImmediate(() => client.end(`${MARKER}42\n`))
    })
    const { ended, text } = join(attachUrl)
    expect(await ended).to.deep.equal({ status: 42, isBroken: false })
    expect(text()).to.equal('\x00\xff\r\n\x04')
    expect(await secret).to.equal('s3cret?x=1\r\n')
  })

  it('calls no connection broken whose dyno has said all, whatever was still to be sent to it', async () => {
    let dyno: Socket | undefined
    const { attachUrl } = await rendezvous((client) => {
      dyno = client.pause()
      client.write('rendezvous\r\n')
    })
    const { input, ended, text } = join(attachUrl)
    // More than lies in any buffer on the way, so that our side of the connection stays open after
    // the dyno's has ended; and its end does not wait for it.
    input.pause = () => input
    input.write(Buffer.alloc(32 * 1024 * 1024))
    await until('the dyno is there', () => dyno !== undefined)
    dyno!.end('all\n')
    await until('all has come', () => text() === 'all\n')
    input.end()
    dyno!.resume()
    expect(await ended).to.deep.equal({ status: undefined, isBroken: false })
  })

  it('does not wait for a platform that leaves the connection open after the status', async () => {
    const { attachUrl } = await rendezvous((client) =>
      client.write(`rendezvous\r\nout\n${MARKER}0\r\n`),
    )
    const { ended, text } = join(attachUrl)
    expect(await ended).to.deep.equal({ status: 0, isBroken: false })
    expect(text()).to.equal('out\n')
  })

  it('ends the input with the byte that ends it, which no other of its kind stands for', async () => {
    const parts: string[] = []
    const all = () => parts.join('')
    const { attachUrl } = await rendezvous((client) => {
      client.on('data', (chunk: Buffer) => {
        parts.push(chunk.toString('latin1'))
        if (parts.join('') === 'aa\x04b\x04\x04') client.end()
      })
      client.write('rendezvous\r\n')
    })
    const { input, ended } = join(attachUrl, { onConnected: () => void send() })
    const send = async () => {
      // What comes last of a chunk may wait for what comes after it.
      for (const [chunk, seen] of [
        ['aa\x04', 'aa'],
        ['b', 'aa\x04b'],
        ['\x04', 'aa\x04b'],
      ] as const) {
        input.write(chunk)
        await until(`${JSON.stringify(seen)} to arrive`, () => all().startsWith(seen))
      }
      input.end()
    }
    expect(await ended).to.deep.equal({ status: undefined, isBroken: false })
    for (const part of parts.slice(0, -1))
      expect(part.endsWith('\x04'), JSON.stringify(parts)).to.equal(false)
  })

  it('takes no more input than the dyno reads, and none once it has ended', async () => {
    const MOST = 8 * 1024 * 1024
    let [dyno, read] = [undefined as Socket | undefined, 0]
    const { attachUrl } = await rendezvous((client) => {
      dyno = client.pause()
      client.write('rendezvous\r\n')
    })
    const { input, ended } = join(attachUrl)
    const isFull = () => input.isPaused()
    let written = 0
    for (; written < 8 * MOST && !isFull(); written += MOST) {
      input.write(Buffer.alloc(MOST))
      await until('the input to be read', () => isFull() || input.readableLength === 0)
    }
    expect(isFull()).to.equal(true)
    dyno!
      .on('data', (chunk: Buffer) => {
        read += chunk.length
      })
      .resume()
    await until('all of it to arrive', () => read === written)
    await until('more to be taken', () => !input.isPaused())
    dyno!.end()
    await ended
    expect(input.isPaused()).to.equal(true)
    expect(['data', 'end', 'error'].map((event) => input.listenerCount(event))).to.deep.equal([
      0, 0, 0,
    ])
  })

  it('passes the keys of a terminal on at once, whatever they are', async () => {
    const { attachUrl } = await rendezvous((client) => {
      client.write('rendezvous\r\n')
      client.on('data', (chunk: Buffer) => {
        if (chunk.toString() === '\x04') client.end()
      })
    })
    const { input, ended } = join(attachUrl, { isTerminal: true })
    input.write('\x04')
    expect((await ended).isBroken).to.equal(false)
  })

  /**
   * As resetAndDestroy, which ends the connection in order first: who reads at that moment has seen
   * an end.
   */
  const reset = (socket: Socket) => Object.assign(socket, { resetAndClosing: true }).destroy()

  it('tells a connection that breaks from one that ends', async () => {
    let dyno: Socket | undefined
    const { attachUrl } = await rendezvous((client) => {
      dyno = client
      client.write('rendezvous\r\nhalf of')
    })
    const { ended, text } = join(attachUrl)
    await until('the first half', () => text() === 'half of')
    reset(dyno!)
    expect(await ended).to.deep.equal({ status: undefined, isBroken: true })
    expect(text()).to.equal('half of')
  })

  it('tells a connection that breaks as soon as it has said something', async () => {
    const { attachUrl } = await rendezvous((client) =>
      client.write('rendezvous\r\nhalf of', () => setTimeout(() => reset(client), 0)),
    )
    const { ended, text } = join(attachUrl)
    expect(await ended).to.deep.equal({ status: undefined, isBroken: true })
    // A reset may overtake what was sent before it.
    expect(text()).to.be.oneOf(['', 'half of'])
  })

  it('says where it could not be joined, and why', async () => {
    const closing = await rendezvous((client) => client.end())
    const early = await rejection(join(closing.attachUrl).ended)
    expect(early).to.include({ code: 'network', exitCode: 8 })
    expect(early.message).to.match(
      /could not be joined at 127\.0\.0\.1:\d+: the connection was closed before the dyno came/,
    )
    expect(JSON.stringify(early)).to.not.include('s3cret')

    const nobody = net.createServer().listen(0, '127.0.0.1')
    await once(nobody, 'listening')
    const { port } = nobody.address() as AddressInfo
    nobody.close()
    await once(nobody, 'close')
    expect((await rejection(join(`rendezvous://127.0.0.1:${port}/s3cret`).ended)).message).to.match(
      /nothing accepts connections there/,
    )

    const stranger = await rendezvous((client) => client.write('x'.repeat(1000)))
    expect((await rejection(join(stranger.attachUrl).ended)).message).to.match(
      /what answers there is no one-off dyno/,
    )

    const silent = await rendezvous(() => {})
    const late = await rejection(join(silent.attachUrl, { patience: 50 }).ended)
    expect(late).to.include({ code: 'timeout', exitCode: 15 })
  })

  it('ends with its signal, before and after the dyno came', async () => {
    for (const greeting of ['', 'rendezvous\r\n']) {
      const leave = new AbortController()
      const { attachUrl, secret } = await rendezvous((client) => client.write(`${greeting}`))
      const { ended } = join(attachUrl, {
        signal: leave.signal,
        ...(greeting ? { onConnected: () => leave.abort(new Error('left')) } : {}),
      })
      if (!greeting) void secret.then(() => leave.abort(new Error('left')))
      expect((await rejection<Error>(ended)).message).to.equal('left')
    }
  })

  it('speaks TLS where the API does, with a certificate that it trusts', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'shipit-attach-'))
    const pair = await certificateOf({ root }, () => undefined)
    const file = path.join(root, 'trusted.pem')
    await writeFile(file, pair.cert)
    const secure = (look: (client: tls.TLSSocket) => void = () => undefined) =>
      rendezvous((client) => {
        look(client as tls.TLSSocket)
        client.end(`rendezvous\r\nover TLS\n${MARKER}7\n`)
      }, tls.createServer(pair))
    const untrusted = await rejection(join((await secure()).attachUrl, { isSecure: true }).ended)
    expect(untrusted).to.include({ code: 'network' })
    expect(untrusted.message).to.match(
      /its certificate or TLS was not accepted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    )
    process.env.SSL_CERT_FILE = file
    try {
      // A server of several hosts must be told which one is meant, by name and never by address.
      for (const [host, name] of [
        ['127.0.0.1', false],
        ['localhost', 'localhost'],
      ] as const) {
        let asked: string | false | null | undefined
        const { attachUrl } = await secure((client) => (asked = client.servername))
        const { ended, text } = join(attachUrl.replace('127.0.0.1', host), { isSecure: true })
        expect(await ended).to.deep.equal({ status: 7, isBroken: false })
        expect(text()).to.equal('over TLS\n')
        expect(asked).to.equal(name)
      }
    } finally {
      delete process.env.SSL_CERT_FILE
      await rm(root, { recursive: true })
    }
  })
})
