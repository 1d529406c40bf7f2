import { BaseCommand } from '../../ui/base-command.js'

export default class LocalStart extends BaseCommand {
  static override summary = 'start the embedded Heroku on this machine, if it is not running'
  static override description = 'One of another version, as an upgrade of shipit leaves it, is restarted with all its apps.'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  async run(): Promise<object> {
    await this.parse(LocalStart)
    const { ensureLocal, localStatus, otherVersion, stopLocal } = await import('../../local/client.js')
    const status = await localStatus()
    const other = await otherVersion(status)
    if (other !== undefined) {
      this.log(`Version ${other} was running, and this is ${this.config.version}: it is restarted.`)
      await stopLocal()
    }
    const wasRunning = status !== undefined && other === undefined
    const { token: _token, ...info } = await ensureLocal()
    this.log(`The embedded Heroku ${wasRunning ? 'was running already' : 'is running'}: ${info.apiUrl} (pid ${info.pid}).`)
    this.log(`Apps answer on http://<app>.localhost:${info.routerPort}/`)
    return { started: !wasRunning, ...info }
  }
}
