import { BaseCommand } from '../../ui/base-command.js'
import { duration } from '../../lib/duration.js'
import { daemonDocument, NOT_RUNNING } from '../../json/local.js'
import type { ErrorCode } from '../../errors.js'

export default class LocalStatus extends BaseCommand {
  static override json = async () => (await import('../../json/local.js')).LOCAL_STATUS
  static override exitCodes: readonly ErrorCode[] = ['local']
  static override summary = 'show whether the embedded Heroku runs, where, and its apps and dynos'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  async run(): Promise<object> {
    await this.parse(LocalStatus)
    const { localStatus, otherVersion } = await import('../../embedded/daemon/index.js')
    const { stateHome } = await import('../../embedded/daemon/folders.js')
    const status = await localStatus()
    if (!status) {
      this.log(`The embedded Heroku is not running. Its home is ${stateHome()}.`)
      return { ...NOT_RUNNING, home: stateHome() }
    }
    const {
      home,
      apps,
      problems,
      generation,
      isolated,
      exposed,
      info: { token: _token, ...info },
    } = status
    const uptime = Math.round((Date.now() - Date.parse(info.started_at)) / 1000)
    this.log(
      `The embedded Heroku runs: ${info.apiUrl} (pid ${info.pid}, version ${info.version}), ` +
        `up for ${duration(uptime * 1000)}.`,
    )
    this.log(`Apps answer on http://<app>.localhost:${info.routerPort}/`)
    this.log(`Home: ${home}`)
    if (generation !== 'cedar') this.log(`New apps are of the generation ${generation}.`)
    if (!isolated)
      this.log('Apps are not isolated from each other: see What is isolated in SECURITY.md.')
    if (exposed) this.log("Other machines of your network can reach dynos' ports: see there.")
    const other = otherVersion(status)
    if (other !== undefined)
      this.warn(
        `It is version ${other} and this is ${this.config.version}: \`${this.config.bin} ` +
          `local start\` restarts it.`,
      )
    if (apps.length === 0) this.log('No apps.')
    for (const { name, dynos } of apps) this.log(`  ${name}: ${describe(dynos)}`)
    for (const { file, problem } of problems) this.warn(`${file} ${problem}`)
    return {
      running: true,
      home,
      uptime_seconds: uptime,
      generation,
      isolated,
      exposed,
      ...daemonDocument(info),
      apps,
      problems,
    }
  }
}

const describe = (dynos: Record<string, number>) =>
  Object.entries(dynos)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ') || 'no dynos'
