import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { request } from 'undici'
import { WebSocket } from 'ws'
import { createApi, type ApiParts } from '../../src/embedded/api/index.js'
import { startPlatform, type Platform } from '../../src/embedded/daemon/daemon.js'
import { keptNpm } from '../support/kept-npm/index.js'
import { validateAnswer, validateRequest } from '../support/schema.js'
import { until } from '../support/until.js'
import { askPipelinesAndAddons } from './support/pipelines-and-addons.js'
import { askPlacesAndHooks } from './support/places-and-hooks.js'
import { temporaryFolder } from './support/platform.js'

/** What it does is decided by its config vars, so that one build is enough. */
const SERVER = `
const http = require('node:http')
const { MODE, PORT, WS, DYNO } = process.env
console.log('in mode', MODE, 'as', DYNO)
if (MODE === 'throws') throw new Error('cannot go on')
if (MODE === 'stubborn') process.on('SIGTERM', () => console.log('no'))
else process.on('SIGTERM', () => process.exit(0))
const server = http.createServer((request, response) => {
  if (request.url === '/never') return
  if (request.url === '/env') return response.end(JSON.stringify(process.env))
  response.end(String(process.pid))
})
if (WS) new (require(WS).WebSocketServer)({ server }).on('connection', (socket) => socket.on('message', (data) => socket.send('echo ' + data)))
server.listen(MODE === 'elsewhere' ? 0 : PORT)
`

const FILES = {
  'package.json': JSON.stringify({
    name: 'real',
    version: '1.0.0',
    private: true,
    scripts: { start: 'node server.js' },
  }),
  Procfile:
    'web: node server.js\nworker: node -e "console.log(\'at work\'); setInterval(() => {}, 1000)"\nrelease: sh -c "echo releasing; exit ${RELEASE_STATUS:-0}"\n',
  'server.js': SERVER,
}

interface Dyno {
  name: string
  state: string
  size: string
  release: { version: number }
}
interface Release {
  version: number
  status: string
  id: string
  current: boolean
  description: string
  slug: { id: string } | null
  output_stream_url: string | null
}

