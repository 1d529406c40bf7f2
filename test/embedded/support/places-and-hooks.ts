import { expect } from 'chai'

type Api = <T = Record<string, unknown>>(
  method: string,
  url: string,
  body?: unknown,
  how?: { isOutside?: boolean },
) => Promise<T>

/**
 * Asks every route that is not about an app's code, config or dynos: where apps can be, tokens,
 * hooks, and what the platform says it lacks.
 */
export async function askPlacesAndHooks(api: Api, app: string): Promise<void> {
  await askPlaces(api, app)
  await askTokens(api)
  await askHooks(api, app)
  await askForAbsent(api, app)
}

/**
 * Its answers outside the schema are those of routes of its own, or those that Heroku's CLI asks
 * for and the schema does not have.
 */
const OUTSIDE = { isOutside: true }

async function askPlaces(api: Api, app: string): Promise<void> {
  for (const url of [
    '/regions',
    '/regions/eu',
    '/stacks',
    `${app}/available-stacks`,
    '/stacks/heroku-24',
    '/dyno-sizes',
    `${app}/available-dyno-sizes`,
    '/dyno-sizes/standard-1x',
  ])
    await api('GET', url)
  await api('POST', '/teams/apps', { name: 'of-a-team', team: 'acme' })
  for (const url of [
    '/teams',
    '/teams/acme',
    '/teams/apps/of-a-team',
    '/teams/acme/apps',
    '/teams/acme/features',
  ])
    await api('GET', url)
  await refused(api, 'PATCH', '/teams/apps/of-a-team', { locked: true })
  await api('POST', '/spaces', { name: 'acme-space', team: 'acme' })
  for (const url of ['/spaces', '/spaces/acme-space']) await api('GET', url)
  await api('DELETE', '/spaces/acme-space')
  await api('DELETE', '/apps/of-a-team')
  await api('PUT', '/shipit/generation', { generation: 'fir' }, OUTSIDE)
  await api('PUT', '/shipit/generation', { generation: 'cedar' }, OUTSIDE)
  for (const url of [
    '/buildpacks',
    '/buildpacks/heroku%2Fnodejs',
    '/buildpacks/heroku%2Fnodejs/revisions',
    '/buildpacks/heroku%2Fnodejs/readme',
  ])
    await api('GET', url, undefined, OUTSIDE)
}

async function askTokens(api: Api): Promise<void> {
  const { id } = await api<{ id: string }>('POST', '/oauth/authorizations', {
    scope: ['global'],
    description: 'for CI',
  })
  const url = `/oauth/authorizations/${id}`
  await api('GET', '/oauth/authorizations')
  await api('GET', url)
  await api('PATCH', url, { description: 'for CI too' }, OUTSIDE)
  await api('POST', `${url}/actions/regenerate-tokens`)
  await api('DELETE', url)
  for (const list of ['/oauth/sessions', '/oauth/clients', '/account/keys'])
    expect(await api('GET', list, undefined, OUTSIDE)).to.deep.equal([])
}

async function askHooks(api: Api, app: string): Promise<void> {
  const webhook = await api<{ id: string }>(
    'POST',
    `${app}/webhooks`,
    { url: 'https://hooks.example.com/', level: 'notify', include: ['api:release'] },
    OUTSIDE,
  )
  await api('GET', `${app}/webhooks/${webhook.id}`)
  await api('PATCH', `${app}/webhooks/${webhook.id}`, { level: 'sync' }, OUTSIDE)
  await api('DELETE', `${app}/webhooks/${webhook.id}`)
  for (const url of ['webhook-deliveries', 'webhook-events']) await api('GET', `${app}/${url}`)
  const drain = await api<{ id: string }>('POST', `${app}/log-drains`, {
    url: 'http://127.0.0.1:9/',
  })
  await api('GET', `${app}/log-drains/${drain.id}`)
  await api('DELETE', `${app}/log-drains/${drain.id}`)
}

async function askForAbsent(api: Api, app: string): Promise<void> {
  for (const list of [
    '/addons',
    '/addon-attachments',
    '/account/app-transfers',
    '/enterprise-accounts',
    '/account/invoices',
    `${app}/telemetry-drains`,
    `${app}/review-app`,
  ]) {
    expect(await api('GET', list, undefined, OUTSIDE), list).to.deep.equal([])
  }
  for (const url of [`${app}/oci-images/none`]) {
    expect(
      await api('GET', url, undefined, OUTSIDE).catch((error: { status: number }) => error.status),
      url,
    ).to.equal(404)
  }
}

async function refused(api: Api, method: string, url: string, body: unknown): Promise<void> {
  expect(
    await api(method, url, body, OUTSIDE).catch((error: { status: number }) => error.status),
    `${method} ${url}`,
  ).to.equal(501)
}
