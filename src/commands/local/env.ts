import { BaseCommand } from '../../ui/base-command.js'

export default class LocalEnv extends BaseCommand {
  static override description = `print the variables that point Heroku's own CLI, or any other client, at the embedded Heroku

The API key among them is good on this machine's loopback alone. The embedded Heroku is started if it is not running.`

  static override examples = ['eval "$(<%= config.bin %> <%= command.id %>)"']

  async run(): Promise<object> {
    await this.parse(LocalEnv)
    const { ensureLocal } = await import('../../local/client.js')
    const { apiUrl, gitUrl, token } = await ensureLocal()
    const variables = { HEROKU_HOST: apiUrl, HEROKU_API_KEY: token, HEROKU_GIT_HOST: gitUrl }
    this.log(`export ${Object.entries(variables).map(([name, value]) => `${name}=${value}`).join(' ')}`)
    return variables
  }
}
