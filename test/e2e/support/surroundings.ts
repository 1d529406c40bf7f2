import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import forge from 'node-forge'
import type { Surroundings } from '../bad-days.cases.js'

const run = promisify(execFile)

/** Hosts, proxies and a disk, each with its own fault, around one platform. */
export async function surroundings(
  folder: string,
  platformUrl: string,
): Promise<Surroundings & { close(): Promise<void> }> {
  const servers: Server[] = []
  const sockets = new Set<Socket>()
  const listen = async (server: Server): Promise<number> => {
    servers.push(server)
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const secure = (certificate: Certificate) =>
    listen(
      https.createServer(
        { key: certificate.private, cert: certificate.cert },
        (request, response) => {
          const onward = http.request(
            platformUrl + request.url,
            {
              method: request.method,
              headers: { ...request.headers, host: new URL(platformUrl).host },
              agent: false,
            },
            (answer) => {
              response.writeHead(answer.statusCode ?? 502, answer.headers)
              answer.pipe(response)
            },
          )
          onward.on('error', () => request.socket.destroy())
          request.pipe(onward)
        },
      ),
    )

  const [good, expired, early, untrusted] = [
    certificate(2020, 2090),
    certificate(2001, 2002),
    certificate(2080, 2090),
    certificate(2020, 2090),
  ]
  const authority = path.join(folder, 'authority.pem')
  await writeFile(authority, [good, expired, early].map(({ cert }) => cert).join('\n'))
  const noDns = path.join(folder, 'no-dns.cjs')
  await writeFile(noDns, NO_DNS)

  const goodPort = await secure(good)
  const tunnel = http.createServer()
  tunnel.on('connect', (_request, socket: Socket, head: Buffer) => {
    const onward = net.connect(goodPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      onward.write(head)
      socket.pipe(onward).pipe(socket)
    })
    onward.on('error', () => socket.destroy())
    sockets.add(onward)
  })
  const refusing = http.createServer()
  refusing.on('connect', (_request, socket: Socket) =>
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n'),
  )
  const at = async (scheme: string, port: Promise<number>) => `${scheme}://127.0.0.1:${await port}`
  const disk = await fullDisk(path.join(folder, 'full'))

  return {
    closed: await closedPort(),
    fullDisk: disk,
    tls: {
      expired: await at('https', secure(expired)),
      early: await at('https', secure(early)),
      untrusted: await at('https', secure(untrusted)),
      authority,
    },
    proxies: {
      working: await at('http', listen(tunnel)),
      refusing: await at('http', listen(refusing)),
    },
    noDns,
    async close() {
      for (const socket of sockets) socket.destroy()
      for (const server of servers) server.close()
      if (disk !== undefined) await run('umount', [disk])
    },
  }
}

interface Certificate {
  private: string
  cert: string
}

/** Self-signed, for the years given. */
function certificate(from: number, to: number): Certificate {
  const pems = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const made = forge.pki.createCertificate()
  const name = [{ name: 'commonName', value: `api.heroku.com of ${from}` }]
  made.publicKey = forge.pki.publicKeyFromPem(pems.publicKey)
  made.serialNumber = `0${from}`
  made.validity.notBefore = new Date(`${from}-01-01`)
  made.validity.notAfter = new Date(`${to}-01-01`)
  made.setSubject(name)
  made.setIssuer(name)
  made.setExtensions([
    {
      name: 'subjectAltName',
      altNames: [
        { type: 2, value: 'api.heroku.com' },
        { type: 7, ip: '127.0.0.1' },
      ],
    },
  ])
  made.sign(forge.pki.privateKeyFromPem(pems.privateKey), forge.md.sha256.create())
  return { private: pems.privateKey, cert: forge.pki.certificateToPem(made) }
}

/** A resolver that is not there, in every program of Node that requires it. */
export const NO_DNS = `require('node:dns').lookup = (name, options, done) => {
  const error = Object.assign(new Error('getaddrinfo ENOTFOUND ' + name), { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: name })
  process.nextTick(done ?? options, error)
}
`

async function closedPort(): Promise<string> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

/**
 * A file system of 16 kB without a byte left; only root may mount one, and not in every container.
 */
async function fullDisk(folder: string): Promise<string | undefined> {
  await mkdir(folder)
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', folder])
  } catch (error) {
    process.stderr.write(
      `The case of the full disk is left out: ${(error as Error).message.split('\n')[1] ?? 'mount failed'}\n`,
    )
    return undefined
  }
  await writeFile(path.join(folder, 'filler'), Buffer.alloc(64 * 1024)).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOSPC') throw error
    },
  )
  return folder
}
