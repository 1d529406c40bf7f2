import { Args } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import { appFlags } from '../ui/flags.js'

export default class Redis extends BaseCommand {
  static override enableJsonFlag = false
  static override baseFlags = {}
  static override summary = "commands to the app's Redis, with this machine's client"
  static override description =
    'What follows -- is for the client. The password reaches it by its environment, and is on no ' +
    "command line. The exit code is the client's own."
  static override examples = [
    '<%= config.bin %> <%= command.id %> --app myapp',
    '<%= config.bin %> <%= command.id %> REDIS --local -- PING',
  ]
  static override usage = 'redis [REDIS] [-a NAME] [--local] [-- ARGUMENTS]'
  static override args = {
    database: Args.string({
      ignoreStdin: true,
      default: 'REDIS',
      description: 'config var with its URL, with or without _URL',
    }),
  }
  static override flags = { ...appFlags }

  async run(): Promise<void> {
    const end = this.argv.indexOf('--')
    const [own, theirs] =
      end === -1 ? [this.argv, []] : [this.argv.slice(0, end), this.argv.slice(end + 1)]
    const { args, flags } = await this.parse(Redis, own)
    const app = await this.appName(flags)
    const { getConfigVars } = await import('../heroku/index.js')
    const { dataUrl, redisClient, runDataClient } = await import('../operate/data-client.js')
    const url = dataUrl(await getConfigVars(await this.platform(flags), app), args.database, {
      app,
      protocols: ['redis:', 'rediss:'],
      service: 'heroku-redis',
    })
    process.exitCode = await runDataClient(
      redisClient(url, theirs),
      'Install one: apt-get install redis-tools, or brew install valkey.',
    )
  }
}
