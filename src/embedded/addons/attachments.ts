/** What is attached to an app, and the config vars that it has of it. */
import type { AddonRecord, AppRecord, AttachmentRecord } from '../store/records.js'
import type { Service } from './catalog.js'
import { coloredName } from './names.js'

/** An add-on with the app that is billed for it. */
export interface Owned {
  app: Readonly<AppRecord>
  addon: Readonly<AddonRecord>
}
export interface Attached extends Owned {
  attachment: Readonly<AttachmentRecord>
}

type Apps = readonly Readonly<AppRecord>[]

export const allAddons = (apps: Apps): Owned[] =>
  apps.flatMap((app) => app.addons.map((addon) => ({ app, addon })))

export const allAttachments = (apps: Apps): Attached[] =>
  allAddons(apps).flatMap((owned) =>
    owned.addon.attachments.map((attachment) => ({ ...owned, attachment })),
  )

export const attachmentsOf = (apps: Apps, appId: string): Attached[] =>
  allAttachments(apps).filter(({ attachment }) => attachment.app_id === appId)

/** DATABASE_URL and its like, with their values. */
export const varsOf = (
  { name }: Pick<AttachmentRecord, 'name'>,
  { config }: Pick<AddonRecord, 'config'>,
): Record<string, string> =>
  Object.fromEntries(Object.entries(config).map(([suffix, value]) => [`${name}_${suffix}`, value]))

/** Those of all that is attached to an app. */
export const attachedVars = (apps: Apps, appId: string): Record<string, string> =>
  Object.assign(
    {},
    ...attachmentsOf(apps, appId).map(({ attachment, addon }) => varsOf(attachment, addon)),
  ) as Record<string, string>

/**
 * Of an attachment that was given no name: the service's own for the first, as long as no config
 * var of the user's is in its place.
 */
export function nextAttachmentName(
  service: Service,
  attached: readonly Attached[],
  vars: Readonly<Record<string, string>>,
): string {
  const isTaken = (name: string) =>
    attached.some(({ attachment }) => attachment.name === name) ||
    Object.hasOwn(vars, `${name}_URL`)
  if (!isTaken(service.attachment)) return service.attachment
  return coloredName(service.colored ?? service.attachment, isTaken)
}
