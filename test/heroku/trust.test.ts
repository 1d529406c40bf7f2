/** A company whose proxy signs what it passes on, or whose Heroku is a stand-in of its own. */
import { once } from 'node:events'
import { rmSync, symlinkSync } from 'node:fs'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TLSSocket } from 'node:tls'
import { expect } from 'chai'
import { probe } from '../../src/deploy/health/probe.js'
import { openStream, streamOutput } from '../../src/heroku/output-stream.js'
import { fetchFor } from '../../src/heroku/proxy.js'
import { ANYTHING } from '../../src/heroku/shapes.js'
import { trust } from '../../src/heroku/trust.js'
import { apiFor } from '../support/platform.js'
import { selfSigned } from '../support/self-signed.js'

const HOST = 'api.company.test'
const VARIABLES = ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'HTTPS_PROXY', 'NO_PROXY'] as const
const { signal } = new AbortController()

/** Every way in which a request leaves; each answers with what it was told, or throws. */
const WAYS: Record<string, (url: string) => Promise<string>> = {
  'a call that reads': (url) => apiFor(url, { retries: 0 }).get<string>('/x', ANYTHING),
  'a call that changes': (url) => apiFor(url, { retries: 0 }).post<string>('/x', ANYTHING, {}),
  'a log': async (url) => {
    const { body } = await openStream(`${url}/x`, { headers: {}, signal })
    const chunks: Buffer[] = []
    for await (const chunk of body) chunks.push(chunk)
    return JSON.parse(Buffer.concat(chunks).toString()) as string
  },
  "a build's output": async (url) => {
    let text = ''
    for await (const piece of streamOutput(`${url}/x`, { retries: 0 })) text += piece
    return JSON.parse(text) as string
  },
  'a key, a login, a notice': async (url) =>
    (await (await (await fetchFor(url))(`${url}/x`)).json()) as string,
  'a health check': async (url) => {
    const answer = await probe(`${url}/x`, { signal })
    if (!answer.isAnswer) throw new Error(answer.why)
    return answer.status === 200 ? 'trusted' : String(answer.status)
  },
}

