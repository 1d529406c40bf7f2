import { Args } from '@oclif/core'
import { formatFormation } from '../../lib/dyno-count.js'
import { BaseCommand } from '../../ui/base-command.js'
import { factLines } from '../../ui/details.js'
import { appFlags } from '../../ui/flags.js'
import { timeAndAge } from '../../ui/phrases.js'
import { appInfoDocument, type APPS_INFO } from '../../json/app-settings.js'
import type { Json } from '../../json/schema.js'

export default class AppsInfo extends BaseCommand {
  static override json = async () => (await import('../../json/app-settings.js')).APPS_INFO
  static override summary = 'show what the platform knows of an app'
  static override description =
    'Its address, region, stack, owner, formation and times. Dynos and instances: `ps`.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> myapp --json',
  ]
  static override args = {
    name: Args.string({ ignoreStdin: true, description: 'the app, in place of --app' }),
  }
  static override flags = { ...appFlags }

  async run(): Promise<Json<typeof APPS_INFO>> {
    const { args, flags } = await this.parse(AppsInfo)
    const name = args.name ?? (await this.appName(flags))
    const { getApp, listFormation } = await import('../../heroku/index.js')
    const api = await this.platform(flags)
    const [app, formation] = await Promise.all([getApp(api, name), listFormation(api, name)])
    const time = (text: string | null | undefined) => (text ? timeAndAge(text) : 'never')
    this.log(
      [
        `=== ${app.name}`,
        ...factLines([
          ['Web URL', app.web_url ?? 'none'],
          ['Git URL', app.git_url],
          ['Dynos', formation.length === 0 ? 'none yet' : formatFormation(formation)],
          ['Maintenance', app.maintenance ? 'on' : 'off'],
          ['Region', app.region.name],
          ['Stack', app.stack.name],
          ['Owner', app.owner.email],
          ...(app.team ? [['Team', app.team.name] as [string, string]] : []),
          ...(app.space ? [['Space', app.space.name] as [string, string]] : []),
          ...(app.generation ? [['Generation', app.generation.name] as [string, string]] : []),
          ['Created', time(app.created_at)],
          ['Released', time(app.released_at)],
        ]),
      ].join('\n'),
    )
    return appInfoDocument(app, formation)
  }
}
