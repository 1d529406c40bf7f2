import { Flags } from '@oclif/core'
import { BaseCommand } from '../../ui/base-command.js'
import { daemonDocument } from '../../json/local.js'
import type { ErrorCode } from '../../errors.js'

export default class LocalStart extends BaseCommand {
  static override json = async () => (await import('../../json/local.js')).LOCAL_START
  static override exitCodes: readonly ErrorCode[] = ['local', 'refused']
  static override summary = 'start the embedded Heroku on this machine, if it is not running'
  static override description =
    'One of another version, as an upgrade of shipit leaves it, is restarted with all its apps.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --generation fir',
  ]
  static override flags = {
    generation: Flags.option({
      options: ['cedar', 'fir'] as const,
      description: 'the generation of Heroku that new apps are made as (stays until it is changed)',
    })(),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(LocalStart)
    const { ensureLocal, localStatus, otherVersion, setGeneration, stopLocal } =
      await import('../../embedded/daemon/index.js')
    const status = await localStatus()
    const other = otherVersion(status)
    if (other !== undefined) {
      this.log(`Version ${other} was running, and this is ${this.config.version}: it is restarted.`)
      await stopLocal()
    }
    const wasRunning = status !== undefined && other === undefined
    const running = await ensureLocal()
    const { token: _token, ...info } = running
    if (flags.generation !== undefined) await setGeneration(running, flags.generation)
    this.log(
      `The embedded Heroku ${wasRunning ? 'was running already' : 'is running'}: ` +
        `${info.apiUrl} (pid ${info.pid}).`,
    )
    this.log(`Apps answer on http://<app>.localhost:${info.routerPort}/`)
    if (flags.generation !== undefined)
      this.log(`New apps are of the generation ${flags.generation}.`)
    return { started: !wasRunning, ...daemonDocument(info) }
  }
}
