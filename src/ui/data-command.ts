import { Args } from '@oclif/core'
import type { PlatformApi } from '../heroku/index.js'
import { BaseCommand } from './base-command.js'
import { appFlags } from './flags.js'

/** What `psql` and `redis` share: a client of this machine's, and the words behind `--` for it. */
export abstract class DataCommand extends BaseCommand {
  static override enableJsonFlag = false
  static override baseFlags = {}
  static override description =
    'What follows -- is for the client. The password reaches it by its environment, and is on no ' +
    "command line. The exit code is the client's own."
  static override flags = { ...appFlags }

  /** Which database is meant, and what follows `--`. */
  protected async asked(command: typeof DataCommand): Promise<{
    api: PlatformApi
    app: string
    database: string
    theirs: string[]
  }> {
    const end = this.argv.indexOf('--')
    const [own, theirs] =
      end === -1 ? [this.argv, []] : [this.argv.slice(0, end), this.argv.slice(end + 1)]
    const { args, flags } = await this.parse(command, own)
    const app = await this.appName(flags)
    return { api: await this.platform(flags), app, database: String(args.database), theirs }
  }
}

export const databaseArg = (usual: string) =>
  Args.string({
    ignoreStdin: true,
    default: usual,
    description: 'config var with its URL, with or without _URL',
  })
