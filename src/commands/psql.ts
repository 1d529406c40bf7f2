import { DataCommand, databaseArg } from '../ui/data-command.js'

export default class Psql extends DataCommand {
  static override summary = "SQL to the app's PostgreSQL, with this machine's psql"
  static override examples = [
    '<%= config.bin %> <%= command.id %> --app myapp',
    "<%= config.bin %> <%= command.id %> DATABASE --local -- -c 'SELECT 1'",
  ]
  static override usage = 'psql [DATABASE] [-a NAME] [--local] [-- ARGUMENTS]'
  static override args = { database: databaseArg('DATABASE') }

  async run(): Promise<void> {
    const { api, app, database, theirs } = await this.asked(Psql)
    const { getConfigVars } = await import('../heroku/index.js')
    const { dataUrl, psqlClient, runDataClient } = await import('../operate/data-client.js')
    const url = dataUrl(await getConfigVars(api, app), database, {
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
