import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import {
  addDomain,
  createApp,
  createLogSession,
  currentRelease,
  destroyApp,
  getAccount,
  getApp,
  getAppFeature,
  getBuild,
  getConfigVars,
  getRelease,
  getSlug,
  listAppFeatures,
  listApps,
  listBuildpacks,
  listBuilds,
  listDomains,
  listDynos,
  listFormation,
  listReleases,
  removeDomain,
  restartDynos,
  rollbackTo,
  stopDyno,
  updateApp,
  updateAppFeature,
  updateConfigVars,
  updateFormation,
  type PlatformApi,
} from '../../src/heroku/index.js'
import { faultServer } from '../support/fault-server.js'
import { apiFor, rejection } from '../support/platform.js'
import { release } from '../support/records.js'
import { isSchemaThere, schemaFile, validateRequest } from '../support/schema.js'

interface Schema {
  definitions: Record<string, { links?: { href: string; method: string }[] }>
}

/** The schema's links as regular expressions over paths. */
function knownLinks(): { method: string; path: RegExp }[] {
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as Schema
  return Object.values(schema.definitions)
    .flatMap(({ links = [] }) => links)
    .map(({ href, method }) => ({
      method,
      path: new RegExp(`^${href.replace(/\{\([^)]*\)\}/g, '[^/]+')}$`),
    }))
}

const RELEASE = '01234567-89ab-4def-8123-456789abcdef'

const calls: [string, (api: PlatformApi) => Promise<unknown>, string, unknown?][] = [
  ['getApp', (api) => getApp(api, 'a1'), 'GET /apps/a1'],
  ['createApp', (api) => createApp(api, { name: 'an-app' }), 'POST /apps', { name: 'an-app' }],
  ['createApp without a name', (api) => createApp(api), 'POST /apps', {}],
  ['listApps', (api) => listApps(api), 'GET /apps'],
  [
    'updateApp',
    (api) => updateApp(api, 'a1', { maintenance: true }),
    'PATCH /apps/a1',
    { maintenance: true },
  ],
  ['destroyApp', (api) => destroyApp(api, 'a1'), 'DELETE /apps/a1'],
  ['listDomains', (api) => listDomains(api, 'a1'), 'GET /apps/a1/domains'],
  [
    'addDomain',
    (api) => addDomain(api, 'a1', 'www.example.com'),
    'POST /apps/a1/domains',
    { hostname: 'www.example.com', sni_endpoint: null },
  ],
  [
    'addDomain with a certificate',
    (api) => addDomain(api, 'a1', 'www.example.com', 'cert'),
    'POST /apps/a1/domains',
    { hostname: 'www.example.com', sni_endpoint: 'cert' },
  ],
  [
    'removeDomain',
    (api) => removeDomain(api, 'a1', '*.example.com'),
    'DELETE /apps/a1/domains/*.example.com',
  ],
  ['getAccount', (api) => getAccount(api), 'GET /account'],
  ['getConfigVars', (api) => getConfigVars(api, 'a1'), 'GET /apps/a1/config-vars'],
  [
    'updateConfigVars',
    (api) => updateConfigVars(api, 'a1', { A: '1', B: null }),
    'PATCH /apps/a1/config-vars',
    { A: '1', B: null },
  ],
  ['listFormation', (api) => listFormation(api, 'a1'), 'GET /apps/a1/formation'],
  [
    'updateFormation',
    (api) => updateFormation(api, 'a1', [{ type: 'web', quantity: 2, size: 'Standard-2X' }]),
    'PATCH /apps/a1/formation',
    { updates: [{ type: 'web', quantity: 2, dyno_size: { name: 'Standard-2X' } }] },
  ],
  ['listDynos', (api) => listDynos(api, 'a1'), 'GET /apps/a1/dynos'],
  ['restartDynos', (api) => restartDynos(api, 'a1'), 'DELETE /apps/a1/dynos'],
  [
    'restartDynos of a type',
    (api) => restartDynos(api, 'a1', { type: 'web' }),
    'DELETE /apps/a1/formations/web',
  ],
  [
    'restartDynos by name',
    (api) => restartDynos(api, 'a1', { name: 'web.1' }),
    'DELETE /apps/a1/dynos/web.1',
  ],
  ['stopDyno', (api) => stopDyno(api, 'a1', 'web.1'), 'POST /apps/a1/dynos/web.1/actions/stop'],
  ['listReleases', (api) => listReleases(api, 'a1', { max: 5 }), 'GET /apps/a1/releases'],
  ['getRelease', (api) => getRelease(api, 'a1', 4), 'GET /apps/a1/releases/4'],
  [
    'rollbackTo',
    (api) => rollbackTo(api, 'a1', RELEASE),
    'POST /apps/a1/releases',
    { release: RELEASE },
  ],
  ['getSlug', (api) => getSlug(api, 'a1', 's1'), 'GET /apps/a1/slugs/s1'],
  ['listBuilds', (api) => listBuilds(api, 'a1', { max: 5 }), 'GET /apps/a1/builds'],
  ['getBuild', (api) => getBuild(api, 'a1', 'b1'), 'GET /apps/a1/builds/b1'],
  [
    'createLogSession',
    (api) => createLogSession(api, 'a1', { lines: 10, tail: true }),
    'POST /apps/a1/log-sessions',
    { lines: 10, tail: true },
  ],
  ['listAppFeatures', (api) => listAppFeatures(api, 'a1'), 'GET /apps/a1/features'],
  ['getAppFeature', (api) => getAppFeature(api, 'a1', 'preboot'), 'GET /apps/a1/features/preboot'],
  ['listBuildpacks', (api) => listBuildpacks(api, 'a1'), 'GET /apps/a1/buildpack-installations'],
  [
    'updateAppFeature',
    (api) => updateAppFeature(api, 'a1', 'preboot', true),
    'PATCH /apps/a1/features/preboot',
    { enabled: true },
  ],
]

