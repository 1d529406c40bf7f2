/**
 * node --import tsx server.ts dyno|router|http-proxy [PORT OF THE DYNO]: one server in a process of
 * its own, whose CPU time the bench asks for.
 */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import httpProxy from 'http-proxy'
import { foldersOf, makeFolders } from '../../../src/embedded/daemon/folders.js'
import { DEFAULT_LIMITS } from '../../../src/embedded/daemon/limits.js'
import { createLogplex } from '../../../src/embedded/logplex/index.js'
import { createRouter } from '../../../src/embedded/router/index.js'
import type { Dynos, WebTarget } from '../../../src/embedded/store/types.js'
import { FakeStore, Home } from '../../embedded/dynos/fakes.js'

const BODY = 'x'.repeat(1_024)
const [role, dynoPort] = process.argv.slice(2)

/** One that is always up, as far as a router needs to know. */
function dynosAt(port: number): Dynos {
  const target: WebTarget = {
    dyno: 'web.1',
    id: 'a-dyno',
    host: '127.0.0.1',
    port,
    claim: () => () => undefined,
  }
  const none = () => undefined
  const never = async () => {
    throw new Error('not in this bench')
  }
  return {
    reconcile: none,
    list: () => [],
    webTargets: () => [target],
    webStatus: () => 'up',
    restart: never,
    stop: never,
    runOneOff: never,
    shutdown: async () => undefined,
    on: none,
    off: none,
  }
}

async function router(port: number): Promise<http.Server> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'shipit-bench-'))
  process.once('exit', () => rmSync(home, { recursive: true, force: true }))
  const folders = foldersOf(home)
  await makeFolders(folders)
  const apps = new Home()
  const app = apps.app('bench')
  apps.release(app, { 'server.js': '' })
  apps.remove()
  const store = new FakeStore()
  // What the load asks for.
  app.domains.push({ id: 'bench', hostname: 'bench', created_at: app.created_at })
  await store.create(app)
  const logplex = createLogplex(folders, (problem) => process.stderr.write(`${problem}\n`))
  return createRouter({ store, dynos: dynosAt(port), logplex, limits: DEFAULT_LIMITS }).server
}

function proxy(port: number): http.Server {
  const forward = httpProxy.createProxyServer({
    target: { host: '127.0.0.1', port },
    agent: new http.Agent({ keepAlive: true }),
    xfwd: true,
  })
  return http.createServer((request, response) => forward.web(request, response))
}

const dyno = () =>
  http.createServer({ keepAliveTimeout: 95_000 }, (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': BODY.length })
    response.end(BODY)
  })

const server =
  role === 'router'
    ? await router(Number(dynoPort))
    : role === 'http-proxy'
      ? proxy(Number(dynoPort))
      : dyno()
server.listen(0, '127.0.0.1', () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
)
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpu: user + system })
})
process.once('disconnect', () => process.exit(0))
