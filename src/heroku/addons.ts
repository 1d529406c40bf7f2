/** Add-ons and their attachments. */
import * as v from 'valibot'
import type { PlatformApi } from './client.js'
import { appPath } from './resources.js'

const ref = v.looseObject({ id: v.string(), name: v.string() })

export interface Addon {
  id: string
  name: string
  addon_service: { id: string; name: string }
  /** heroku-postgresql:essential-0 */
  plan: { id: string; name: string }
  /** The app that is billed for it. */
  app: { id: string; name: string }
  billed_price?: { cents: number; unit: string; contract?: boolean } | null
  /** Names of those of the billed app. */
  config_vars: string[]
  state: string
  provision_message?: string | null
  web_url?: string | null
  created_at: string
}
const ADDON = v.looseObject({
  id: v.string(),
  name: v.string(),
  addon_service: ref,
  plan: ref,
  app: ref,
  billed_price: v.nullish(v.looseObject({ cents: v.number(), unit: v.string() })),
  config_vars: v.array(v.string()),
  state: v.string(),
  provision_message: v.nullish(v.string()),
  web_url: v.nullish(v.string()),
  created_at: v.string(),
})

export interface Attachment {
  id: string
  /** DATABASE */
  name: string
  addon: { id: string; name: string }
  app: { id: string; name: string }
}
const ATTACHMENT = v.looseObject({ id: v.string(), name: v.string(), addon: ref, app: ref })

/** Those that the app is billed for, and others that are attached to it. */
export const listAddons = (api: PlatformApi, app: string) =>
  api.list<Addon>(`${appPath(app)}/addons`, ADDON)

export const getAddon = (api: PlatformApi, app: string, addon: string) =>
  api.get<Addon>(`${appPath(app)}/addons/${encodeURIComponent(addon)}`, ADDON)

/** The add-ons that a user may mean by a name: theirs, an attachment's, a service's. */
export const resolveAddon = (api: PlatformApi, app: string, addon: string) =>
  api.post<Addon[]>('/actions/addons/resolve', v.array(ADDON), { addon, app })

/** Answers at once: it is made in the background. */
export const createAddon = (
  api: PlatformApi,
  app: string,
  wanted: {
    plan: string
    name?: string
    attachment?: { name: string }
    confirm?: string
    /** Options of the service. */
    config?: Record<string, string>
  },
) => api.post<Addon>(`${appPath(app)}/addons`, ADDON, wanted)

export const destroyAddon = (api: PlatformApi, app: string, addon: string) =>
  api.delete<Addon>(`${appPath(app)}/addons/${encodeURIComponent(addon)}`, ADDON)

export const listAttachments = (api: PlatformApi, app: string) =>
  api.list<Attachment>(`${appPath(app)}/addon-attachments`, ATTACHMENT)

export const attachAddon = (
  api: PlatformApi,
  wanted: { addon: string; app: string; name?: string; confirm?: string },
) => api.post<Attachment>('/addon-attachments', ATTACHMENT, wanted)

/** @param name DATABASE, or its id */
export const getAttachment = (api: PlatformApi, app: string, name: string) =>
  api.get<Attachment>(`${appPath(app)}/addon-attachments/${encodeURIComponent(name)}`, ATTACHMENT)

export const detachAddon = (api: PlatformApi, id: string) =>
  api.delete<Attachment>(`/addon-attachments/${encodeURIComponent(id)}`, ATTACHMENT)