describe('a real app on the embedded Heroku, over its API and its router', function () {
  this.timeout(60_000)
  const searchPath = process.env.PATH
  let home: string
  let platform: Platform
  const walked = new Set<string>()

  before(async () => {
    home = await temporaryFolder()
    process.env.PATH = [await keptNpm(), searchPath].join(path.delimiter)
    process.env.SECRET_OF_THE_HOST = 'not for dynos'
    platform = await startPlatform({
      home,
      ports: { api: 0, router: 0 },
      limits: {
        bootTimeout: 2_000,
        stopGrace: 1_000,
        requestTimeout: 400,
        prebootSwitch: 100,
        prebootSwitchFailed: 100,
        crashBackoff: { first: 100, max: 400 },
      },
    })
    await api('POST', '/apps', { name: 'real' })
    await push(FILES)
  })
  after(async () => {
    process.env.PATH = searchPath
    delete process.env.SECRET_OF_THE_HOST
    await platform.close()
    await rm(home, { recursive: true, force: true })
  })

  /** One call; its request and its answer are validated against the Platform API's schema. */
  async function api<T = Record<string, unknown>>(
    method: string,
    url: string,
    body?: unknown,
    { isOutside = false } = {},
  ): Promise<T> {
    walked.add(`${method} ${url}`)
    if (body !== undefined && !isOutside) validateRequest(method, url, body)
    const response = await fetch(platform.info.apiUrl + url, {
      method,
      headers: {
        authorization: `Bearer ${platform.info.token}`,
        accept: 'application/vnd.heroku+json; version=3',
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = (await response.json()) as T
    if (!response.ok)
      throw Object.assign(
        new Error(`${method} ${url} answered ${response.status}: ${JSON.stringify(answer)}`),
        { status: response.status, answer },
      )
    if (!isOutside) validateAnswer(method, url, answer)
    return answer
  }

  async function push(files: Record<string, string>): Promise<void> {
    const dir = path.join(home, 'source')
    await mkdir(dir)
    for (const [name, content] of Object.entries(files))
      await writeFile(path.join(dir, name), content)
    const header = `Authorization: Basic ${Buffer.from(`:${platform.info.token}`).toString('base64')}`
    const env = {
      PATH: process.env.PATH,
      HOME: home,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: header,
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.com',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'ada@example.com',
    }
    const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: dir, env })
    await git('init', '--quiet', '--initial-branch', 'main')
    await git('add', '--all')
    await git('commit', '--quiet', '--message', 'All of it')
    await git('push', '--quiet', `${platform.info.gitUrl}/real.git`, 'main')
  }

  const dynos = (type = 'web') =>
    api<Dyno[]>('GET', '/apps/real/dynos').then((all) =>
      all.filter(({ name }) => name.startsWith(`${type}.`)),
    )
  const areAll = async (state: string, count: number, type = 'web') => {
    await until(`${count} ${type} ${state}`, async () => {
      const all = await dynos(type)
      return all.length === count && all.every((dyno) => dyno.state === state)
    })
  }
  const releases = () => api<Release[]>('GET', '/apps/real/releases')
  /** Sets config vars, and waits until the release that they make is through. */
  const set = async (vars: Record<string, string | null>): Promise<Release> => {
    await api('PATCH', '/apps/real/config-vars', vars)
    await until('the release phase', async () =>
      (await releases()).every(({ status }) => status !== 'pending'),
    )
    return (await releases()).at(-1)!
  }
  const scale = (type: string, quantity: number) =>
    api('PATCH', '/apps/real/formation', { updates: [{ type, quantity }] })
  const get = async (url = '/'): Promise<{ status: number; body: string }> => {
    const { statusCode, body } = await request(
      `http://127.0.0.1:${platform.info.routerPort}${url}`,
      { headers: { host: `real.localhost:${platform.info.routerPort}`, connection: 'close' } },
    )
    return { status: statusCode, body: await body.text() }
  }
  const log = async (): Promise<string> => {
    const { logplex_url: url } = await api<{ logplex_url: string }>(
      'POST',
      '/apps/real/log-sessions',
      { lines: 1500, tail: false },
    )
    return (await fetch(url)).text()
  }
  const logHas = async (pattern: RegExp) => {
    await until(`the log to have ${pattern}`, async () => pattern.test(await log()))
  }

  it('serves, with nothing of the host and no token in its environment', async () => {
    await areAll('up', 1)
    const { status, body } = await get('/env')
    expect(status).to.equal(200)
    const env = JSON.parse(body) as Record<string, string>
    expect(body).to.not.include(platform.info.token).and.not.include('not for dynos')
    expect(env).to.include({
      DYNO: 'web.1',
      NODE_ENV: 'production',
      MEMORY_AVAILABLE: '512',
      WEB_CONCURRENCY: '1',
    })
    expect(
      Object.keys(env).filter((name) => /^(HEROKU_|SHIPIT_(?!DYNO_DIR)|npm_|GIT_)/.test(name)),
    ).to.deep.equal([])
    expect(env.HOME).to.equal(env.PWD)
  })

  it('restarts its dynos when a config var is set, after the release phase', async () => {
    const before = (await get()).body
    const release = await set({ COLOUR: 'green' })
    expect(release).to.include({
      status: 'succeeded',
      current: true,
      description: 'Set COLOUR config vars',
    })
    await until('another process', async () => {
      const answer = await get()
      return answer.status === 200 && answer.body !== before
    })
    expect(JSON.parse((await get('/env')).body)).to.include({ COLOUR: 'green' })
    await logHas(new RegExp(`app\\[release\\.${release.version}\\]: releasing`))
  })

  it('keeps what serves where the release phase fails', async () => {
    const { version } = (await releases()).at(-1)!
    const before = (await get()).body
    expect(await set({ RELEASE_STATUS: '3' })).to.include({
      version: version + 1,
      status: 'failed',
      current: false,
    })
    expect((await get()).body).to.equal(before)
    await logHas(/Release v\d+ command failed \(exit code 3\)/)
    await set({ RELEASE_STATUS: null })
    await areAll('up', 1)
  })

  it('runs workers as they are scaled, and no more of a small size than Heroku does', async () => {
    expect(await dynos('worker')).to.deep.equal([])
    await scale('worker', 2)
    await areAll('up', 2, 'worker')
    await logHas(/app\[worker\.2\]: at work/)
    await scale('worker', 0)
    await until('no worker', async () => (await dynos('worker')).length === 0)
    const refused = await api('PATCH', '/apps/real/formation', {
      updates: [{ type: 'web', quantity: 2, dyno_size: { name: 'Eco' } }],
    }).catch((error: unknown) => error)
    expect(refused).to.include({ status: 422 })
    expect((refused as Error).message).to.include(
      'Cannot update to more than 1 Eco size dynos per process type',
    )
  })

  it('passes WebSockets', async () => {
    await set({ WS: createRequire(import.meta.url).resolve('ws') })
    await areAll('up', 1)
    const socket = new WebSocket(`ws://127.0.0.1:${platform.info.routerPort}/`, {
      headers: { host: `real.localhost:${platform.info.routerPort}` },
    })
    await once(socket, 'open')
    socket.send('hello')
    const [message] = (await once(socket, 'message')) as [Buffer]
    expect(message.toString()).to.equal('echo hello')
    socket.close()
    await once(socket, 'close')
    await logHas(/heroku\[router\]: at=info method=GET path="\/" .* status=101/)
  })

  it('answers H12 for what takes too long', async () => {
    expect((await get('/never')).status).to.equal(503)
    await logHas(
      /heroku\[router\]: at=error code=H12 desc="Request timeout" method=GET path="\/never" .*dyno=web\.1 .*status=503/,
    )
  })

  it('is killed with R10, which names the port that it did bind', async () => {
    await set({ MODE: 'elsewhere' })
    await logHas(
      /heroku\[web\.1\]: Error R10 \(Boot timeout\) -> Web process failed to bind to \$PORT within 2 seconds of launch/,
    )
    await logHas(/heroku\[web\.1\]: The app listens on port \d+, but \$PORT is \d+\./)
    await logHas(/heroku\[web\.1\]: Process exited with status 137/)
  })

  it('crashes, is started again with growing pauses, and the router answers H10', async () => {
    await set({ MODE: 'throws' })
    await until(
      'three crashes',
      async () =>
        ((await log()).match(/heroku\[web\.1\]: Process exited with status 1$/gm) ?? []).length >=
        3,
    )
    await areAll('crashed', 1)
    expect((await get()).status).to.equal(503)
    await logHas(/heroku\[router\]: at=error code=H10 desc="App crashed"/)
    expect(await log()).to.match(/app\[web\.1\]: Error: cannot go on/)
  })

  it('is killed where it does not end on SIGTERM (R12)', async () => {
    await set({ MODE: 'stubborn' })
    await areAll('up', 1)
    await api('DELETE', '/apps/real/dynos/web.1')
    await logHas(
      /heroku\[web\.1\]: Error R12 \(Exit timeout\) -> At least one process failed to exit within 1 seconds of SIGTERM/,
    )
    await set({ MODE: null })
    await areAll('up', 1)
  })

  it('loses no request to a release where preboot is on', async () => {
    await api('PATCH', '/apps/real/features/preboot', { enabled: true })
    const before = (await get()).body
    await set({ COLOUR: 'blue' })
    const seen = new Set<string>()
    await until('the new process', async () => {
      const { status, body } = await get()
      expect(status).to.equal(200)
      seen.add(body)
      return body !== before
    })
    expect(seen.size).to.equal(2)
  })

  it('answers H14 without web dynos', async () => {
    await scale('web', 0)
    await until('none', async () => (await dynos()).length === 0)
    expect((await get()).status).to.equal(503)
    await logHas(/code=H14 desc="No web processes running"/)
    await scale('web', 1)
    await areAll('up', 1)
  })

  it('answers on every route as the schema says', async () => {
    const outside = { isOutside: true }
    const [build] = await api<{ id: string; slug: { id: string }; output_stream_url: string }[]>(
      'GET',
      '/apps/real/builds',
    )
    const release = (await releases()).find(({ slug, status }) => slug && status === 'succeeded')!
    const url = '/apps/real'
    await api('GET', '/account')
    await api('GET', '/account/features')
    await api('GET', '/account/rate-limits')
    await api('GET', '/users/~')
    await api('GET', '/apps')
    await api('GET', '/users/~/apps')
    await api('GET', url)
    await api('PATCH', url, { maintenance: true })
    await api('PATCH', url, { maintenance: false })
    await api('GET', `${url}/config-vars`)
    await api('GET', `${url}/releases/${release.version}`)
    await api('GET', `${url}/releases/${release.version}/config-vars`)
    await api('GET', `${url}/slugs/${release.slug!.id}`)
    await api('GET', `${url}/builds/${build!.id}`)
    expect(await (await fetch(build!.output_stream_url)).text()).to.include('Build succeeded!')
    expect(await (await fetch(release.output_stream_url!)).text()).to.include('releasing')
    await api('GET', `${url}/formation`)
    await api('GET', `${url}/formation/web`)
    await api('PATCH', `${url}/formation/web`, { quantity: 1 })
    await api('GET', `${url}/dynos/web.1`)
    await api('GET', `${url}/features`)
    await api('GET', `${url}/features/preboot`)
    await api('GET', `${url}/domains`)
    await api('POST', `${url}/domains`, { hostname: 'www.example.com', sni_endpoint: null })
    await api('GET', `${url}/domains/www.example.com`)
    await api('DELETE', `${url}/domains/www.example.com`)
    for (const none of [
      'addons',
      'addon-attachments',
      'sni-endpoints',
      'log-drains',
      'webhooks',
      'collaborators',
      'buildpack-installations',
    ])
      await api('GET', `${url}/${none}`)
    await api('GET', `${url}/ssl-endpoints`, undefined, outside)
    expect(
      await api('GET', `${url}/pipeline-couplings`, undefined, outside).catch(
        (error: { status: number }) => error.status,
      ),
    ).to.equal(404)
    expect(await api('PUT', `${url}/buildpack-installations`, { updates: [] })).to.deep.equal([])
    expect(await api('POST', `${url}/dynos`, { command: 'date' })).to.include({
      command: 'date',
      type: 'run',
    })
    expect(
      await api('POST', `${url}/builds`, { source_blob: { url: 'file:///nowhere' } }).catch(
        (error: { status: number }) => error.status,
      ),
    ).to.equal(422)
    await api('POST', '/sources')
    await api('POST', `${url}/sources`)
    await api('POST', `${url}/releases`, { release: release.id })
    await until('the rollback', async () => (await releases()).at(-1)!.status === 'succeeded')
    await api('DELETE', `${url}/dynos`, undefined)
    await areAll('up', 1)
    for (const which of ['', '/web.1'])
      await api('POST', `/shipit${url}/dynos${which}/actions/cycle`, undefined, outside)
    await areAll('up', 1)
    await api('POST', `${url}/dynos/web.1/actions/stop`)
    for (const own of ['status', 'certificate'])
      await api('GET', `/shipit/${own}`, undefined, outside)
    await askPlacesAndHooks(api, url)
    await askPipelinesAndAddons(api, 'real')
    expect(
      await api('DELETE', `${url}/builds/${build!.id}`).catch(
        (error: { status: number }) => error.status,
      ),
    ).to.equal(422)
    await api('DELETE', url)

    expect(unwalked([...walked]), 'routes that nobody has asked').to.deep.equal([])
  })
})

interface Layer {
  route?: { path: string | string[]; methods: Record<string, boolean> }
  handle?: { stack?: Layer[] }
}

/**
 * The routes of the API that no call has met; streams and sources are used by their URLs, and those
 * of databases, which Heroku has at other hosts, by the tests of add-ons.
 */
function unwalked(calls: string[]): string[] {
  const routesOf = (layers: Layer[]): string[] =>
    layers.flatMap(({ route, handle }) =>
      route
        ? [route.path]
            .flat()
            .flatMap((one) =>
              Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${one}`),
            )
        : routesOf(handle?.stack ?? []),
    )
  const { router } = createApi({
    token: 'x',
    folders: { builds: '/nowhere' },
  } as ApiParts) as unknown as { router: { stack: Layer[] } }
  const routes = routesOf(router.stack).filter(
    (route) =>
      !/ \/(streams|sources\/:source|shipit\/addons|client\/v11|postgres\/v0|redis\/v0)\//.test(
        route,
      ) && !/\/formations\//.test(route),
  )
  if (routes.length < 30) throw new Error(`Only ${routes.length} routes were found in the API`)
  return routes.filter(
    (route) => !calls.some((call) => new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`).test(call)),
  )
}