describe('the resources', () => {
  for (const [name, call, request, body] of calls) {
    it(`${name}: ${request}`, async () => {
      const server = await faultServer(({ method, path }) => ({
        json: method === 'GET' && /s$|formation$/.test(path) ? [] : {},
      }))
      // An empty answer is refused if it has not the shape of its resource; here the request
      // counts.
      await call(apiFor(server.url))
        .catch((error: unknown) => {
          if (!/something else than the Platform API documents/.test(String(error))) throw error
        })
        .finally(() => server.close())
      const [arrived] = server.arrived
      expect(`${arrived!.method} ${arrived!.path}`).to.equal(request)
      expect(arrived!.body ? JSON.parse(arrived!.body) : undefined).to.deep.equal(body)
      if (body !== undefined)
        validateRequest(arrived!.method!, arrived!.path!, JSON.parse(arrived!.body))
      expect(arrived!.headers.accept).to.equal('application/vnd.heroku+json; version=3')
    })
  }

  it("are all links of the API's own schema", function () {
    if (!isSchemaThere) this.skip()
    const links = knownLinks()
    const unknown = calls
      .map(([, , request]) => request.split(' ') as [string, string])
      .filter(
        ([method, path]) => !links.some((link) => link.method === method && link.path.test(path)),
      )
    expect(unknown).to.deep.equal([])
  })

  it('list releases newest first and know the current one', async () => {
    const server = await faultServer([
      { json: [release(3, { status: 'failed' }), release(2, { current: true })] },
    ])
    expect(await currentRelease(apiFor(server.url), 'a1')).to.include({ version: 2 })
    expect(server.arrived[0]!.headers.range).to.equal('version ..; order=desc,max=20')
    await server.close()
  })

  it("never repeat a config var's value in an error", async () => {
    const server = await faultServer([
      {
        json: { id: 'invalid_params', message: 'PM2_SECRET_KEY cannot be s3cr3tvalue' },
        status: 422,
      },
    ])
    const error = await rejection(
      updateConfigVars(apiFor(server.url), 'a1', { PM2_SECRET_KEY: 's3cr3tvalue' }),
    )
    expect(error).to.include({
      code: 'refused',
      message: 'Heroku refused: PM2_SECRET_KEY cannot be …',
    })
    expect(JSON.stringify(error)).to.not.contain('s3cr3tvalue')
    await server.close()
  })
})
