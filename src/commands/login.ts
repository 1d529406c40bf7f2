import { text } from 'node:stream/consumers'
import { Flags } from '@oclif/core'
import { ShipitError, type ErrorCode } from '../errors.js'
import { askHidden, askText } from '../ui/ask.js'
import { BaseCommand } from '../ui/base-command.js'
import type { LoggedIn } from '../heroku/index.js'
import type { LOGIN } from '../json/account.js'
import type { Json } from '../json/schema.js'

type Outcome = Json<typeof LOGIN>

export default class Login extends BaseCommand {
  static override json = async () => (await import('../json/account.js')).LOGIN
  static override exitCodes: readonly ErrorCode[] = [
    'auth',
    'refused',
    'network',
    'timeout',
    'interrupted',
  ]
  static override summary = 'log in to Heroku'
  static override description =
    'In the browser; with --interactive by e-mail address, password and second factor; with ' +
    '--token by an API token, typed where nobody sees it or piped in. The token is kept where ' +
    "Heroku's own CLI looks for it: in the keychain, the keyring (secret-tool) or the " +
    'Credential Manager, else in ~/.netrc.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --interactive',
    '$ pass show heroku/token | <%= config.bin %> <%= command.id %> --token',
  ]
  static override flags = {
    interactive: Flags.boolean({
      char: 'i',
      description: 'with e-mail address and password',
      exclusive: ['token'],
    }),
    token: Flags.boolean({ description: 'with an API token, asked for or read from stdin' }),
  }

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(Login)
    if (process.env.HEROKU_API_KEY) {
      throw new ShipitError('usage', {
        message: 'HEROKU_API_KEY is set, and goes before any login.',
        next: 'unset HEROKU_API_KEY',
      })
    }
    const heroku = await import('../heroku/index.js')
    const { apiUrl, apiHost, gitUrl } = heroku.platformUrls(process.env)
    const { email, token } = flags.token
      ? await this.checked(await this.tokenGiven())
      : flags.interactive
        ? await this.byPassword(apiUrl)
        : await this.checked(await this.inBrowser())
    const stored_in = await heroku.saveLogin(
      [apiHost, new URL(gitUrl).host],
      email,
      token,
      process.env,
    )
    const { CompletionCache } = await import('../completion/cache.js')
    await new CompletionCache(this.config.cacheDir).clear()
    this.log(`Logged in as ${email}; the token is in ${stored_in}.`)
    return { email, stored_in }
  }

  /** Whose token it is, which proves that it is one. */
  private async checked(token: string): Promise<LoggedIn> {
    const { getAccount, PlatformApi, platformUrls } = await import('../heroku/index.js')
    const { apiUrl, gitUrl } = platformUrls(process.env)
    const { email } = await getAccount(
      new PlatformApi({ apiUrl, gitUrl, token, tokenSource: 'the login', label: 'Heroku' }),
    )
    return { email, token }
  }

  private async tokenGiven(): Promise<string> {
    const token = (
      process.stdin.isTTY ? await askHidden('API token') : await text(process.stdin)
    ).trim()
    if (token === '' || /\s/.test(token))
      throw new ShipitError('usage', {
        message: 'That is no token.',
        next:
          '`heroku authorizations:create` makes one, and so does the account page in the ' +
          'dashboard.',
      })
    return token
  }

  private async byPassword(apiUrl: string): Promise<LoggedIn> {
    if (!process.stdin.isTTY)
      throw new ShipitError('usage', {
        message: 'Nobody can be asked for a password here.',
        next: 'Pipe a token in: shipit login --token',
      })
    const { passwordLogin } = await import('../heroku/index.js')
    const email = await askText('Email')
    const password = await askHidden('Password')
    const first = await passwordLogin(apiUrl, { email, password })
    if (first !== 'two_factor') return first
    const second = await passwordLogin(apiUrl, {
      email,
      password,
      code: (await askHidden('Two-factor code')).trim(),
    })
    if (second === 'two_factor')
      throw new ShipitError('auth', {
        message: 'The two-factor code was not accepted.',
        next: 'shipit login --interactive',
      })
    return second
  }

  private async inBrowser(): Promise<string> {
    const { browserLogin, loginHost } = await import('../heroku/index.js')
    const { browse, hasDisplay } = await import('../ui/browser.js')
    return browserLogin(loginHost(process.env), async (url) => {
      this.logToStderr(`Log in in the browser: ${url}`)
      if (hasDisplay()) await browse(url)
    })
  }
}
