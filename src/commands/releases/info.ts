import { Args } from '@oclif/core'
import { ShipitError } from '../../errors.js'
import { BaseCommand } from '../../ui/base-command.js'
import { factLines } from '../../ui/details.js'
import { appFlags } from '../../ui/flags.js'
import { timeAndAge } from '../../ui/phrases.js'
import { releaseInfoDocument, type RELEASES_INFO } from '../../json/app-settings.js'
import type { Json } from '../../json/schema.js'

export default class ReleasesInfo extends BaseCommand {
  static override json = async () => (await import('../../json/app-settings.js')).RELEASES_INFO
  static override summary = 'show one release: who, when, what, and the processes in it'
  static override examples = [
    '<%= config.bin %> <%= command.id %> v12 --app myapp',
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override args = {
    release: Args.string({
      ignoreStdin: true,
      description: 'v12 or 12; the one that serves when absent',
    }),
  }
  static override flags = { ...appFlags }

  async run(): Promise<Json<typeof RELEASES_INFO>> {
    const { args, flags } = await this.parse(ReleasesInfo)
    const version = args.release === undefined ? undefined : versionOf(args.release)
    const app = await this.appName(flags)
    const { currentRelease, getRelease, getSlug } = await import('../../heroku/index.js')
    const api = await this.platform(flags)
    const release =
      version === undefined ? await currentRelease(api, app) : await getRelease(api, app, version)
    if (release === undefined)
      throw new ShipitError('not_found', {
        message: `${app} has no releases yet.`,
        next: `${this.config.bin} deploy --app ${app}`,
      })
    const slug = release.slug ? await getSlug(api, app, release.slug.id) : undefined
    const types = Object.entries(slug?.process_types ?? {})
    this.log(
      [
        `=== v${release.version} of ${app}`,
        ...factLines([
          ['Status', release.current ? `${release.status}, current` : release.status],
          ['Change', release.description],
          ['By', release.user.email],
          ['When', timeAndAge(release.created_at)],
          ...(slug?.commit ? [['Commit', slug.commit] as [string, string]] : []),
          ...types.map(([type, command]): [string, string] => [type, command]),
        ]),
      ].join('\n'),
    )
    if (!release.current && release.slug)
      this.suggest(`Back to it: ${this.config.bin} rollback v${release.version} --app ${app}`)
    return releaseInfoDocument(release, slug)
  }
}

function versionOf(text: string): number {
  const [, version] = /^v?(\d+)$/.exec(text) ?? []
  if (version !== undefined) return Number(version)
  throw new ShipitError('usage', {
    message: `${text} is not a release, such as v12.`,
    next: 'shipit releases lists them.',
  })
}
