import { BaseCommand } from '../ui/base-command.js'
import type { LOGOUT } from '../json/account.js'
import type { Json } from '../json/schema.js'
import type { ErrorCode } from '../errors.js'

type Outcome = Json<typeof LOGOUT>

export default class Logout extends BaseCommand {
  static override json = async () => (await import('../json/account.js')).LOGOUT
  static override exitCodes: readonly ErrorCode[] = ['project']
  static override summary = 'forget the login to Heroku on this machine'
  static override description =
    "Removes the token from the system's credential store and from ~/.netrc. It stays valid " +
    'until it expires: `heroku authorizations:revoke` ends it at once.'

  async run(): Promise<Outcome> {
    await this.parse(Logout)
    const { dropLogin, platformUrls } = await import('../heroku/index.js')
    const { apiHost, gitUrl } = platformUrls(process.env)
    const logged_out = await dropLogin([apiHost, new URL(gitUrl).host], process.env)
    const { CompletionCache } = await import('../completion/cache.js')
    await new CompletionCache(this.config.cacheDir).clear()
    this.log(logged_out ? `Logged out of ${apiHost}.` : `You were not logged in to ${apiHost}.`)
    if (process.env.HEROKU_API_KEY) this.warn('HEROKU_API_KEY is set, and is still used.')
    return { logged_out }
  }
}
