import { ShipitError } from '../../errors.js'
import type { Ref } from '../ref.js'
import { onceMore, type SetUp } from './set-up.js'

/** How `scripts.postdeploy` of app.json ended: with an exit status, or without one being known. */
export type Postdeploy =
  | { dyno: string; exitCode: number; output: string[]; failure?: undefined }
  | { failure: ShipitError; exitCode?: undefined }

/** The deploy has succeeded, and postdeploy has not: what serves, and how to go on. */
export function postdeployFailure(
  { app, release, setUp }: { app: string; release: Ref; setUp: SetUp },
  ended: Postdeploy,
): ShipitError {
  const { exitCode, failure } = ended
  const command = setUp.postdeploy?.command ?? ''
  const how = failure ? failure.message : `exit code ${exitCode} of ${command} in ${ended.dyno}.`
  return new ShipitError('release', {
    message: `v${release.version} of ${app} serves, but postdeploy of app.json failed: ${how}`,
    why: failure
      ? failure.why
      : ended.output.length > 0
        ? ['The last lines of it:', ...ended.output.map((line) => `  ${line}`)].join('\n')
        : 'It printed nothing.',
    next:
      `Correct it, then run it again with the next deploy: ${onceMore(app, setUp)}\n` +
      `Or by hand: shipit run --app ${app} -- ${command}`,
    details: {
      app,
      release,
      rolled_back_to: null,
      serving: release,
      postdeploy: failure ? null : { dyno: ended.dyno, exit_code: ended.exitCode },
    },
  })
}
