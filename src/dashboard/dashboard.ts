import type { PlatformApi } from '../heroku/index.js'
import type { AppHistory } from '../history/index.js'
import { ActionDesk } from './actions/action-desk.js'
import { AlertDesk } from './alerts/alert-desk.js'
import { AppWatch } from './app-watch.js'
import { Journal } from './journal.js'
import { Webhook } from './notify/webhook.js'
import type { Problem } from './problem.js'
import { Refusal } from './refusal.js'
import type { Shared } from './shared.js'
import { summarise } from './summary.js'
import type { ActionNews, Alert, AppSummary, Overview } from './wire.js'

export interface DashboardOptions {
  api: PlatformApi
  apps: readonly string[]
  platform: AppSummary['platform']
  openHistory: (app: string) => Promise<AppHistory>
  isReadOnly: boolean
  version: string
  /** Reads the login anew, once the platform has refused it. */
  renewLogin?: (() => Promise<void>) | undefined
  /** Where alerts are posted to; a secret. */
  notify?: URL | undefined
  /** Told of what goes wrong beside the apps, in a sentence. */
  report?: ((problem: string) => void) | undefined
  /** ms before an app that could not be watched is tried again. */
  again?: number | undefined
}

/** ms between two overviews: none is made if nobody looks. */
const OVERVIEW_EVERY = 2000
/** News that a slow reader can still get. */
const NEWS = 200

/** All apps that are shown, watched for as long as the dashboard runs. */
export class Dashboard implements Shared {
  readonly actionNews = new Journal<ActionNews>(NEWS)
  readonly desk = new ActionDesk(this.actionNews)
  private readonly alertDesk: AlertDesk
  private readonly webhook: Webhook | undefined
  overviewVersion = 0
  private made: { overview: Overview; at: number } | undefined
  private readonly left = new AbortController()
  private watching: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly options: DashboardOptions,
    readonly watches: readonly AppWatch[],
  ) {
    const { notify: url, version, report = () => undefined } = options
    this.webhook = url && new Webhook({ url, version, report })
    this.alertDesk = new AlertDesk(watches, (alert) => this.webhook?.send(alert))
  }

  static async open(options: DashboardOptions): Promise<Dashboard> {
    const { api, apps, openHistory, renewLogin, again } = options
    const watches: AppWatch[] = []
    for (const app of apps)
      watches.push(new AppWatch(api, app, await openHistory(app), { renewLogin, again }))
    const dashboard = new Dashboard(options, watches)
    dashboard.alertDesk.start()
    dashboard.watching = Promise.all(watches.map((watch) => watch.run(dashboard.left.signal)))
    return dashboard
  }

  get isReadOnly(): boolean {
    return this.options.isReadOnly
  }

  /** The overview of this moment. */
  get overview(): Overview {
    this.lookAnew()
    return this.made!.overview
  }

  /** To be called before a stream is pumped. */
  lookAnew(): void {
    const now = Date.now()
    if (this.made && now - this.made.at < OVERVIEW_EVERY) return
    const { isReadOnly, version, platform } = this.options
    this.overviewVersion += 1
    this.made = {
      at: now,
      overview: {
        apps: this.watches.map((watch) => summarise(watch, platform, now)),
        is_read_only: isReadOnly,
        shipit_version: version,
        now,
      },
    }
  }

  /** What all apps suffer from; of one alone its own line tells. */
  get problem(): Problem | null {
    const [first] = this.watches
    return first && this.watches.every(({ problem }) => problem?.kind === first.problem?.kind)
      ? first.problem
      : null
  }

  get alerts(): Alert[] {
    return this.alertDesk.alerts
  }

  get alertNews(): Journal<Alert> {
    return this.alertDesk.news
  }

  get underWay(): ActionNews[] {
    return this.desk.news
  }

  watchOf(app: string): AppWatch | undefined {
    return this.watches.find((watch) => watch.app === app)
  }

  /** @throws Refusal 404 for an app that is not shown */
  watchNamed(app: string): AppWatch {
    const watch = this.watchOf(app)
    if (!watch) throw new Refusal(404, `This dashboard does not show ${app}.`)
    return watch
  }

  /** Resolves when all watches have ended. Rejects with what nobody expected of one. */
  get ended(): Promise<unknown> {
    return this.watching
  }

  async close(): Promise<void> {
    await this.desk.close()
    this.alertDesk.stop()
    this.left.abort()
    await Promise.all([this.watching, this.webhook?.close()])
    await Promise.all(this.watches.map(({ history }) => history.close()))
  }
}
