import { Flags } from '@oclif/core'
import { ago } from '../ui/phrases.js'
import { BaseCommand } from '../ui/base-command.js'
import { appFlags } from '../ui/flags.js'
import { renderTable } from '../ui/table.js'
import type { Release } from '../heroku/index.js'
import type { RELEASES } from '../json/operate.js'
import { releaseDocument } from '../json/platform.js'
import type { Json } from '../json/schema.js'

/** A release that failed, runs its release phase or serves, in one word. */
const standing = ({ status, current }: Release) => (current ? 'current' : status)

export default class Releases extends BaseCommand {
  static override json = async () => (await import('../json/operate.js')).RELEASES
  static override summary = "list the app's releases, newest first"
  static override description =
    'Every deploy, config change and rollback is a release. `current` is the one that serves.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -n 5 --app myapp',
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override flags = {
    ...appFlags,
    num: Flags.integer({
      char: 'n',
      description: 'how many',
      helpValue: 'N',
      default: 15,
      min: 1,
      max: 1000,
    }),
  }

  async run(): Promise<Json<typeof RELEASES>> {
    const { flags } = await this.parse(Releases)
    const app = await this.appName(flags)
    const { listReleases } = await import('../heroku/index.js')
    const releases = await listReleases(await this.platform(flags), app, { max: flags.num })
    if (releases.length === 0)
      this.suggest(
        `${app} has no releases yet. Make the first: ${this.config.bin} deploy --app ${app}`,
      )
    else {
      const rows = releases.map((release) => [
        `v${release.version}`,
        standing(release),
        release.description,
        release.user.email,
        ago(release.created_at),
      ])
      this.log(
        renderTable(['VERSION', 'STATUS', 'DESCRIPTION', 'USER', 'AGE'], rows, {
          width: process.stdout.isTTY ? process.stdout.columns : undefined,
          flexible: 2,
        }),
      )
    }
    return releases.map(releaseDocument)
  }
}
