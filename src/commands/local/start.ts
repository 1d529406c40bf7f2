import { BaseCommand } from '../../ui/base-command.js'

export default class LocalStart extends BaseCommand {
  static override description = 'start the embedded Heroku on this machine, if it is not running'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  async run(): Promise<object> {
    await this.parse(LocalStart)
    const { ensureLocal, localStatus } = await import('../../local/client.js')
    const wasRunning = (await localStatus()) !== undefined
    const { token: _token, ...info } = await ensureLocal()
    this.log(`The embedded Heroku ${wasRunning ? 'was running already' : 'is running'}: ${info.apiUrl} (pid ${info.pid}).`)
    this.log(`Apps answer on http://<app>.localhost:${info.routerPort}/`)
    return { started: !wasRunning, ...info }
  }
}
