import { until } from '../../support/until.js'

type Api = <T = Record<string, unknown>>(
  method: string,
  url: string,
  body?: unknown,
  how?: { isOutside?: boolean },
) => Promise<T>

interface Named {
  id: string
  name: string
}

/** Of routes that Heroku's CLI asks for and the schema does not have, or has by another answer. */
const OUTSIDE = { isOutside: true }

/** Asks every route of pipelines and of add-ons. @param app its name; it has code */
export async function askPipelinesAndAddons(api: Api, app: string): Promise<void> {
  await api('POST', '/apps', { name: 'production' })
  await askPipelines(api, app)
  await askAddons(api, app)
  await api('DELETE', '/apps/production')
}

async function askPipelines(api: Api, app: string): Promise<void> {
  const { id: pipeline } = await api<Named>('POST', '/pipelines', { name: 'real' })
  await api('PATCH', `/pipelines/${pipeline}`, { name: 'real-one' })
  const couple = (coupled: string, stage: string) =>
    api<Named>('POST', '/pipeline-couplings', { app: coupled, pipeline, stage })
  const coupling = await couple(app, 'development')
  await couple('production', 'production')
  await api('PATCH', `/pipeline-couplings/${coupling.id}`, { stage: 'staging' })
  const { id: user } = await api<Named>('GET', '/account')
  for (const url of [
    '/pipelines',
    `/pipelines/${pipeline}`,
    '/pipeline-couplings',
    `/pipelines/${pipeline}/pipeline-couplings`,
    '/teams/acme/pipeline-couplings',
    `/apps/${app}/pipeline-couplings`,
    `/pipeline-couplings/${coupling.id}`,
    `/pipelines/${pipeline}/pipeline-stack`,
  ])
    await api('GET', url)
  await api('GET', `/users/${user}/pipeline-couplings`, undefined, OUTSIDE)
  await promote(api, app, pipeline)
  await api('POST', '/filters/apps', { in: { id: [(await api<Named>('GET', `/apps/${app}`)).id] } })
  await api(
    'POST',
    '/pipeline-transfers',
    { pipeline: { id: pipeline }, new_owner: { id: user, type: 'user' } },
    OUTSIDE,
  )
  await api('DELETE', `/pipeline-couplings/${coupling.id}`)
  await api('DELETE', `/pipelines/${pipeline}`)
}

async function promote(api: Api, app: string, pipeline: string): Promise<void> {
  const idOf = async (name: string) => ({
    app: { id: (await api<Named>('GET', `/apps/${name}`)).id },
  })
  const promotion = await api<Named>('POST', '/pipeline-promotions', {
    pipeline: { id: pipeline },
    source: await idOf(app),
    targets: [await idOf('production')],
  })
  await until('the end of the promotion', async () => {
    const url = `/pipeline-promotions/${promotion.id}`
    return (await api<{ status: string }>('GET', url)).status === 'completed'
  })
  await api('GET', `/pipeline-promotions/${promotion.id}/promotion-targets`)
}

async function askAddons(api: Api, app: string): Promise<void> {
  const addon = await api<Named>('POST', `/apps/${app}/addons`, { plan: 'papertrail' })
  const isThere = async () =>
    (await api<{ state: string }>('GET', `/addons/${addon.id}`)).state === 'provisioned'
  await until('the add-on', isThere)
  const attachment = await api<Named>('POST', '/addon-attachments', {
    addon: addon.name,
    app: 'production',
  })
  const [plan] = await api<Named[]>('GET', '/addon-services/papertrail/plans')
  for (const url of [
    '/addon-services',
    '/addon-services/papertrail',
    `/addon-services/papertrail/plans/${plan!.id}`,
    `/plans/${plan!.id}`,
    '/addons',
    '/users/~/addons',
    '/teams/acme/addons',
    `/apps/${app}/addons`,
    `/apps/${app}/addons/${addon.id}`,
    `/addons/${addon.id}/addon-attachments`,
    `/addons/${addon.id}/config`,
    '/addon-attachments',
    `/addon-attachments/${attachment.id}`,
    `/apps/${app}/addon-attachments`,
    `/apps/production/addon-attachments/${attachment.name}`,
  ])
    await api('GET', url)
  await api('POST', '/actions/addons/resolve', { addon: addon.name })
  await api('POST', '/actions/addon-attachments/resolve', {
    addon_attachment: attachment.name,
    app: 'production',
  })
  await api('PATCH', `/apps/${app}/addons/${addon.id}`, {
    plan: plan!.name,
    name: 'log-of-real',
  })
  await api('DELETE', `/addon-attachments/${attachment.id}`)
  await api('DELETE', `/apps/${app}/addons/${addon.id}`)
}
