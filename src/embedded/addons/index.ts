/**
 * The add-ons of the embedded Heroku: what is made, attached, changed and destroyed, and the
 * releases that it makes. What makes a service real is its {@link Provider}.
 */
import { randomUUID } from 'node:crypto'
import { InvalidParams } from '../api/api-error.js'
import type { ReleaseService } from '../releases/releases.js'
import type { AddonRecord, AppRecord, AttachmentRecord } from '../store/records.js'
import type { Logplex, Store } from '../store/types.js'
import {
  allAddons,
  allAttachments,
  attachmentsOf,
  nextAttachmentName,
  varsOf,
  type Attached,
  type Owned,
} from './attachments.js'
import { planIn, planNamed, serviceNamed, type Service } from './catalog.js'
import { needsConfirmation, noAddon, noAttachment, noPlan } from './errors.js'
import { newAddonName } from './names.js'
import type { Provider } from './provider.js'

interface AddonsParts {
  store: Store
  releases: Pick<ReleaseService, 'begin'>
  logplex: Logplex
  /** By the name of their service. */
  providers: Readonly<Record<string, Provider>>
  log: (message: string) => void
}

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
const ATTACHMENT_NAME = /^[A-Z][A-Z0-9_]*$/

export class Addons {
  /** By service: what its provider is asked for, one after the other. */
  private readonly turns = new Map<string, Promise<unknown>>()

  constructor(private readonly parts: AddonsParts) {}

  all(): Owned[] {
    return allAddons(this.parts.store.list())
  }

  /** By id or name. @throws ApiError 404 */
  find(identity: string): Owned {
    const found = this.all().find(({ addon }) => addon.id === identity || addon.name === identity)
    if (!found) throw noAddon()
    return found
  }

  /** By id. @throws ApiError 404 */
  findAttachment(id: string): Attached {
    const found = allAttachments(this.parts.store.list()).find((one) => one.attachment.id === id)
    if (!found) throw noAttachment()
    return found
  }

  providerOf({ service }: Pick<AddonRecord, 'service'>): Provider {
    return this.parts.providers[service]!
  }

