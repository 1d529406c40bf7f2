import { Flags } from '@oclif/core'
import type { DashboardServer } from '../dashboard/server.js'
import { ShipitError } from '../errors.js'
import type { PlatformApi } from '../heroku/index.js'
import { safeJson, writeOut } from '../lib/terminal.js'
import { BaseCommand } from '../ui/base-command.js'
import { appFlags } from '../ui/flags.js'

export default class Dashboard extends BaseCommand {
  static override json = async () => (await import('../json/dashboard.js')).DASHBOARD
  static override summary = 'show the apps live in a browser, and operate them'
  static override description =
    'A page of your own machine, with all that `monit` shows and a day of it: charts with ' +
    'releases, restarts and crashes on them, requests, errors, log, formation; restart, reload, ' +
    'scale, stop, start and rollback, each after a question. Of several --app, else of the ' +
    "folder's app, else of all apps of the ecosystem file's `deploy:`, side by side.\n" +
    'It answers on the loopback to the browser that opens the printed address, and runs until ' +
    'Ctrl-C. With --json one object is printed once it answers.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --app shop --app shop-staging --read-only',
    '<%= config.bin %> <%= command.id %> --no-open --port 4000 --local',
  ]
  static override flags = {
    ...appFlags,
    app: Flags.string({
      char: 'a',
      description: "app to show, again for more (else the folder's app, else all of `deploy:`)",
      multiple: true,
      env: 'HEROKU_APP',
      helpValue: 'NAME',
    }),
    port: Flags.integer({
      description: 'port on 127.0.0.1; any free one when absent',
      helpValue: 'N',
      min: 1,
      max: 65_535,
    }),
    open: Flags.boolean({
      description: 'open the browser, where there is a terminal and a screen',
      default: true,
      allowNo: true,
    }),
    'read-only': Flags.boolean({ description: 'show, and change nothing' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Dashboard)
    const apps = await this.apps(flags)
    const api = await this.platform(flags)
    const [{ untilStopped }, { startDashboard }, { openHistory }, { resolveEndpoint }] =
      await Promise.all([
        import('../ui/following.js'),
        import('../dashboard/server.js'),
        import('../history/index.js'),
        import('../heroku/index.js'),
      ])
    const stop = untilStopped()
    try {
      await this.checkApps(api, apps)
      const server = await startDashboard({
        api,
        apps,
        platform: flags.local ? 'local' : 'heroku',
        openHistory: (app) => openHistory({ app }),
        isReadOnly: flags['read-only'],
        version: this.config.version,
        port: flags.port,
        renewLogin: async () =>
          void Object.assign(
            api.endpoint,
            await resolveEndpoint({ local: flags.local, env: process.env }),
          ),
      })
      await this.serve(server, apps, flags.open, stop.signal)
    } finally {
      stop.release()
    }
  }

  /** Until it is stopped, or cannot go on. */
  private async serve(
    server: DashboardServer,
    apps: readonly string[],
    isOpened: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      if (this.jsonEnabled()) writeOut(`${safeJson({ url: server.url, apps })}\n`)
      else {
        this.log(server.url)
        this.logToStderr(`The dashboard of ${apps.join(', ')}, until Ctrl-C.`)
        const { browse, hasDisplay } = await import('../ui/browser.js')
        if (isOpened && hasDisplay()) await browse(server.url)
      }
      const stopped = new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        else signal.addEventListener('abort', () => resolve(), { once: true })
      })
      await Promise.race([stopped, server.ended])
    } finally {
      await server.close()
    }
  }

  /** A name of no app ends the command; what fails later is told on the page. */
  private async checkApps(api: PlatformApi, apps: readonly string[]): Promise<void> {
    const { getApp } = await import('../heroku/index.js')
    for (const app of apps) await getApp(api, app)
  }

  private async apps(flags: {
    app?: string[] | undefined
    remote?: string | undefined
  }): Promise<string[]> {
    if (flags.app && flags.app.length > 0) return [...new Set(flags.app)]
    try {
      return [await this.appName({ remote: flags.remote })]
    } catch (error) {
      if (!(error instanceof ShipitError) || flags.remote !== undefined) throw error
      const { appsOfFolder } = await import('../ui/target.js')
      const { apps } = await appsOfFolder(process.cwd())
      if (apps.length === 0) throw error
      return apps
    }
  }
}
