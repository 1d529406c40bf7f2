import { DataCommand, databaseArg } from '../ui/data-command.js'

export default class Redis extends DataCommand {
  static override summary = "commands to the app's Redis, with this machine's client"
  static override examples = [
    '<%= config.bin %> <%= command.id %> --app myapp',
    '<%= config.bin %> <%= command.id %> REDIS --local -- PING',
  ]
  static override usage = 'redis [REDIS] [-a NAME] [--local] [-- ARGUMENTS]'
  static override args = { database: databaseArg('REDIS') }

  async run(): Promise<void> {
    const { api, app, database, theirs } = await this.asked(Redis)
    const { getConfigVars } = await import('../heroku/index.js')
    const { dataUrl, redisClient, runDataClient } = await import('../operate/data-client.js')
    const url = dataUrl(await getConfigVars(api, app), database, {
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
