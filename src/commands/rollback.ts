import { Args } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import { appFlags, waitTimeout } from '../ui/flags.js'

import { printable } from '../ui/printable.js'
import type { Release } from '../heroku/index.js'
import { monotonic } from '../lib/monotonic.js'
import type { ROLLBACK } from '../json/operate.js'
import type { Json } from '../json/schema.js'
import { refOf } from '../json/refs.js'
import type { ErrorCode } from '../errors.js'

type Outcome = Json<typeof ROLLBACK>

/** What a rollback that nobody waits for any more leaves behind. */
const stateOf = ({ version, status }: Release, from: Release, app: string) =>
  status === 'pending'
    ? `The rollback was made, as v${version}, and its release phase goes on: v${from.version} ` +
      `serves until it has succeeded. Look at \`shipit releases --app ${app}\`.`
    : `The rollback was made, as v${version}.`

export default class Rollback extends BaseCommand {
  static override json = async () => (await import('../json/operate.js')).ROLLBACK
  static override exitCodes: readonly ErrorCode[] = ['release']
  static override summary = 'go back to an earlier release'
  static override description =
    'Without a version: to the newest release before the current one that succeeded with other ' +
    "code and that was not rolled back from. It makes a new release of that release's code and " +
    'config vars, so a rollback can itself be rolled back; the command to do so is printed.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> v42 --app myapp',
  ]
  static override args = {
    release: Args.string({
      ignoreStdin: true,
      description: 'the release to go back to, such as v42',
    }),
  }
  static override flags = {
    ...appFlags,
    'wait-timeout': waitTimeout({
      description: 'longest wait for the release phase, and for preboot to switch requests',
      default: '10m',
    }),
  }

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(Rollback)
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const [{ rollBack }, { prebootNote, prebootOf, waitForPreboot }] = await Promise.all([
      import('../operate/index.js'),
      import('../deploy/index.js'),
    ])
    const preboot = await prebootOf(api, app)
    let left = 'Nothing was changed.'
    const deadline = monotonic() + flags['wait-timeout']
    const { from, to, release } = await this.stoppable(
      async (signal) => {
        const done = await rollBack(api, app, {
          to: args.release,
          timeout: flags['wait-timeout'],
          signal,
          onMade: (made, before) => {
            left = stateOf(made, before, app)
          },
        })
        if (preboot) {
          this.log(prebootNote(preboot, done.release.version))
          await waitForPreboot(api, app, preboot, done.release, {
            timeout: Math.max(0, deadline - monotonic()),
            signal,
          })
        }
        return done
      },
      () => left,
    )
    const undo =
      `${this.config.bin} rollback v${from.version} --app ` +
      `${app}${flags.local ? ' --local' : ''}`
    this.log(
      `Rolled ${app} back to v${to.version} (${printable(to.description)}): ` +
        `v${release.version} is live.`,
    )
    this.log(`Config vars are those of v${to.version} too. Undo: ${undo}`)
    return {
      app,
      rolled_back: refOf(from),
      to: refOf(to),
      release: refOf(release),
      undo,
    }
  }
}
