/**
 * The add-ons of the embedded Heroku: what is made, renamed, moved to another plan and destroyed.
 * What they are attached to is a matter of {@link Attachments}, what they stand for of
 * {@link Provisioning}.
 */
import { randomUUID } from 'node:crypto'
import { InvalidParams } from '../api/api-error.js'
import type { AddonRecord, AppRecord } from '../store/records.js'
import { findAddon, updateAddon } from './addon-record.js'
import { Attachments, newAttachment, type AttachingParts } from './attaching.js'
import { allAddons, type Owned } from './attachments.js'
import { planNamed, serviceNamed, type Plan, type Service } from './catalog.js'
import { noPlan } from './errors.js'
import { newAddonName } from './names.js'
import type { Provider } from './provider.js'
import { Provisioning, type ProvisioningParts } from './provisioning.js'

interface NewAddon {
  /** `heroku-redis:mini` */
  plan: string
  name?: string | undefined
  /** Of its first attachment. */
  attachment?: string | undefined
  /** The app's name: config vars in its way may go. */
  confirm?: string | undefined
}

const NAME = /^[a-zA-Z][A-Za-z0-9_-]+$/

export class Addons {
  readonly attachments: Attachments
  private readonly provisioning: Provisioning

  constructor(private readonly parts: AttachingParts & ProvisioningParts) {
    this.attachments = new Attachments(parts)
    this.provisioning = new Provisioning(parts, this.attachments)
  }

  all(): Owned[] {
    return allAddons(this.parts.store.list())
  }

  /** By id or name. @throws ApiError 404 */
  find(identity: string): Owned {
    return findAddon(this.parts.store, identity)
  }

  providerOf(addon: Pick<AddonRecord, 'service'>): Provider {
    return this.provisioning.providerOf(addon)
  }

  /** Resolves once it is stored and attached; it is made in the background. */
  async create(app: Readonly<AppRecord>, wanted: NewAddon): Promise<Owned> {
    const { service, plan } = planAsked(wanted.plan)
    const name = this.checkName(wanted.name, service)
    const attachmentName = await this.attachments.freeName(app, service, {
      name: wanted.attachment,
      confirm: wanted.confirm,
    })
    const now = new Date().toISOString()
    const addon: AddonRecord = {
      id: randomUUID(),
      name,
      service: service.name,
      plan: plan.name,
      state: 'provisioning',
      provision_message: `${service.human_name} is being made and should be available soon`,
      config: {},
      resource: this.providerOf({ service: service.name }).prepare(),
      attachments: [newAttachment(attachmentName, app.id)],
      created_at: now,
      updated_at: now,
    }
    await this.parts.store.update(app.id, (draft) => void draft.addons.push(addon))
    await this.attachments.releaseAttached(app.id, attachmentName, addon, {})
    void this.provisioning.provision(addon.id)
    return this.find(addon.id)
  }

  async changePlan(identity: string, planName: string): Promise<Owned> {
    const { addon } = this.find(identity)
    const name = planName.includes(':') ? planName : `${addon.service}:${planName}`
    const { service, plan } = planAsked(name, planName)
    if (service.name !== addon.service) throw noPlan(planName)
    if (addon.state !== 'provisioned')
      throw new InvalidParams(`${addon.name} is not provisioned: its plan cannot be changed.`)
    await this.provisioning.changePlan(addon, plan)
    return this.update(addon.id, (draft) => void (draft.plan = plan.name))
  }

  async rename(identity: string, name: string): Promise<Owned> {
    const { addon } = this.find(identity)
    const checked = this.checkName(name, serviceNamed(addon.service)!)
    return this.update(addon.id, (draft) => void (draft.name = checked))
  }

  /** Resolves when nothing of it is left. */
  async destroy(identity: string, { force = false } = {}): Promise<Owned> {
    const found = this.find(identity)
    const { app, addon } = found
    const others = addon.attachments.filter((one) => one.app_id !== app.id)
    if (others.length > 0 && !force)
      throw new InvalidParams(
        `Cannot destroy ${addon.name}: it is attached to ` +
          `${this.namesOf(others.map((one) => one.app_id))} as well. Use ` +
          '--force to destroy it all the same',
      )
    await this.provisioning.inTurn(addon.service, async () => {
      // A turn before this one may have changed it.
      const now = this.find(addon.id)
      for (const attachment of now.addon.attachments)
        await this.attachments.remove({ ...now, attachment })
      await this.provisioning.deprovision(now.addon)
      await this.parts.store.update(app.id, (draft) => {
        draft.addons = draft.addons.filter(({ id }) => id !== addon.id)
      })
    })
    return found
  }

  /** Empties it. */
  async reset(identity: string): Promise<void> {
    await this.provisioning.reset(this.find(identity).addon)
  }

  /** After an app has gone: removes what its add-ons stood for. */
  async forget(app: Readonly<AppRecord>): Promise<void> {
    for (const addon of app.addons)
      await this.provisioning.inTurn(addon.service, () => this.provisioning.deprovision(addon))
  }

  /**
   * Brings the servers up, and goes on with what was being made. Never rejects.
   * @param isAll whether the store has every app that there is
   */
  start(isAll: boolean): Promise<void> {
    return this.provisioning.start(isAll)
  }

  stop(): Promise<void> {
    return this.provisioning.stop()
  }

  private checkName(given: string | undefined, { prefix }: Service): string {
    const isTaken = (name: string) => this.all().some(({ addon }) => addon.name === name)
    if (given === undefined) return newAddonName(prefix, isTaken)
    if (!NAME.test(given))
      throw new InvalidParams(
        'Name must start with a letter and can only contain letters, digits, underscores and dashes',
      )
    if (isTaken(given)) throw new InvalidParams('Name has already been taken')
    return given
  }

  private async update(identity: string, change: (draft: AddonRecord) => void): Promise<Owned> {
    const { app, addon } = this.find(identity)
    await updateAddon(this.parts.store, { appId: app.id, id: addon.id }, change)
    return this.find(addon.id)
  }

  private namesOf(appIds: readonly string[]): string {
    return [...new Set(appIds)].map((id) => this.parts.store.find(id)?.name ?? id).join(', ')
  }
}

/** @throws ApiError 422 */
function planAsked(name: string, given = name): { service: Service; plan: Plan } {
  const asked = planNamed(name)
  if (!asked) throw noPlan(given)
  return asked
}
