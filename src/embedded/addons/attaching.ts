/** Attaches add-ons to apps and detaches them: each is a release, with or without config vars. */
import { randomUUID } from 'node:crypto'
import { InvalidParams } from '../api/api-error.js'
import type { ReleaseService } from '../releases/releases.js'
import type { AddonRecord, AppRecord, AttachmentRecord } from '../store/records.js'
import type { Store } from '../store/types.js'
import { findAddon, updateAddon } from './addon-record.js'
import {
  allAttachments,
  attachmentsOf,
  nextAttachmentName,
  varsOf,
  type Attached,
} from './attachments.js'
import { serviceNamed, type Service } from './catalog.js'
import { needsConfirmation, noAttachment } from './errors.js'

export interface AttachingParts {
  store: Store
  releases: Pick<ReleaseService, 'begin'>
}

interface Wanted {
  /** Nothing for the next that is free. */
  name?: string | undefined
  /** The app's name: config vars in its way may go. */
  confirm?: string | undefined
}

const NAME = /^[A-Z][A-Z0-9_]*$/

export class Attachments {
  constructor(private readonly parts: AttachingParts) {}

  /** By id. @throws ApiError 404 */
  find(id: string): Attached {
    const all = allAttachments(this.parts.store.list())
    const found = all.find(({ attachment }) => attachment.id === id)
    if (!found) throw noAttachment()
    return found
  }

  async attach(identity: string, app: Readonly<AppRecord>, wanted: Wanted): Promise<Attached> {
    const { store } = this.parts
    const { app: owner, addon } = findAddon(store, identity)
    const service = serviceNamed(addon.service)!
    const name = await this.freeName(app, service, wanted)
    const attachment = newAttachment(name, app.id)
    await updateAddon(store, { appId: owner.id, id: addon.id }, (draft) => {
      draft.attachments.push(attachment)
    })
    await this.releaseAttached(app.id, name, addon, varsOf(attachment, addon))
    return this.find(attachment.id)
  }

  async detach(id: string): Promise<void> {
    const { app, addon, attachment } = this.find(id)
    const ofOwner = addon.attachments.filter(({ app_id: attached }) => attached === app.id)
    if (attachment.app_id === app.id && ofOwner.length === 1)
      throw new InvalidParams(
        `Cannot destroy last attachment to billing app for resource ${addon.name}`,
      )
    await this.remove({ app, addon, attachment })
  }

  /** Before an app goes: other apps lose what was its, and it what was theirs. */
  async detachAll(app: Readonly<AppRecord>): Promise<void> {
    for (const attached of allAttachments(this.parts.store.list()))
      if ((attached.app.id === app.id) !== (attached.attachment.app_id === app.id))
        await this.remove(attached)
  }

  /** Also an add-on's last one. */
  async remove({ app, addon, attachment }: Attached): Promise<void> {
    await updateAddon(this.parts.store, { appId: app.id, id: addon.id }, (draft) => {
      draft.attachments = draft.attachments.filter(({ id }) => id !== attachment.id)
    })
    await this.release(attachment.app_id, `Detach ${attachment.name} (@ref:${addon.name})`, {
      unset: Object.keys(varsOf(attachment, addon)),
    })
  }

  /** The name of a new attachment, for which room is made if that is confirmed. */
  async freeName(
    app: Readonly<AppRecord>,
    service: Service,
    { name: given, confirm }: Wanted,
  ): Promise<string> {
    const attached = attachmentsOf(this.parts.store.list(), app.id)
    if (given === undefined) return nextAttachmentName(service, attached, app.config_vars)
    const name = given.toUpperCase()
    if (!NAME.test(name))
      throw new InvalidParams(
        'Attachment name must start with a letter and can only contain letters, digits and ' +
          'underscores',
      )
    const inTheWay = attached.find(({ attachment }) => attachment.name === name)
    const vars = Object.keys(app.config_vars).filter((one) => one.startsWith(`${name}_URL`))
    if (!inTheWay && vars.length === 0) return name
    if (confirm !== app.name) throw needsConfirmation(app.name, name, vars)
    if (inTheWay) await this.remove(inTheWay)
    return name
  }

  /** The release that an attachment makes. */
  async releaseAttached(
    appId: string,
    name: string,
    addon: Pick<AddonRecord, 'name'>,
    set: Record<string, string>,
  ): Promise<void> {
    await this.release(appId, `Attach ${name} (@ref:${addon.name})`, { set })
  }

  /** Sets what an add-on has now in every app that it is attached to. */
  async releaseVars(addon: Readonly<AddonRecord>, what: string): Promise<void> {
    for (const attachment of addon.attachments) {
      const vars = varsOf(attachment, addon)
      if (Object.keys(vars).length === 0) continue
      await this.release(
        attachment.app_id,
        `@ref:${addon.name} ${what} ${Object.keys(vars).join(', ')}.`,
        { set: vars, user: `${addon.service}@addons.heroku.com` },
      )
    }
  }

  private async release(
    appId: string,
    description: string,
    {
      set = {},
      unset = [],
      user,
    }: { set?: Record<string, string>; unset?: string[]; user?: string },
  ): Promise<void> {
    await this.parts.releases.begin(appId, ({ config_vars: vars }) => ({
      description,
      configVars: {
        ...Object.fromEntries(Object.entries(vars).filter(([name]) => !unset.includes(name))),
        ...set,
      },
      ...(user === undefined ? {} : { user }),
    }))
  }
}

export function newAttachment(name: string, appId: string): AttachmentRecord {
  const now = new Date().toISOString()
  return { id: randomUUID(), name, app_id: appId, created_at: now, updated_at: now }
}
