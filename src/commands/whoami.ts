import { BaseCommand } from '../ui/base-command.js'
import { platformFlags } from '../ui/flags.js'
import type { WHOAMI } from '../json/account.js'
import type { Json } from '../json/schema.js'

type Outcome = Json<typeof WHOAMI>

export default class Whoami extends BaseCommand {
  static override json = async () => (await import('../json/account.js')).WHOAMI
  static override summary = 'show whose account is used'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override flags = { ...platformFlags }

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(Whoami)
    const api = await this.platform(flags)
    const { getAccount } = await import('../heroku/index.js')
    const { email } = await getAccount(api)
    const { apiUrl, tokenSource } = api.endpoint
    this.log(email)
    if (!this.jsonEnabled())
      this.logToStderr(`on ${new URL(apiUrl).host}, by the token from ${tokenSource}`)
    return { email, token_source: tokenSource, platform: apiUrl }
  }
}
