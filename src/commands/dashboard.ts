import { setFlagsFromString } from 'node:v8'
import { text } from 'node:stream/consumers'
import { Flags } from '@oclif/core'
import type { DashboardServer } from '../dashboard/server.js'
import { ShipitError, type ErrorCode } from '../errors.js'
import type { PlatformApi } from '../heroku/index.js'
import type { AppHistory } from '../history/index.js'
import { shellWord } from '../lib/shell-word.js'
import { safeJson, writeErr, writeOut } from '../lib/terminal.js'
import { BaseCommand } from '../ui/base-command.js'
import type { DASHBOARD } from '../json/dashboard.js'
import type { Json } from '../json/schema.js'
import { appFlags, pastTime } from '../ui/flags.js'

/** ms */
const HOUR = 3_600_000

export default class Dashboard extends BaseCommand {
  static override json = async () => (await import('../json/dashboard.js')).DASHBOARD
  static override exitCodes: readonly ErrorCode[] = ['interrupted']
  static override summary = 'show the apps live in a browser, and operate them'
  static override description =
    'A page of your own machine, with all that `monit` shows and a day of it: charts with ' +
    'releases, restarts and crashes on them, requests, errors, log, formation; restart, reload, ' +
    'scale, stop, start and rollback, each after a question. Of several --app, else of the ' +
    "folder's app, else of all apps of the ecosystem file's `deploy:`, side by side.\n" +
    'It answers on the loopback to the browser that opens the printed address, and runs until ' +
    'Ctrl-C. With --json one object is printed once it answers.\n' +
    'With --export all of that, of the last hour, is written into one file of HTML to pass on: it ' +
    'changes nothing, asks no one, and has no secrets: values of config vars, and what looks like ' +
    'a secret in the log, are masked.\n' +
    'Charts begin with what the log still has, and with what was recorded: of the embedded ' +
    "Heroku's apps always, of others by --record.\n" +
    'What goes wrong (a crash loop, R14, failing and slow requests, memory, an app that is down) ' +
    'raises an alert on the page. --notify posts it as well when it begins and when it is over, ' +
    "as JSON that Slack's and Discord's webhooks take. Whoever has the address of a webhook can " +
    'write by it: SHIPIT_NOTIFY_URL or stdin (--notify -) keep it out of the list of processes ' +
    "and of the shell's history."
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --app shop --app shop-staging --read-only',
    '<%= config.bin %> <%= command.id %> --no-open --port 4000 --local',
    '$ pass show slack/webhook | <%= config.bin %> <%= command.id %> --app shop --notify -',
    '<%= config.bin %> <%= command.id %> --export friday.html --since 3h',
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
    // Without a default it is undefined, whatever its type says, and the page hides every control
    // until it knows.
    'read-only': Flags.boolean({ description: 'show, and change nothing', default: false }),
    record: Flags.boolean({
      description: 'keep what is shown on this disk, a day and 64 MB an app, for the next time',
    }),
    notify: Flags.string({
      description: 'https address that alerts are posted to; - reads it from stdin',
      helpValue: 'URL',
      env: 'SHIPIT_NOTIFY_URL',
    }),
    export: Flags.string({
      description: 'write one file of HTML to pass on, and serve nothing',
      helpValue: 'FILE.html',
      exclusive: ['port', 'record'],
    }),
    since: pastTime({
      description: 'with --export: charts from then on instead of the last hour',
      dependsOn: ['export'],
    }),
    yes: Flags.boolean({
      char: 'y',
      description: 'with --export: overwrite the file without asking',
      dependsOn: ['export'],
    }),
  }

  async run(): Promise<Json<typeof DASHBOARD> | void> {
    const { flags } = await this.parse(Dashboard)
    // It runs for days beside other programs: garbage is collected at a fifth over what is held,
    // not at double, and what is new has a space that stays small, where a loud log would have
    // 33 MB. With 100 dynos and a day of them this is 180 MB instead of 270.
    for (const flag of ['--heap-growing-percent=20', '--semi-space-growth-factor=1'])
      setFlagsFromString(flag)
    const notify = await this.webhook(flags.notify)
    const apps = await this.apps(flags)
    const api = await this.platform(flags)
    if (flags.export !== undefined)
      return this.export(api, apps, { ...flags, file: flags.export, from: flags.since })
    const [{ untilStopped }, { startDashboard }, { resolveEndpoint }] = await Promise.all([
      import('../ui/following.js'),
      import('../dashboard/server.js'),
      import('../heroku/index.js'),
    ])
    const stop = untilStopped()
    try {
      const ids = await this.idsOf(api, apps)
      const server = await startDashboard({
        api,
        apps,
        platform: flags.local ? 'local' : 'heroku',
        openHistory: (app) => this.history(app, ids.get(app)!, flags.record),
        isReadOnly: flags['read-only'],
        version: this.config.version,
        port: flags.port,
        notify,
        report,
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

  /** Never told again: not in errors, nor to what the dashboard starts. */
  private async webhook(given: string | undefined): Promise<URL | undefined> {
    if (given === undefined) return undefined
    const { webhookAddress } = await import('../dashboard/notify/webhook-address.js')
    if (given !== '-') return webhookAddress(given)
    if (!process.stdin.isTTY) return webhookAddress(await text(process.stdin))
    const { askHidden } = await import('../ui/ask.js')
    return webhookAddress(await askHidden('Address of the webhook'))
  }

  /** Writes the page of now, whole or not at all, for its owner alone. */
  private async export(
    api: PlatformApi,
    apps: readonly string[],
    to: { file: string; from: number | undefined; yes: boolean; local: boolean },
  ): Promise<Json<typeof DASHBOARD>> {
    const [{ writeDashboard }, { waitingForFigures }, { confirm }, { existsSync }] =
      await Promise.all([
        import('../dashboard/export/write.js'),
        import('../ui/missing-figures.js'),
        import('../ui/ask.js'),
        import('node:fs'),
      ])
    if (existsSync(to.file))
      await confirm({
        what: `${to.file} exists. Overwrite it?`,
        isSure: to.yes,
        isJson: this.jsonEnabled(),
        next: `${this.spoken} --export ${shellWord(to.file)} --yes`,
      })
    const ids = await this.idsOf(api, apps)
    const { since, until, size } = await writeDashboard(to.file, {
      api,
      apps,
      platform: to.local ? 'local' : 'heroku',
      openHistory: (app) => this.history(app, ids.get(app)!, false),
      version: this.config.version,
      from: to.from ?? Date.now() - HOUR,
      onFollow: waitingForFigures,
    })
    this.log(`Wrote ${apps.join(', ')} to ${to.file} (${Math.ceil(size / 1024)} kB).`)
    return {
      file: to.file,
      apps: [...apps],
      since_at: new Date(since).toISOString(),
      until_at: new Date(until).toISOString(),
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
  private async idsOf(api: PlatformApi, apps: readonly string[]): Promise<Map<string, string>> {
    const { getApp } = await import('../heroku/index.js')
    const ids = new Map<string, string>()
    for (const app of apps) ids.set(app, (await getApp(api, app)).id)
    return ids
  }

  /** Goes on from what was recorded of an app, by the embedded Heroku or by an earlier --record. */
  private async history(app: string, id: string, isRecorded: boolean): Promise<AppHistory> {
    const [{ openHistory }, { recordFolders }] = await Promise.all([
      import('../history/index.js'),
      import('../embedded/daemon/folders.js'),
    ])
    const { own, embedded } = recordFolders()
    if (!isRecorded) return openHistory({ app, id, others: [embedded, own], report })
    const history = await openHistory({ app, id, folder: own, others: [embedded], report })
    if (!history.isRecorded)
      writeErr(`${app} is recorded already, by the embedded Heroku or by another dashboard.\n`)
    return history
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

const report = (problem: string): void => void writeErr(`${problem}\n`)
