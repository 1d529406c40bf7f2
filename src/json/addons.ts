/** What the commands of add-ons print with --json. */
import type { Addon, Attachment } from '../heroku/index.js'
import { array, boolean, integer, type Json, nullable, object, string, time } from './schema.js'

const ADDON_SHAPE = object({
  id: string(),
  name: string(),
  service: string(),
  plan: string('with its service: heroku-redis:mini'),
  app: string('that is billed for it'),
  price_cents: nullable(integer(), 'a month; null by contract, or if the platform tells of none'),
  state: string('provisioning, provisioned or deprovisioned'),
  config_vars: array(string(), 'names of those of that app'),
  created_at: time(),
})
export const ADDON = ADDON_SHAPE
export const ADDONS = array(ADDON_SHAPE)

export const addonDocument = (addon: Addon): Json<typeof ADDON> => ({
  id: addon.id,
  name: addon.name,
  service: addon.addon_service.name,
  plan: addon.plan.name,
  app: addon.app.name,
  price_cents: addon.billed_price?.contract === true ? null : (addon.billed_price?.cents ?? null),
  state: addon.state,
  config_vars: addon.config_vars,
  created_at: addon.created_at,
})

export const ATTACHMENT = object({ id: string(), name: string(), addon: string(), app: string() })

export const attachmentDocument = ({
  id,
  name,
  addon,
  app,
}: Attachment): Json<typeof ATTACHMENT> => ({ id, name, addon: addon.name, app: app.name })

export const ADDON_OPEN = object({ addon: string(), url: string(), opened: boolean() })
