/** Add-ons, services, plans and attachments as the Platform API answers them. */
import { varsOf, type Attached, type Owned } from '../addons/attachments.js'
import { planIn, serviceNamed, type Plan, type Service } from '../addons/catalog.js'
import { stableId } from './identity.js'
import type { Urls } from './parts.js'
import { idAndName } from './place.js'
import { signatureOf } from './guard.js'
import { appRef } from './routes/apps.js'

/** Of what this platform never stores. */
const SINCE = '2013-01-01T00:00:00Z'

export const serviceId = ({ name }: Service): string => stableId(`add-on service ${name}`)
export const planId = (service: Service, plan: Plan): string =>
  stableId(`plan ${planName(service, plan)}`)
export const planName = (service: Service, plan: Plan): string => `${service.name}:${plan.name}`

const serviceRef = (service: Service) => ({ id: serviceId(service), name: service.name })
const planRef = (service: Service, plan: Plan) => ({
  id: planId(service, plan),
  name: planName(service, plan),
})
const priceOf = ({ cents }: Plan) => ({
  cents: cents ?? 0,
  contract: cents === null,
  unit: 'month',
})

export const serializeService = (service: Service) => ({
  ...serviceRef(service),
  cli_plugin_name: null,
  created_at: SINCE,
  human_name: service.human_name,
  state: 'ga',
  supports_multiple_installations: true,
  supports_sharing: true,
  supported_generations: ['cedar', 'fir'].map((name) => idAndName('generation', name)),
  updated_at: SINCE,
})

const isOfSpaces = ({ name }: Plan) => /^(private|shield)-/.test(name)

export const serializePlan = (service: Service, plan: Plan) => ({
  ...planRef(service, plan),
  addon_service: serviceRef(service),
  compliance: null,
  created_at: SINCE,
  default: plan.name === service.default,
  description: `${service.human_name} ${plan.human_name}`,
  human_name: plan.human_name,
  installable_inside_private_network: isOfSpaces(plan),
  installable_outside_private_network: !isOfSpaces(plan),
  price: priceOf(plan),
  space_default: false,
  state: 'public',
  updated_at: SINCE,
  visible: true,
})

/** Where what an add-on keeps is seen: a page of this platform, readable without the token. */
export const pagePath = (id: string): string => `/shipit/addons/${id}/page`

const webUrlOf = ({ id }: { id: string }, urls: Urls, token: string): string =>
  `${urls.apiUrl}${pagePath(id)}/${signatureOf(pagePath(id), token)}`

/** @param expanded what the header Accept-Expansion names: addon_service, plan */
export function serializeAddon(
  { app, addon }: Owned,
  { urls, token }: { urls: Urls; token: string },
  expanded = '',
) {
  const service = serviceNamed(addon.service)!
  const plan = planIn(service, addon.plan)!
  return {
    actions: [],
    addon_service: expanded.includes('addon_service')
      ? serializeService(service)
      : serviceRef(service),
    app: appRef(app),
    billed_price: priceOf(plan),
    billing_entity: { ...appRef(app), type: 'app' },
    config_vars: addon.attachments
      .filter(({ app_id: attached }) => attached === app.id)
      .flatMap((attachment) => Object.keys(varsOf(attachment, addon))),
    created_at: addon.created_at,
    id: addon.id,
    name: addon.name,
    plan: /\bplan\b/.test(expanded) ? serializePlan(service, plan) : planRef(service, plan),
    provider_id: addon.id,
    ...(addon.provision_message === null ? {} : { provision_message: addon.provision_message }),
    state: addon.state,
    updated_at: addon.updated_at,
    web_url: webUrlOf(addon, urls, token),
  }
}

/** @param included what the header Accept-Inclusion names: addon:plan, config_vars */
export function serializeAttachment(
  { app, addon, attachment }: Attached,
  { urls, token, nameOf }: { urls: Urls; token: string; nameOf: (appId: string) => string },
  included = '',
) {
  const service = serviceNamed(addon.service)!
  const plan = planIn(service, addon.plan)!
  return {
    addon: {
      id: addon.id,
      name: addon.name,
      app: appRef(app),
      ...(included.includes('addon:plan') ? { plan: planRef(service, plan) } : {}),
    },
    app: { id: attachment.app_id, name: nameOf(attachment.app_id) },
    ...(included.includes('config_vars')
      ? { config_vars: Object.keys(varsOf(attachment, addon)) }
      : {}),
    created_at: attachment.created_at,
    id: attachment.id,
    log_input_url: null,
    name: attachment.name,
    namespace: null,
    updated_at: attachment.updated_at,
    web_url: webUrlOf(addon, urls, token),
  }
}
