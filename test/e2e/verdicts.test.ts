import { once } from 'node:events'
import { appendFile } from 'node:fs/promises'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import type { DaemonInfo } from '../../src/local/types.js'
import { until } from '../../src/until.js'
import { plainApp } from './support/apps.js'
import { faultProxy, type Fault } from './support/fault-proxy.js'
import { daemonInfo, platformRequest } from './support/platform.js'
import { World, type Outcome } from './support/world.js'
import { inSoak } from '../support/soak.js'

/** ms for which the platform takes no requests, or breaks connections: 12 s where time is given. */
const OUTAGE = process.env.SHIPIT_SOAK ? 12_000 : 3000

const server = (answer: string): string => `require('node:http').createServer((request, response) => {
  ${answer}
}).listen(process.env.PORT)
`
const APPS = {
  good: (word: string) => server(`response.end('${word}')`),
  bad: () => server("response.statusCode = 500\n  response.end('oops')"),
  guarded: (word: string) => server(`if (request.headers.authorization !== 'Basic YTpi') response.statusCode = 401\n  response.end('${word}')`),
  lost: (word: string) => server(`if (request.url === '/') response.statusCode = 404\n  response.end('${word}')`),
}

interface Case {
  name: string
  app: keyof typeof APPS
  argv?: string[]
  env?: NodeJS.ProcessEnv
  /** Of the API, on the way to the CLI. */
  faults?: () => Fault[]
  /** Whether others ask the app meanwhile. */
  hasTraffic?: boolean
  exit: number
  says: RegExp
  /** Whether the new commit answers afterwards; else what answered before. */
  isServed: boolean
  /** 1, or 2 with a rollback. */
  releases: number
  /** Gone through where time is given: what it adds to the others is not worth it each time. */
  isExtra?: boolean
}

const limited = { status: 429, id: 'rate_limit', message: 'Your account reached the API limit.' }
const during = (on: RegExp, harm: Fault['harm']): (() => Fault[]) => () => [{ on, harm, lasts: OUTAGE, isAfterPush: true }]
const DYNOS = /^GET \/apps\/verdict\/dynos/
const AFTER_PUSH = /^GET \/apps\/verdict\/(builds|releases)/
const ROLLBACK = /^POST \/apps\/verdict\/releases/

