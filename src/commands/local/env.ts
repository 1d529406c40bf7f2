import { shellWord } from '../../lib/shell-word.js'
import { BaseCommand } from '../../ui/base-command.js'
import type { ErrorCode } from '../../errors.js'

export default class LocalEnv extends BaseCommand {
  static override json = async () => (await import('../../json/local.js')).LOCAL_ENV
  static override exitCodes: readonly ErrorCode[] = ['local']
  static override summary = "print the variables that point Heroku's own CLI here"
  static override description =
    "For Heroku's own CLI, or any other client of the Platform API. The embedded Heroku is " +
    'started if it is not running.\n' +
    '\n' +
    "The API key among them is good on this machine's loopback alone. NODE_EXTRA_CA_CERTS names " +
    'the certificate that the embedded Heroku made for itself, with what the variable named ' +
    `before: \`heroku run\` asks for it. The GIT_CONFIG variables let \`git push heroku main\` ` +
    'reach it after `heroku create` or `heroku git:remote`, and from then on `heroku` finds the ' +
    "folder's app by itself."

  static override examples = ['$ eval "$(<%= config.bin %> <%= command.id %>)"']

  async run(): Promise<object> {
    await this.parse(LocalEnv)
    const { ensureLocal, trustedCertificates } = await import('../../embedded/daemon/index.js')
    const info = await ensureLocal()
    const { apiUrl, gitUrl, token } = info
    const { localGitHost, localGitVariables } = await import('../../git/push-environment.js')
    const variables = {
      HEROKU_HOST: apiUrl,
      HEROKU_API_KEY: token,
      HEROKU_GIT_HOST: localGitHost(gitUrl),
      // Where it asks about databases (`pg:info`, `redis:info`), at the same port.
      HEROKU_DATA_HOST: new URL(apiUrl).hostname,
      // Where Heroku's CLI asks, whenever it reads the account, whether that owes money: else it is
      // another host, and takes seconds without a network.
      HEROKU_PARTICLEBOARD_URL: apiUrl,
      NODE_EXTRA_CA_CERTS: await trustedCertificates(info),
      // Asked for the address of a buildpack that is set by its name.
      HEROKU_BUILDPACK_REGISTRY_URL: apiUrl,
      ...localGitVariables(
        gitUrl,
        { token, certificates: await trustedCertificates(info, { variable: 'GIT_SSL_CAINFO' }) },
        process.env,
      ),
    }
    this.log(
      `export ${Object.entries(variables)
        .map(([name, value]) => `${name}=${shellWord(value)}`)
        .join(' ')}`,
    )
    return variables
  }
}