describe('certificates that SSL_CERT_FILE or SSL_CERT_DIR name', () => {
  const found = VARIABLES.map((name) => [name, process.env[name]] as const)
  let folder: string
  let file: string
  let server: https.Server
  let direct: string
  let proxies: (http.Server | https.Server)[]
  const resumed: boolean[] = []

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'shipit-trust-'))
    const pair = selfSigned(HOST, '127.0.0.1')
    file = path.join(folder, 'company.pem')
    await writeFile(file, pair.cert)
    await symlink(file, path.join(folder, '0a1b2c3d.0'))
    server = https.createServer(pair, (request, response) => {
      resumed.push((request.socket as TLSSocket).isSessionReused())
      response.setHeader('content-type', 'application/json')
      response.end('"trusted"')
    })
    const { port } = await listening(server)
    direct = `https://127.0.0.1:${port}`
    proxies = [http.createServer(), https.createServer(pair)]
    for (const proxy of proxies) {
      proxy.on('connect', (_request, client: net.Socket) => {
        const target = net.connect(port, '127.0.0.1', () => {
          client.write('HTTP/1.1 200 OK\r\n\r\n')
          client.pipe(target).pipe(client)
        })
        target.on('error', () => client.destroy())
        client.on('error', () => target.destroy())
      })
      await listening(proxy)
    }
  })
  const forget = () => VARIABLES.forEach((name) => delete process.env[name])
  beforeEach(forget)
  afterEach(forget)
  after(async () => {
    for (const [name, value] of found) if (value !== undefined) process.env[name] = value
    for (const one of [server, ...(proxies ?? [])]) {
      one.closeAllConnections()
      one.close()
    }
    await rm(folder, { recursive: true })
  })

  const addressOf = (proxy: http.Server) => {
    const { port } = proxy.address() as AddressInfo
    return `${proxy instanceof https.Server ? 'https' : 'http'}://127.0.0.1:${port}`
  }

  for (const [way, ask] of Object.entries(WAYS)) {
    describe(`are those that ${way} believes`, () => {
      it('directly, and nothing without them', async () => {
        expect(await refusal(ask(direct))).to.match(/SELF_SIGNED|self-signed/)
        process.env.SSL_CERT_FILE = file
        expect(await ask(direct)).to.equal('trusted')
        delete process.env.SSL_CERT_FILE
        process.env.SSL_CERT_DIR = folder
        expect(await ask(direct)).to.equal('trusted')
      })

      it('through a proxy, which speaks TLS or not', async () => {
        for (const proxy of proxies) {
          delete process.env.SSL_CERT_FILE
          process.env.HTTPS_PROXY = addressOf(proxy)
          expect(await refusal(ask(`https://${HOST}`))).to.match(/SELF_SIGNED|self-signed/)
          process.env.SSL_CERT_FILE = file
          expect(await ask(`https://${HOST}`)).to.equal('trusted')
        }
      })
    })
  }

  it('are read once each, and without what a link has lost', () => {
    symlinkSync(path.join(folder, 'gone'), path.join(folder, '4e5f6a7b.0'))
    try {
      const { secureContext } = trust({ SSL_CERT_DIR: folder })
      expect(secureContext).to.equal(trust({ SSL_CERT_DIR: folder }).secureContext)
    } finally {
      rmSync(path.join(folder, '4e5f6a7b.0'))
    }
  })

  it('stand beside those of NODE_EXTRA_CA_CERTS, one that is not there too', async () => {
    const env = { SSL_CERT_FILE: path.join(folder, 'another.pem'), NODE_EXTRA_CA_CERTS: file }
    await writeFile(env.SSL_CERT_FILE, selfSigned('other.test').cert)
    expect(await secureAnswer(direct, env)).to.equal('trusted')
    expect(
      await refusal(secureAnswer(direct, { ...env, NODE_EXTRA_CA_CERTS: `${file}.gone` })),
    ).to.match(/self-signed/)
  })

  it('must be there to be read, whoever asks', async () => {
    process.env.SSL_CERT_FILE = path.join(folder, 'gone.pem')
    for (const ask of [WAYS['a log']!, WAYS['a key, a login, a notice']!])
      expect(await refusal(ask(direct))).to.match(/^SSL_CERT_FILE names what cannot be read: /)
  })

  it('are not asked for where no TLS is spoken', async () => {
    process.env.SSL_CERT_FILE = path.join(folder, 'gone.pem')
    expect(await fetchFor('http://127.0.0.1:1')).to.equal(fetch)
    expect(await refusal(WAYS['a log']!('http://127.0.0.1:1'))).to.match(/^connect ECONNREFUSED/)
  })

  it('are read anew where the variable names another file', async () => {
    process.env.SSL_CERT_FILE = path.join(folder, 'other.pem')
    await writeFile(process.env.SSL_CERT_FILE, selfSigned(HOST).cert)
    expect(await refusal(WAYS['a call that reads']!(direct))).to.match(/SELF_SIGNED/)
    process.env.SSL_CERT_FILE = file
    expect(await WAYS['a call that reads']!(direct)).to.equal('trusted')
  })

  it('a change has a connection of its own, with the TLS session of the one before', async () => {
    process.env.SSL_CERT_FILE = file
    await WAYS['a call that changes']!(direct)
    resumed.length = 0
    await WAYS['a call that changes']!(direct)
    await WAYS['a log']!(direct)
    expect(resumed).to.deep.equal([true, true])
  })
})

/** By what Node.js itself makes of the options. */
function secureAnswer(url: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    https
      .get(url, { agent: false, ...trust(env) }, async (response) => {
        let text = ''
        for await (const chunk of response) text += chunk
        resolve(JSON.parse(text) as string)
      })
      .on('error', reject)
  })
}

async function listening(server: net.Server): Promise<AddressInfo> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server.address() as AddressInfo
}

const refusal = (asked: Promise<string>): Promise<string> =>
  asked.then(
    (answer) => answer,
    (error: Error) => `${error.message} ${String((error.cause as Error | undefined)?.message)}`,
  )
