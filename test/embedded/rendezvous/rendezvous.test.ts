import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import net, { type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import tls from 'node:tls'
import { expect } from 'chai'
import { certificateOf, type Certificate } from '../../../src/embedded/rendezvous/certificate.js'
import { createRendezvous, type Rendezvous } from '../../../src/embedded/rendezvous/index.js'

const never = new AbortController().signal

describe('the rendezvous', () => {
  let root: string
  let certificate: Certificate
  let rendezvous: Rendezvous
  let port: number
  const sockets: Socket[] = []
  const said: string[] = []

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'shipit-rendezvous-'))
    certificate = await certificateOf({ root }, () => undefined)
    rendezvous = createRendezvous(
      () => Promise.resolve(certificate),
      (message) => said.push(message),
    )
    rendezvous.server.listen(0, '127.0.0.1')
    await once(rendezvous.server, 'listening')
    port = (rendezvous.server.address() as AddressInfo).port
  })
  after(async () => {
    for (const socket of sockets) socket.destroy()
    rendezvous.server.close()
    await rm(root, { recursive: true })
  })

  const ways = {
    plain: () => net.connect(port, '127.0.0.1'),
    TLS: () => tls.connect({ port, host: '127.0.0.1', ca: certificate.cert }),
  }
  const opened = (socket: Socket) => {
    sockets.push(socket)
    return socket.on('error', () => {})
  }
  const textUpTo = async (socket: Socket, end: string) => {
    let text = ''
    for (socket.setEncoding('utf8'); !text.endsWith(end);)
      text += String((await once(socket, 'data'))[0])
    return text
  }

  for (const [name, connect] of Object.entries(ways)) {
    it(`joins a client and a dyno over ${name}, whoever comes first, and loses no byte that came with the secret`, async () => {
      for (const isClientFirst of [true, false]) {
        const { secret, meeting } = rendezvous.open()
        const early = isClientFirst ? undefined : meeting.client(never)
        const socket = opened(connect())
        socket.write(`${secret}\r\nearly `)
        if (isClientFirst) await once(socket, name === 'TLS' ? 'secureConnect' : 'connect')
        const client = (await (early ?? meeting.client(never)))!
        expect(await textUpTo(socket, '\n')).to.equal('rendezvous\r\n')
        client.write('from the dyno\n')
        expect(await textUpTo(socket, '\n')).to.equal('from the dyno\n')
        socket.write('late\n')
        expect(await textUpTo(client.resume() as Socket, '\n')).to.equal('early late\n')
        const closed = once(client, 'close')
        socket.end()
        await closed
      }
    })

    it(`shows a wrong secret, none, and one that is used the door, over ${name}`, async () => {
      const { secret, meeting } = rendezvous.open()
      for (const wrong of ['wrong', '', secret.slice(1), 'x'.repeat(10_000)]) {
        const socket = opened(connect())
        const closed = once(socket, 'close')
        socket.resume().write(`${wrong}\r\n`)
        await closed
      }
      const socket = opened(connect())
      socket.write(`${secret}\r\n`)
      await meeting.client(never)
      expect(await textUpTo(socket, '\n')).to.equal('rendezvous\r\n')
      const second = opened(connect())
      const closed = once(second, 'close')
      second
        .on('data', () => {
          throw new Error('the second client was let in')
        })
        .write(`${secret}\r\n`)
      await closed
    })
  }

  it('gives a meeting up to which nobody comes, and lets nobody in after that', async () => {
    const { secret, meeting } = rendezvous.open()
    expect(await meeting.client(AbortSignal.timeout(20))).to.equal(undefined)
    const socket = opened(ways.plain())
    const closed = once(socket, 'close')
    socket.resume().write(`${secret}\r\n`)
    await closed
  })

  it('is trusted by who trusts its certificate alone, and outlives who speaks TLS badly', async () => {
    const stranger = tls.connect({ port, host: '127.0.0.1' })
    const [error] = (await once(stranger, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).to.match(/SELF_SIGNED/)
    const broken = opened(ways.plain())
    const closed = once(broken, 'close')
    broken.resume().write(Buffer.from([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5]))
    await closed
    const { secret, meeting } = rendezvous.open()
    opened(ways.TLS()).write(`${secret}\r\n`)
    expect(await meeting.client(never)).to.not.equal(undefined)
    expect(said).to.deep.equal([])
  })

  it("has a certificate for the loopback alone, which signs nothing, stays the same, and is its owner's", async () => {
    const made = new X509Certificate(certificate.cert)
    expect(made.subjectAltName).to.equal('IP Address:127.0.0.1, DNS:localhost')
    expect(made.ca).to.equal(false)
    expect(new Date(made.validTo).getTime() - Date.now()).to.be.greaterThan(9 * 365 * 86_400_000)
    expect(await certificateOf({ root }, () => undefined)).to.deep.equal(certificate)
    expect((await stat(path.join(root, 'rendezvous.json'))).mode & 0o777).to.equal(0o600)
    expect(await readFile(path.join(root, 'rendezvous.json'), 'utf8')).to.include('PRIVATE KEY')
  })

  it("says in the daemon's log why there is no TLS", async () => {
    const problems: string[] = []
    const poor = createRendezvous(
      () => Promise.reject(new Error('the disk is full')),
      (message) => problems.push(message),
    )
    poor.server.listen(0, '127.0.0.1')
    await once(poor.server, 'listening')
    const socket = opened(
      tls.connect({ port: (poor.server.address() as AddressInfo).port, host: '127.0.0.1' }),
    )
    await new Promise((resolve) => {
      socket.once('close', resolve)
    })
    poor.server.close()
    expect(problems).to.deep.equal(['no TLS for one-off dynos: the disk is full'])
  })
})