  /** Resolves once it is stored and attached; it is made in the background. */
  async create(app: Readonly<AppRecord>, wanted: NewAddon): Promise<Owned> {
    const asked = planNamed(wanted.plan)
    if (!asked) throw noPlan(wanted.plan)
    const { service, plan } = asked
    const name = this.checkName(wanted.name, service)
    const attachmentName = await this.freeAttachmentName(app, service, {
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
      attachments: [newAttachment(attachmentName, app.id, now)],
      created_at: now,
      updated_at: now,
    }
    await this.parts.store.update(app.id, (draft) => void draft.addons.push(addon))
    await this.release(app.id, `Attach ${attachmentName} (@ref:${name})`, {})
    void this.provision(addon.id)
    return this.find(addon.id)
  }

  async changePlan(identity: string, planName: string): Promise<Owned> {
    const { app, addon } = this.find(identity)
    const service = serviceNamed(addon.service)!
    const asked = planNamed(planName.includes(':') ? planName : `${addon.service}:${planName}`)
    if (!asked || asked.service !== service) throw noPlan(planName)
    if (addon.state !== 'provisioned')
      throw new InvalidParams(`${addon.name} is not provisioned: its plan cannot be changed.`)
    await this.inTurn(service.name, () => this.providerOf(addon).changePlan(addon, asked.plan))
    await this.update(app.id, addon.id, (draft) => {
      draft.plan = asked.plan.name
    })
    return this.find(addon.id)
  }

  async rename(identity: string, name: string): Promise<Owned> {
    const { app, addon } = this.find(identity)
    const checked = this.checkName(name, serviceNamed(addon.service)!)
    await this.update(app.id, addon.id, (draft) => {
      draft.name = checked
    })
    return this.find(addon.id)
  }

  /** @param given the name, or nothing for the next that is free */
  async attach(
    identity: string,
    app: Readonly<AppRecord>,
    given: { name?: string | undefined; confirm?: string | undefined },
  ): Promise<Attached> {
    const { app: owner, addon } = this.find(identity)
    const service = serviceNamed(addon.service)!
    const name = await this.freeAttachmentName(app, service, given)
    const attachment = newAttachment(name, app.id, new Date().toISOString())
    await this.update(owner.id, addon.id, (draft) => void draft.attachments.push(attachment))
    await this.release(app.id, `Attach ${name} (@ref:${addon.name})`, {
      set: varsOf(attachment, addon),
    })
    return this.findAttachment(attachment.id)
  }

  async detach(id: string): Promise<void> {
    const { app, addon, attachment } = this.findAttachment(id)
    const ofOwner = addon.attachments.filter(({ app_id: attached }) => attached === app.id)
    if (attachment.app_id === app.id && ofOwner.length === 1)
      throw new InvalidParams(
        `Cannot destroy last attachment to billing app for resource ${addon.name}`,
      )
    await this.removeAttachment(app.id, addon, attachment)
  }

  /** Resolves when nothing of it is left. */
  async destroy(identity: string, { force = false } = {}): Promise<Owned> {
    const found = this.find(identity)
    const { app, addon } = found
    const others = addon.attachments.filter((one) => one.app_id !== app.id)
    if (others.length > 0 && !force)
      throw new InvalidParams(
        `Cannot destroy ${addon.name}: it is attached to ${this.namesOf(others)} as well. Use ` +
          '--force to destroy it all the same',
      )
    await this.inTurn(addon.service, async () => {
      // A turn before this one may have changed it.
      const { addon: now } = this.find(addon.id)
      for (const attachment of now.attachments) await this.removeAttachment(app.id, now, attachment)
      await this.providerOf(now).deprovision(now, this.restOf(now))
      await this.parts.store.update(app.id, (draft) => {
        draft.addons = draft.addons.filter(({ id }) => id !== addon.id)
      })
    })
    return found
  }

  /** Empties it. */
  async reset(identity: string): Promise<void> {
    const { addon } = this.find(identity)
    await this.inTurn(addon.service, async () => this.providerOf(addon).reset?.(addon))
  }

  /** Before an app goes: other apps lose what was its, and it what was theirs. */
  async detachAll(app: Readonly<AppRecord>): Promise<void> {
    for (const { app: owner, addon, attachment } of allAttachments(this.parts.store.list()))
      if ((owner.id === app.id) !== (attachment.app_id === app.id))
        await this.removeAttachment(owner.id, addon, attachment)
  }

  /** After an app has gone: removes what its add-ons stood for. */
  async forget(app: Readonly<AppRecord>): Promise<void> {
    for (const addon of app.addons)
      await this.inTurn(addon.service, () =>
        this.providerOf(addon).deprovision(addon, this.restOf(addon)),
      )
  }

  /**
   * Brings the servers up, and goes on with what was being made. Never rejects.
   * @param isAll whether the store has every app that there is
   */
  async start(isAll: boolean): Promise<void> {
    const { providers, log } = this.parts
    for (const [service, provider] of Object.entries(providers)) {
      try {
        const mine = this.all().filter(({ addon }) => addon.service === service)
        const now = await provider.start(
          mine.map(({ addon }) => addon),
          isAll,
        )
        for (const owned of mine) await this.keepCurrent(owned, now.get(owned.addon.id))
      } catch (error) {
        log(`${service}: ${(error as Error).message}`)
      }
    }
    for (const { addon } of this.all())
      if (addon.state === 'provisioning') void this.provision(addon.id)
  }

  async stop(): Promise<void> {
    const { providers, log } = this.parts
    await Promise.all(
      Object.entries(providers).map(([service, provider]) =>
        this.inTurn(service, () => provider.stop()).catch((error: Error) =>
          log(`${service}: ${error.message}`),
        ),
      ),
    )
  }

  private async provision(id: string): Promise<void> {
    const { app, addon } = this.find(id)
    const plan = planIn(serviceNamed(addon.service)!, addon.plan)!
    const say = (message: string) => {
      this.logTo(app.id, `${addon.name}: ${message}`)
      void this.update(app.id, id, (draft) => void (draft.provision_message = message)).catch(
        (error: Error) => this.parts.log(error.message),
      )
    }
    await this.inTurn(addon.service, async () => {
      try {
        const made = await this.providerOf(addon).provision(addon, plan, say)
        await this.update(app.id, id, (draft) => void Object.assign(draft, made))
        await this.releaseVars(id, 'completed provisioning, setting')
        await this.update(app.id, id, (draft) => {
          draft.state = 'provisioned'
          draft.provision_message = null
        })
      } catch (error) {
        const { message } = error as Error
        this.parts.log(`${addon.name} could not be made: ${message}`)
        this.logTo(app.id, `${addon.name} could not be made: ${message}`)
        await this.update(app.id, id, (draft) => {
          draft.state = 'deprovisioned'
          draft.provision_message = message
        })
      }
    }).catch((error: Error) => this.parts.log(`${addon.name}: ${error.message}`))
  }

  /** A server that came up on another port has other URLs. */
  private async keepCurrent(
    { app, addon }: Owned,
    made: Pick<AddonRecord, 'config' | 'resource'> | undefined,
  ): Promise<void> {
    if (!made || JSON.stringify(made.config) === JSON.stringify(addon.config)) return
    await this.update(app.id, addon.id, (draft) => void Object.assign(draft, made))
    await this.releaseVars(addon.id, 'moved, setting')
  }

  private async releaseVars(id: string, what: string): Promise<void> {
    const { addon } = this.find(id)
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

  private async removeAttachment(
    ownerId: string,
    addon: Readonly<AddonRecord>,
    attachment: Readonly<AttachmentRecord>,
  ): Promise<void> {
    await this.update(ownerId, addon.id, (draft) => {
      draft.attachments = draft.attachments.filter(({ id }) => id !== attachment.id)
    })
    await this.release(attachment.app_id, `Detach ${attachment.name} (@ref:${addon.name})`, {
      unset: Object.keys(varsOf(attachment, addon)),
    })
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

  /** Makes room for it if that is confirmed. */
  private async freeAttachmentName(
    app: Readonly<AppRecord>,
    service: Service,
    { name: given, confirm }: { name?: string | undefined; confirm?: string | undefined },
  ): Promise<string> {
    const attached = attachmentsOf(this.parts.store.list(), app.id)
    if (given === undefined) return nextAttachmentName(service, attached, app.config_vars)
    const name = given.toUpperCase()
    if (!ATTACHMENT_NAME.test(name))
      throw new InvalidParams(
        'Attachment name must start with a letter and can only contain letters, digits and ' +
          'underscores',
      )
    const inTheWay = attached.find(({ attachment }) => attachment.name === name)
    const vars = Object.keys(app.config_vars).filter((one) => one.startsWith(`${name}_URL`))
    if (!inTheWay && vars.length === 0) return name
    if (confirm !== app.name) throw needsConfirmation(app.name, name, vars)
    if (inTheWay) await this.removeAttachment(inTheWay.app.id, inTheWay.addon, inTheWay.attachment)
    return name
  }

  private update(appId: string, id: string, change: (draft: AddonRecord) => void): Promise<void> {
    return this.parts.store.update(appId, (app) => {
      const draft = app.addons.find((one) => one.id === id)
      if (!draft) throw noAddon()
      change(draft)
      draft.updated_at = new Date().toISOString()
    })
  }

  private restOf(addon: Readonly<AddonRecord>): Readonly<AddonRecord>[] {
    return this.all()
      .map((one) => one.addon)
      .filter(({ id, service }) => service === addon.service && id !== addon.id)
  }

  private namesOf(attachments: readonly Readonly<AttachmentRecord>[]): string {
    const ids = new Set(attachments.map((one) => one.app_id))
    return [...ids].map((id) => this.parts.store.find(id)?.name ?? id).join(', ')
  }

  private logTo(appId: string, message: string): void {
    const entry = { time: Date.now(), source: 'app', dyno: 'api', message } as const
    this.parts.logplex.append(appId, entry)
  }

  private inTurn<T>(service: string, task: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(service) ?? Promise.resolve()).then(task)
    this.turns.set(
      service,
      turn.then(
        () => undefined,
        () => undefined,
      ),
    )
    return turn
  }
}

const newAttachment = (name: string, appId: string, now: string): AttachmentRecord => ({
  id: randomUUID(),
  name,
  app_id: appId,
  created_at: now,
  updated_at: now,
})
