import { once } from 'node:events'
import { appendFile } from 'node:fs/promises'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import type { DaemonInfo } from '../../src/embedded/store/types.js'
import { until } from '../../src/lib/until.js'
import { inSoak } from '../support/soak.js'
import { plainApp } from './support/apps.js'
import { faultProxy } from './support/fault-proxy.js'
import { daemonInfo, platformRequest } from './support/platform.js'
import { World, type Outcome } from './support/world.js'
import { APPS, cases, ENVIRONMENTS, type Case } from './verdicts.cases.js'

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
  const versions = async () =>
    (await platformRequest<{ version: number }[]>(world, 'GET', '/apps/verdict/releases')).length

  before(async () => {
    world = await World.create({ SHIPIT_LOCAL_LIMITS: '{"prebootSwitch":10000}' })
    dir = await world.app('verdict', { ...plainApp('first'), 'server.js': APPS.good('first') })
    const environments = Object.entries(ENVIRONMENTS).map(([name, text]) => `  ${name}: ${text}\n`)
    await appendFile(path.join(dir, 'ecosystem.config.yml'), `\ndeploy:\n${environments.join('')}`)
    await world.commit(dir, 'Deploy it')
    await world.ok(['deploy', 'production', '--local'], { cwd: dir })
    platform = await daemonInfo(world)
    proxy = await faultProxy(platform.apiUrl)
    tunnel = await tunnelTo(platform.routerPort)
    await platformRequest(world, 'POST', '/apps/verdict/domains', {
      hostname: 'verdict.example.test',
      sni_endpoint: null,
    })
  })
  after(async () => {
    await proxy?.close()
    await tunnel?.close()
    await world.close()
  })

  const deploy = async ({
    app,
    target = 'production',
    argv = [],
    env,
    faults,
    hasTraffic,
  }: Pick<Case, 'app' | 'target' | 'argv' | 'env' | 'faults' | 'hasTraffic'>): Promise<{
    outcome: Outcome
    word: string
    made: number
  }> => {
    const word = `commit ${++count}`
    await world.write('verdict', { 'server.js': `${APPS[app](word)}// ${word}\n` })
    await world.commit(dir, word)
    if (target === 'staged')
      await platformRequest(world, 'PATCH', '/apps/verdict/config-vars', { SHIPIT_ENV: null })
    const before = await versions()
    proxy.arm(faults?.() ?? [])
    const end = hasTraffic ? trafficTo(url()) : () => undefined
    const outcome = await world
      .shipit(['deploy', target, ...argv], {
        cwd: dir,
        env: {
          HEROKU_HOST: proxy.url,
          HEROKU_GIT_HOST: `${proxy.url}/git`,
          HEROKU_API_KEY: platform.token,
          SHIPIT_HTTP_RETRIES: '0',
          ...env,
        },
      })
      .finally(end)
    if (target === 'scaled')
      await platformRequest(world, 'PATCH', '/apps/verdict/formation', {
        updates: [{ type: 'web', quantity: 1 }],
      })
    if (faults) expect(proxy.met, 'requests that met the fault').to.not.deep.equal([])
    return { outcome, word, made: (await versions()) - before }
  }
  const answers = (word: string) =>
    until(async () => (await get(url())).body === word, { timeout: 15_000 })

  const live = async (one: Case): Promise<void> => {
    const { outcome, word, made } = await deploy(one)
    expect(outcome.status, outcome.output).to.equal(one.exit)
    expect(outcome.output).to.match(one.says)
    expect(made, 'releases made').to.equal(one.releases)
    if (one.isServed) serving = word
    expect(await answers(serving), `"${serving}" answers`).to.equal(true)
  }

  for (const [at, { name, exit, isExtra }] of cases(
    () => 0,
    () => '',
  ).entries()) {
    const declare = isExtra ? inSoak : it
    declare(`${name}: exit ${exit}`, () =>
      live(
        cases(
          () => platform.routerPort,
          () => tunnel.url,
        )[at]!,
      ),
    )
  }

  describe('with preboot', () => {
    before(() =>
      platformRequest(world, 'PATCH', '/apps/verdict/features/preboot', { enabled: true }),
    )

    it('goes back from a release that answers 500, and never judges the one that answers meanwhile', async () => {
      const { outcome, made } = await deploy({ app: 'bad' })
      expect(outcome.status, outcome.output).to.equal(13)
      expect(outcome.output).to.match(
        /Preboot is on: what served before v\d+ goes on answering, unjudged.*500 Internal Server Error.*serves again/s,
      )
      expect(made).to.equal(2)
      expect(await answers(serving)).to.equal(true)
    })

    it('waits until a good one answers, by its own proof', async () => {
      const { outcome, word } = await deploy({ app: 'good' })
      expect(outcome.status, outcome.output).to.equal(0)
      expect(outcome.output).to.match(
        /Waiting for preboot to switch.*Done in .*: (it answers|the dynos before have been stopped)/s,
      )
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
  return () => {
    isOver = true
  }
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
