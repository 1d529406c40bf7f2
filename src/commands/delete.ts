import { Args, Flags } from '@oclif/core'
import { sessionsOf } from '../dev/sessions.js'
import { ShipitError, type ErrorCode } from '../errors.js'
import { BaseCommand } from '../ui/base-command.js'
import { devFlag } from '../ui/flags.js'
import type { DevOutcome } from '../ui/dev/verbs.js'
import { destroyFlags, destroyApp, type Destroyed } from '../ui/destroy.js'
import { appOfFolder } from '../ui/target.js'

export default class Delete extends BaseCommand {
  static override json = async () => (await import('../json/operate.js')).DELETE
  static override exitCodes: readonly ErrorCode[] = ['timeout', 'interrupted']
  static override summary = 'take an app out of `shipit dev`, or with --app destroy one on Heroku'
  static override description =
    "PM2's word. NAME is an app of the `shipit dev` that runs in this folder, PM2's id, " +
    'app:instance, or all: it is stopped and leaves the list. An app on Heroku is deleted ' +
    'only if --app names it and its name is typed once more.'
  static override args = {
    name: Args.string({
      ignoreStdin: true,
      description: "app, PM2's id, app:instance or all, of the `shipit dev` in this folder",
    }),
  }
  static override flags = {
    ...destroyFlags,
    ...devFlag,
    app: Flags.string({
      char: 'a',
      description: 'the app on Heroku; never guessed from the folder',
      helpValue: 'NAME',
    }),
  }
  static override examples = [
    '<%= config.bin %> delete api --dev',
    '<%= config.bin %> delete --app myapp --confirm myapp',
  ]

  async run(): Promise<DevOutcome | Destroyed> {
    const {
      args: { name },
      flags,
    } = await this.parse(Delete)
    const { app } = flags
    if (app !== undefined && !flags.dev) {
      if (name !== undefined)
        throw new ShipitError('usage', {
          message: `${name} is of no use with --app, which names what is deleted.`,
          next: `${this.spoken} --app ${app}, or ${this.spoken} ${name} --dev`,
        })
      return destroyApp(this, await this.platform(flags), app, flags.confirm)
    }
    if (name === undefined)
      throw new ShipitError('usage', {
        message: 'Delete what?',
        next: `${this.spoken} NAME --dev, or ${this.spoken} --app NAME for an app on Heroku`,
      })
    if (!flags.dev && (await sessionsOf(process.cwd())).length === 0) throw await nothing(name)
    const dev = await this.devSessions({ ...flags, dev: true }, true)
    return (await import('../ui/dev/verbs.js')).devVerb(this, dev!, 'delete', name)
  }
}

/** What `pm2 delete NAME` may mean where no `shipit dev` has a list that it could leave. */
async function nothing(name: string): Promise<ShipitError> {
  const app = (await appOfFolder()) ?? 'NAME'
  return new ShipitError('usage', {
    message: `Nothing was deleted: no \`shipit dev\` runs in this folder that could drop ${name}.`,
    why:
      'On Heroku an app of the ecosystem file ends with the next deploy that is without it. ' +
      'To delete a Heroku app is to delete its releases, config vars and add-ons, for good.',
    next:
      `Stop what runs it: shipit stop ${name} --app ${app}\n` +
      `Take ${name} out for good: remove it from the ecosystem file, then shipit deploy --app ${app}\n` +
      `Delete the whole Heroku app: shipit delete --app ${app}`,
  })
}