/** What a deploy makes of a bad or a good release, of an app that it cannot ask, and of a platform that it cannot ask. */
function cases(routerPort: () => number, proxy: () => string): Case[] {
  const urlIs = (url: () => string): (() => Fault[]) => () => [{ on: /./, harm: { replace: [`http://verdict.localhost:${routerPort()}/`, url()] } }]
  return [
    { name: 'Basic auth at /', app: 'guarded', exit: 0, says: /\/ answers 401 Unauthorized, which proves only that the app serves.*--health/s, isServed: true, releases: 1 },
    { name: 'Basic auth at a named path, and its header', app: 'guarded', argv: ['--health', '/', '--health-header', 'Authorization:$HEALTH_AUTH'], env: { HEALTH_AUTH: 'Basic YTpi' }, exit: 0, says: /Done in .*200 in/, isServed: true, releases: 1, isExtra: true },
    { name: '404 at /', app: 'lost', exit: 0, says: /\/ answers 404 Not Found, which proves only/, isServed: true, releases: 1, isExtra: true },
    { name: '404 at a named path', app: 'lost', argv: ['--health', '/'], exit: 13, says: /does not answer as it should: 404 Not Found.*serves again/s, isServed: false, releases: 2, isExtra: true },
    { name: 'internal routing, with requests from inside', app: 'good', faults: urlIs(() => 'http://verdict.invalid/'), hasTraffic: true, exit: 0, says: /could not be asked from here: .*DNS.*judged by the router's lines in the log/s, isServed: true, releases: 1 },
    { name: 'internal routing of a release that answers 500', app: 'bad', faults: urlIs(() => 'http://verdict.invalid/'), hasTraffic: true, exit: 13, says: /the router's lines in the log tell of .* answered with 5xx.*serves again/s, isServed: false, releases: 2, isExtra: true },
    { name: 'internal routing, and nobody asks', app: 'good', faults: urlIs(() => 'http://verdict.invalid/'), exit: 15, says: /stands and is unverified: nothing was rolled back.*--health none/s, isServed: true, releases: 1, isExtra: true },
    { name: 'a list of addresses that are let in', app: 'good', faults: urlIs(() => 'http://127.0.0.1:9/'), hasTraffic: true, exit: 0, says: /could not be asked from here: nothing accepts connections there/, isServed: true, releases: 1, isExtra: true },
    { name: 'a proxy', app: 'good', faults: urlIs(() => 'http://verdict.example.test/'), env: { HTTP_PROXY: proxy() }, exit: 0, says: /Asking http:\/\/verdict\.example\.test\/\n.*200 in/s, isServed: true, releases: 1, isExtra: true },
    { name: '429 after the push', app: 'good', faults: during(AFTER_PUSH, limited), exit: 0, says: /serves as v\d+/, isServed: true, releases: 1, isExtra: true },
    { name: '429 while the dynos boot', app: 'good', faults: during(DYNOS, limited), exit: 0, says: /takes no more requests of this account for now\. Trying on.*serves as v\d+/s, isServed: true, releases: 1 },
    { name: '429 in the rollback', app: 'bad', faults: during(ROLLBACK, limited), exit: 13, says: /500.*serves again/s, isServed: false, releases: 2, isExtra: true },
    { name: 'connections cut after the push', app: 'good', faults: during(AFTER_PUSH, 'refuse'), exit: 0, says: /serves as v\d+/, isServed: true, releases: 1, isExtra: true },
    { name: 'connections cut while the dynos boot', app: 'good', faults: during(/^(GET \/apps\/verdict\/(dynos|formation)|POST \/apps\/verdict\/log-sessions)/, 'refuse'), exit: 0, says: /Trying on.*serves as v\d+/s, isServed: true, releases: 1, isExtra: true },
    { name: 'the answer to the rollback lost', app: 'bad', faults: () => [{ on: ROLLBACK, harm: 'lose the answer', times: 1 }], exit: 13, says: /500.*serves again/s, isServed: false, releases: 2, isExtra: true },
    { name: 'a token that expires while the dynos boot', app: 'good', argv: ['--wait-timeout', '8s'], faults: () => [{ on: DYNOS, harm: { status: 401, id: 'unauthorized', message: 'Invalid credentials provided.' }, isAfterPush: true }], exit: 15, says: /does not accept the token.*stands and is unverified/s, isServed: true, releases: 1, isExtra: true },
  ]
}

describe('the verdict of a deploy', function () {
  this.timeout(180_000)
  let world: World
  let dir: string
  let platform: DaemonInfo
  let proxy: Awaited<ReturnType<typeof faultProxy>>
  let tunnel: Awaited<ReturnType<typeof tunnelTo>>
  let serving = 'first'
  let count = 0
  const url = () => `http://verdict.localhost:${platform.routerPort}/x`
  const versions = async () => (await platformRequest<{ version: number }[]>(world, 'GET', '/apps/verdict/releases')).length

  before(async () => {
    world = await World.create({ SHIPIT_LOCAL_LIMITS: '{"prebootSwitch":4000}' })
    dir = await world.app('verdict', { ...plainApp('first'), 'server.js': APPS.good('first') })
    // What it may take until its health is given up.
    await appendFile(path.join(dir, 'ecosystem.config.yml'), '\ndeploy:\n  production: { app: verdict, health: { timeout: 4s } }\n')
    await world.commit(dir, 'Deploy it')
    await world.ok(['deploy', 'production', '--local'], { cwd: dir })
    platform = await daemonInfo(world)
    proxy = await faultProxy(platform.apiUrl)
    tunnel = await tunnelTo(platform.routerPort)
    await platformRequest(world, 'POST', '/apps/verdict/domains', { hostname: 'verdict.example.test', sni_endpoint: null })
  })
  after(async () => {
    await proxy?.close()
    await tunnel?.close()
    await world.close()
  })

  const deploy = async ({ app, argv = [], env, faults, hasTraffic }: Pick<Case, 'app' | 'argv' | 'env' | 'faults' | 'hasTraffic'>): Promise<{ outcome: Outcome; word: string; made: number }> => {
    const word = `commit ${++count}`
    await world.write('verdict', { 'server.js': `${APPS[app](word)}// ${word}\n` })
    await world.commit(dir, word)
    const before = await versions()
    proxy.arm(faults?.() ?? [])
    const end = hasTraffic ? trafficTo(url()) : () => undefined
    const outcome = await world.shipit(['deploy', 'production', ...argv], {
      cwd: dir, env: { HEROKU_HOST: proxy.url, HEROKU_GIT_HOST: `${proxy.url}/git`, HEROKU_API_KEY: platform.token, SHIPIT_HTTP_RETRIES: '0', ...env },
    }).finally(end)
    if (faults) expect(proxy.met, 'requests that met the fault').to.not.deep.equal([])
    return { outcome, word, made: await versions() - before }
  }
  const answers = (word: string) => until(async () => (await get(url())).body === word, { timeout: 15_000 })

  const live = async (one: Case): Promise<void> => {
    const { outcome, word, made } = await deploy(one)
    expect(outcome.status, outcome.output).to.equal(one.exit)
    expect(outcome.output).to.match(one.says)
    expect(made, 'releases made').to.equal(one.releases)
    if (one.isServed) serving = word
    expect(await answers(serving), `"${serving}" answers`).to.equal(true)
  }

  for (const [at, { name, exit, isExtra }] of cases(() => 0, () => '').entries()) {
    const declare = isExtra ? inSoak : it
    declare(`${name}: exit ${exit}`, () => live(cases(() => platform.routerPort, () => tunnel.url)[at]!))
  }

  describe('with preboot', () => {
    before(() => platformRequest(world, 'PATCH', '/apps/verdict/features/preboot', { enabled: true }))

    it('goes back from a release that answers 500, and never judges the one that answers meanwhile', async () => {
      const { outcome, made } = await deploy({ app: 'bad' })
      expect(outcome.status, outcome.output).to.equal(13)
      expect(outcome.output).to.match(/Preboot is on: what served before v\d+ goes on answering, unjudged.*500 Internal Server Error.*serves again/s)
      expect(made).to.equal(2)
      expect(await answers(serving)).to.equal(true)
    })

    it('waits until a good one answers, by its own proof', async () => {
      const { outcome, word } = await deploy({ app: 'good' })
      expect(outcome.status, outcome.output).to.equal(0)
      expect(outcome.output).to.match(/Waiting for preboot to switch.*Done in .*: (it answers|the dynos before have been stopped)/s)
      serving = word
      // Asked once: had the deploy ended before the switch, the release before would answer.
      expect((await get(url())).body).to.equal(word)
    })
  })
})

/** Asks again and again, until it is ended. */
function trafficTo(url: string): () => void {
  let isOver = false
  const ask = async (): Promise<void> => {
    while (!isOver) {
      await get(url).catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  void ask()
  return () => { isOver = true }
}

/** A proxy that leads to one port, whatever host is asked for. */
async function tunnelTo(port: number): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<net.Socket>()
  const server = http.createServer()
  server.on('connect', (_request, socket: net.Socket, head: Buffer) => {
    const onward = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      onward.write(head)
      socket.pipe(onward).pipe(socket)
    })
    for (const each of [socket, onward]) {
      sockets.add(each)
      each.on('error', () => each.destroy()).on('close', () => sockets.delete(each))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
