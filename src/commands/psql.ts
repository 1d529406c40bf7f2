import { Args } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import { appFlags } from '../ui/flags.js'

export default class Psql extends BaseCommand {
  static override enableJsonFlag = false
  static override baseFlags = {}
  static override summary = "SQL to the app's PostgreSQL, with this machine's psql"
  static override description =
    'What follows -- is for the client. The password reaches it by its environment, and is on no ' +
    "command line. The exit code is the client's own."
  static override examples = [
    '<%= config.bin %> <%= command.id %> --app myapp',
    "<%= config.bin %> <%= command.id %> DATABASE --local -- -c 'SELECT 1'",
  ]
  static override usage = 'psql [DATABASE] [-a NAME] [--local] [-- ARGUMENTS]'
  static override args = {
    database: Args.string({
      ignoreStdin: true,
      default: 'DATABASE',
      description: 'config var with its URL, with or without _URL',
    }),
  }
  static override flags = { ...appFlags }

  async run(): Promise<void> {
    const end = this.argv.indexOf('--')
    const [own, theirs] =
      end === -1 ? [this.argv, []] : [this.argv.slice(0, end), this.argv.slice(end + 1)]
    const { args, flags } = await this.parse(Psql, own)
    const app = await this.appName(flags)
    const { getConfigVars } = await import('../heroku/index.js')
    const { dataUrl, psqlClient, runDataClient } = await import('../operate/data-client.js')
    const url = dataUrl(await getConfigVars(await this.platform(flags), app), args.database, {
      app,
      protocols: ['postgres:', 'postgresql:'],
      service: 'heroku-postgresql',
    })
    process.exitCode = await runDataClient(
      psqlClient(url, theirs),
      'Install it: apt-get install postgresql-client, or brew install libpq.',
    )
  }
}
