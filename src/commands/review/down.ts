import { readFile } from 'node:fs/promises'
import { Flags } from '@oclif/core'
import type { Script } from '../../app-json/index.js'
import { ShipitError, type ErrorCode } from '../../errors.js'
import type { PlatformApi } from '../../heroku/index.js'
import { BaseCommand } from '../../ui/base-command.js'
import { printable } from '../../ui/printable.js'
import { reviewFlags } from '../../ui/review-flags.js'
import type { REVIEW_DOWN } from '../../json/review.js'
import type { Json } from '../../json/schema.js'

type Outcome = Json<typeof REVIEW_DOWN>

interface Predestroy {
  app: string
  script: Script
  /** The command that destroys the app all the same. */
  again: string
  isForced: boolean
}

export default class ReviewDown extends BaseCommand {
  static override json = async () => (await import('../../json/review.js')).REVIEW_DOWN
  static override exitCodes: readonly ErrorCode[] = ['project', 'release', 'interrupted']
  static override summary = 'destroy a review app, with its add-ons'
  static override description =
    "Runs `pr-predestroy` of this folder's app.json in a one-off dyno first. An app that is not " +
    "at the pipeline's review stage is refused; if there is no such app, nothing is done."
  static override examples = [
    '<%= config.bin %> <%= command.id %> --name pr-42 --pipeline shop',
    '<%= config.bin %> <%= command.id %> --name pr-42 --pipeline shop --force',
  ]
  static override flags = {
    ...reviewFlags,
    force: Flags.boolean({ description: 'destroy it even where pr-predestroy fails' }),
  }

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(ReviewDown)
    const { findReview } = await import('../../deploy/review/index.js')
    const { currentRelease, destroyApp } = await import('../../heroku/index.js')
    const of =
      flags.pipeline === undefined
        ? { app: await this.appName(flags) }
        : { pipeline: flags.pipeline }
    const api = await this.platform(flags)
    const { app, name, pipeline } = await findReview(api, of, flags.name)
    const outcome = { app: name, pipeline: { id: pipeline.id, name: pipeline.name } }
    if (!app) {
      this.log(`There is no review app ${name}`)
      return { ...outcome, destroyed: false, pr_predestroy: null }
    }
    const script = await prPredestroy()
    const hasCode = script && (await currentRelease(api, name))?.slug
    const again = `${this.spoken} --name ${flags.name} --pipeline ${pipeline.name} --force`
    const ran =
      script && hasCode
        ? await this.predestroy(api, { app: name, script, again, isForced: flags.force })
        : null
    await destroyApp(api, name)
    this.log(`Destroyed ${name}`)
    return { ...outcome, destroyed: true, pr_predestroy: ran }
  }

  private async predestroy(
    api: PlatformApi,
    { app, script, again, isForced }: Predestroy,
  ): Promise<Outcome['pr_predestroy']> {
    const { runLines } = await import('../../operate/one-off/run-lines.js')
    this.log(`Running pr-predestroy of ${app}`)
    const line = (text: string) => this.log(`  ${printable(text)}`)
    const { dyno, status } = await this.stoppable(
      (signal) => runLines(api, app, script, { line, signal }),
      () => `${app} was not destroyed.`,
    )
    if (status !== 0 && !isForced)
      throw new ShipitError('release', {
        message: `pr-predestroy of app.json failed: exit code ${status} of ${script.command} in ${dyno}. ${app} was not destroyed.`,
        next: `Correct it, or leave it at that: ${again}`,
        details: { app, dyno },
      })
    if (status !== 0) this.logToStderr(`pr-predestroy failed: exit code ${status}`)
    return { dyno, exit_code: status }
  }
}

/** Of this folder's app.json; a folder without one has none. */
async function prPredestroy(): Promise<Script | undefined> {
  try {
    const { checkedAppJson } = await import('../../app-json/index.js')
    return checkedAppJson(await readFile('app.json', 'utf8'), 'review').appJson.prPredestroy
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
