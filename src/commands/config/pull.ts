import path from 'node:path'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../../ui/base-command.js'
import { confirm } from '../../ui/ask.js'
import { appFlags } from '../../ui/flags.js'
import type { CONFIG_PULL } from '../../json/config.js'
import type { Json } from '../../json/schema.js'
import type { ErrorCode } from '../../errors.js'

type Outcome = Json<typeof CONFIG_PULL>

export default class ConfigPull extends BaseCommand {
  static override json = async () => (await import('../../json/config.js')).CONFIG_PULL
  static override exitCodes: readonly ErrorCode[] = ['interrupted', 'project']
  static override summary = "write the app's config vars to a .env file"
  static override description =
    'Readable by you alone. Variables that only the file has stay in it; where both have one, ' +
    "the app's value is taken, once you have said so."
  static override examples = [
    '<%= config.bin %> <%= command.id %> --app myapp',
    '<%= config.bin %> <%= command.id %> --file .env.production --yes',
  ]
  static override flags = {
    ...appFlags,
    file: Flags.string({ description: 'the file', default: '.env', helpValue: 'FILE' }),
    yes: Flags.boolean({ char: 'y', description: 'overwrite what differs without asking' }),
  }

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(ConfigPull)
    const app = await this.appName(flags)
    const { getConfigVars } = await import('../../heroku/index.js')
    const { changesTo, countOfVars, readEnvFile, writeEnvFile } =
      await import('../../config/index.js')
    const file = path.resolve(flags.file)
    const vars = await getConfigVars(await this.platform(flags), app)
    const before = await readEnvFile(file, { mayLack: true })
    const { added, changed } = changesTo(before, vars)
    const kept = Object.keys(before).filter((name) => vars[name] === undefined)
    if (changed.length > 0) {
      await confirm({
        what: `${flags.file} has other values for ${changed.join(', ')}. Overwrite them?`,
        isSure: flags.yes,
        isJson: this.jsonEnabled(),
        next: `${this.config.bin} config pull --yes`,
      })
    }
    await writeEnvFile(file, { ...before, ...vars })
    this.log(
      `Wrote ${countOfVars(vars)} of ${app} to ` +
        `${flags.file}${kept.length > 0 ? `; ${kept.join(', ')} stayed in it` : ''}.`,
    )
    const { isIgnored } = await import('../../git/state.js')
    if (!(await isIgnored(file)))
      this.warn(
        `git does not ignore ${flags.file}: add it to .gitignore, or the next commit ` +
          'publishes what is in it.',
      )
    return { app, file: flags.file, written: [...added, ...changed].sort(), kept }
  }
}
