import { Flags } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import { lineWriter } from '../ui/line-writer.js'
import { logLineRenderer } from '../ui/log-line.js'

export default class Logs extends BaseCommand {
  static override summary = 'show the app\'s log, and follow it'
  static override description = `The platform keeps the last 1,500 lines. With --tail new lines follow until Ctrl-C; a broken connection and an expired log session are taken up again without losing or repeating a line. With --json each line is one JSON object.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --tail --dyno web.1',
    '<%= config.bin %> <%= command.id %> -n 1500 --source heroku | grep R14',
    '<%= config.bin %> <%= command.id %> --tail --json --local',
  ]
  static override flags = {
    ...BaseCommand.appFlags,
    num: Flags.integer({ char: 'n', description: 'how many recent lines', helpValue: 'N', default: 100, min: 1, max: 1500 }),
    tail: Flags.boolean({ char: 't', description: 'go on with new lines as they come' }),
    dyno: Flags.string({ char: 'd', description: 'only lines of this dyno or process type (web.1, web, router)', helpValue: 'NAME' }),
    source: Flags.string({ char: 's', description: 'only lines of the app or of the platform', options: ['app', 'heroku'] }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Logs)
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const { streamLogs } = await import('../heroku/index.js')
    const render = this.jsonEnabled() ? JSON.stringify : logLineRenderer()
    const out = lineWriter()
    try {
      const lines = streamLogs(api, app, { lines: flags.num, tail: flags.tail, dyno: flags.dyno, source: flags.source, signal: out.readerGone })
      for await (const line of lines) await out.write(render(line))
    } finally {
      out.release()
    }
  }
}
