/**
 * Makes what add-ons stand for, changes and removes it: each service's {@link Provider} is asked
 * for one thing after the other.
 */
import type { AddonRecord } from '../store/records.js'
import type { Logplex, Store } from '../store/types.js'
import { findAddon, updateAddon } from './addon-record.js'
import type { Attachments } from './attaching.js'
import { allAddons, type Owned } from './attachments.js'
import { planIn, serviceNamed, type Plan } from './catalog.js'
import type { Provider, Provisioned } from './provider.js'

export interface ProvisioningParts {
  store: Store
  logplex: Logplex
  /** By the name of their service. */
  providers: Readonly<Record<string, Provider>>
  log: (message: string) => void
}

export class Provisioning {
  /** By service: what its provider is asked for. */
  private readonly turns = new Map<string, Promise<unknown>>()

  constructor(
    private readonly parts: ProvisioningParts,
    private readonly attachments: Pick<Attachments, 'releaseVars'>,
  ) {}

  providerOf({ service }: Pick<AddonRecord, 'service'>): Provider {
    return this.parts.providers[service]!
  }

  /**
   * Brings the servers up, and goes on with what was being made. Never rejects.
   * @param isAll whether the store has every app that there is
   */
  async start(isAll: boolean): Promise<void> {
    const { providers, store, log } = this.parts
    const all = () => allAddons(store.list())
    for (const [service, provider] of Object.entries(providers)) {
      try {
        const mine = all().filter(({ addon }) => addon.service === service)
        const now = await provider.start(
          mine.map(({ addon }) => addon),
          isAll,
        )
        for (const owned of mine) await this.keepCurrent(owned, now.get(owned.addon.id))
      } catch (error) {
        log(`${service}: ${(error as Error).message}`)
      }
    }
    for (const { addon } of all()) if (addon.state === 'provisioning') void this.provision(addon.id)
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

  /** What comes of it is on the add-on's record and in its app's log. Never rejects. */
  async provision(id: string): Promise<void> {
    const { app, addon } = findAddon(this.parts.store, id)
    await this.inTurn(addon.service, async () => {
      try {
        await this.make({ app, addon })
      } catch (error) {
        const { message } = error as Error
        this.parts.log(`${addon.name} could not be made: ${message}`)
        this.logTo(app.id, `${addon.name} could not be made: ${message}`)
        await this.update({ app, addon }, (draft) => {
          draft.state = 'deprovisioned'
          draft.provision_message = message
        })
      }
    }).catch((error: Error) => this.parts.log(`${addon.name}: ${error.message}`))
  }

  async changePlan(addon: Readonly<AddonRecord>, plan: Plan): Promise<void> {
    await this.inTurn(addon.service, () => this.providerOf(addon).changePlan(addon, plan))
  }

  /** Empties it. */
  async reset(addon: Readonly<AddonRecord>): Promise<void> {
    await this.inTurn(addon.service, async () => this.providerOf(addon).reset?.(addon))
  }

  /** Removes all that it has; to be called in its service's turn. */
  async deprovision(addon: Readonly<AddonRecord>): Promise<void> {
    const rest = allAddons(this.parts.store.list())
      .map((one) => one.addon)
      .filter(({ id, service }) => service === addon.service && id !== addon.id)
    await this.providerOf(addon).deprovision(addon, rest)
  }

  /** Runs `work` once what the service was asked for before has ended, in whatever way. */
  inTurn<T>(service: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(service) ?? Promise.resolve()).then(work)
    this.turns.set(
      service,
      turn.then(
        () => undefined,
        () => undefined,
      ),
    )
    return turn
  }

  private async make({ app, addon }: Owned): Promise<void> {
    const plan = planIn(serviceNamed(addon.service)!, addon.plan)!
    const say = (message: string) => {
      this.logTo(app.id, `${addon.name}: ${message}`)
      void this.update({ app, addon }, (draft) => void (draft.provision_message = message)).catch(
        (error: Error) => this.parts.log(error.message),
      )
    }
    const made = await this.providerOf(addon).provision(addon, plan, say)
    await this.update({ app, addon }, (draft) => void Object.assign(draft, made))
    await this.releaseVars(addon.id, 'completed provisioning, setting')
    await this.update({ app, addon }, (draft) => {
      draft.state = 'provisioned'
      draft.provision_message = null
    })
  }

  /** A server that came up on another port has other URLs. */
  private async keepCurrent(owned: Owned, made: Provisioned | undefined): Promise<void> {
    const { addon } = owned
    if (!made || JSON.stringify(made.config) === JSON.stringify(addon.config)) return
    await this.update(owned, (draft) => void Object.assign(draft, made))
    await this.releaseVars(addon.id, 'moved, setting')
  }

  private releaseVars(id: string, what: string): Promise<void> {
    return this.attachments.releaseVars(findAddon(this.parts.store, id).addon, what)
  }

  private update({ app, addon }: Owned, change: (draft: AddonRecord) => void): Promise<void> {
    return updateAddon(this.parts.store, { appId: app.id, id: addon.id }, change)
  }

  private logTo(appId: string, message: string): void {
    const entry = { time: Date.now(), source: 'app', dyno: 'api', message } as const
    this.parts.logplex.append(appId, entry)
  }
}
